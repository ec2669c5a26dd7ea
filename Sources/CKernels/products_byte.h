// Exact int32 products of unsigned with signed bytes; included once per instruction set with
//   BYTES         a vector of bytes, SUMS one of as many int32 as fit the same register
//   SPREAD(x)     the int32 x in every place of a vector of bytes
//   MULTIPLY_ADD  adds to each sum the products of its STEP / 4 groups of four bytes
//   ABOVE(a, b)   a bit for each place of two vectors of sums where a > b
//   MASK          an unsigned integer of as many bits as a panel has columns
//   BYTE_ROWS     rows whose sums, two vectors each, fit the registers
//
// A panel holds PANEL columns (two vectors of sums): [depth / 4, PANEL, 4], zeros beyond the depth.
// Rows of the left side are read up to the next multiple of STEP.

#ifndef INLINE
#define INLINE static inline __attribute__((always_inline))
#endif
#define PANEL ((long)sizeof(BYTES) / 2)

typedef int32_t NAME(sums) __attribute__((vector_size(sizeof(BYTES))));
typedef int32_t NAME(sums_anywhere) __attribute__((vector_size(sizeof(BYTES)), aligned(4)));

INLINE BYTES NAME(spread)(const uint8_t *group) {
  int32_t four;
  memcpy(&four, group, sizeof four);
  return SPREAD(four);
}

// low and high [rows]: the sums of one panel. rows: a constant at each call, at most BYTE_ROWS.
INLINE void NAME(byte_sums)(const uint8_t *x, const int rows, long stride, long depth,
                            const int8_t *panel, NAME(sums) *low, NAME(sums) *high) {
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) low[r] = high[r] = (NAME(sums)){};
  for (long k = 0; k < depth; k += STEP, panel += STEP * PANEL) {
    const BYTES *weights = (const BYTES *)panel;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const uint8_t *group = x + r * stride + k;
      MULTIPLY_ADD(low[r], group, weights);
      MULTIPLY_ADD(high[r], group, weights + 1);
    }
  }
}

INLINE void NAME(byte_tile)(const uint8_t *x, const int rows, long stride, long depth,
                            const int8_t *panel, int32_t *sums, long columns) {
  NAME(sums) low[BYTE_ROWS], high[BYTE_ROWS];
  NAME(byte_sums)(x, rows, stride, depth, panel, low, high);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    *(NAME(sums_anywhere) *)(sums + r * columns) = (NAME(sums_anywhere))low[r];
    *(NAME(sums_anywhere) *)(sums + r * columns + PANEL / 2) = (NAME(sums_anywhere))high[r];
  }
}

static void NAME(byte_product)(const uint8_t *x, long rows, long stride, long depth,
                               const int8_t *panels, long columns, int32_t *sums) {
  long padded = (depth + 7) & ~7L, column = 0;
  for (; column + PANEL <= columns; column += PANEL) {
    const int8_t *panel = panels + column * padded;
    long row = 0;
    for (; row + BYTE_ROWS <= rows; row += BYTE_ROWS)
      NAME(byte_tile)(x + row * stride, BYTE_ROWS, stride, depth, panel,
                      sums + row * columns + column, columns);
    for (; row < rows; row++)
      NAME(byte_tile)(x + row * stride, 1, stride, depth, panel, sums + row * columns + column,
                      columns);
  }
  if (column == columns) return;
  int32_t line[PANEL];
  for (long row = 0; row < rows; row++) {
    NAME(byte_tile)(x + row * stride, 1, stride, depth, panels + column * padded, line, PANEL);
    memcpy(sums + row * columns + column, line, (columns - column) * sizeof *line);
  }
}

INLINE void NAME(byte_candidate_tile)(const uint8_t *x, const int rows, long stride, long depth,
                                      const int8_t *panel, const int32_t *row_cutoffs,
                                      const int32_t *column_cutoffs, uint32_t *bits, long words,
                                      long column) {
  NAME(sums) low[BYTE_ROWS], high[BYTE_ROWS];
  NAME(byte_sums)(x, rows, stride, depth, panel, low, high);
  NAME(sums_anywhere) first = *(const NAME(sums_anywhere) *)column_cutoffs;
  NAME(sums_anywhere) second = *(const NAME(sums_anywhere) *)(column_cutoffs + PANEL / 2);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    BYTES below = (BYTES)(first + row_cutoffs[r]), beside = (BYTES)(second + row_cutoffs[r]);
    MASK mask = ABOVE((BYTES)low[r], below) | (MASK)ABOVE((BYTES)high[r], beside) << PANEL / 2;
    *(MASK *)((char *)(bits + r * words) + column / 8) = mask;
  }
}

static void NAME(byte_candidates)(const uint8_t *x, long rows, long stride, long depth,
                                  const int8_t *panels, long columns, const int32_t *row_cutoffs,
                                  const int32_t *column_cutoffs, uint32_t *bits) {
  long padded = (depth + 7) & ~7L, words = (columns + 31) / 32;
  for (long column = 0; column < columns; column += PANEL) {
    const int8_t *panel = panels + column * padded;
    long row = 0;
    for (; row + BYTE_ROWS <= rows; row += BYTE_ROWS)
      NAME(byte_candidate_tile)(x + row * stride, BYTE_ROWS, stride, depth, panel,
                                row_cutoffs + row, column_cutoffs + column, bits + row * words,
                                words, column);
    for (; row < rows; row++)
      NAME(byte_candidate_tile)(x + row * stride, 1, stride, depth, panel, row_cutoffs + row,
                                column_cutoffs + column, bits + row * words, words, column);
  }
  // The last panel may end in the middle of a word.
  long end = (columns + PANEL - 1) / PANEL * PANEL;
  for (long row = 0; end < words * 32 && row < rows; row++)
    *(MASK *)((char *)(bits + row * words) + end / 8) = 0;
}
