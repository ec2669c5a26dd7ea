#!/bin/sh
# Exact match and F1 on XQuAD (English) of `finetune --task questions` and of a Python reference with the same
# recipe and parts, three seeds each. Prints one JSON object a training.
#
#   XQUAD=path/to/xquad.en.json PEERS=path/to/venv make bench-questions-quality
#
# Articles are divided into parts (0.8, 0.1, 0.1). EPOCHS, RATE, TOKENS and SEEDS change the recipe, THREADS the
# reference's threads; STEPS ends the reference early, to see that it runs.
set -eu
cd "$(dirname "$0")/../.."
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
python=${PEERS:?names a Python environment with torch and transformers}/bin/python
scratch=${SCRATCH:-$(mktemp -d)}
epochs=${EPOCHS:-15}
rate=${RATE:-3e-4}
tokens=${TOKENS:-384}
seeds=${SEEDS:-1 2 3}

simcurate=.build/release/simcurate
index=$scratch/index
"$simcurate" index "${XQUAD:?names xquad.en.json}" --model "$model" --out "$index" --quiet >/dev/null
"$simcurate" dedup "$index" --threshold 0.98 --quiet >/dev/null
"$simcurate" cluster "$index" --quiet >/dev/null
"$simcurate" split "$index" --group-field title --quiet >/dev/null
"$simcurate" export "$index" --what splits --out "$scratch/splits" --quiet >/dev/null

for seed in $seeds; do
  "$simcurate" finetune "$index" --task questions --model "$model" --learning-rate "$rate" \
    --epochs "$epochs" --patience "$epochs" --maximum-tokens "$tokens" --seed "$seed" \
    --out "$scratch/model" --force --quiet --json |
    python3 -c 'import json, sys
m = json.load(sys.stdin)["metrics"]
r = m["answers"]["report"]
print(json.dumps({"ours": "questions", "seed": int(sys.argv[1]), "exact": r["exactMatch"], "f1": r["f1"],
                  "test": r["items"], "train": m["trainingRecords"], "updates": m["updates"],
                  "seconds": round(m["seconds"])}), flush=True)' "$seed"
done
"$python" Docs/Benchmarks/questions_quality.py "$scratch/splits" "$model" "$epochs" "$rate" "$tokens" \
  $seeds 2>/dev/null
