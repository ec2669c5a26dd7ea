#include "CKernels.h"
#include "training_table.h"

// Racing first calls all store the same pointer.
static const training_table *chosen;

static const training_table *table(void) {
  const training_table *known = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (known) return known;
  ck_features found = ck_detect();
  known = found.avx512 ? &ck_training_avx512 : found.avx2 ? &ck_training_avx2 : &ck_training_sse2;
  __atomic_store_n(&chosen, known, __ATOMIC_RELAXED);
  return known;
}

void ck_dropout_factors(ck_dropout dropout, uint32_t index, long count, float *result) {
  table()->dropout_factors(dropout, index, count, result);
}

void ck_dropout_apply(ck_dropout dropout, uint32_t index, long count, float *x) {
  table()->dropout_apply(dropout, index, count, x);
}

void ck_activate_forward(float *x, const float *bias, float *y, long count, int activation) {
  table()->activate_forward(x, bias, y, count, activation);
}

void ck_gate_forward(float *x, const float *bias, float *y, long size, int activation) {
  table()->gate_forward(x, bias, y, size, activation);
}

void ck_gate_backward(const float *gradient, float *x, long size) {
  table()->gate_backward(gradient, x, size);
}

void ck_accumulate(float *x, const float *y, long count) { table()->accumulate(x, y, count); }

void ck_narrow(const float *x, long count, uint16_t *y) { table()->narrow(x, count, y); }

void ck_multiply(float *x, const float *y, long count) { table()->multiply(x, y, count); }

float ck_norm_forward(const float *y, const float *bias, const float *residual,
                      ck_dropout dropout, uint32_t index, const float *gamma, const float *beta,
                      float epsilon, long width, float *normalized, float *output) {
  return table()->norm_forward(y, bias, residual, dropout, index, gamma, beta, epsilon, width,
                               normalized, output);
}

void ck_norm_backward(const float *gradient, const float *gamma, const float *normalized,
                      float scale, ck_dropout dropout, uint32_t index, long width,
                      float *residual, float *branch) {
  table()->norm_backward(gradient, gamma, normalized, scale, dropout, index, width, residual,
                         branch);
}

void ck_column_sums(const float *matrix, const float *other, long rows, long stride,
                    long columns, float *sums, float *products) {
  table()->column_sums(matrix, other, rows, stride, columns, sums, products);
}

void ck_adamw_update(ck_adamw settings, float *values, const float *gradient, float *first,
                     float *second, long count, float gradient_scale) {
  table()->adamw_update(settings, values, gradient, first, second, count, gradient_scale);
}

float ck_sum_of_squares(const float *values, long count) {
  return table()->sum_of_squares(values, count);
}

float ck_softmax(float *row, long length, long width) {
  return table()->softmax(row, length, width);
}

void ck_softmax_again(float *row, long length, long width, float log_sum) {
  table()->softmax_again(row, length, width, log_sum);
}

void ck_softmax_backward(const float *probabilities, const float *weights, float *gradient,
                         long width, float scale) {
  table()->softmax_backward(probabilities, weights, gradient, width, scale);
}

void ck_small_product(long m, long n, long k, const float *a, long row, long column,
                      const float *b, long ldb, float *c, long ldc, int accumulate) {
  table()->small_product(m, n, k, a, row, column, b, ldb, c, ldc, accumulate);
}
