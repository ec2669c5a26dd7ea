#!/bin/sh
# Macro-F1 on SemEval-2010 task 8 of `finetune --task relations` and of a Python reference with the same recipe
# and parts. Prints one JSON object a training.
#
#   SEMEVAL=folder PEERS=path/to/venv make bench-relations-quality
#
# SEMEVAL holds train.tsv and test.tsv (label, tab, sentence with <e1> and <e2>). SEEDS ("1 2 3"), EPOCHS (5) and
# RATE (2e-4) change the training, STEPS ends both after so many updates (to try the scripts), ONLY=ours or
# ONLY=python leaves the other out, SCRATCH keeps the parts and the last model.
set -eu
cd "$(dirname "$0")/../.."
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
scratch=${SCRATCH:-$(mktemp -d)}
epochs=${EPOCHS:-5}
rate=${RATE:-2e-4}
seeds=${SEEDS:-1 2 3}
: "${SEMEVAL:?names the folder of train.tsv and test.tsv}"

simcurate=.build/release/simcurate
index=$scratch/index
if ! [ -d "$scratch/splits" ]; then
  "$simcurate" index --train "$SEMEVAL/train.tsv" --test "$SEMEVAL/test.tsv" --no-header --text-field 2 \
    --label-field 1 --model "$model" --out "$index" --quiet >/dev/null
  "$simcurate" dedup "$index" --stages exact --quiet >/dev/null
  "$simcurate" cluster "$index" --quiet >/dev/null
  "$simcurate" split "$index" --quiet >/dev/null
  rm -rf "$scratch/rows"
  "$simcurate" export "$index" --what splits --out "$scratch/rows" --quiet >/dev/null
  mkdir -p "$scratch/splits.partial"
  for part in train development test; do
    python3 -c 'import json, sys
for row in map(json.loads, sys.stdin):
    print(json.dumps({"text": row["2"], "label": row["1"]}))' \
      <"$scratch/rows/$part.jsonl" >"$scratch/splits.partial/$part.jsonl"
  done
  mv "$scratch/splits.partial" "$scratch/splits"
fi

if [ "${ONLY:-ours}" = ours ]; then
  for seed in $seeds; do
    "$simcurate" finetune "$index" --task relations --model "$model" --learning-rate "$rate" \
      --epochs "$epochs" --patience "$epochs" ${STEPS:+--steps "$STEPS"} --seed "$seed" \
      --out "$scratch/model" --force --quiet --json |
      python3 -c 'import json, sys
m = json.load(sys.stdin)["metrics"]
print(json.dumps({"ours": "relations", "seed": int(sys.argv[1]), "macroF1": m["relations"]["macro"]["f1"],
                  "accuracy": m["relations"]["accuracy"], "updates": m["updates"], "best": m["bestStep"],
                  "seconds": round(m["seconds"])}), flush=True)' "$seed"
  done
fi
if [ "${ONLY:-python}" = python ]; then
  # shellcheck disable=SC2086
  "${PEERS:?names a Python environment with torch and transformers}/bin/python" \
    Docs/Benchmarks/relations_quality.py "$scratch/splits" "$model" "$epochs" "$rate" $seeds
fi
