#!/bin/sh
# Measures the encoder against its bars, the peers in the same run, and writes Encoder.md's table:
# speed in each precision, share of the machine's ceiling, accuracy, memory, start, long texts.
#
#   make bench-encoder                ours and the peers, about 15 minutes on 2 cores
#   QUICK=1 make bench-encoder        fewer texts, one round: to see that it works
#   PEERS=path/to/venv                a Python environment with the packages below; else one is made
#   PEERS=none                        ours alone
#   TEXTS=file.jsonl                  one text a line in "text"; default: Debian's synopses
#   STSB=sts-test.csv ROUNDS=3 LIMIT=10000 WORK=folder (default: .build/encoder-benchmark)
#
# A part that fails is reported and left out of the table; the rest goes on.
set -eu
cd "$(dirname "$0")/../.."
here=Docs/Benchmarks
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}
export WORK="${WORK:-.build/encoder-benchmark}"
mkdir -p "$WORK"

if [ "${PEERS:-}" = none ]; then
  python=
elif [ -n "${PEERS:-}" ]; then
  python=$PEERS/bin/python
else
  peers=.environment/encoder-peers
  python=$peers/bin/python
  if ! "$python" -c 'import torch, sentence_transformers, onnxruntime, onnx, semhash' 2> /dev/null; then
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu ||
      "$peers/bin/pip" install --quiet torch==2.13.0 || true
    "$peers/bin/pip" install --quiet sentence-transformers==6.2.0 transformers==5.23.0 \
      tokenizers==0.23.3 onnxruntime==1.32.0 onnx==1.23.2 model2vec==0.10.0 semhash==0.5.0 ||
      { echo "the peers could not be installed: ours alone" >&2; python=; }
  fi
fi
if [ -n "$python" ] && [ ! -f "$WORK/peers/static/model.safetensors" ]; then
  "$python" $here/encoder_export.py "$model" "$WORK/peers" >&2 ||
    echo "the peers' models could not all be made; what is missing is left out" >&2
fi

texts=${TEXTS:-corpora/fetched/debian-synopses.jsonl}
[ -f "$texts" ] || corpora/debian-synopses.sh "$texts"
if [ -z "${STSB:-}" ]; then
  STSB=corpora/fetched/sts-test.csv
  [ -f "$STSB" ] || corpora/fetch.sh sts || true
fi
export STSB PYTHON="$python"
python3 $here/encoder_run.py "$texts" "$model" > "$WORK/results.jsonl"
python3 $here/encoder_table.py "$WORK/results.jsonl" $here/Encoder.md
