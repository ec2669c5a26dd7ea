#!/bin/sh
# Measures simcurate, and its peers in the same run if PEERS names a Python environment with torch,
# sentence-transformers and faiss-cpu. Prints one JSON object a line; ratios are what counts, since
# machines drift: ours and theirs take turns.
#
#   make bench                        ours
#   PEERS=path/to/venv make bench     ours and theirs
#   CORPUS=file.jsonl LIMIT=3000      other texts (default: all Debian synopses, the first 3,000)
set -eu
cd "$(dirname "$0")/../.."
limit=${LIMIT:-3000}
corpus=${CORPUS:-corpora/fetched/debian-synopses.jsonl}
[ -f "$corpus" ] || corpora/debian-synopses.sh "$corpus"
model=models/all-MiniLM-L6-v2
bench=.build/release/simbench
python=${PEERS:+$PEERS/bin/python}

for turn in 1 2; do
  for precision in f32 bf16 int8; do
    $bench encode "$corpus" --model $model --limit "$limit" --precision $precision
  done
  [ -z "$python" ] || "$python" Docs/Benchmarks/peer.py encode "$corpus" $model "$limit"
  $bench train "$corpus" --model $model
  [ -z "$python" ] || "$python" Docs/Benchmarks/peer.py train "$corpus" $model 40
done

vectors=$(mktemp --suffix .npy)
trap 'rm -f "$vectors"' EXIT
.build/release/simcurate embed "$corpus" --model $model --out "$vectors" --quiet > /dev/null
$bench join "$vectors"
[ -z "$python" ] || "$python" Docs/Benchmarks/peer.py join "$vectors"
$bench join "$vectors"
