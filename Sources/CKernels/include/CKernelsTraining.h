// Vector code of the passes between matrix products in training; as in CKernels.h, each function
// is compiled for several instruction sets and picked at run time. Any width works; multiples of
// 16 are fastest.
#ifndef SIMCURATE_CKERNELS_TRAINING_H
#define SIMCURATE_CKERNELS_TRAINING_H

#include <stdint.h>

// A dropout mask as a function of the element's index: see DropoutStream in Kernels.
typedef struct {
  uint32_t first_key, second_key;
  uint32_t threshold;  // hashes below it are dropped; 0 drops nothing
  float scale;         // of what is kept
} ck_dropout;

// factors [count] of the elements from index on
void ck_dropout_factors(ck_dropout dropout, uint32_t index, long count, float *factors);

// x [count] *= factors of the elements from index on
void ck_dropout_apply(ck_dropout dropout, uint32_t index, long count, float *x);

// One row: x += bias (null for none), y = an activation of x (0 gelu, 1 gelu by tanh, 2 relu,
// 3 silu), and x becomes its derivative.
void ck_activate_forward(float *x, const float *bias, float *y, long count, int activation);

// One row of a gated unit: x [2 size] += bias, y [size] = the activation of the first half times the
// second; x becomes the derivatives of y by both halves.
void ck_gate_forward(float *x, const float *bias, float *y, long size, int activation);

// x [2 size], both halves, *= gradient [size]
void ck_gate_backward(const float *gradient, float *x, long size);

// x += y and x *= y, [count]
void ck_accumulate(float *x, const float *y, long count);
void ck_multiply(float *x, const float *y, long count);

// y [count] = x as bfloat16, rounded to the nearest, halves to even
void ck_narrow(const float *x, long count, uint16_t *y);

// One row of normalized = y * dropout + bias * dropout + residual, then layer normalization of it
// in place; output = normalized * gamma + beta. Without y the row is normalized as it is. Returns
// 1 / standard deviation.
float ck_norm_forward(const float *y, const float *bias, const float *residual,
                      ck_dropout dropout, uint32_t index, const float *gamma, const float *beta,
                      float epsilon, long width, float *normalized, float *output);

// One row of the gradient of a norm's input; branch, where not null, receives it times dropout.
void ck_norm_backward(const float *gradient, const float *gamma, const float *normalized,
                      float scale, ck_dropout dropout, uint32_t index, long width,
                      float *residual, float *branch);

// sums [columns] of matrix [rows, stride], and of its products with other where that is not null;
// sums may be null
void ck_column_sums(const float *matrix, const float *other, long rows, long stride,
                    long columns, float *sums, float *products);

typedef struct {
  float decay, beta1, beta2, step_size, inverse_root_correction, epsilon;
} ck_adamw;

// One AdamW update of count values.
void ck_adamw_update(ck_adamw settings, float *values, const float *gradient, float *first,
                     float *second, long count, float gradient_scale);

float ck_sum_of_squares(const float *values, long count);

// Softmax of the first length values of a row of width (a multiple of 16); the rest becomes 0.
// Returns the logarithm of the sum of their exponentials, with which ck_softmax_again gives the same
// from the scores.
float ck_softmax(float *row, long length, long width);
void ck_softmax_again(float *row, long length, long width, float log_sum);

// Turns a row of gradients after dropout into those of the scores, times scale.
void ck_softmax_backward(const float *probabilities, const float *weights, float *gradient,
                         long width, float scale);

// c [m, n] = a [m, k] b [k, n], n a multiple of 16, added to c if accumulate; a's element (i, j) is
// a[i * row + j * column].
void ck_small_product(long m, long n, long k, const float *a, long row, long column,
                      const float *b, long ldb, float *c, long ldc, int accumulate);

#endif
