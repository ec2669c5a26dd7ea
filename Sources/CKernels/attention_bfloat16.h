// Attention's operands as pairs of bfloat16, multiplied by AVX512-BF16's dot product; included
// before attention.h.

#define PER_WORD 2

INLINE v16 multiply_add(v16 total, v16 b, float a) {
  return (v16)_mm512_dpbf16_ps((__m512)total, (__m512bh)b, (__m512bh)_mm512_set1_ps(a));
}

INLINE v16 pair(v16 low, v16 high) {
  return (v16)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
}

// The first n of 32 floats.
INLINE v16 NAME(pack)(const float *x, long n) {
  return pair(load_some(x, n), n > 16 ? load_some(x + 16, n - 16) : (v16){});
}

// One head's values, [pairs of keys, padded].
static void NAME(gather_values)(const float *value, long stride, long length, long depth,
                                long padded, float *values) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9,
                                         24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
                                         16, 0);
  for (long k = 0; k < length; k += 2, value += 2 * stride, values += padded)
    for (long d = 0; d < depth; d += 16) {
      v16 odd = k + 1 < length ? load_some(value + stride + d, depth - d) : (v16){};
      v16 both = pair(load_some(value + d, depth - d), odd);
      store(values + d, (v16)_mm512_permutexvar_epi16(order, (__m512i)both));
    }
}

// exp(x - top), relative error below 8e-5, a twentieth of bfloat16's: as exponential, with a
// polynomial of degree 3 (a minimax fit of 2^r on [-1/2, 1/2]). Never below 2^-126.
INLINE v16 rough_exponential(v16 x, float top) {
  const float magic = 12582912.0f, scale = 1.44269504088896341f;
  x = larger(x * scale - top * scale, splat(-126.0f));
  v16 shifted = x + magic;
  v16 r = x - (shifted - magic);
  v16 p = splat(5.517167e-2f);
  p = p * r + 2.4261112e-1f;
  p = p * r + 6.9326099e-1f;
  p = p * r + 9.9992807e-1f;
  return (v16)((i16)p + ((i16)shifted << 23));
}

// Turns a row of scores into weights as pairs in place, over the row's first half; returns their
// sum.
static float NAME(weigh)(float *scores, long count, long span) {
  for (long i = count; i < span; i++) scores[i] = -1e30f;
  v16 best = load(scores);
  for (long i = LANES; i < span; i += LANES) best = larger(best, load(scores + i));
  float top = largest(best);
  v16 total = {}, more = {};
  long i = 0;
  for (; i + 32 <= span; i += 32) {
    v16 low = rough_exponential(load(scores + i), top);
    v16 high = rough_exponential(load(scores + i + 16), top);
    total += low;
    more += high;
    store(scores + i / 2, pair(low, high));
  }
  if (i < span) {
    v16 low = rough_exponential(load(scores + i), top);
    total += low;
    store(scores + i / 2, pair(low, (v16){}));
  }
  return sum(total + more);
}
