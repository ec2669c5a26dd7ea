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
print("| metric | arms | seeds | groups | seed effect | difference | score |")
print("|---|---|---|---|---|---|---|")
for row in result["coverage"]:
    print("| {metric} | {arms} | {seeds} | {groups} | {seedEffect} | {difference:.3f} | {score:.3f} |".format(**row))
print()
print("| truth | seeds | leaked, clean groups | any change | leak: changed | equivalent | clean: changed | equivalent |")
print("|---|---|---|---|---|---|---|---|")
for row in result["claims"]:
    print(
        "| {world} | {seeds} | {leakedGroups}, {cleanGroups} | {anyChange:.3f} | {leakChange:.3f} "
        "| {leakEquivalent:.3f} | {cleanChange:.3f} | {cleanEquivalent:.3f} |".format(**row)
    )
'
