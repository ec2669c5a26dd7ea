#include <immintrin.h>

#include "vector_table.h"

#pragma clang attribute push(__attribute__((target("avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define NAME(x) avx512_bf16_##x
#define TILE_ROWS 8
#define TILE_VECTORS 2
#include "lanes.h"
#include "attention_bfloat16.h"
#include "attention.h"
#pragma clang attribute pop

const attention_function ck_avx512_bf16_attention = avx512_bf16_attention;
