#include "CFaiss.h"
#include <string>

static thread_local std::string last_error;

const char *cfaiss_last_error(void) { return last_error.c_str(); }
