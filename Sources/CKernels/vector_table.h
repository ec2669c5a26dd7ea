#ifndef SIMCURATE_VECTOR_TABLE_H
#define SIMCURATE_VECTOR_TABLE_H
#include <stdint.h>
#include <string.h>

#include "CKernels.h"

typedef void (*attention_function)(const float *, long, long, long,
                                   const ck_attention_settings *, void *, int, float *);

// One instruction set's compilation of vector.h and its neighbors.
typedef struct {
  attention_function attention;
  void (*layer_norm)(float *, const float *, const float *, float, long, long, uint16_t *);
  void (*add3)(const float *, const float *, const float *, long, float *);
  void (*add)(const float *, long, float *);
  void (*linear)(const float *, long, long, const float *, const float *, long, int, float *);
  void (*quantize)(const float *, long, long, int, uint8_t *, float *, float *);
  void (*dequantize)(const int32_t *, long, long, const float *, const float *, const float *,
                     const float *, const float *, int, float *);
  void (*activate_quantized)(const int32_t *, long, long, const float *, const float *,
                             const float *, const float *, const float *, int, float *, int,
                             uint8_t *, float *, float *);
  void (*rotate)(float *, long, long, long, long, const float *, const float *);
  void (*gate)(const float *, long, long, int, void *, int);
  void (*scores)(const float *const *, const float *const *, long, long, float *);
} vector_table;

extern const attention_function ck_avx512_bf16_attention;
extern const vector_table ck_sse2, ck_avx2, ck_avx512;
#endif
