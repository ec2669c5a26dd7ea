#!/usr/bin/env python3
"""Recomputes every number of a finished comparison from the answers stored in its index.

    recompute.py INDEX

Reads `catalog.sqlite` and `vectors.npy` of the index folder, and compares what follows from them with
`comparison.json`, with the table `comparisons` and, if copies were put into training, with `injection.json`. Prints how
many numbers of each kind were compared and what disagrees; exits with 1 if anything does.

Written from Docs/Decisions/0004-study.md and Docs/Formats.md, by other means than the tool's own where there are any:
influence of a group by numerical differentiation of the metric in the group's weight, Spearman's correlation by weighted
mid-ranks, quantiles and powers by scipy's distributions. Points must agree to 1e-9, standard errors and degrees of
freedom to 5%; what follows from these (intervals, p-values, equivalence, detectable differences) is recomputed from the
error found here and must agree to 5% of the interval or 0.01 of a p-value; Holm, findings and bounds follow from the
stored p-values exactly. The permutation test draws anew and must agree within five standard errors of chance.

Of a study in folds it is read from the runs which records each fold tests; what a fold trains on are all others.

Not recomputed, because the catalog has not what they are made of: answers of the classifiers on frozen vectors, which
test items a training record repeats (tested by themselves), and the label entropy of arms other than `raw`.

Measured with Python 3.11, numpy 2.4.6, scipy 1.17.1; needs nothing else.
"""
import sys
from pathlib import Path

import numpy as np

import study_answers
import study_numbers as numbers
from study_table import Ledger

SLICES = ["all", "leaked", "near", "clean"]
LEAST_SEEDS, LEAST_GROUPS, LEAST_DISCORDANT = 3, 30, 6


def control(arm, arms):
    """The arm of the same size that an arm is compared with, and which of both is subtracted."""
    if arm == "decontaminated":
        return next((a for a in ("random-decontaminated", "random") if a in arms), None)
    return "random" if arm in ("deduplicated", "balanced") and "random" in arms else None


def contrasts(arms):
    """Pairs (arm, baseline, slice on which it is primary)."""
    pairs = []
    for arm in arms:
        other = control(arm, arms)
        if other is None:
            continue
        if arm == "decontaminated":
            pairs.append((other, arm, "leaked"))
        else:
            pairs.append((arm, other, "clean" if arm == "deduplicated" else None))
    return pairs + [(arm, "raw", None) for arm in arms if arm != "raw"]


