// The training kernels, for whichever instruction set the including file has switched on; it
// includes lanes.h before, for loads, stores and the exponential function.

typedef uint32_t u16 __attribute__((vector_size(64), aligned(4)));

INLINE v16 square_root(v16 x) { return __builtin_elementwise_sqrt(x); }

// --- Dropout -----------------------------------------------------------------------------------

INLINE u16 scramble(u16 x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

INLINE v16 factors(ck_dropout dropout, uint32_t index) {
  u16 counter = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u16 hash = scramble(scramble((counter + index) ^ dropout.first_key) + dropout.second_key);
  return (v16)((i16)splat(dropout.scale) & (i16)(hash >= dropout.threshold));
}

static void NAME(dropout_factors)(ck_dropout dropout, uint32_t index, long count, float *result) {
  for (long i = 0; i < count; i += LANES)
    store_some(result + i, factors(dropout, index + (uint32_t)i), count - i);
}

static void NAME(dropout_apply)(ck_dropout dropout, uint32_t index, long count, float *x) {
  for (long i = 0; i < count; i += LANES)
    store_some(x + i, load_some(x + i, count - i) * factors(dropout, index + (uint32_t)i),
               count - i);
}

// --- Element by element ------------------------------------------------------------------------

// An activation and its derivative at x.
typedef struct {
  v16 value, slope;
} curve;

// The normal distribution function by formula 7.1.26 of Abramowitz and Stegun (absolute error
// below 1.5e-7), which needs the density's exponential anyway.
INLINE curve gelu_curve(v16 x) {
  v16 power = exponential(x * x * -0.5f);
  v16 magnitude = larger(x, -x);
  v16 t = 1.0f / (magnitude * (0.3275911f * 0.70710678f) + 1.0f);
  v16 p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  v16 tail = p * t * power * 0.5f;
  v16 phi = choose(x < splat(0), tail, 1.0f - tail);
  return (curve){x * phi, phi + x * power * 0.39894228f};
}

// 1 / (1 + exp(-x)), from the exponential of what is not positive.
INLINE v16 logistic(v16 x) {
  v16 power = exponential(-larger(x, -x));
  v16 share = 1.0f / (power + 1.0f);
  return choose(x < splat(0), power * share, share);
}

// With tanh(u) = 2 logistic(2 u) - 1.
INLINE curve gelu_tanh_curve(v16 x) {
  v16 square = x * x;
  v16 half = logistic((square * 0.044715f + 1.0f) * x * 1.59576912f);
  v16 inner = (square * 0.134145f + 1.0f) * 1.59576912f;
  return (curve){x * half, half + x * half * (1.0f - half) * inner};
}

INLINE curve silu_curve(v16 x) {
  v16 share = logistic(x);
  return (curve){x * share, share * (x * (1.0f - share) + 1.0f)};
}

INLINE curve relu_curve(v16 x) {
  i16 positive = x > splat(0);
  return (curve){choose(positive, x, splat(0)), choose(positive, splat(1), splat(0))};
}

INLINE curve curve_at(v16 x, int activation) {
  switch (activation) {
    case 0: return gelu_curve(x);
    case 1: return gelu_tanh_curve(x);
    case 2: return relu_curve(x);
    default: return silu_curve(x);
  }
}

INLINE v16 with_bias(const float *x, const float *bias, long i, long n) {
  v16 value = load_some(x + i, n);
  return bias ? value + load_some(bias + i, n) : value;
}

static void NAME(activate_forward)(float *x, const float *bias, float *y, long count,
                                   int activation) {
  for (long i = 0; i < count; i += LANES) {
    curve at = curve_at(with_bias(x, bias, i, count - i), activation);
    store_some(y + i, at.value, count - i);
    store_some(x + i, at.slope, count - i);
  }
}

static void NAME(gate_forward)(float *x, const float *bias, float *y, long size,
                               int activation) {
  float *factor = x + size;
  const float *factor_bias = bias ? bias + size : 0;
  for (long i = 0; i < size; i += LANES) {
    long n = size - i;
    curve at = curve_at(with_bias(x, bias, i, n), activation);
    v16 other = with_bias(factor, factor_bias, i, n);
    store_some(y + i, at.value * other, n);
    store_some(x + i, at.slope * other, n);
    store_some(factor + i, at.value, n);
  }
}

static void NAME(gate_backward)(const float *gradient, float *x, long size) {
  for (long i = 0; i < size; i += LANES) {
    v16 dy = load_some(gradient + i, size - i);
    store_some(x + i, load_some(x + i, size - i) * dy, size - i);
    store_some(x + size + i, load_some(x + size + i, size - i) * dy, size - i);
  }
}

static void NAME(accumulate)(float *x, const float *y, long count) {
  for (long i = 0; i < count; i++) x[i] += y[i];
}

static void NAME(narrow)(const float *x, long count, uint16_t *y) {
  for (long i = 0; i < count; i += LANES)
    store_some_bfloat16(y + i, load_some(x + i, count - i), count - i);
}

static void NAME(multiply)(float *x, const float *y, long count) {
  for (long i = 0; i < count; i++) x[i] *= y[i];
}

// --- Layer normalization -----------------------------------------------------------------------

static float NAME(norm_forward)(const float *y, const float *bias, const float *residual,
                                ck_dropout dropout, uint32_t index, const float *gamma,
                                const float *beta, float epsilon, long width, float *normalized,
                                float *output) {
  v16 total = {};
  for (long i = 0; i < width; i += LANES) {
    long n = width - i;
    v16 x;
    if (y) {
      x = load_some(y + i, n) + load_some(bias + i, n);
      if (dropout.threshold) x *= factors(dropout, index + (uint32_t)i);
      x += load_some(residual + i, n);
      x = n < LANES ? keep(x, n) : x;
      store_some(normalized + i, x, n);
    } else {
      x = load_some(normalized + i, n);
    }
    total += x;
  }
  float mean = sum(total) / width;
  v16 squares = {};
  for (long i = 0; i < width; i += LANES) {
    v16 x = load_some(normalized + i, width - i) - mean;
    x = width - i < LANES ? keep(x, width - i) : x;
    squares += x * x;
  }
  float scale = 1 / __builtin_sqrtf(sum(squares) / width + epsilon);
  for (long i = 0; i < width; i += LANES) {
    long n = width - i;
    v16 x = (load_some(normalized + i, n) - mean) * scale;
    store_some(normalized + i, x, n);
    store_some(output + i, x * load_some(gamma + i, n) + load_some(beta + i, n), n);
  }
  return scale;
}

static void NAME(norm_backward)(const float *gradient, const float *gamma,
                                const float *normalized, float scale, ck_dropout dropout,
                                uint32_t index, long width, float *residual, float *branch) {
  v16 total = {}, product = {};
  for (long i = 0; i < width; i += LANES) {
    v16 scaled = load_some(gradient + i, width - i) * load_some(gamma + i, width - i);
    total += scaled;
    product += scaled * load_some(normalized + i, width - i);
  }
  float mean = sum(total) / width, slope = sum(product) / width;
  for (long i = 0; i < width; i += LANES) {
    long n = width - i;
    v16 scaled = load_some(gradient + i, n) * load_some(gamma + i, n);
    v16 dx = (scaled - mean - load_some(normalized + i, n) * slope) * scale;
    store_some(residual + i, dx, n);
    if (!branch) continue;
    if (dropout.threshold) dx *= factors(dropout, index + (uint32_t)i);
    store_some(branch + i, dx, n);
  }
}

static void NAME(column_sums)(const float *matrix, const float *other, long rows, long stride,
                              long columns, float *sums, float *products) {
  for (long i = 0; i < columns; i += LANES) {
    v16 total = {}, product = {};
    for (long row = 0; row < rows; row++) {
      v16 x = load_some(matrix + row * stride + i, columns - i);
      total += x;
      if (other) product += x * load_some(other + row * stride + i, columns - i);
    }
    if (sums) store_some(sums + i, total, columns - i);
    if (other) store_some(products + i, product, columns - i);
  }
}

// --- AdamW -------------------------------------------------------------------------------------

static void NAME(adamw_update)(ck_adamw settings, float *values, const float *gradient,
                               float *first, float *second, long count, float gradient_scale) {
  for (long i = 0; i < count; i += LANES) {
    long n = count - i;
    v16 g = load_some(gradient + i, n) * gradient_scale;
    v16 old = load_some(first + i, n);
    v16 m = old + (g - old) * (1 - settings.beta1);
    v16 v = load_some(second + i, n) * settings.beta2 + g * g * (1 - settings.beta2);
    v16 root = square_root(v) * settings.inverse_root_correction + settings.epsilon;
    store_some(first + i, m, n);
    store_some(second + i, v, n);
    v16 value = load_some(values + i, n) * settings.decay;
    store_some(values + i, value - m / root * settings.step_size, n);
  }
}

static float NAME(sum_of_squares)(const float *values, long count) {
  v16 total[4] = {};
  long i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int c = 0; c < 4; c++) {
      v16 x = load(values + i + LANES * c);
      total[c] += x * x;
    }
  for (; i < count; i += LANES) {
    v16 x = load_some(values + i, count - i);
    total[0] += x * x;
  }
  return sum((total[0] + total[1]) + (total[2] + total[3]));
}

