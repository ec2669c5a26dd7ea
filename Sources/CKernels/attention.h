// Self-attention, for whichever instruction set the including file has switched on; it includes
// vector.h before.

// c [rows, 16 * vectors] = a [rows, depth] b [depth, 16 * vectors], all sums in registers.
INLINE void product_tile(const float *a, long lda, const float *b, long ldb, long depth,
                         int rows, int vectors, float *c, long ldc) {
  v16 total[8][2] = {};
  for (long d = 0; d < depth; d++) {
    v16 column[2];
    for (int i = 0; i < vectors; i++) column[i] = load(b + d * ldb + 16 * i);
    for (int r = 0; r < rows; r++)
      for (int i = 0; i < vectors; i++) total[r][i] += column[i] * a[r * lda + d];
  }
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < vectors; i++) store(c + r * ldc + 16 * i, total[r][i]);
}

// The same for any number of columns that is a multiple of 16. TILE_VECTORS is what fits the
// registers beside the rows.
INLINE void product_rows(const float *a, long lda, const float *b, long ldb, long depth, int rows,
                         long columns, float *c, long ldc) {
  long i = 0;
  for (; TILE_VECTORS > 1 && i + 32 <= columns; i += 32)
    product_tile(a, lda, b + i, ldb, depth, rows, 2, c + i, ldc);
  for (; i < columns; i += 16) product_tile(a, lda, b + i, ldb, depth, rows, 1, c + i, ldc);
}

// c [rows, columns] = a [rows, depth] b [depth, columns]; rows is 8, 4, 2 or 1.
static void NAME(product)(const float *a, long lda, const float *b, long ldb, long depth,
                          long rows, long columns, float *c, long ldc) {
  for (; rows > TILE_ROWS; rows -= TILE_ROWS, a += TILE_ROWS * lda, c += TILE_ROWS * ldc)
    product_rows(a, lda, b, ldb, depth, TILE_ROWS, columns, c, ldc);
  switch (rows) {
    case 8: return product_rows(a, lda, b, ldb, depth, 8, columns, c, ldc);
    case 4: return product_rows(a, lda, b, ldb, depth, 4, columns, c, ldc);
    case 2: return product_rows(a, lda, b, ldb, depth, 2, columns, c, ldc);
    default: return product_rows(a, lda, b, ldb, depth, 1, columns, c, ldc);
  }
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

// Keys as columns, [depth, width], and values, [length, padded], of one head.
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

INLINE void NAME(store_context)(const float *from, long depth, void *context, long place,
                                int wide) {
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

static void NAME(attention)(const float *projections, long length, long heads, long depth,
                            const ck_attention_settings *settings, void *context, int wide,
                            float *scratch) {
  const float *bias = settings ? settings->bias : 0;
  long window = settings ? settings->window : 0, reach = settings ? settings->bias_reach : 0;
  long hidden = heads * depth, stride = 3 * hidden;
  long width = (length + 15) / 16 * 16, padded = (depth + 15) / 16 * 16;
  float *kt = scratch;
  float *v = scratch + (depth * width + 15) / 16 * 16;
  float *weights = v + length * padded, *result = weights + 8 * width;
  for (long head = 0; head < heads; head++) {
    const float *query = projections + head * depth;
    const float *centered = bias ? bias + head * (2 * reach - 1) + reach - 1 : 0;
    NAME(gather)(query + hidden, query + 2 * hidden, stride, length, width, depth, padded, kt, v);
    for (long row = 0, rows; row < length; row += rows) {
      long left = length - row;
      rows = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      long begin = 0, end = length;
      if (window) {
        begin = row > window ? (row - window) / 16 * 16 : 0;
        end = row + rows + window < length ? row + rows + window : length;
      }
      long count = end - begin, span = (count + 15) / 16 * 16;
      NAME(product)(query + row * stride, stride, kt + begin, width, depth, rows, span, weights,
                    width);
      for (long r = 0; r < rows; r++) {
        float *line = weights + r * width;
        if (settings)
          adjust_scores(line, begin, end, row + r, centered ? centered - row - r : 0, window);
        NAME(softmax)(line, count, span);
      }
      NAME(product)(weights, width, v + begin * padded, padded, count, rows, padded, result,
                    padded);
      for (long r = 0; r < rows; r++)
        NAME(store_context)(result + r * padded, depth, context,
                            (row + r) * hidden + head * depth, wide);
    }
  }
}
