#ifndef SIMCURATE_TRAINING_TABLE_H
#define SIMCURATE_TRAINING_TABLE_H
#include "CKernelsTraining.h"

// One instruction set's compilation of training.h.
typedef struct {
  void (*dropout_factors)(ck_dropout, uint32_t, long, float *);
  void (*dropout_apply)(ck_dropout, uint32_t, long, float *);
  void (*activate_forward)(float *, const float *, float *, long, int);
  void (*gate_forward)(float *, const float *, float *, long, int);
  void (*gate_backward)(const float *, float *, long);
  void (*accumulate)(float *, const float *, long);
  void (*narrow)(const float *, long, uint16_t *);
  void (*multiply)(float *, const float *, long);
  float (*norm_forward)(const float *, const float *, const float *, ck_dropout, uint32_t,
                        const float *, const float *, float, long, float *, float *);
  void (*norm_backward)(const float *, const float *, const float *, float, ck_dropout, uint32_t,
                        long, float *, float *);
  void (*column_sums)(const float *, const float *, long, long, long, float *, float *);
  void (*adamw_update)(ck_adamw, float *, const float *, float *, float *, long, float);
  float (*sum_of_squares)(const float *, long);
  float (*softmax)(float *, long, long);
  void (*softmax_again)(float *, long, long, float);
  void (*softmax_backward)(const float *, const float *, float *, long, float);
  void (*small_product)(long, long, long, const float *, long, long, const float *, long, float *,
                        long, int);
} training_table;

extern const training_table ck_training_sse2, ck_training_avx2, ck_training_avx512;

// The table's initializer; NAME(x) is that of the including file.
#define TRAINING_TABLE                                                                       \
  {NAME(dropout_factors), NAME(dropout_apply), NAME(activate_forward), NAME(gate_forward),   \
   NAME(gate_backward), NAME(accumulate), NAME(narrow), NAME(multiply), NAME(norm_forward),  \
   NAME(norm_backward), NAME(column_sums), NAME(adamw_update), NAME(sum_of_squares),         \
   NAME(row_softmax), NAME(softmax_again), NAME(softmax_backward), NAME(small_product)}
#endif
