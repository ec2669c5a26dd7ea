#include "CFaiss.h"

#include <faiss/AutoTune.h>
#include <faiss/Clustering.h>
#include <faiss/Index.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <faiss/utils/random.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct cfaiss_index {
  std::unique_ptr<faiss::Index> base;
};

struct cfaiss_range_result {
  faiss::RangeSearchResult base;
  explicit cfaiss_range_result(size_t rows) : base(rows) {}
};

namespace {

thread_local std::string last_error;

template <typename Body>
int guarded(Body body) {
  try {
    last_error.clear();
    body();
    return 0;
  } catch (const faiss::FaissException &error) {
    last_error = error.msg;
  } catch (const std::bad_alloc &) {
    last_error = "out of memory";
  } catch (const std::exception &error) {
    last_error = error.what();
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return 1;
}

[[noreturn]] void fail(const std::string &message) { throw faiss::FaissException(message); }

// FAISS reads each array as an 8-byte count, allocates that many elements, then reads them. A count
// beyond the file's size is therefore refused here, before FAISS sees it. FAISS itself refuses
// counts of 2^40 and more, which also lets floating-point scalars (far larger as bits) pass.
struct CheckedReader : faiss::IOReader {
  FILE *file;
  uint64_t file_size = 0;

  explicit CheckedReader(const char *path) : file(std::fopen(path, "rb")) {
    name = path;
    if (!file) fail(std::string("cannot open ") + path + ": " + std::strerror(errno));
    std::fseek(file, 0, SEEK_END);
    file_size = static_cast<uint64_t>(std::ftell(file));
    std::rewind(file);
  }
  ~CheckedReader() override { std::fclose(file); }

  size_t operator()(void *into, size_t size, size_t count) override {
    size_t got = std::fread(into, size, count, file);
    if (size == sizeof(uint64_t) && count == 1 && got == 1) {
      uint64_t value;
      std::memcpy(&value, into, sizeof value);
      const uint64_t reserved = uint64_t{1} << 20;  // a constant every index header carries
      if (value > file_size && value > reserved && value < (uint64_t{1} << 40))
        fail("a size of " + std::to_string(value) + " in a file of " +
             std::to_string(file_size) + " bytes");
    }
    return got;
  }
};

}  // namespace

const char *cfaiss_last_error(void) { return last_error.c_str(); }

int cfaiss_create(const char *factory, int dimension, int metric, cfaiss_index **out) {
  return guarded([&] {
    auto type = metric == CFAISS_L2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
    std::unique_ptr<faiss::Index> base(faiss::index_factory(dimension, factory, type));
    *out = new cfaiss_index{std::move(base)};
  });
}

void cfaiss_free(cfaiss_index *index) { delete index; }

int64_t cfaiss_count(const cfaiss_index *index) { return index->base->ntotal; }
int cfaiss_dimension(const cfaiss_index *index) { return static_cast<int>(index->base->d); }
int cfaiss_is_trained(const cfaiss_index *index) { return index->base->is_trained; }
int cfaiss_metric(const cfaiss_index *index) {
  return index->base->metric_type == faiss::METRIC_L2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT;
}

int cfaiss_set_parameters(cfaiss_index *index, const char *settings) {
  return guarded(
      [&] { faiss::ParameterSpace().set_index_parameters(index->base.get(), settings); });
}

int cfaiss_train(cfaiss_index *index, int64_t rows, const float *vectors) {
  return guarded([&] { index->base->train(rows, vectors); });
}

int cfaiss_add(cfaiss_index *index, int64_t rows, const float *vectors) {
  return guarded([&] { index->base->add(rows, vectors); });
}

int cfaiss_search(const cfaiss_index *index, int64_t rows, const float *queries, int64_t k,
                  float *scores, int64_t *labels) {
  return guarded([&] { index->base->search(rows, queries, k, scores, labels); });
}

int cfaiss_range_search(const cfaiss_index *index, int64_t rows, const float *queries, float radius,
                        cfaiss_range_result **out) {
  return guarded([&] {
    std::unique_ptr<cfaiss_range_result> result(new cfaiss_range_result(rows));
    index->base->range_search(rows, queries, radius, &result->base);
    *out = result.release();
  });
}

const uint64_t *cfaiss_range_limits(const cfaiss_range_result *result) {
  static_assert(sizeof(size_t) == sizeof(uint64_t), "FAISS limits are size_t");
  return reinterpret_cast<const uint64_t *>(result->base.lims);
}
const float *cfaiss_range_scores(const cfaiss_range_result *result) {
  return result->base.distances;
}
const int64_t *cfaiss_range_labels(const cfaiss_range_result *result) {
  static_assert(sizeof(faiss::Index::idx_t) == sizeof(int64_t), "FAISS labels are 64-bit");
  return reinterpret_cast<const int64_t *>(result->base.labels);
}
void cfaiss_range_free(cfaiss_range_result *result) { delete result; }

int cfaiss_write(const cfaiss_index *index, const char *path) {
  return guarded([&] { faiss::write_index(index->base.get(), path); });
}

int cfaiss_read(const char *path, cfaiss_index **out) {
  return guarded([&] {
    CheckedReader reader(path);
    std::unique_ptr<faiss::Index> base(faiss::read_index(&reader));
    *out = new cfaiss_index{std::move(base)};
  });
}

int cfaiss_kmeans_sample(int64_t rows, int64_t count, int seed, int32_t *sample) {
  return guarded([&] {
    std::vector<int> order(rows);
    faiss::rand_perm(order.data(), order.size(), seed);
    std::memcpy(sample, order.data(), sizeof(int) * count);
  });
}

int cfaiss_spherical_kmeans(int dimension, int64_t rows, const float *vectors, int k,
                            int iterations, int seed, float *centroids) {
  return guarded([&] {
    faiss::ClusteringParameters parameters;
    parameters.niter = iterations;
    parameters.seed = seed;
    parameters.spherical = true;
    parameters.min_points_per_centroid = 1;  // no warning on standard error
    faiss::Clustering clustering(dimension, k, parameters);
    faiss::IndexFlatIP assigner(dimension);
    clustering.train(rows, vectors, assigner);
    std::memcpy(centroids, clustering.centroids.data(),
                sizeof(float) * clustering.centroids.size());
  });
}
