/* Counts what a program asks of the heap; `simbench train` reads the two counters where they are loaded.
 *
 *   cc -O2 -shared -fPIC allocations.c -o allocations.so && LD_PRELOAD=./allocations.so simbench train …
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

/* Allocations, and those of at least 64 KiB: the size of arrays that grow with a batch. */
_Atomic long simcurate_allocations, simcurate_large_allocations;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void count(size_t size) {
  simcurate_allocations++;
  if (size >= 1 << 16) simcurate_large_allocations++;
}

void *malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count(size);
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  *result = aligned_alloc(alignment, size);
  return *result ? 0 : ENOMEM;
}
