// The kernels, for whichever instruction set the including file has switched on; NAME(x) makes
// this compilation's names. Included once per instruction set.

#pragma clang diagnostic ignored "-Wpsabi"  // vectors go through inlined functions only

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4)));
typedef uint16_t h16 __attribute__((vector_size(32), aligned(2)));

#define INLINE static inline __attribute__((always_inline))

INLINE v16 load(const float *p) { return *(const v16 *)p; }
INLINE void store(float *p, v16 x) { *(v16 *)p = x; }
INLINE v16 splat(float x) { return (v16){} + x; }

INLINE float sum(v16 x) {
  float total = 0;
  for (int i = 0; i < 8; i++) total += x[i] + x[i + 8];
  return total;
}

INLINE v16 larger(v16 a, v16 b) { return __builtin_elementwise_max(a, b); }

INLINE float largest(v16 x) {
  float best = x[0];
  for (int i = 1; i < 16; i++) best = x[i] > best ? x[i] : best;
  return best;
}

// exp for x <= 0, relative error below 2e-7: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2]
// (the classic range reduction of Cody and Waite; coefficients of Cephes expf). Below -87: 0.
INLINE v16 exponential(v16 x) {
  i16 tiny = x < -87.0f;
  x = larger(x, splat(-87.0f));
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  v16 shifted = x * 1.44269504088896341f + magic;
  v16 n = shifted - magic;
  v16 r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  v16 p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  i16 bits = (i16)p + (__builtin_convertvector(n, i16) << 23);
  return (v16)(bits & ~tiny);
}

// Round to nearest even, as the hardware does; NaN stays NaN.
INLINE h16 to_bfloat16(v16 x) {
  i16 bits = (i16)x;
  i16 rounded = bits + 0x7fff + ((bits >> 16) & 1);
  i16 nan = x != x;
  bits = (nan & (bits | 0x400000)) | (~nan & rounded);
  return __builtin_convertvector((bits >> 16) & 0xffff, h16);
}

INLINE uint16_t to_bfloat16_scalar(float x) { return to_bfloat16(splat(x))[0]; }

// --- Attention -------------------------------------------------------------------------------

// scores [rows, width] = q [rows, depth] * kt [depth, width], rows <= 4, width a multiple of 16
#define SCORE_BLOCK(ROWS, VECTORS)                                                       \
  {                                                                                      \
    v16 total[ROWS][VECTORS];                                                            \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int c = 0; c < VECTORS; c++) total[r][c] = (v16){};                           \
    for (long d = 0; d < depth; d++)                                                     \
      for (int c = 0; c < VECTORS; c++) {                                                \
        v16 key = load(kt + d * width + column + 16 * c);                                \
        for (int r = 0; r < ROWS; r++) total[r][c] += key * q[r * stride + d];           \
      }                                                                                  \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int c = 0; c < VECTORS; c++)                                                  \
        store(scores + r * width + column + 16 * c, total[r][c]);                        \
  }

#define SCORE_ROWS(ROWS)                                                                 \
  {                                                                                      \
    long column = 0;                                                                     \
    for (; column + 32 <= width; column += 32) SCORE_BLOCK(ROWS, 2)                      \
    for (; column < width; column += 16) SCORE_BLOCK(ROWS, 1)                            \
  }

INLINE void NAME(scores)(const float *q, long stride, const float *kt, long depth, long width,
                         long rows, float *scores) {
  if (rows == 4) SCORE_ROWS(4) else if (rows == 3) SCORE_ROWS(3)
  else if (rows == 2) SCORE_ROWS(2) else SCORE_ROWS(1)
}

// Turns one row of scores into weights that sum to 1; columns from length on become 0.
INLINE void NAME(softmax)(float *row, long length, long width) {
  for (long i = length; i < width; i++) row[i] = -1e30f;
  v16 best = load(row);
  for (long i = 16; i < width; i += 16) best = larger(best, load(row + i));
  float top = largest(best);
  v16 total = {};
  for (long i = 0; i < width; i += 16) {
    v16 weight = exponential(load(row + i) - top);
    total += weight;
    store(row + i, weight);
  }
  float scale = 1 / sum(total);
  for (long i = 0; i < width; i += 16) store(row + i, load(row + i) * scale);
}

