// Rows of activations and 8-bit quantization; included after lanes.h, once per instruction set.
// NAME(x) makes this compilation's names.

// --- Rows ------------------------------------------------------------------------------------

static void NAME(layer_norm)(float *x, const float *weight, const float *bias, float epsilon,
                             long rows, long size, uint16_t *narrow) {
  long whole = size / 16 * 16;
  for (long row = 0; row < rows; row++, x += size) {
    v16 total = {};
    for (long i = 0; i < whole; i += 16) total += load(x + i);
    float mean = sum(total);
    for (long i = whole; i < size; i++) mean += x[i];
    mean /= size;
    v16 squares = {};
    for (long i = 0; i < whole; i += 16) {
      v16 difference = load(x + i) - mean;
      squares += difference * difference;
    }
    float variance = sum(squares);
    for (long i = whole; i < size; i++) variance += (x[i] - mean) * (x[i] - mean);
    float scale = 1 / __builtin_sqrtf(variance / size + epsilon);
    for (long i = 0; i < whole; i += 16) {
      v16 y = (load(x + i) - mean) * scale * load(weight + i) + load(bias + i);
      store(x + i, y);
      if (narrow) *(h16 *)(narrow + i) = to_bfloat16(y);
    }
    for (long i = whole; i < size; i++) {
      x[i] = (x[i] - mean) * scale * weight[i] + bias[i];
      if (narrow) narrow[i] = to_bfloat16_scalar(x[i]);
    }
    if (narrow) narrow += size;
  }
}

static void NAME(add3)(const float *a, const float *b, const float *c, long size, float *x) {
  for (long i = 0; i < size; i++) x[i] = a[i] + b[i] + c[i];
}

static void NAME(add)(const float *x, long size, float *total) {
  for (long i = 0; i < size; i++) total[i] += x[i];
}

// --- 8-bit quantization ----------------------------------------------------------------------

typedef uint8_t b16 __attribute__((vector_size(16), aligned(1)));

INLINE v16 smaller(v16 a, v16 b) { return __builtin_elementwise_min(a, b); }

INLINE float smallest(v16 x) { return -largest(-x); }

