"""Adapts the encoder to judged pairs of labeled data and prints what `adapt` says; called by adapt.sh.

    adapt.py MODEL WORK

Judged pairs are those a labeler would see: the stored pairs of an index from a cosine of 0.5 up, as gold has
them (labeled ones only where not all are), at most 20 a duplicate.
"""
import csv
import os
import sys

import labeled


def judged(name, records, gold, labels, work):
    ids = sorted(records)
    corpus = labeled.write(f"{work}/{name}.jsonl", [{"id": one, "text": records[one]} for one in ids])
    index = f"{work}/{name}"
    labeled.simcurate("index", corpus, "--out", index, "--force")
    labeled.simcurate("dedup", index, "--threshold", 0.9, "--floor", 0.5)
    labeled.simcurate("export", index, "--what", "pairs", "--threshold", 0.5, "--out", f"{work}/{name}.csv")
    found = [(float(one["score"]), one["id_a"], one["id_b"]) for one in labeled.table(f"{work}/{name}.csv")]
    known = lambda a, b: labels is None or (a, b) in labels or (b, a) in labels
    isGold = lambda a, b: (a, b) in gold or (b, a) in gold
    candidates = sorted((one for one in found if known(*one[1:])), reverse=True)
    if labels is not None:  # labeled pairs below the floor were judged too
        there = {frozenset(one[1:]) for one in candidates}
        candidates += [(0, a, b) for a, b in sorted(labels) if frozenset((a, b)) not in there]
    limit = 20 * sum(isGold(a, b) for _, a, b in candidates)
    others = 0
    with open(f"{work}/{name}.pairs.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text_a", "text_b", "duplicate"])
        for _, a, b in candidates:
            others += not isGold(a, b)
            if isGold(a, b) or others <= limit:
                writer.writerow([records[a], records[b], int(isGold(a, b))])
    return f"{work}/{name}.pairs.csv"


def main(model, work):
    for data in (labeled.customer_service, labeled.restaurants, labeled.papers, labeled.sts):
        try:
            name, records, gold, labels = data()
        except FileNotFoundError as error:
            print("skipped:", error, file=sys.stderr)
            continue
        pairs = judged(name, records, gold, labels, work)
        print(name, flush=True)
        print(labeled.simcurate("adapt", "--pairs", pairs, "--model", model, "--out", f"{work}/{name}-encoder",
                                *os.environ.get("OPTIONS", "").split()), flush=True)


main(*sys.argv[1:])