class Recomputation:
    def __init__(self, index):
        self.study = study_answers.Study(index)
        self.stored = self.study.analysis
        self.ledger = Ledger()
        self.ledger.notes = self.study.notes
        self.cache = {}
        self.about = ""
        if self.stored is not None:
            self.answers, self.metrics = self.study.answers, self.study.metrics
            self.arms = list(self.answers)
            self.seeds = len(self.answers["raw"])

    def selection(self, name):
        return np.flatnonzero(np.ones(len(self.study.slices), bool) if name == "all"
                              else self.study.slices == name)

    def table(self, arm, metric, chosen, key, groups=None):
        """Per seed the value of the metric and each item group's influence on it."""
        key = (arm, metric, key)
        if key not in self.cache:
            groups = (self.study.groups if groups is None else groups)[chosen]
            self.cache[key] = [
                numbers.Influence(metric, answers, chosen, groups) for answers in self.answers[arm]]
        return self.cache[key]

    def fold_tables(self, terms, metric):
        """What the items of every fold and group bring to each seed's sum of signed scores: `[fold][seed, group]`; None
        without folds."""
        folds = self.study.folds
        if folds.max() == 0:
            return None
        count = folds.max() + 1
        items = np.array(sorted(set(np.concatenate([chosen for _, _, chosen, _ in terms]).tolist())))
        cells = self.study.groups * count + folds
        tables = []
        for fold in range(count):
            names = np.unique(cells[items[folds[items] == fold]])
            table = np.zeros((self.seeds, len(names)))
            for sign, arm, chosen, key in terms:
                share = (folds[chosen] == fold).mean()
                for seed, model in enumerate(self.table(arm, metric, chosen, (key, "cells"), cells)):
                    own = {name: influence for name, influence in zip(model.names, model.influence)}
                    for place, name in enumerate(names):
                        table[seed, place] += sign * (share * model.value / len(names) + own.get(name, 0))
            tables.append(table)
        return tables

    def folds(self, terms, metric, arms=None):
        """Of a sum of terms, or of the difference of any two of the scores that `arms` lists."""
        if self.seeds < 2 or self.study.folds.max() == 0:
            return None
        alone = self.fold_tables(terms, metric)
        pooled = [self.fold_tables([term], metric) for term in arms or []]
        if len(pooled) < 2 or not all(np.isfinite(t).all() for tables in pooled for t in tables):
            pooled = [alone]
        return numbers.Folds([np.stack(tables) for tables in zip(*pooled)])

    def sum(self, terms, metric, pooled=None, arms=None):
        """The estimate of a sum of signed scores (sign, arm, chosen items, key); None where there is none."""
        tables = [(sign, self.table(arm, metric, chosen, key)) for sign, arm, chosen, key in terms]
        if any(len(set(self.study.groups[chosen])) < 2 for _, _, chosen, _ in terms):
            return None
        items = sorted(set(np.concatenate([chosen for _, _, chosen, _ in terms]).tolist()))
        groups = sorted(set(self.study.groups[items].tolist()))
        place = {group: number for number, group in enumerate(groups)}
        values = np.zeros(self.seeds)
        rows = np.zeros((self.seeds, len(groups)))
        for sign, models in tables:
            for seed, model in enumerate(models):
                values[seed] += sign * model.value
                rows[seed] += sign * model.value
                for group, influence in zip(model.names, model.influence):
                    rows[seed, place[group]] += sign * len(groups) * influence
        if not np.isfinite(values).all():
            return None
        return numbers.Estimate.crossed(rows, values, len(items), pooled, self.folds(terms, metric, arms))

    def seed_variance(self, metric, chosen, key):
        scores = np.array([[m.value for m in self.table(arm, metric, chosen, key)] for arm in self.arms])
        return numbers.pooled_seed_variance(scores) if np.isfinite(scores).all() else None

    def difference(self, arm, baseline, metric, chosen, key):
        return self.sum([(1, arm, chosen, key), (-1, baseline, chosen, key)], metric,
                        self.seed_variance(metric, chosen, key), [(1, a, chosen, key) for a in self.arms])

    # What is compared.

    def items(self):
        for name in SLICES:
            self.ledger.exact("items by slice", name, len(self.selection(name)), self.stored["items"][name])
        near = self.study.options["nearThreshold"]
        cosine = self.study.similarity
        for place, found in enumerate(self.study.slices):
            if found != "leaked":
                ours = "near" if cosine[place] >= near else "clean"
                if abs(cosine[place] - near) > 1e-5:
                    self.ledger.same("near or clean", str(place), ours, found)
        for place, (ours, theirs) in enumerate(zip(cosine, self.study.stored_similarity)):
            self.ledger.close("cosine to nearest", str(place), ours, theirs, absolute=1e-5)

    def scores(self):
        wanted = [(arm, metric, name) for arm in self.arms for metric in self.metrics for name in SLICES
                  if self.sum([(1, arm, self.selection(name), name)], metric) is not None]
        self.ledger.same("scores", "which there are", sorted(wanted),
                         sorted((s["arm"], s["metric"], s["slice"]) for s in self.stored["scores"]))
        for stored in self.stored["scores"]:
            metric, chosen = stored["metric"], self.selection(stored["slice"])
            name = f"{stored['arm']} {metric} {stored['slice']}"
            ours = self.sum([(1, stored["arm"], chosen, stored["slice"])], metric)
            values = [m.value for m in self.table(stored["arm"], metric, chosen, stored["slice"])]
            for ours_seed, theirs in zip(values, stored["perSeed"], strict=True):
                self.ledger.exact("scores by seed", name, ours_seed, theirs)
            if ours.error == 0 and metric in numbers.SHARES and ours.value in (0, 1):
                ours.low, ours.high = numbers.wilson(ours.value * ours.groups, ours.groups)
            self.ledger.estimate("scores", name, ours.clamped(*numbers.range_of(metric)), stored["score"])

    def gaps(self):
        clean = self.selection("clean")
        for stored in self.stored["gaps"]:
            chosen, arm = self.selection(stored["slice"]), stored["arm"]
            ours = self.sum([(1, arm, chosen, stored["slice"]), (-1, arm, clean, "clean")], stored["metric"])
            self.ledger.estimate("gaps", f"{arm} {stored['metric']} {stored['slice']}",
                                 ours.difference_of(stored["metric"]), stored["gap"])
        if self.stored.get("gapDifference"):
            every, metric = self.selection("all"), self.metrics[0]
            ours = self.sum([(1, "raw", every, "all"), (-1, "raw", clean, "clean"),
                             (-1, "decontaminated", every, "all"), (1, "decontaminated", clean, "clean")], metric)
            self.ledger.estimate("difference of gaps", "all - clean", ours.difference_of(metric),
                                 self.stored["gapDifference"])

    def comparisons(self):
        stored = self.compare(self.stored["comparisons"], self.metrics)
        self.leak_contribution(stored.values())
        self.catalog(stored)

    def same_epochs(self):
        """The comparisons of the other budget: the same arithmetic on other models."""
        if self.study.same_epochs is None:
            return
        self.answers, self.cache, self.about = self.study.same_epochs, {}, "same epochs: "
        self.compare(self.stored["sameEpochs"]["comparisons"], self.metrics[:1])
        self.answers, self.cache, self.about = self.study.answers, {}, ""

    def compare(self, comparisons, metrics):
        stored = {(c["arm"], c["baseline"], c["metric"], c["slice"]): c for c in comparisons}
        wanted = {}
        for metric in metrics:
            for name in SLICES:
                for arm, baseline, primary in contrasts(self.arms):
                    chosen = self.selection(name)
                    if len(set(self.study.groups[chosen])) < 2:
                        continue
                    ours = self.difference(arm, baseline, metric, chosen, name)
                    if ours is not None:
                        wanted[arm, baseline, metric, name] = (
                            ours, metric == self.metrics[0] and primary == name)
        self.ledger.same("comparisons", self.about + "which there are", sorted(wanted), sorted(stored))
        for key in wanted.keys() & stored.keys():
            self.comparison(key, *wanted[key], stored[key])
        for family in ("primary", "exploratory"):
            self.family(family, [c for c in stored.values() if c["family"] == family])
        return stored

    def comparison(self, key, ours, is_primary, stored):
        arm, baseline, metric, slice_name = key
        name, ledger = f"{self.about}{arm} - {baseline} {metric} {slice_name}", self.ledger
        ledger.same("families", name, "primary" if is_primary else "exploratory", stored["family"])
        margins = self.study.options["margins"]
        margin = margins["slice"] if slice_name in ("leaked", "near") else margins[slice_name]
        ledger.exact("margins", name, margin, stored["margin"])
        chosen = self.selection(slice_name)
        models = [(a.sums, b.sums) for a, b in zip(
            self.table(arm, metric, chosen, slice_name), self.table(baseline, metric, chosen, slice_name))]
        hits = "accuracy" if metric in ("macroF1", "relationF1") and "accuracy" in self.metrics else metric
        discordant = numbers.discordant_groups(
            [m.sums for m in self.table(arm, hits, chosen, slice_name)],
            [m.sums for m in self.table(baseline, hits, chosen, slice_name)])
        ledger.exact("discordant groups", name, discordant, stored["discordantGroups"])
        ours = ours.difference_of(metric)
        changed, equivalent = ours.student_p(), ours.equivalence_p(margin)
        if discordant == 0:
            bound = min(1, 3 / ours.groups)
            ours.low, ours.high = min(ours.low, -bound), max(ours.high, bound)
            changed, equivalent = 1, max(equivalent, max(0, 1 - margin) ** ours.groups)
        ledger.estimate("differences", name, ours, stored["difference"])
        ledger.p_value("p-values", name, changed, stored["studentP"])
        ledger.p_value("equivalence", name, equivalent, stored["equivalenceP"])
        ledger.chance("permutation", name,
                      numbers.permutation_p(metric, models), stored["permutationP"])

    def family(self, family, members):
        """Holm, detectable differences and findings, from the stored estimates: these must follow exactly."""
        changed = numbers.holm([c["studentP"] for c in members])
        equivalent = numbers.holm([c["equivalenceP"] for c in members])
        for c, ours, ours_equivalent in zip(members, changed, equivalent):
            name = f"{self.about}{c['arm']} - {c['baseline']} {c['metric']} {c['slice']}"
            self.ledger.exact("Holm", name, ours, c["adjustedP"])
            self.ledger.exact("Holm", name, ours_equivalent, c["adjustedEquivalenceP"])
            d = c["difference"]
            least = d["standardError"] * numbers.noncentrality(d["degreesOfFreedom"], 0.05 / len(members))
            if c["discordantGroups"] == 0:
                least = max(least, min(1, 3 / d["groups"]))
            self.ledger.close("detectable", name, least, c["minimumDetectable"], relative=1e-3)

    def finding(self, c):
        if self.study.is_underfit:
            return "underfit"
        d, discordant = c["difference"], c["discordantGroups"]
        if (d["seeds"] < LEAST_SEEDS or d["groups"] < LEAST_GROUPS or 0 < discordant < LEAST_DISCORDANT):
            return "inconclusive"
        if c["adjustedP"] < 0.05:
            return "changed"
        return "equivalent" if c["adjustedEquivalenceP"] < 0.05 else "inconclusive"

    def leak_contribution(self, stored):
        effect = next((c for c in stored if c["family"] == "primary" and c["slice"] == "leaked"), None)
        ours = effect is not None and self.metrics[0] in numbers.MEANS
        self.ledger.same("leak contribution", "whether there is one", ours, "leakContribution" in self.stored)
        if ours and "leakContribution" in self.stored:
            share = len(self.selection("leaked")) / len(self.study.slices)
            for part in ("value", "low", "high", "standardError"):
                self.ledger.exact("leak contribution", part, share * effect["difference"][part],
                                  self.stored["leakContribution"][part])

    def catalog(self, stored):
        rows = self.study.rows("SELECT * FROM comparisons")
        self.ledger.same("table comparisons", "rows", len(rows), len(stored))
        for row in rows:
            c = stored[row["arm"], row["baseline"], row["metric"], row["slice"]]
            name = f"{row['arm']} - {row['baseline']} {row['metric']} {row['slice']}"
            d = c["difference"]
            for column, value in [
                    ("difference", d["value"]), ("low", d["low"]), ("high", d["high"]), ("p_value", c["studentP"]),
                    ("adjusted_p", c["adjustedP"]), ("permutation_p", c["permutationP"]), ("margin", c["margin"]),
                    ("equivalence_p", c["adjustedEquivalenceP"]), ("minimum_detectable", c["minimumDetectable"])]:
                self.ledger.exact("table comparisons", f"{name} {column}", value, row[column])
            self.ledger.same("findings", name, self.finding(c), row["verdict"])

    def curves(self):
        for curve in self.stored["leakCurves"]:
            nearness = self.study.nearness(curve["measure"])
            for point in curve["points"]:
                name = f"{curve['measure']} from {point['threshold']}"
                near = np.flatnonzero(nearness >= point["threshold"] - 1e-9)
                far = np.flatnonzero(nearness < point["threshold"] - 1e-9)
                self.ledger.exact("leak curves", name, len(near), point["items"])
                metric, other = self.metrics[0], control("decontaminated", self.arms)
                effect = None
                if other and "decontaminated" in self.arms and len(near):
                    effect = self.difference(other, "decontaminated", metric, near, name + " near")
                self.ledger.estimate("leak curves", name + " leak effect",
                                     effect and effect.difference_of(metric), point.get("leakEffect"))
                gap = self.sum([(1, "raw", self.selection("all"), "all"), (-1, "raw", far, name + " far")],
                               metric) if len(far) else None
                self.ledger.estimate("leak curves", name + " difficulty gap",
                                     gap and gap.difference_of(metric), point.get("difficultyGap"))

    def fits(self):
        for fit in self.stored["fits"]:
            losses = self.study.last_losses(fit["arm"])
            self.ledger.close("training loss", fit["arm"], losses, fit["finalLoss"], absolute=1e-9)
            if fit["arm"] == "raw" and self.study.raw_entropy is not None:
                self.ledger.close("label entropy", "raw", self.study.raw_entropy, fit["labelEntropy"], absolute=1e-9)

    def injection(self):
        injected = self.study.injection
        if injected is None:
            return
        for number, stored in enumerate(injected.analysis["effects"]):
            name = f"dose {number}"
            self.ledger.exact("injection", name + " accuracy", injected.mean(injected.hits, number), stored["accuracy"])
            self.ledger.exact("injection", name + " log-probability", injected.mean(injected.logs, number),
                              stored["logProbability"])
            if number:
                for ours, theirs in [(injected.gain(injected.hits, number), "accuracyGain"),
                                     (injected.gain(injected.logs, number), "logProbabilityGain"),
                                     (injected.membership(number), "membership")]:
                    self.ledger.estimate("injection", f"{name} {theirs}", ours, stored.get(theirs))

    def run(self):
        if self.stored is not None:
            for part in (self.items, self.scores, self.gaps, self.comparisons, self.curves, self.fits, self.same_epochs):
                part()
        self.injection()
        return self.ledger


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "catalog.sqlite").is_file():
        print(__doc__.split("\n\n")[1].strip() + "\nINDEX is an index folder with a finished comparison", file=sys.stderr)
        return 64
    ledger = Recomputation(Path(sys.argv[1])).run()
    print(ledger.text())
    return 1 if ledger.faults or not ledger.count else 0


if __name__ == "__main__":
    sys.exit(main())