// result [rows, 16 * vectors] = weights [rows, length] * v [length, padded]
#define CONTEXT_BLOCK(ROWS, VECTORS)                                                     \
  {                                                                                      \
    v16 total[ROWS][VECTORS];                                                            \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int c = 0; c < VECTORS; c++) total[r][c] = (v16){};                           \
    for (long k = 0; k < length; k++)                                                    \
      for (int c = 0; c < VECTORS; c++) {                                                \
        v16 value = load(v + k * padded + column + 16 * c);                              \
        for (int r = 0; r < ROWS; r++) total[r][c] += value * weights[r * width + k];    \
      }                                                                                  \
    for (int r = 0; r < ROWS; r++)                                                       \
      for (int c = 0; c < VECTORS; c++)                                                  \
        store(result + r * padded + column + 16 * c, total[r][c]);                       \
  }

#define CONTEXT_ROWS(ROWS)                                                               \
  {                                                                                      \
    long column = 0;                                                                     \
    for (; column + 32 <= padded; column += 32) CONTEXT_BLOCK(ROWS, 2)                   \
    for (; column < padded; column += 16) CONTEXT_BLOCK(ROWS, 1)                         \
  }

INLINE void NAME(context)(const float *weights, long width, const float *v, long padded,
                          long length, long rows, float *result) {
  if (rows == 4) CONTEXT_ROWS(4) else if (rows == 3) CONTEXT_ROWS(3)
  else if (rows == 2) CONTEXT_ROWS(2) else CONTEXT_ROWS(1)
}

INLINE void NAME(gather)(const float *key, const float *value, long stride, long length,
                         long width, long depth, long padded, float *kt, float *v) {
  for (long k = 0; k < length; k++) {
    for (long d = 0; d < depth; d++) kt[d * width + k] = key[k * stride + d];
    for (long d = 0; d < depth; d++) v[k * padded + d] = value[k * stride + d];
    for (long d = depth; d < padded; d++) v[k * padded + d] = 0;
  }
  for (long k = length; k < width; k++)
    for (long d = 0; d < depth; d++) kt[d * width + k] = 0;
}

static void NAME(attention)(const float *projections, long length, long heads, long depth,
                            void *context, int wide, float *scratch) {
  long hidden = heads * depth, stride = 3 * hidden;
  long width = (length + 15) / 16 * 16, padded = (depth + 15) / 16 * 16;
  float *kt = scratch;
  float *v = scratch + (depth * width + 15) / 16 * 16;
  float *weights = v + length * padded, *result = weights + 4 * width;
  for (long head = 0; head < heads; head++) {
    const float *query = projections + head * depth;
    NAME(gather)(query + hidden, query + 2 * hidden, stride, length, width, depth, padded, kt, v);
    for (long row = 0; row < length; row += 4) {
      long rows = length - row < 4 ? length - row : 4;
      NAME(scores)(query + row * stride, stride, kt, depth, width, rows, weights);
      for (long r = 0; r < rows; r++) NAME(softmax)(weights + r * width, length, width);
      NAME(context)(weights, width, v, padded, length, rows, result);
      for (long r = 0; r < rows; r++) {
        long place = (row + r) * hidden + head * depth;
        const float *from = result + r * padded;
        if (wide) {
          memcpy((float *)context + place, from, depth * sizeof(float));
        } else if (depth % 16 == 0) {
          for (long d = 0; d < depth; d += 16)
            *(h16 *)((uint16_t *)context + place + d) = to_bfloat16(load(from + d));
        } else {
          for (long d = 0; d < depth; d++)
            ((uint16_t *)context)[place + d] = to_bfloat16_scalar(from[d]);
        }
      }
    }
  }
}

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
