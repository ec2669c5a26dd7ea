#!/bin/sh
# What near-copies do to generalization, on real data: from the files as they are to a finished study and its report.
#
#   make study-debian      topics of Debian's package synopses, by section
#   make study-banking     intents of questions to a bank, BANKING77=folder of train.csv and test.csv
#   make study-reuters     topics of news wires, with their own test set
#   make study-reviews     Chinese shop reviews, good or bad, half of them copies; multilingual-e5-small
#   make study-names       named entities of tweets, WNUT17=folder of the three .conll files; without it WNUT-16
#   make study-sts         how alike sentences are: the STS benchmark
#   make studies           all of them, and what they say together
#
# The study becomes indexes/study-NAME. SEEDS (3) changes how many models each arm has, EPOCHS how often they see all
# records; PLAN=1 says what the study takes and could find, and trains nothing; INJECT=1 trains ten models more (seven
# where few items have paraphrases) with copies of test items put in on purpose, where classes are learned. A study that
# was stopped goes on where it was.
set -eu
cd "$(dirname "$0")/../.."
. Docs/prepare.sh
study=${1:-}
index=indexes/study-$study
threshold=0.9
known='debian banking reuters reviews names sts'
# What fits an hour of two cores.
epochs=1

# learn OPTION...: the comparison and its report
learn() {
  set -- "$index" --model "$model" --epochs "${EPOCHS:-$epochs}" "$@"
  say compare "$@" --seeds "${SEEDS:-3}" ${PLAN:+--plan}
  [ -z "${PLAN:-}" ] || return 0
  [ -z "${INJECT:-}" ] || say compare "$@" --seeds 1 --inject
  say report "$index"
}

case $study in
debian)
  epochs=2
  prepare corpora/fetched/debian-demo.jsonl
  learn
  ;;
banking)
  : "${BANKING77:?names the folder of train.csv and test.csv}"
  # After one pass a linear model on the vectors as they are does better: no verdict.
  epochs=3
  prepare --train "$BANKING77/train.csv" --test "$BANKING77/test.csv" --label-field category
  learn
  ;;
reuters)
  corpora/fetch.sh reuters
  prepare --train corpora/fetched/reuters-train.tsv --test corpora/fetched/reuters-test.tsv \
    --text-field Text --label-field Category
  learn
  ;;
reviews)
  corpora/fetch.sh reviews
  corpora/fetch.sh e5
  model=models/multilingual-e5-small
  # Texts of this model that have nothing to do with each other have a cosine of 0.85.
  threshold=0.97 floor=0.95
  # A sixteenth of the texts with all their copies.
  python3 -c 'import hashlib, json
for label in ["neg", "pos"]:
    for line in open(f"corpora/fetched/reviews-{label}.txt", encoding="utf-8", newline="\n"):
        text = line.strip()
        if text and hashlib.sha256(text.encode()).digest()[0] % 16 == 0:
            print(json.dumps({"text": text, "label": label}, ensure_ascii=False))' >corpora/fetched/reviews-study.jsonl
  prepare corpora/fetched/reviews-study.jsonl
  learn --near 0.95
  ;;
names)
  epochs=2
  if [ -n "${WNUT17:-}" ]; then
    prepare --train "$WNUT17/train.conll" --development "$WNUT17/emerging.dev.conll" \
      --test "$WNUT17/emerging.test.annotated" --format conll
  else
    corpora/fetch.sh names
    prepare corpora/fetched/wnut16.conll
  fi
  learn --task tokens
  ;;
sts)
  corpora/fetch.sh sts
  threshold=0.95
  prepare --train corpora/fetched/sts-train.jsonl --development corpora/fetched/sts-dev.jsonl \
    --test corpora/fetched/sts-test.jsonl --text-field a --text-field b --label-field score
  learn --task similarity
  ;;
together)
  # Those that have ended.
  set --
  for name in $known; do
    [ ! -f "indexes/study-$name/comparison.json" ] || set -- "$@" "indexes/study-$name"
  done
  say report "$@" --out indexes/studies.html
  ;;
*)
  sed -n '2,17s/^# \{0,1\}//p' "$0"
  [ -z "$study" ]
  ;;
esac
