#include <immintrin.h>

#include "byte_table.h"

#pragma clang attribute push(__attribute__((target("avxvnni,avx2"))), apply_to = function)
#define NAME(x) avx_vnni_##x
#define BYTES __m256i
#define SPREAD _mm256_set1_epi32
#define ABOVE(a, b) (unsigned)_mm256_movemask_ps((__m256)_mm256_cmpgt_epi32(a, b))
#define MASK uint16_t
#define STEP 4
#define BYTE_ROWS 6
#define MULTIPLY_ADD(sum, group, weights) \
  sum = (NAME(sums))_mm256_dpbusd_avx_epi32((__m256i)sum, NAME(spread)(group), *(weights))
#include "products_byte.h"
#pragma clang attribute pop

const byte_table ck_bytes_avx_vnni = {PANEL, avx_vnni_byte_product, avx_vnni_byte_candidates};