// x [size] ~ scale * q + least, q in 0...levels: the row's whole range is used, wherever zero lies.
INLINE void NAME(quantize_row)(const float *x, long size, int levels, uint8_t *q, float *scale,
                               float *least) {
  long whole = size / 16 * 16;
  float low = x[0], high = x[0];
  if (whole) {
    v16 lows = load(x), highs = lows;
    for (long i = 16; i < whole; i += 16) {
      lows = smaller(lows, load(x + i));
      highs = larger(highs, load(x + i));
    }
    low = smallest(lows);
    high = largest(highs);
  }
  for (long i = whole; i < size; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  float range = high - low, inverse = range > 0 ? levels / range : 0;
  for (long i = 0; i < whole; i += 16) {
    i16 rounded = __builtin_convertvector((load(x + i) - low) * inverse + 0.5f, i16);
    *(b16 *)(q + i) = __builtin_convertvector(rounded, b16);
  }
  for (long i = whole; i < size; i++) q[i] = (uint8_t)((x[i] - low) * inverse + 0.5f);
  *scale = range / levels;
  *least = low;
}

static void NAME(quantize)(const float *x, long rows, long size, int levels, uint8_t *q,
                           float *scales, float *least) {
  for (long row = 0; row < rows; row++)
    NAME(quantize_row)(x + row * size, size, levels, q + row * size, scales + row, least + row);
}

#define DEQUANTIZED(i)                                                                   \
  (__builtin_convertvector(*(const i16 *)(sums + (i)), v16) * (load(scale + (i)) * a) +  \
   (load(total + (i)) * b + load(bias + (i))))
#define DEQUANTIZED_SCALAR(i) (sums[i] * (scale[i] * a) + (total[i] * b + bias[i]))

static void NAME(dequantize)(const int32_t *sums, long rows, long size, const float *scales,
                             const float *least, const float *scale, const float *total,
                             const float *bias, int accumulate, float *y) {
  long whole = size / 16 * 16;
  for (long row = 0; row < rows; row++, sums += size, y += size) {
    float a = scales[row], b = least[row];
    if (accumulate) {
      for (long i = 0; i < whole; i += 16) store(y + i, load(y + i) + DEQUANTIZED(i));
      for (long i = whole; i < size; i++) y[i] += DEQUANTIZED_SCALAR(i);
    } else {
      for (long i = 0; i < whole; i += 16) store(y + i, DEQUANTIZED(i));
      for (long i = whole; i < size; i++) y[i] = DEQUANTIZED_SCALAR(i);
    }
  }
}

// x/2 (1 + erf(x / sqrt 2)); erf by Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7.
INLINE v16 gelu(v16 x) {
  v16 z = x * 0.70710678118654752f;
  v16 magnitude = larger(z, -z);
  v16 t = 1.0f / (magnitude * 0.3275911f + 1.0f);
  v16 p = splat(1.061405429f);
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  v16 tail = p * t * exponential(-magnitude * magnitude) * 0.5f;  // (1 - erf|z|) / 2
  i16 negative = x < 0.0f;
  v16 upper = 1.0f - tail;
  v16 share = (v16)(((i16)tail & negative) | ((i16)upper & ~negative));
  return x * share;
}

// GELU for what is rounded to bytes next: the normal distribution as 1/2 + x P(x^2) on [-4, 4], the
// polynomial of degree 7 that is minimax for x^2 P. Error below 5e-5 there, below 4e-5 |x| beyond;
// neither an exponential nor a division.
INLINE v16 gelu_coarse(v16 x) {
  v16 z = smaller(larger(x, splat(-4.0f)), splat(4.0f));
  v16 t = z * z;
  v16 p = t * -1.301202035e-9f + 1.041901783e-7f;
  p = p * t - 3.656982017e-6f;
  p = p * t + 7.485303649e-5f;
  p = p * t - 1.006475650e-3f;
  p = p * t + 9.505340829e-3f;
  p = p * t - 6.588773429e-2f;
  p = p * t + 3.986733258e-1f;
  return x * (z * p + 0.5f);
}

// x/2 (1 + tanh(u)) = x / (1 + exp(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3)
INLINE v16 gelu_tanh(v16 x) {
  v16 twice = 1.5957691216f * (x + 0.044715f * x * x * x);
  v16 e = exponential(-larger(twice, -twice));
  i16 negative = twice < 0.0f;
  v16 share = 1.0f / (e + 1.0f);
  v16 other = e * share;
  return x * (v16)(((i16)other & negative) | ((i16)share & ~negative));
}

// x / (1 + exp(-x))
INLINE v16 silu(v16 x) {
  v16 e = exponential(-larger(x, -x));
  i16 negative = x < 0.0f;
  v16 share = 1.0f / (e + 1.0f);
  v16 other = e * share;
  return x * (v16)(((i16)other & negative) | ((i16)share & ~negative));
}

INLINE v16 NAME(activate)(v16 x, int activation) {
  if (activation == 0) return gelu(x);
  if (activation == 1) return gelu_tanh(x);
  if (activation == 3) return silu(x);
  return larger(x, (v16){});
}

static void NAME(activate_quantized)(const int32_t *sums, long rows, long size,
                                     const float *scales, const float *least, const float *scale,
                                     const float *total, const float *bias, int activation,
                                     float *line, int levels, uint8_t *q,
                                     float *new_scales, float *new_least) {
  long whole = size / 16 * 16;
  for (long row = 0; row < rows; row++, sums += size, q += size) {
    float a = scales[row], b = least[row];
    if (activation == 0)
      for (long i = 0; i < whole; i += 16) store(line + i, gelu_coarse(DEQUANTIZED(i)));
    else
      for (long i = 0; i < whole; i += 16)
        store(line + i, NAME(activate)(DEQUANTIZED(i), activation));
    for (long i = whole; i < size; i++) {
      v16 x = splat(DEQUANTIZED_SCALAR(i));
      line[i] = (activation == 0 ? gelu_coarse(x) : NAME(activate)(x, activation))[0];
    }
    NAME(quantize_row)(line, size, levels, q, new_scales + row, new_least + row);
  }
}
