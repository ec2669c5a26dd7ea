#!/bin/sh
# Measures full training steps, and PyTorch's in the same run if PEERS names a Python environment with
# torch, transformers and peft. Prints one JSON object a line; the two take turns, and ratios are what counts.
#
#   make bench-training                        ours
#   PEERS=path/to/venv make bench-training     ours and PyTorch's
#   CORPUS=file.jsonl                          other texts (default: all Debian synopses)
#   LONG=file.jsonl                            texts for the rows of 512 tokens (default: CORPUS's, joined)
set -eu
cd "$(dirname "$0")/../.."
corpus=${CORPUS:-corpora/fetched/debian-synopses.jsonl}
[ -f "$corpus" ] || corpora/debian-synopses.sh "$corpus"
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
steps=${STEPS:-40}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
long=${LONG:-$scratch/long.jsonl}
[ -f "$long" ] || python3 - "$corpus" >"$long" <<'PYTHON'
import itertools, json, sys
texts = (json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8", newline="\n"))
for _ in range(200):
    print(json.dumps({"text": " ".join(itertools.islice(texts, 70))}))
PYTHON

# PyTorch is held to the same level of processor by variables of its own.
case "${SIMCURATE_PROCESSOR:-native}" in
avx2) export ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 DNNL_MAX_CPU_ISA=AVX2 ;;
baseline | avx512) PEERS= ;;
esac
ways="f32"
.build/release/simbench train "$corpus" --model "$model" --steps 1 --precision bf16 >/dev/null 2>&1 && ways="f32 bf16"

# ours FILE STEPS BATCH LENGTH RANK, theirs the same with a way before
ours() {
  .build/release/simbench train "$2" --model "$model" --precision "$1" --steps "$3" --batch-size "$4" \
    --maximum-tokens "$5" --rank "$6"
}
theirs() {
  # torch.compile may fail or take minutes; what is then missing is said, and the rest goes on.
  [ -z "${PEERS:-}" ] || timeout 300 "$PEERS/bin/python" Docs/Benchmarks/training_peer.py "$2" "$model" "$3" "$4" "$5" "$1" \
    "$6" 2>/dev/null || echo "no figure: PyTorch $1, batch $4, $5 tokens, rank $6" >&2
}
both() {
  for way in $ways; do
    ours "$way" "$@"
    theirs "$way" "$@"
    theirs "$way-compiled" "$@"
  done
}

for turn in 1 2; do
  both "$corpus" "$steps" 16 64 0
  both "$corpus" "$steps" 32 64 0
  both "$corpus" "$steps" 16 64 8
  both "$long" 8 8 512 0
done

# What a step asks of the heap after the first ones, counted.
if cc -O2 -shared -fPIC Docs/Benchmarks/allocations.c -o "$scratch/allocations.so" 2>/dev/null; then
  for way in $ways; do
    LD_PRELOAD="$scratch/allocations.so" ours "$way" "$corpus" "$steps" 16 64 0
  done
fi
