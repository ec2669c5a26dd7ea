#include "training_table.h"
#include "vector_table.h"

#define NAME(x) sse2_##x
#define LINEAR_ROWS 2
#define TILE_ROWS 2
#define SCORE_ROWS 1
#define TILE_VECTORS 1
#include "lanes.h"
#include "vector.h"
#include "attention_float.h"
#include "attention.h"
#include "gated.h"
#include "products_float.h"
#include "scores.h"
#include "training.h"

const vector_table ck_sse2 = {sse2_attention, sse2_layer_norm, sse2_add3, sse2_add,
                               sse2_linear, sse2_quantize, sse2_dequantize,
                               sse2_activate_quantized, sse2_rotate, sse2_gate,
                               sse2_scores};
const training_table ck_training_sse2 = TRAINING_TABLE;
