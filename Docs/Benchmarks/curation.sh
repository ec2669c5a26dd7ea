#!/bin/sh
# Measures deduplication at 10,000, 100,000 and 1,000,000 rows, the peers in the same run, and draws
# the growth. Parts that are done are kept in $WORK and skipped: delete a line of results-KIND.jsonl to
# measure it again.
#
#   TEXTS=texts.tsv PEERS=path/to/venv SIMCURATE_MODEL=dir Docs/Benchmarks/curation.sh
#   SIZES="10000 100000"     fewer sizes
#   WORK=folder              corpora, indexes, results (default: bench)
#
# TEXTS: a file with at least some 740,000 distinct texts in its last column (curation_corpus.py).
# PEERS: a Python environment with faiss-cpu, semhash and datasketch; without it only ours run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
work=${WORK:-bench}
python=${PEERS:+$PEERS/bin/python}
simcurate=$root/.build/release/simcurate
simbench=$root/.build/release/simbench
# Figures of two kinds of processor never mix.
kind=$("$simbench" processor | sed 's/.*"processor":"\([^"]*\)".*/\1/; s/[^A-Za-z0-9-]\{1,\}/-/g')
# The peers are held to the same level by variables of their own.
case "${SIMCURATE_PROCESSOR:-native}" in
avx2) export FAISS_OPT_LEVEL=avx2 OPENBLAS_CORETYPE=HASWELL ;;
baseline | avx512) python= ;;
esac
results=$work/results-$kind.jsonl
mkdir -p "$work"
touch "$results"

# part NAME SECONDS-LIMIT COMMAND...: its JSON line, marked with the name, unless it is there.
part() {
  name=$1 limit=$2
  shift 2
  if grep -q "\"part\": \"$name\"" "$results"; then return 0; fi
  echo "$name" >&2
  status=0
  timeout "$limit" "$@" > "$work/part.json" 2> "$work/part.log" || status=$?
  if [ $status = 0 ]; then
    python3 "$here/curation_plot.py" line "$name" "$work/part.json" "$work/part.log" >> "$results"
  elif [ $status = 124 ]; then
    echo "{\"part\": \"$name\", \"failed\": true, \"limitSeconds\": $limit}" >> "$results"
  else
    tail -3 "$work/part.log" >&2
  fi
}

fresh() {
  rm -rf "$work/run"
  mkdir "$work/run"
  ln "$work/index$1/vectors.npy" "$work/index$1/index.faiss" "$work/run/"
  cp "$work/index$1/catalog.sqlite" "$work/index$1/manifest.json" "$work/run/"
}

for size in ${SIZES:-10000 100000 1000000}; do
  corpus=$work/corpus$size.jsonl
  index=$work/index$size
  [ -f "$corpus" ] || python3 "$here/curation_corpus.py" "${TEXTS:?name a file of texts, see curation.sh}" "$size" > "$corpus"
  [ -f "$index/manifest.json" ] \
    || "$simcurate" index "$corpus" --out "$index" --precision int8 --quiet
  fresh "$size"
  part "dedup-$size" 1800 /usr/bin/time -f "peakKibibytes %M seconds %e" \
    "$simcurate" dedup "$work/run" --threshold 0.9 --floor 0.9 --json
  [ "$size" -lt 1000000 ] || part "verify-$size" 1800 /usr/bin/time -f "peakKibibytes %M seconds %e" \
    "$simcurate" verify "$work/run" --json
  part "join-$size" 1800 "$simbench" join "$index/vectors.npy" --repeats 1
  [ "$size" -ge 1000000 ] \
    || part "join-float32-$size" 1800 "$simbench" join "$index/vectors.npy" --repeats 1 --filter float32
  [ -n "$python" ] || continue
  sample=
  [ "$size" -lt 1000000 ] || sample=4096
  part "faiss-$size" 1800 "$python" "$here/curation_peer.py" faiss "$index/vectors.npy" 0.9 $sample
  part "semhash-$size" 900 "$python" "$here/curation_peer.py" semhash "$corpus" 0.9 \
    "$index/vectors.npy"
  [ "$size" -ge 1000000 ] \
    || part "datasketch-$size" 1200 "$python" "$here/curation_peer.py" datasketch "$corpus" 0.8
done
rm -rf "$work/run"
python3 "$here/curation_plot.py" plot "$results" > "$here/curation.svg"
python3 "$here/curation_plot.py" table "$results"
