#include <stdlib.h>

#include "vector_table.h"

// SIMCURATE_VECTORS=avx2 or sse2 hides what lies above it, so that one machine can test them all.
static int hidden_above(const char *level) {
  const char *limit = getenv("SIMCURATE_VECTORS");
  if (!limit || !*limit) return 0;
  if (!strcmp(limit, "sse2")) return 1;
  return !strcmp(limit, "avx2") && strcmp(level, "avx2") != 0;
}

ck_features ck_detect(void) {
  __builtin_cpu_init();
  ck_features found = {0};
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               !hidden_above("avx2");
  found.avx512 = found.avx2 && !hidden_above("avx512") &&
                 __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  found.avx512_bf16 = found.avx512 && __builtin_cpu_supports("avx512bf16");
  found.avx512_vnni = found.avx512 && __builtin_cpu_supports("avx512vnni");
  return found;
}

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

void ck_quantize(const float *x, long rows, long size, uint8_t *q, float *scales, float *least) {
  table()->quantize(x, rows, size, q, scales, least);
}

void ck_dequantize(const int32_t *sums, long rows, long size, const float *scales,
                   const float *least, const float *scale, const float *total, const float *bias,
                   int accumulate, float *y) {
  table()->dequantize(sums, rows, size, scales, least, scale, total, bias, accumulate, y);
}

void ck_activate_quantized(const int32_t *sums, long rows, long size, const float *scales,
                           const float *least, const float *scale, const float *total,
                           const float *bias, int activation, float *line, uint8_t *q,
                           float *new_scales, float *new_least) {
  table()->activate_quantized(sums, rows, size, scales, least, scale, total, bias, activation,
                              line, q, new_scales, new_least);
}

void ck_rotate(float *x, long length, long stride, long heads, long head_size,
               const float *cosines, const float *sines) {
  table()->rotate(x, length, stride, heads, head_size, cosines, sines);
}

void ck_gate(const float *x, long rows, long size, int activation, void *y, int wide) {
  table()->gate(x, rows, size, activation, y, wide);
}
