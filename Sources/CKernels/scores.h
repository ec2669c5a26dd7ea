// Canonical scores of rows; included after lanes.h, once per instruction set. NAME(x) makes this
// compilation's names, SCORE_ROWS is how many scores are summed side by side: one score is a chain of
// additions, each of which waits for the one before it.

typedef double d8 __attribute__((vector_size(64)));
typedef float f8 __attribute__((vector_size(32), aligned(4)));

INLINE d8 wide(const float *p) { return __builtin_convertvector(*(const f8 *)p, d8); }

// Products of floats are exact in float64: fused or not, the bits are the same.
INLINE void NAME(score)(const float *const *a, const float *const *b, long rows, long size,
                        float *scores) {
  d8 sums[SCORE_ROWS] = {};
  long whole = size / 8 * 8;
  for (long i = 0; i < whole; i += 8)
    for (long row = 0; row < rows; row++) sums[row] += wide(a[row] + i) * wide(b[row] + i);
  for (long row = 0; row < rows; row++) {
    d8 p = sums[row];
    for (long i = whole; i < size; i++) p[i - whole] += (double)a[row][i] * (double)b[row][i];
    scores[row] = (float)(((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7])));
  }
}

static void NAME(scores)(const float *const *a, const float *const *b, long rows, long size,
                         float *scores) {
  long row = 0;
  for (; row + SCORE_ROWS <= rows; row += SCORE_ROWS)
    NAME(score)(a + row, b + row, SCORE_ROWS, size, scores + row);
  for (; row < rows; row++) NAME(score)(a + row, b + row, 1, size, scores + row);
}
