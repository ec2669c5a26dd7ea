// Vector code for the parts between the matrix products.
//
// Swift compiles for baseline x86-64, where a SIMD16<Float> is four SSE registers without fused
// multiply-add; here each function is compiled for SSE2, AVX2 and AVX-512 and picked at run time.
// All matrices are row-major; a stride is in elements, from one row to the next.
#ifndef SIMCURATE_CKERNELS_H
#define SIMCURATE_CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "CKernelsTraining.h"

// What the processor and the operating system offer, less what SIMCURATE_PROCESSOR=baseline, avx2
// or avx512 hides, so that one machine can test them all. The same switch holds oneDNN and OpenBLAS
// to that level: a process that starts with it sets their variables and starts once more. Any
// other value hides nothing. Baseline is SSE2 in our kernels and SSE4.1 in oneDNN.
typedef struct {
  bool avx2;         // with FMA
  bool avx_vnni;     // 8-bit dot products of AVX2's width
  bool avx512;       // F, BW, DQ, VL
  bool avx512_bf16;
  bool avx512_vnni;
  bool intel;        // made by Intel
} ck_features;

ck_features ck_detect(void);

// What a score depends on beside its query and key.
typedef struct {
  // Null, or [heads, 2 * bias_reach - 1] with bias_reach >= length: added to the score of a query
  // and a key at column key position - query position + bias_reach - 1.
  const float *bias;
  long bias_reach;
  long window;    // 0, or a query sees only keys at this distance or less
  bool bfloat16;  // multiply in bfloat16: only where the processor has it
} ck_attention_settings;

// One sentence's multi-head self-attention.
//   projections [length, 3 * heads * head_size]: query, key, value; queries are already scaled
//   settings    null for none
//   context     [length, heads * head_size] as float32, or as bfloat16 where wide == 0
//   scratch     ck_attention_scratch(length, head_size) floats, 64-byte aligned
void ck_attention(const float *projections, long length, long heads, long head_size,
                  const ck_attention_settings *settings, void *context, int wide,
                  float *scratch);
long ck_attention_scratch(long length, long head_size);

// Layer normalization of each row of x [rows, size] in place; narrow, if not null, receives the
// result as bfloat16 too.
void ck_layer_norm(float *x, const float *weight, const float *bias, float epsilon, long rows,
                   long size, uint16_t *narrow);

// x [size] = word + position + type
void ck_add3(const float *word, const float *position, const float *type, long size, float *x);

// total [size] += x [size]
void ck_add(const float *x, long size, float *total);

// y [rows, outputs] = x [rows, inputs] W^T + bias, and then the epilogue: stored, added to y, or
// stored through an activation (0 gelu, 1 gelu by tanh, 2 relu, 3 silu).
//   panels  W in panels of 16 outputs, [inputs, 16] each, zeros beyond the last output
//   bias    as long as the panels are wide together
// A row of y depends on its row of x alone, to the last bit.
enum { CK_STORE = -1, CK_ACCUMULATE = -2 };
void ck_linear(const float *x, long rows, long inputs, const float *panels, const float *bias,
               long outputs, int epilogue, float *y);

// sums [rows, columns] = x [rows, depth] w^T, exact: rows of x are stride apart, and up to 7 bytes
// beyond the last are read. Needs AVX2; without VNNI (avx_vnni, avx512_vnni) bytes of x are at most
// 127 and those of w at most 64 in size.
//   panels  w in panels of ck_byte_panel() columns: [depth / 4, panel, 4], depth rounded up to a
//           multiple of 8, zeros beyond it and beyond the last column
void ck_byte_product(const uint8_t *x, long rows, long stride, long depth, const int8_t *panels,
                     long columns, int32_t *sums);
long ck_byte_panel(void);

// The same products, of which only is kept where they are above row_cutoffs[row] +
// column_cutoffs[column]: bit column % 32 of bits [rows, (columns + 31) / 32]. Cut-offs of columns
// reach to the end of the last panel.
void ck_byte_candidates(const uint8_t *x, long rows, long stride, long depth,
                        const int8_t *panels, long columns, const int32_t *row_cutoffs,
                        const int32_t *column_cutoffs, uint32_t *bits);

// Each row of x [rows, size] as bytes q in 0...levels with x ~ scales[row] * q + least[row].
void ck_quantize(const float *x, long rows, long size, int levels, uint8_t *q, float *scales,
                 float *least);

// The integer sums [rows, size] of a product of such bytes with weights w ~ scale[column] * integer,
// back in float32: y = sums * scales * scale + least * total + bias, where total is the sum of a
// column's weights; added to y if accumulate.
void ck_dequantize(const int32_t *sums, long rows, long size, const float *scales,
                   const float *least, const float *scale, const float *total, const float *bias,
                   int accumulate, float *y);

// The same through an activation (as in ck_linear) and quantized again; line is room for one row.
void ck_activate_quantized(const int32_t *sums, long rows, long size, const float *scales,
                           const float *least, const float *scale, const float *total,
                           const float *bias, int activation, float *line, int levels,
                           uint8_t *q, float *new_scales, float *new_least);

// Rotary positions: in each row of x (rows are stride apart) the pairs (i, i + head_size / 2) of
// the first `heads` heads are rotated by the row's angles, whose cosines and sines are
// [length, head_size / 2].
void ck_rotate(float *x, long length, long stride, long heads, long head_size,
               const float *cosines, const float *sines);

// y [rows, size], as float32 or as bfloat16 where wide == 0: the first half of each row of
// x [rows, 2 * size] through an activation, times the second half.
void ck_gate(const float *x, long rows, long size, int activation, void *y, int wide);

// scores [pairs] = the inner products of a[pair] and b[pair], [size] each, summed in float64 in one
// fixed order and rounded once: the same bits from every instruction set. Element i goes to partial
// sum i % 8; the partial sums p add up as ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7)).
void ck_scores(const float *const *a, const float *const *b, long pairs, long size, float *scores);

#endif
