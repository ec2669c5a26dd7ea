#include "training_table.h"
#include "vector_table.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define NAME(x) avx512_##x
#define LINEAR_ROWS 12
#define TILE_ROWS 8
#define SCORE_ROWS 4
#define TILE_VECTORS 2
#include "lanes.h"
#include "vector.h"
#include "attention_float.h"
#include "attention.h"
#include "gated.h"
#include "products_float.h"
#include "scores.h"
#include "training.h"
#pragma clang attribute pop

const vector_table ck_avx512 = {avx512_attention, avx512_layer_norm, avx512_add3, avx512_add,
                               avx512_linear, avx512_quantize, avx512_dequantize,
                               avx512_activate_quantized, avx512_rotate, avx512_gate,
                               avx512_scores};
const training_table ck_training_avx512 = TRAINING_TABLE;
