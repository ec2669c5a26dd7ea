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

// The normal distribution function by formula 7.1.26 of Abramowitz and Stegun (absolute error
// below 1.5e-7), which needs the density's exponential anyway.
static void NAME(gelu)(float *x, const float *bias, float *y, long count) {
  for (long i = 0; i < count; i += LANES) {
    v16 value = load_some(x + i, count - i) + load_some(bias + i, count - i);
    v16 power = exponential(value * value * -0.5f);
    v16 magnitude = larger(value, -value);
    v16 t = 1.0f / (magnitude * (0.3275911f * 0.70710678f) + 1.0f);
    v16 p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    v16 tail = p * t * power * 0.5f;
    v16 phi = choose(value < splat(0), tail, 1.0f - tail);
    store_some(y + i, value * phi, count - i);
    store_some(x + i, phi + value * power * 0.39894228f, count - i);
  }
}

static void NAME(accumulate)(float *x, const float *y, long count) {
  for (long i = 0; i < count; i++) x[i] += y[i];
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
    store_some(sums + i, total, columns - i);
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

static void NAME(row_softmax)(float *row, long length, long width) {
  float scale = 1 / exponentials(row, length, width);
  for (long i = 0; i < width; i += LANES) store(row + i, load(row + i) * scale);
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
      for (int v = 0; v < VECTORS; v++) total[r][v] = (v16){};                           \
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
                                const float *b, long ldb, float *c, long ldc) {
  while (m >= 4) PRODUCT_ROWS(4)
  if (m >= 2) PRODUCT_ROWS(2)
  if (m) PRODUCT_ROWS(1)
}
