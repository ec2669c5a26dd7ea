#include "training_table.h"
#include "vector_table.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) avx2_##x
#define LINEAR_ROWS 6
#define TILE_ROWS 4
#define SCORE_ROWS 2
#define TILE_VECTORS 1
#include "lanes.h"
#include "vector.h"
#include "attention_float.h"
#include "attention.h"
#include "gated.h"
#include "products_float.h"
#include "scores.h"
#include "training.h"
#pragma clang attribute pop

const vector_table ck_avx2 = {avx2_attention, avx2_layer_norm, avx2_add3, avx2_add,
                               avx2_linear, avx2_quantize, avx2_dequantize,
                               avx2_activate_quantized, avx2_rotate, avx2_gate,
                               avx2_scores};
const training_table ck_training_avx2 = TRAINING_TABLE;
