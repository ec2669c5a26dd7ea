#include <immintrin.h>

#include "byte_table.h"

// Pairs of products are added in 16 bits, and two such sums once more, before they are widened: so
// left bytes are at most 127 and right ones at most 64 in size, 4 * 127 * 64 < 32,768.
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(x) avx2_##x
#define BYTES __m256i
#define SPREAD _mm256_set1_epi32
#define ABOVE(a, b) (unsigned)_mm256_movemask_ps((__m256)_mm256_cmpgt_epi32(a, b))
#define MASK uint16_t
#define STEP 8
#define BYTE_ROWS 4
#define MULTIPLY_ADD(sum, group, weights)                                                 \
  {                                                                                       \
    __m256i first = _mm256_maddubs_epi16(NAME(spread)(group), *(weights));                \
    __m256i second = _mm256_maddubs_epi16(NAME(spread)((group) + 4), *((weights) + 2));   \
    __m256i both = _mm256_add_epi16(first, second);                                       \
    sum += (NAME(sums))_mm256_madd_epi16(both, _mm256_set1_epi16(1));                     \
  }
#include "products_byte.h"
#pragma clang attribute pop

const byte_table ck_bytes_avx2 = {PANEL, avx2_byte_product, avx2_byte_candidates};
