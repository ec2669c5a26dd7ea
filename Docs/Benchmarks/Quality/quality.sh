#!/bin/sh
# What each task of `finetune` reaches beside a Python reference with the same recipe, encoder and parts, three seeds
# each; then their difference with its interval over test items and seeds, by `compare --predictions`.
#
#   PEERS=path/to/venv make bench-quality-TASK      (make bench-quality prints this)
#
# TASK and where its data lie (- : fetched):
#   classify    BANKING77=folder of train.csv and test.csv; PER_CLASS (50) training questions of each class are used
#   lora        the same by LoRA
#   distilbert  the same with the encoder as a DistilBERT
#   head        the same data whole, SHOTS (8) questions a class: a linear model on the vectors as they are
#   few-shot    the same questions: contrastive pairs first, PAIRS (5) of each kind a question; with SETFIT=path/to/venv
#               SetFit itself too
#   tokens      WNUT17=folder of the three .conll files as they are published
#   pairs       - (questions and clauses of privacy policies)
#   similarity  - (STS benchmark)
#   relations   SEMEVAL=folder of train.tsv and test.tsv (label, tab, sentence with <e1> and <e2>)
#   questions   XQUAD=xquad.en.json, articles divided into parts
#
# EPOCHS, RATE, TOKENS and SEEDS ("1 2 3") change the recipe, STEPS ends trainings early (to try the script), THREADS is
# the reference's number of threads, WAY its precision (f32), DEVICE where it trains (cpu). ONLY=ours, python or
# difference does only that; SCRATCH keeps parts, models and answers. With TIME=1 nothing is tested: some updates are
# timed, ours in both precisions and PyTorch's in each WAY of WAYS, in TURNS (2) turns.
set -eu
cd "$(dirname "$0")/../../.."
task=${1:-}
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
if [ -z "${SCRATCH:-}" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
else
  scratch=$SCRATCH
fi
mkdir -p "$scratch"
simcurate=.build/release/simcurate
index=$scratch/index
here=Docs/Benchmarks/Quality
only=${ONLY:-ours python difference}

# The recipe: passes, peak learning rate, tokens; and how either side calls the task.
rate=2e-4 tokens=128 ours=classify theirs=classify options='' peer=''
case $task in
classify) epochs=10 ;;
lora) epochs=10 rate=2e-3 options='--method lora' peer='--method lora' ;;
distilbert) epochs=10 ;;
head) epochs=0 theirs=few_shot options="--shots ${SHOTS:=8} --method head" peer="--shots $SHOTS" ;;
few-shot)
  epochs=1 rate=2e-5 theirs=few_shot
  options="--shots ${SHOTS:=8} --few-shot --pairs-per-text ${PAIRS:=5}"
  peer="--shots $SHOTS --pairs $PAIRS"
  ;;
tokens) epochs=4 ours=tokens theirs=tokens ;;
pairs) epochs=1 ours=pairs theirs=pairs && export FIELDS="question context answer" ;;
similarity) epochs=3 ours=similarity theirs=similarity options='--loss cosent' && export FIELDS="a b score" ;;
relations) epochs=3 ours=relations theirs=relations ;;
questions) epochs=6 rate=3e-4 tokens=256 ours=questions theirs=questions ;;
*)
  sed -n '2,26s/^# \{0,1\}//p' "$0"
  [ -z "$task" ]
  exit
  ;;
esac
epochs=${EPOCHS:-$epochs} rate=${RATE:-$rate} tokens=${TOKENS:-$tokens} seeds=${SEEDS:-1 2 3}

