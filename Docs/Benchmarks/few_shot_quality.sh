#!/bin/sh
# Accuracy on Banking77 from a few questions a class, of `finetune --few-shot` and `--method head` and of a Python
# reference with the same recipe and the same questions; with SETFIT=1 of SetFit itself too. Prints one JSON object a
# training.
#
#   BANKING77=folder PEERS=path/to/venv make bench-few-shot-quality
#
# BANKING77 holds train.csv and test.csv (text,category). SHOTS ("8 16"), SEEDS ("1 2 3"), PAIRS (20 of each kind a
# question) and RATE (2e-5) change the training, STEPS ends both after so many updates (to try the scripts),
# ONLY=ours or ONLY=python leaves the other out, SCRATCH keeps the parts and the last model.
set -eu
cd "$(dirname "$0")/../.."
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
scratch=${SCRATCH:-$(mktemp -d)}
: "${BANKING77:?names the folder of train.csv and test.csv}"
export PAIRS="${PAIRS:-20}" RATE="${RATE:-2e-5}"

simcurate=.build/release/simcurate
index=$scratch/index
if ! [ -d "$scratch/rows" ]; then
  mkdir -p "$scratch"
  for part in train test; do
    python3 -c 'import csv, sys
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["id", "text", "category"])
for number, row in enumerate(csv.DictReader(open(sys.argv[1], newline=""))):
    out.writerow([f"{sys.argv[2]}{number}", row["text"], row["category"]])' \
      "$BANKING77/$part.csv" $part >"$scratch/$part.csv"
  done
  "$simcurate" index --train "$scratch/train.csv" --test "$scratch/test.csv" --label-field category \
    --model "$model" --out "$index" --force --quiet >/dev/null
  "$simcurate" dedup "$index" --stages exact --quiet >/dev/null
  "$simcurate" cluster "$index" --quiet >/dev/null
  "$simcurate" split "$index" --quiet >/dev/null
  "$simcurate" export "$index" --what splits --out "$scratch/rows" --quiet >/dev/null
fi

# ours NAME SHOTS SEED OPTION...
ours() {
  name=$1 shots=$2 seed=$3
  shift 3
  "$simcurate" finetune "$index" --model "$model" --shots "$shots" --seed "$seed" --out "$scratch/model" \
    --force --quiet --json "$@" |
    python3 -c 'import json, sys
m = json.load(sys.stdin)["metrics"]
print(json.dumps({"ours": sys.argv[1], "shots": int(sys.argv[2]), "seed": int(sys.argv[3]),
                  "accuracy": m["report"]["accuracy"], "macroF1": m["report"]["macro"]["f1"],
                  "train": m["trainingRecords"], "updates": m["updates"], "seconds": round(m["seconds"])}), flush=True)' \
      "$name" "$shots" "$seed"
}
for shots in ${SHOTS:-8 16}; do
  if [ "${ONLY:-ours}" = ours ]; then
    for seed in ${SEEDS:-1 2 3}; do
      ours head "$shots" "$seed" --method head
      ours few-shot "$shots" "$seed" --few-shot --pairs-per-text "$PAIRS" --learning-rate "$RATE" \
        ${STEPS:+--steps "$STEPS"}
    done
  fi
  if [ "${ONLY:-python}" = python ]; then
    # shellcheck disable=SC2086
    "${PEERS:?names a Python environment with sentence-transformers}/bin/python" \
      Docs/Benchmarks/few_shot_quality.py "$scratch/rows" "$model" "$shots" ${SEEDS:-1 2 3}
  fi
done
