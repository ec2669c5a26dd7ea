#!/bin/sh
# Draws studies whose truth is known and counts how often their intervals hold it and their claims are false or
# missed. Prints Markdown tables. About 5 minutes on an idle core.
#
#   make bench-study
#   TRIALS=200     studies a row (default: 1000)
set -eu
cd "$(dirname "$0")/../.."
.build/release/simbench study-simulation --trials "${TRIALS:-1000}" | python3 -c '
import json, sys

result = json.load(sys.stdin)
trials, seconds = result["trials"], result["seconds"]
print(f"{trials} studies a row, {seconds:.0f} s.\n")


def coverage(rows, columns):
    print("| metric | arms | seeds | " + " | ".join(name for name, _ in columns) + " | difference | score |")
    print("|---" * (5 + len(columns)) + "|")
    for row in rows:
        own = " | ".join(str(row[key]) for _, key in columns)
        print("| {metric} | {arms} | {seeds} | ".format(**row) + own
              + " | {difference:.3f} | {score:.3f} |".format(**row))
    print()


def claims(rows):
    print("| truth | seeds | leaked, clean groups | any change | leak: changed | equivalent | clean: changed | equivalent |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            "| {world} | {seeds} | {leakedGroups}, {cleanGroups} | {anyChange:.3f} | {leakChange:.3f} "
            "| {leakEquivalent:.3f} | {cleanChange:.3f} | {cleanEquivalent:.3f} |".format(**row)
        )
    print()


def is_plain(row):
    return row["folds"] == 1 and row.get("trainingEffect", 0) == 0


groups, seeds = ("groups", "groups"), ("seed effect", "seedEffect")
coverage([r for r in result["coverage"] if is_plain(r)], [groups, seeds])
claims([r for r in result["claims"] if is_plain(r)])
print("Training sets that matter, and folds:\n")
coverage([r for r in result["coverage"] if not is_plain(r)],
         [("folds", "folds"), groups, seeds, ("training effect", "trainingEffect")])
claims([r for r in result["claims"] if not is_plain(r)])
'
