#include <immintrin.h>

#include "byte_table.h"

#pragma clang attribute push(__attribute__((target("avx512vnni,avx512f,avx512bw,avx512vl,avx2"))), apply_to = function)
#define NAME(x) avx512_vnni_##x
#define BYTES __m512i
#define SPREAD _mm512_set1_epi32
#define ABOVE(a, b) _mm512_cmpgt_epi32_mask(a, b)
#define MASK uint32_t
#define STEP 4
#define BYTE_ROWS 8
#define MULTIPLY_ADD(sum, group, weights) \
  sum = (NAME(sums))_mm512_dpbusd_epi32((__m512i)sum, NAME(spread)(group), *(weights))
#include "products_byte.h"
#pragma clang attribute pop

const byte_table ck_bytes_avx512_vnni = {PANEL, avx512_vnni_byte_product, avx512_vnni_byte_candidates};
