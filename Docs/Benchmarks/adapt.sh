#!/bin/sh
# Whether adapting the encoder to judged pairs finds duplicates better, on labeled data: the customer-service
# corpus that ships, restaurants, DBLP-ACM, and pairs of STS-B (a score of 4 or more is a duplicate).
#
#   make bench-adapt                 data that cannot be fetched are left out
#   SIMCURATE_MODEL=folder OPTIONS="--loss cosent" WORK=folder
set -eu
cd "$(dirname "$0")/../.."
corpora/fetch.sh entities || true
corpora/fetch.sh sts || true
export SIMCURATE="${SIMCURATE:-.build/release/simcurate}"
work=${WORK:-.build/adapt-benchmark}
mkdir -p "$work"
python3 Docs/Benchmarks/adapt.py "${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}" "$work"
