"""The peers of `simcurate dedup` on the same texts or vectors; prints one JSON object a run.

    python curation_peer.py faiss VECTORS.npy THRESHOLD [SAMPLE]
    python curation_peer.py semhash CORPUS.jsonl THRESHOLD VECTORS.npy
    python curation_peer.py datasketch CORPUS.jsonl THRESHOLD

faiss: IndexFlatIP range search of all rows, or of SAMPLE rows, whose time is then scaled to all
(`scaled` is true). semhash: SemHash.self_deduplicate over the same vectors (as `dedup` has them
too: no encoding on either side), with its default index, usearch's HNSW. datasketch: MinHashLSH over word bigrams, 128 permutations, candidates verified by their
exact Jaccard index.
"""

import json
import os
import resource
import sys
import time


def texts_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def report(peer, rows, seconds, **more):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"benchmark": "curation", "tool": peer, "rows": rows,
                      "seconds": round(seconds, 3), "peakMebibytes": memory, **more}))


def run_faiss(path, threshold, sample=None):
    import faiss
    import numpy

    faiss.omp_set_num_threads(os.cpu_count())
    vectors = numpy.load(path)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    rows = numpy.arange(len(vectors))
    if sample:
        rows = numpy.random.default_rng(0).choice(rows, int(sample), replace=False)
    pairs = 0
    start = time.perf_counter()
    for first in range(0, len(rows), 4096):
        block = rows[first:first + 4096]
        limits, _, labels = index.range_search(vectors[block], threshold)
        queries = numpy.repeat(block, numpy.diff(limits).astype(numpy.int64))
        pairs += int((queries < labels).sum())
    seconds = (time.perf_counter() - start) * len(vectors) / len(rows)
    report("faiss IndexFlatIP " + faiss.__version__, len(vectors), seconds,
           pairs=None if sample else pairs, scaled=bool(sample))


def run_semhash(path, threshold, vectors):
    import numpy
    import semhash

    texts = texts_of(path)
    embeddings = numpy.load(vectors)
    start = time.perf_counter()
    index = semhash.SemHash.from_embeddings(embeddings=embeddings, records=texts, model=None)
    result = index.self_deduplicate(threshold=threshold)
    report("semhash", len(texts), time.perf_counter() - start, kept=len(result.selected))


def run_datasketch(path, threshold):
    import datasketch

    texts = texts_of(path)
    start = time.perf_counter()
    index = datasketch.MinHashLSH(threshold=threshold, num_perm=128)
    sets, pairs = [], 0
    for row, text in enumerate(texts):
        words = text.lower().split()
        shingles = {" ".join(words[i:i + 2]) for i in range(max(1, len(words) - 1))}
        sketch = datasketch.MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        for other in index.query(sketch):
            shared = len(shingles & sets[other])
            pairs += shared >= threshold * (len(shingles) + len(sets[other]) - shared)
        index.insert(row, sketch)
        sets.append(shingles)
    report("datasketch MinHashLSH", len(texts), time.perf_counter() - start, pairs=pairs)


if __name__ == "__main__":
    tool, path, threshold = sys.argv[1], sys.argv[2], float(sys.argv[3])
    {"faiss": run_faiss, "semhash": run_semhash, "datasketch": run_datasketch}[tool](
        path, threshold, *sys.argv[4:])
