#include "byte_table.h"
#include "vector_table.h"

// Racing first calls all store the same pointer.
static const vector_table *chosen;

static const vector_table *table(void) {
  const vector_table *known = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (known) return known;
  ck_features found = ck_detect();
  known = found.avx512 ? &ck_avx512 : found.avx2 ? &ck_avx2 : &ck_sse2;
  __atomic_store_n(&chosen, known, __ATOMIC_RELAXED);
  return known;
}

long ck_attention_scratch(long length, long head_size) {
  long width = (length + 15) / 16 * 16, padded = (head_size + 15) / 16 * 16;
  return (head_size * width + 15) / 16 * 16 + (length + 1) * padded + 8 * width + 16 * padded;
}

void ck_attention(const float *projections, long length, long heads, long head_size,
                  const ck_attention_settings *settings, void *context, int wide,
                  float *scratch) {
  attention_function attention =
      settings && settings->bfloat16 ? ck_avx512_bf16_attention : table()->attention;
  attention(projections, length, heads, head_size, settings, context, wide, scratch);
}

void ck_layer_norm(float *x, const float *weight, const float *bias, float epsilon, long rows,
                   long size, uint16_t *narrow) {
  table()->layer_norm(x, weight, bias, epsilon, rows, size, narrow);
}

void ck_add3(const float *word, const float *position, const float *type, long size, float *x) {
  table()->add3(word, position, type, size, x);
}

void ck_add(const float *x, long size, float *total) { table()->add(x, size, total); }

void ck_linear(const float *x, long rows, long inputs, const float *panels, const float *bias,
               long outputs, int epilogue, float *y) {
  table()->linear(x, rows, inputs, panels, bias, outputs, epilogue, y);
}

static const byte_table *bytes(void) {
  static const byte_table *chosen;
  const byte_table *known = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (known) return known;
  ck_features found = ck_detect();
  known = found.avx512_vnni ? &ck_bytes_avx512_vnni
          : found.avx_vnni  ? &ck_bytes_avx_vnni
                            : &ck_bytes_avx2;
  __atomic_store_n(&chosen, known, __ATOMIC_RELAXED);
  return known;
}

long ck_byte_panel(void) { return bytes()->panel; }

void ck_byte_product(const uint8_t *x, long rows, long stride, long depth, const int8_t *panels,
                     long columns, int32_t *sums) {
  bytes()->product(x, rows, stride, depth, panels, columns, sums);
}

void ck_byte_candidates(const uint8_t *x, long rows, long stride, long depth,
                        const int8_t *panels, long columns, const int32_t *row_cutoffs,
                        const int32_t *column_cutoffs, uint32_t *bits) {
  bytes()->candidates(x, rows, stride, depth, panels, columns, row_cutoffs, column_cutoffs, bits);
}

void ck_quantize(const float *x, long rows, long size, int levels, uint8_t *q, float *scales,
                 float *least) {
  table()->quantize(x, rows, size, levels, q, scales, least);
}

void ck_dequantize(const int32_t *sums, long rows, long size, const float *scales,
                   const float *least, const float *scale, const float *total, const float *bias,
                   int accumulate, float *y) {
  table()->dequantize(sums, rows, size, scales, least, scale, total, bias, accumulate, y);
}

void ck_activate_quantized(const int32_t *sums, long rows, long size, const float *scales,
                           const float *least, const float *scale, const float *total,
                           const float *bias, int activation, float *line, int levels,
                           uint8_t *q, float *new_scales, float *new_least) {
  table()->activate_quantized(sums, rows, size, scales, least, scale, total, bias, activation,
                              line, levels, q, new_scales, new_least);
}

void ck_rotate(float *x, long length, long stride, long heads, long head_size,
               const float *cosines, const float *sines) {
  table()->rotate(x, length, stride, heads, head_size, cosines, sines);
}

void ck_gate(const float *x, long rows, long size, int activation, void *y, int wide) {
  table()->gate(x, rows, size, activation, y, wide);
}

void ck_scores(const float *const *a, const float *const *b, long pairs, long size, float *scores) {
  table()->scores(a, b, pairs, size, scores);
}
