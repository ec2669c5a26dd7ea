// Sixteen floats at a time, for whichever instruction set the including file has switched on.

#pragma clang diagnostic ignored "-Wpsabi"  // vectors go through inlined functions only

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4)));
typedef uint16_t h16 __attribute__((vector_size(32), aligned(2)));

typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));

#define LANES 16
#define INLINE static inline __attribute__((always_inline))

INLINE v16 load(const float *p) { return *(const v16 *)p; }
INLINE void store(float *p, v16 x) { *(v16 *)p = x; }
INLINE v16 splat(float x) { return (v16){} + x; }

// Halves are folded onto each other: four steps instead of fifteen.
#define FOLD(x, OPERATION)                                                               \
  v8 a8 = OPERATION(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7),               \
                    __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));        \
  v4 a4 = OPERATION(__builtin_shufflevector(a8, a8, 0, 1, 2, 3),                         \
                    __builtin_shufflevector(a8, a8, 4, 5, 6, 7));                        \
  v4 a2 = OPERATION(a4, __builtin_shufflevector(a4, a4, 2, 3, 2, 3));                    \
  v4 a1 = OPERATION(a2, __builtin_shufflevector(a2, a2, 1, 1, 1, 1));                    \
  return a1[0];
#define PLUS(a, b) ((a) + (b))

INLINE float sum(v16 x) { FOLD(x, PLUS) }

// One instruction; __builtin_elementwise_max takes three, to prefer a number to a NaN on either side.
INLINE v16 larger(v16 a, v16 b) {
  i16 isLarger = a > b;
  return (v16)((isLarger & (i16)a) | (~isLarger & (i16)b));
}

INLINE float largest(v16 x) { FOLD(x, __builtin_elementwise_max) }

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

// The first n of 16 floats, the rest 0; and the store of as many.
INLINE v16 load_some(const float *p, long n) {
  if (n >= LANES) return load(p);
  v16 x = {};
  for (long i = 0; i < n; i++) x[i] = p[i];
  return x;
}

INLINE void store_some(float *p, v16 x, long n) {
  if (n >= LANES) return store(p, x);
  for (long i = 0; i < n; i++) p[i] = x[i];
}

INLINE void store_some_bfloat16(uint16_t *p, v16 x, long n) {
  h16 narrow = to_bfloat16(x);
  if (n >= LANES) *(h16 *)p = narrow;
  else for (long i = 0; i < n; i++) p[i] = narrow[i];
}

INLINE v16 keep(v16 x, long n) {
  for (long i = n; i < LANES; i++) x[i] = 0;
  return x;
}

INLINE v16 choose(i16 mask, v16 yes, v16 no) {
  return (v16)((mask & (i16)yes) | (~mask & (i16)no));
}

// Turns a row of scores into exp(score - largest score), whose sum it returns; columns from length
// on count as -infinity.
INLINE float exponentials(float *row, long length, long width) {
  for (long i = length; i < width; i++) row[i] = -1e30f;
  v16 best = load(row);
  for (long i = LANES; i < width; i += LANES) best = larger(best, load(row + i));
  float top = largest(best);
  v16 total = {};
  for (long i = 0; i < width; i += LANES) {
    v16 weight = exponential(load(row + i) - top);
    total += weight;
    store(row + i, weight);
  }
  return sum(total);
}
