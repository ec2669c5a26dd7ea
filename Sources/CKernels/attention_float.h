// Attention's operands as floats; included before attention.h.

#define PER_WORD 1

INLINE v16 multiply_add(v16 total, v16 b, float a) { return total + b * a; }

// The first n of 16 floats.
INLINE v16 NAME(pack)(const float *x, long n) { return load_some(x, n); }

// One head's values, [length, padded].
static void NAME(gather_values)(const float *value, long stride, long length, long depth,
                                long padded, float *values) {
  for (long k = 0; k < length; k++)
    for (long d = 0; d < depth; d += 16)
      store(values + k * padded + d, load_some(value + k * stride + d, depth - d));
}

INLINE float NAME(weigh)(float *scores, long count, long span) {
  return exponentials(scores, count, span);
}
