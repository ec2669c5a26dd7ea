#ifndef SIMCURATE_BYTE_TABLE_H
#define SIMCURATE_BYTE_TABLE_H
#include <stdint.h>
#include <string.h>

// One instruction set's compilation of products_byte.h.
typedef struct {
  long panel;
  void (*product)(const uint8_t *, long, long, long, const int8_t *, long, int32_t *);
  void (*candidates)(const uint8_t *, long, long, long, const int8_t *, long, const int32_t *,
                     const int32_t *, uint32_t *);
} byte_table;

extern const byte_table ck_bytes_avx2, ck_bytes_avx_vnni, ck_bytes_avx512_vnni;
#endif
