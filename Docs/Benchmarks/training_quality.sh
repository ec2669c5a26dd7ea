#!/bin/sh
# Accuracy on Banking77 of `finetune` and of a Python reference with the same recipe and parts, three seeds each:
# every weight, LoRA, and every weight of another family. Prints one JSON object a training.
#
#   BANKING77=folder PEERS=path/to/venv make bench-training-quality
#
# BANKING77 holds train.csv and test.csv (text,category); PER_CLASS (50) of the training questions a class are used.
# EPOCHS (10) changes the recipe, SEEDS ("1 2 3") and THREADS how it is run.
set -eu
cd "$(dirname "$0")/../.."
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
python=${PEERS:?names a Python environment with torch, transformers and peft}/bin/python
scratch=${SCRATCH:-$(mktemp -d)}
epochs=${EPOCHS:-10}
seeds=${SEEDS:-1 2 3}

python3 - "${BANKING77:?names the folder of train.csv and test.csv}/train.csv" "${PER_CLASS:-50}" \
  >"$scratch/train.csv" <<'PYTHON'
import csv, sys
rows, taken = csv.DictReader(open(sys.argv[1], newline="")), {}
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["text", "category"])
for row in rows:
    taken[row["category"]] = taken.get(row["category"], 0) + 1
    if taken[row["category"]] <= int(sys.argv[2]):
        out.writerow([row["text"], row["category"]])
PYTHON
simcurate=.build/release/simcurate
index=$scratch/index
"$simcurate" index --train "$scratch/train.csv" --test "$BANKING77/test.csv" --label-field category \
  --model "$model" --out "$index" --quiet >/dev/null
"$simcurate" dedup "$index" --threshold 0.9 --quiet >/dev/null
"$simcurate" cluster "$index" --quiet >/dev/null
"$simcurate" split "$index" --quiet >/dev/null
"$simcurate" export "$index" --what splits --out "$scratch/rows" --quiet >/dev/null
mkdir -p "$scratch/splits"
for part in train development test; do
  python3 -c 'import json, sys
for row in map(json.loads, sys.stdin):
    print(json.dumps({"text": row["text"], "label": row["category"]}))' \
    <"$scratch/rows/$part.jsonl" >"$scratch/splits/$part.jsonl"
done
"$python" Docs/Benchmarks/training_quality.py distilbert "$model" "$scratch/distilbert" >/dev/null 2>&1

# both NAME MODEL METHOD RATE SEED
both() {
  "$simcurate" finetune "$index" --model "$2" --method "$3" --learning-rate "$4" --epochs "$epochs" \
    --patience "$epochs" --seed "$5" --out "$scratch/model" --force --quiet --json \
    ${THREADS:+--threads "$THREADS"} |
    python3 -c 'import json, sys
r = json.load(sys.stdin)
print(json.dumps({"ours": sys.argv[1], "seed": int(sys.argv[2]), "accuracy": r["metrics"]["report"]["accuracy"]}), flush=True)' \
      "$1" "$5"
  "$python" Docs/Benchmarks/training_quality.py "$scratch/splits" "$2" "$3" "$epochs" "$4" "$5" 2>/dev/null
}
# A seed of everything before the next: what is cut short has the same seeds on both sides.
for seed in $seeds; do
  both full "$model" full 2e-4 "$seed"
  both lora "$model" lora 2e-3 "$seed"
  both distilbert "$scratch/distilbert" full 2e-4 "$seed"
done
