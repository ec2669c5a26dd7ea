#!/bin/sh
# Each task of `finetune` on real data, from the files as they are to a trained model:
#
#   make recipe-classify     classes: Debian's package synopses by section
#   make recipe-few-shot     classes from 8 texts each: the same
#   make recipe-regress      numbers: sentiment of financial headlines, HEADLINES=SemEval2017Task5Headlines.json
#   make recipe-pairs        two texts: does a clause of a privacy policy answer the question?
#   make recipe-pairs-boolq  two texts: yes or no by a passage, BoolQ
#   make recipe-similarity   sentence vectors: the STS benchmark
#   make recipe-tokens       named entities: WNUT-16
#   make recipe-tokens-chinese  named entities by characters: People's Daily, with multilingual-e5-small
#   make recipe-relations    two marked entities: SemEval-2010 task 8, SEMEVAL=folder of train.tsv and test.tsv
#   make recipe-questions    answers in texts: Disfl-QA, some questions without an answer
#   make bench-adapt         the encoder on judged pairs: four data sets, before and after
#
# The index becomes indexes/TASK, the model models/TASK. STEPS=n ends the training early.
set -eu
cd "$(dirname "$0")/../.."
. Docs/prepare.sh
task=${1:-}
index=indexes/$task
threshold=0.95

# train OPTION...
train() { say finetune "$index" --model "$model" "$@" ${STEPS:+--steps "$STEPS"} --out "models/$task" --force; }

case $task in
classify)
  prepare corpora/fetched/debian-demo.jsonl
  train
  ;;
few-shot)
  prepare corpora/fetched/debian-demo.jsonl
  train --few-shot --shots 8
  ;;
regress)
  mkdir -p corpora/fetched
  # Its ids are not unique.
  python3 -c 'import json, sys
for row in json.load(open(sys.argv[1], encoding="utf-8")):
    print(json.dumps({"title": row["title"], "sentiment": row["sentiment"]}))' \
    "${HEADLINES:?names SemEval2017Task5Headlines.json}" >corpora/fetched/headlines.jsonl
  prepare corpora/fetched/headlines.jsonl --text-field title --label-field sentiment
  train --task regress
  ;;
pairs)
  corpora/fetch.sh questions
  threshold=0.98
  prepare corpora/fetched/privacy.jsonl --text-field question --text-field context --label-field answer
  train --task pairs --epochs 1
  ;;
pairs-boolq)
  corpora/fetch.sh boolq
  threshold=0.98
  prepare --train corpora/fetched/boolq-train.jsonl --test corpora/fetched/boolq-dev.jsonl \
    --text-field question --text-field passage --label-field label
  # With the rate that fits shorter pairs (2e-4) it ends below always answering true.
  train --task pairs --maximum-tokens 256 --learning-rate 5e-5
  ;;
similarity)
  corpora/fetch.sh sts
  threshold=0.98
  prepare --train corpora/fetched/sts-train.jsonl --development corpora/fetched/sts-dev.jsonl \
    --test corpora/fetched/sts-test.jsonl --text-field a --text-field b --label-field score
  train --task similarity
  ;;
tokens)
  corpora/fetch.sh names
  prepare corpora/fetched/wnut16.conll
  train --task tokens
  ;;
tokens-chinese)
  corpora/fetch.sh chinese-names
  corpora/fetch.sh e5
  model=models/multilingual-e5-small
  # Texts of this model that have nothing to do with each other have a cosine of 0.85.
  threshold=0.97 floor=0.95
  # A quarter of it, seen once: its names occur often.
  sed -n '1~4p' corpora/fetched/peoples-daily.jsonl >corpora/fetched/peoples-daily-quarter.jsonl
  prepare corpora/fetched/peoples-daily-quarter.jsonl
  train --task tokens --epochs 1
  ;;
relations)
  : "${SEMEVAL:?names the folder of train.tsv and test.tsv}"
  prepare --train "$SEMEVAL/train.tsv" --test "$SEMEVAL/test.tsv" --no-header --text-field 2 --label-field 1
  train --task relations
  ;;
questions)
  corpora/fetch.sh questions
  threshold=0.98
  prepare corpora/fetched/disfl-qa.jsonl
  train --task questions
  ;;
*)
  sed -n '2,17s/^# \{0,1\}//p' "$0"
  [ -z "$task" ]
  ;;
esac
