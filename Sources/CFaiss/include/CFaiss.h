// C functions over the part of FAISS that simcurate uses: one opaque index handle, 0 for success,
// and the text of the failure kept per thread. No C++ exception leaves these functions.
#ifndef CFAISS_H
#define CFAISS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct cfaiss_index cfaiss_index;
typedef struct cfaiss_range_result cfaiss_range_result;

enum { CFAISS_INNER_PRODUCT = 0, CFAISS_L2 = 1 };

/// The text of the last error on this thread; empty if none.
const char *cfaiss_last_error(void);

/// A new index from a FAISS factory string such as "Flat", "IVF1024,Flat", "HNSW32".
int cfaiss_create(const char *factory, int dimension, int metric, cfaiss_index **out);
void cfaiss_free(cfaiss_index *index);

int64_t cfaiss_count(const cfaiss_index *index);
int cfaiss_dimension(const cfaiss_index *index);
int cfaiss_metric(const cfaiss_index *index);
int cfaiss_is_trained(const cfaiss_index *index);

/// Sets search-time parameters, e.g. "nprobe=16" or "efSearch=64,verbose=0".
int cfaiss_set_parameters(cfaiss_index *index, const char *settings);

int cfaiss_train(cfaiss_index *index, int64_t rows, const float *vectors);
int cfaiss_add(cfaiss_index *index, int64_t rows, const float *vectors);

/// The k best rows of each query, best first: scores and labels are [rows, k], label -1 for none.
int cfaiss_search(const cfaiss_index *index, int64_t rows, const float *queries, int64_t k,
                  float *scores, int64_t *labels);

/// All rows at or beyond the radius. Query i owns entries limits[i] ..< limits[i + 1].
int cfaiss_range_search(const cfaiss_index *index, int64_t rows, const float *queries, float radius,
                        cfaiss_range_result **out);
const uint64_t *cfaiss_range_limits(const cfaiss_range_result *result);
const float *cfaiss_range_scores(const cfaiss_range_result *result);
const int64_t *cfaiss_range_labels(const cfaiss_range_result *result);
void cfaiss_range_free(cfaiss_range_result *result);

int cfaiss_write(const cfaiss_index *index, const char *path);

/// Reads an index file. A claimed size larger than the file is refused before it is allocated.
int cfaiss_read(const char *path, cfaiss_index **out);

/// The rows, of `rows`, that k-means with this seed would train on where it takes `count` of them; in
/// its order.
int cfaiss_kmeans_sample(int64_t rows, int64_t count, int seed, int32_t *sample);

/// k-means on unit vectors (spherical: centroids are normalized); centroids is [k, dimension].
int cfaiss_spherical_kmeans(int dimension, int64_t rows, const float *vectors, int k,
                            int iterations, int seed, float *centroids);

#ifdef __cplusplus
}
#endif
#endif
