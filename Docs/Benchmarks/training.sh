#!/bin/sh
# Measures full training steps, and PyTorch's in the same run if PEERS names a Python environment with
# torch and transformers. Prints one JSON object a line; the two take turns, and ratios are what counts.
#
#   make bench-training                        ours
#   PEERS=path/to/venv make bench-training     ours and PyTorch's
#   CORPUS=file.jsonl                          other texts (default: all Debian synopses)
set -eu
cd "$(dirname "$0")/../.."
corpus=${CORPUS:-corpora/fetched/debian-synopses.jsonl}
[ -f "$corpus" ] || corpora/debian-synopses.sh "$corpus"
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}

# PyTorch is held to the same level of processor by variables of its own.
case "${SIMCURATE_PROCESSOR:-native}" in
avx2) export ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 DNNL_MAX_CPU_ISA=AVX2 ;;
baseline | avx512) PEERS= ;;
esac

for turn in 1 2 3; do
  .build/release/simbench train "$corpus" --model "$model"
  [ -z "${PEERS:-}" ] || "$PEERS/bin/python" Docs/Benchmarks/training_peer.py "$corpus" "$model" 40
done