// --- Attention ---------------------------------------------------------------------------------

static float NAME(row_softmax)(float *row, long length, long width) {
  float top = row[0];
  for (long i = 1; i < length; i++) top = row[i] > top ? row[i] : top;
  float total = exponentials(row, length, width), scale = 1 / total;
  for (long i = 0; i < width; i += LANES) store(row + i, load(row + i) * scale);
  return top + __builtin_logf(total);
}

static void NAME(softmax_again)(float *row, long length, long width, float log_sum) {
  for (long i = length; i < width; i++) row[i] = -1e30f;
  for (long i = 0; i < width; i += LANES) store(row + i, exponential(load(row + i) - log_sum));
}

static void NAME(softmax_backward)(const float *probabilities, const float *weights,
                                   float *gradient, long width, float scale) {
  v16 total = {};
  for (long i = 0; i < width; i += LANES) {
    v16 product = load(weights + i) * load(gradient + i);
    store(gradient + i, product);
    total += product;
  }
  float all = sum(total);
  for (long i = 0; i < width; i += LANES)
    store(gradient + i, (load(gradient + i) - load(probabilities + i) * all) * scale);
}

#define PRODUCT_BLOCK(ROWS, VECTORS)                                                     \
  {                                                                                      \
    v16 total[ROWS][VECTORS];                                                            \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int v = 0; v < VECTORS; v++)                                                  \
        total[r][v] = accumulate ? load(c + r * ldc + x + LANES * v) : (v16){};          \
    for (long j = 0; j < k; j++)                                                         \
      for (int v = 0; v < VECTORS; v++) {                                                \
        v16 right = load(b + j * ldb + x + LANES * v);                                   \
        for (int r = 0; r < ROWS; r++) total[r][v] += right * a[r * row + j * column];   \
      }                                                                                  \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int v = 0; v < VECTORS; v++) store(c + r * ldc + x + LANES * v, total[r][v]); \
  }

#define PRODUCT_ROWS(ROWS)                                  \
  {                                                         \
    long x = 0;                                             \
    for (; x + 32 <= n; x += 32) PRODUCT_BLOCK(ROWS, 2)     \
    for (; x < n; x += 16) PRODUCT_BLOCK(ROWS, 1)           \
    a += ROWS * row;                                        \
    c += ROWS * ldc;                                        \
    m -= ROWS;                                              \
  }

static void NAME(small_product)(long m, long n, long k, const float *a, long row, long column,
                                const float *b, long ldb, float *c, long ldc, int accumulate) {
  while (m >= 4) PRODUCT_ROWS(4)
  if (m >= 2) PRODUCT_ROWS(2)
  if (m) PRODUCT_ROWS(1)
}
