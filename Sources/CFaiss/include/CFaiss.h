#ifndef CFAISS_H
#define CFAISS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// The text of the last error on this thread; empty if none.
const char *cfaiss_last_error(void);

#ifdef __cplusplus
}
#endif
#endif