# prepare OPTION...: from the data to parts; exact copies leave, or what else $duplicates says
duplicates="--stages exact"
prepare() {
  "$simcurate" index "$@" --model "$model" --out "$index" --force --quiet >/dev/null
  # shellcheck disable=SC2086
  "$simcurate" dedup "$index" $duplicates --quiet >/dev/null
  "$simcurate" cluster "$index" --quiet >/dev/null
  # shellcheck disable=SC2086
  "$simcurate" split "$index" ${splitting:-} --quiet >/dev/null
  "$simcurate" export "$index" --what splits --out "$scratch/parts" --quiet >/dev/null
}
# banking PART ROWS: rows of id, text and label, of each class the first ROWS
banking() {
  python3 -c 'import csv, sys
out, taken = csv.writer(sys.stdout, lineterminator="\n"), {}
out.writerow(["id", "text", "label"])
for number, row in enumerate(csv.DictReader(open(sys.argv[1], newline=""))):
    taken[row["category"]] = taken.get(row["category"], 0) + 1
    if taken[row["category"]] <= int(sys.argv[3]):
        out.writerow([f"{sys.argv[2]}{number}", row["text"], row["category"]])' \
    "${BANKING77:?names the folder of train.csv and test.csv}/$1.csv" "$1" "$2" >"$scratch/$1.csv"
}
if ! [ -d "$scratch/parts" ]; then
  case $task in
  classify | lora | distilbert)
    duplicates="--threshold 0.9"
    banking train "${PER_CLASS:-50}"
    banking test 1000000
    prepare --train "$scratch/train.csv" --test "$scratch/test.csv" --label-field label
    ;;
  head | few-shot)
    banking train 1000000
    banking test 1000000
    prepare --train "$scratch/train.csv" --test "$scratch/test.csv" --label-field label
    ;;
  tokens)
    : "${WNUT17:?names the folder of train.conll, emerging.dev.conll and emerging.test.annotated}"
    prepare --train "$WNUT17/train.conll" --development "$WNUT17/emerging.dev.conll" \
      --test "$WNUT17/emerging.test.annotated" --format conll
    ;;
  pairs)
    corpora/fetch.sh questions >&2
    prepare corpora/fetched/privacy.jsonl --text-field question --text-field context --label-field answer
    ;;
  similarity)
    corpora/fetch.sh sts >&2
    sts=corpora/fetched/sts
    prepare --train $sts-train.jsonl --development $sts-dev.jsonl --test $sts-test.jsonl \
      --text-field a --text-field b --label-field score
    ;;
  relations)
    : "${SEMEVAL:?names the folder of train.tsv and test.tsv}"
    prepare --train "$SEMEVAL/train.tsv" --test "$SEMEVAL/test.tsv" --no-header --text-field 2 --label-field 1
    ;;
  questions)
    splitting='--group-field title'
    prepare "${XQUAD:?names xquad.en.json}"
    ;;
  esac
fi
[ "$task" != distilbert ] || {
  [ -d "$scratch/distilbert" ] ||
    "${PEERS:?names a Python environment}/bin/python" $here/distilbert.py "$model" "$scratch/distilbert" >/dev/null
  model=$scratch/distilbert
}

# train SEED OPTION...: one training of ours, as JSON
train() {
  seed=$1
  shift
  # shellcheck disable=SC2086
  "$simcurate" finetune "$index" --task $ours --model "$model" $options --learning-rate "$rate" \
    --maximum-tokens "$tokens" --seed "$seed" --out "$scratch/model" --force --quiet --json \
    ${THREADS:+--threads "$THREADS"} "$@"
}
# peer OPTION...: trainings of the reference, a JSON object a line
peer() {
  # shellcheck disable=SC2086
  "${PEERS:?names a Python environment with torch and transformers}/bin/python" $here/reference.py \
    $theirs "$scratch/parts" "$model" $peer --epochs "$epochs" --rate "$rate" --tokens "$tokens" \
    ${THREADS:+--threads "$THREADS"} ${DEVICE:+--device "$DEVICE"} "$@"
}

if [ -n "${TIME:-}" ]; then
  updates=${STEPS:-60}
  for turn in $(seq "${TURNS:-2}"); do
    for way in f32 bf16; do
      # A precision that the processor does not have is refused.
      train "$turn" --steps "$updates" --training-precision $way 2>/dev/null |
        python3 $here/answers.py told "$task" "$way" || true
    done
    for way in ${WAYS:-f32 bf16 bf16-compiled}; do
      peer --seeds "$turn" --steps "$updates" --way "$way" --time 2>/dev/null ||
        echo "no figure: PyTorch $way" >&2
    done
  done
  exit
fi

case $only in
*ours*)
  runs=
  for seed in $seeds; do
    train "$seed" $([ "$epochs" = 0 ] || echo --epochs "$epochs" --patience "$epochs") ${STEPS:+--steps "$STEPS"} \
      >"$scratch/told.json"
    python3 $here/answers.py told "$task" "$seed" <"$scratch/told.json"
    runs="$runs $(python3 -c 'import json, sys; print(json.load(sys.stdin)["run"])' <"$scratch/told.json")"
  done
  # shellcheck disable=SC2086
  python3 $here/answers.py catalog "$theirs" "$index" $runs >"$scratch/ours.jsonl"
  ;;
esac
case $only in
*python*)
  # shellcheck disable=SC2086
  peer --seeds $seeds --way "${WAY:-f32}" ${STEPS:+--steps "$STEPS"} --out "$scratch/answers.jsonl"
  python3 $here/answers.py reference "$theirs" "$scratch/answers.jsonl" >"$scratch/python.jsonl"
  ;;
esac
case $only,$task,${SETFIT:-} in
*python*,few-shot,?*)
  # shellcheck disable=SC2086
  "$SETFIT/bin/python" $here/with_setfit.py "$scratch/parts" "$model" "$SHOTS" "$PAIRS" "$scratch/answers-setfit.jsonl" \
    $seeds
  python3 $here/answers.py reference "$theirs" "$scratch/answers-setfit.jsonl" >"$scratch/setfit.jsonl"
  ;;
esac
case $only in
*difference*)
  set -- "$scratch/python.jsonl" "$scratch/ours.jsonl"
  [ ! -f "$scratch/setfit.jsonl" ] || set -- "$@" "$scratch/setfit.jsonl"
  "$simcurate" compare --predictions "$@"
  ;;
esac
