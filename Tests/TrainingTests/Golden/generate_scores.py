"""Golden values for correlations and reports of several labels, from scipy and scikit-learn.

Versions: numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1.
Run in this folder: python generate_scores.py. It rewrites scores.json.
"""
import json
from fractions import Fraction
import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

random = np.random.default_rng(21)


def correlation(a, b):
    return {"a": a, "b": b, "pearson": pearsonr(a, b).statistic,
            "spearman": spearmanr(a, b).statistic}


free = random.normal(size=30)
tied = random.integers(0, 5, size=(2, 40)).astype(float)
correlations = [
    correlation(list(free), list(free + random.normal(size=30))),
    correlation(list(tied[0]), list(tied[0] + 2 * tied[1])),
    correlation(list(1e-9 * free + 1e3), list(-free ** 3)),
    correlation([1.0, 2.0], [3.0, 1.0])]


def multi_label(items, labels, empty):
    truth = random.random((items, labels)) < 0.35
    truth[:, :empty] = False
    # Two decimals, so that many probabilities are the same.
    noise = random.random((items, labels))
    probabilities = np.round(0.4 * truth + 0.6 * noise, 2)
    predictions = probabilities >= 0.5
    predictions[0] = truth[0] = False
    scores = {}
    for average in (None, "micro", "macro", "weighted", "samples"):
        p, r, f, s = precision_recall_fscore_support(
            truth, predictions, average=average, zero_division=0)
        support = int(truth.sum())
        scores[average or "classes"] = (
            np.stack([p, r, f, s], axis=1).tolist() if average is None else [p, r, f, support])
    best = (Fraction(0), None)
    for threshold in sorted(set(probabilities.ravel().tolist()), reverse=True):
        guess = probabilities >= threshold
        f1 = Fraction(2 * int((guess & truth).sum()), int(guess.sum() + truth.sum()))
        if f1 > best[0]:
            best = (f1, threshold)
    return {
        "truth": truth.astype(int).tolist(), "predictions": predictions.astype(int).tolist(),
        "probabilities": probabilities.tolist(), "exactMatch": accuracy_score(truth, predictions),
        "threshold": best[1],
        "thresholdF1": f1_score(truth, probabilities >= best[1], average="micro"), **scores}


golden = {"correlations": correlations,
          "multiLabel": [multi_label(20, 4, 0), multi_label(15, 6, 2)]}
with open("scores.json", "w") as file:
    json.dump(golden, file, separators=(",", ":"), default=float)
    file.write("\n")
