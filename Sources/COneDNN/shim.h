#include <oneapi/dnnl/dnnl.h>

// libgomp is the thread pool under oneDNN and FAISS; its header is not on the include path of Clang.
void omp_set_num_threads(int count);
