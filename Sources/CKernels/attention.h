// Self-attention; included after lanes.h and attention_float.h or attention_bfloat16.h, which say
// how keys, values and weights are stored and multiplied. Those come in words of 4 bytes: a float,
// or two bfloat16 that follow each other along the product's inner dimension.

// c [rows, 16 * vectors] = a [rows, words] b [words, 16 * vectors], all sums in registers.
INLINE void product_tile(const float *a, long lda, const float *b, long ldb, long words,
                         int rows, int vectors, float *c, long ldc) {
  v16 total[8][2] = {};
  for (long d = 0; d < words; d++) {
    v16 column[2];
    for (int i = 0; i < vectors; i++) column[i] = load(b + d * ldb + 16 * i);
    for (int r = 0; r < rows; r++)
      for (int i = 0; i < vectors; i++)
        total[r][i] = multiply_add(total[r][i], column[i], a[r * lda + d]);
  }
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < vectors; i++) store(c + r * ldc + 16 * i, total[r][i]);
}

// The same for any number of columns that is a multiple of 16. TILE_VECTORS is what fits the
// registers beside the rows.
INLINE void product_rows(const float *a, long lda, const float *b, long ldb, long words, int rows,
                         long columns, float *c, long ldc) {
  long i = 0;
  for (; TILE_VECTORS > 1 && i + 32 <= columns; i += 32)
    product_tile(a, lda, b + i, ldb, words, rows, 2, c + i, ldc);
  for (; i < columns; i += 16) product_tile(a, lda, b + i, ldb, words, rows, 1, c + i, ldc);
}

// c [rows, columns] = a [rows, words] b [words, columns]; rows is 8, 4, 2 or 1.
static void NAME(product)(const float *a, long lda, const float *b, long ldb, long words,
                          long rows, long columns, float *c, long ldc) {
  for (; rows > TILE_ROWS; rows -= TILE_ROWS, a += TILE_ROWS * lda, c += TILE_ROWS * ldc)
    product_rows(a, lda, b, ldb, words, TILE_ROWS, columns, c, ldc);
  switch (rows) {
    case 8: return product_rows(a, lda, b, ldb, words, 8, columns, c, ldc);
    case 4: return product_rows(a, lda, b, ldb, words, 4, columns, c, ldc);
    case 2: return product_rows(a, lda, b, ldb, words, 2, columns, c, ldc);
    default: return product_rows(a, lda, b, ldb, words, 1, columns, c, ldc);
  }
}

// Transposes 16 rows of 16 words: each pass moves one bit of the row number into the column's.
INLINE void transpose(v16 rows[16]) {
  for (int pass = 0; pass < 4; pass++) {
    v16 next[16];
    for (int i = 0; i < 8; i++) {
      next[2 * i] = __builtin_shufflevector(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                            20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i++) rows[i] = next[i];
  }
}

// One head's keys as columns, [words of depth, width]; columns from length on are 0.
static void NAME(gather_keys)(const float *key, long stride, long length, long width, long depth,
                              float *columns) {
  long words = (depth + PER_WORD - 1) / PER_WORD;
  for (long first = 0; first < width; first += 16)
    for (long d = 0; d < words; d += 16) {
      v16 tile[16];
      for (long i = 0; i < 16; i++)
        tile[i] = first + i < length
                      ? NAME(pack)(key + (first + i) * stride + PER_WORD * d, depth - PER_WORD * d)
                      : (v16){};
      transpose(tile);
      long count = words - d < 16 ? words - d : 16;
      for (long i = 0; i < count; i++) store(columns + (d + i) * width + first, tile[i]);
    }
}

// One row of scores of the keys begin..<end: adds the bias of each key (bias[0] is that of key 0)
// and hides keys farther than window from the query.
INLINE void adjust_scores(float *row, long begin, long end, long query, const float *bias,
                          long window) {
  if (bias) {
    long k = begin;
    for (; k + 16 <= end; k += 16) store(row + k - begin, load(row + k - begin) + load(bias + k));
    for (; k < end; k++) row[k - begin] += bias[k];
  }
  if (!window) return;
  for (long k = begin; k < query - window; k++) row[k - begin] = -1e30f;
  for (long k = query + window + 1; k < end; k++) row[k - begin] = -1e30f;
}

INLINE void store_context(const float *from, float scale, long depth, void *context, long place,
                          int wide) {
  float *floats = (float *)context + place;
  uint16_t *halves = (uint16_t *)context + place;
  for (long d = 0; d < depth; d += LANES) {
    v16 x = load(from + d) * scale;
    if (wide) store_some(floats + d, x, depth - d);
    else store_some_bfloat16(halves + d, x, depth - d);
  }
}

static void NAME(attention)(const float *projections, long length, long heads, long depth,
                            const ck_attention_settings *settings, void *context, int wide,
                            float *scratch) {
  const float *bias = settings ? settings->bias : 0;
  long window = settings ? settings->window : 0, reach = settings ? settings->bias_reach : 0;
  long hidden = heads * depth, stride = 3 * hidden, words = (depth + PER_WORD - 1) / PER_WORD;
  long width = (length + 15) / 16 * 16, padded = (depth + 15) / 16 * 16;
  float *keys = scratch;
  float *values = scratch + (depth * width + 15) / 16 * 16;
  float *weights = values + (length + 1) * padded, *result = weights + 8 * width;
  float *packed = result + 8 * padded;
  for (long head = 0; head < heads; head++) {
    const float *query = projections + head * depth;
    const float *centered = bias ? bias + head * (2 * reach - 1) + reach - 1 : 0;
    NAME(gather_keys)(query + hidden, stride, length, width, depth, keys);
    NAME(gather_values)(query + 2 * hidden, stride, length, depth, padded, values);
    for (long row = 0, rows; row < length; row += rows) {
      long left = length - row, begin = 0, end = length;
      rows = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      if (window) {
        begin = row > window ? (row - window) / 16 * 16 : 0;
        end = row + rows + window < length ? row + rows + window : length;
      }
      long count = end - begin, span = (count + 15) / 16 * 16;
      for (long r = 0; r < rows; r++)
        for (long d = 0; d < words; d += 16)
          store(packed + r * padded + d,
                NAME(pack)(query + (row + r) * stride + PER_WORD * d, depth - PER_WORD * d));
      NAME(product)(packed, padded, keys + begin, width, words, rows, span, weights, width);
      float totals[8];
      for (long r = 0; r < rows; r++) {
        float *line = weights + r * width;
        if (settings)
          adjust_scores(line, begin, end, row + r, centered ? centered - row - r : 0, window);
        totals[r] = NAME(weigh)(line, count, span);
      }
      NAME(product)(weights, width, values + begin / PER_WORD * padded, padded,
                    (count + PER_WORD - 1) / PER_WORD, rows, padded, result, padded);
      for (long r = 0; r < rows; r++)
        store_context(result + r * padded, 1 / totals[r], depth, context,
                      (row + r) * hidden + head * depth, wide);
    }
  }
}
