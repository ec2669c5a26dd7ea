#!/bin/sh
# Measures precision and recall of dedup and calibrate against labeled data and writes Labeled.md's tables.
#
#   make bench-labeled                fetch the data, measure; what is missing is left out
#   PEERS=path/to/venv                a Python with datasketch, semhash, sentence-transformers: peers too
#   BANKING77=train.csv               adds Banking77 (same intent = perhaps a duplicate, another = none)
#   SIMCURATE=binary SIMCURATE_MODEL=folder
set -eu
cd "$(dirname "$0")/../.."
export SIMCURATE="${SIMCURATE:-.build/release/simcurate}"
export SIMCURATE_MODEL="${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}"
python=python3
[ -z "${PEERS:-}" ] || python=$PEERS/bin/python
"$python" Docs/Benchmarks/labeled.py Docs/Benchmarks/Labeled.md
