#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CKernels.h"

// --- What the libraries are told ------------------------------------------------------------------

// What a level leaves of the processor, and what the libraries call it.
typedef struct {
  const char *name, *onednn, *openblas;
} processor_level;

static const processor_level levels[] = {
    {"baseline", "SSE41", "PRESCOTT"},
    {"avx2", "AVX2", "HASWELL"},
    {"avx512", "AVX512_CORE", "SKYLAKEX"},
};
enum { BASELINE, AVX2, AVX512, NATIVE };

static int emulated_level(void) {
  const char *name = getenv("SIMCURATE_PROCESSOR");
  for (int level = BASELINE; name && level < NATIVE; level++)
    if (!strcmp(name, levels[level].name)) return level;
  return NATIVE;
}

static void make_equal(const char *name, const char *value, bool *changed) {
  const char *now = getenv(name);
  if (now && !strcmp(now, value)) return;
  *changed = true;
  setenv(name, value, 1);
}

extern char *openblas_get_corename(void) __attribute__((weak));

// OpenBLAS takes a processor newer than itself for the oldest of all, whose kernels know SSE3 alone (Debian
// 12's 0.3.21 does so with an Emerald Rapids, where topics then take twice the time).
static bool is_unknown_to_openblas(void) {
  __builtin_cpu_init();
  return !getenv("OPENBLAS_CORETYPE") && openblas_get_corename &&
         !strcmp(openblas_get_corename(), "Prescott") && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("fma");
}

// By its own path, so that it is listed under its own name.
static void start_again(char **arguments) {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length > 0) {
    path[length] = 0;
    execv(path, arguments);
  }
  execv("/proc/self/exe", arguments);
}

// OpenBLAS chooses its kernels from the environment while it is loaded, before anything of ours
// runs: so the process starts once more with the environment that is needed.
__attribute__((constructor)) static void choose_kernels(int count, char **arguments) {
  (void)count;
  int level = emulated_level();
  bool changed = false;
  if (level == NATIVE) {
    if (is_unknown_to_openblas()) make_equal("OPENBLAS_CORETYPE", levels[AVX2].openblas, &changed);
  } else {
    make_equal("DNNL_MAX_CPU_ISA", levels[level].onednn, &changed);
    make_equal("OPENBLAS_CORETYPE", levels[level].openblas, &changed);
  }
  if (!changed) return;
  start_again(arguments);
  if (level == NATIVE) return;  // slower, but as right
  perror("error: SIMCURATE_PROCESSOR: cannot start again");
  _exit(1);
}

// --- What there is --------------------------------------------------------------------------------

// Compilers know this bit by name only lately.
static bool has_avx_vnni(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}

ck_features ck_detect(void) {
  __builtin_cpu_init();
  int level = emulated_level();
  ck_features found = {0};
  found.avx2 = level >= AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  found.avx_vnni = level == NATIVE && found.avx2 && has_avx_vnni();
  found.avx512 = level >= AVX512 && found.avx2 && __builtin_cpu_supports("avx512f") &&
                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl");
  found.avx512_bf16 = level == NATIVE && found.avx512 && __builtin_cpu_supports("avx512bf16");
  found.avx512_vnni = level == NATIVE && found.avx512 && __builtin_cpu_supports("avx512vnni");
  found.intel = __builtin_cpu_is("intel");
  return found;
}
