"""Writes statistics.json: reference values from scipy 1.17.1, scikit-learn 1.9.1, numpy 2.4.6.

    python3 -m venv environment
    environment/bin/pip install scipy==1.17.1 scikit-learn==1.9.1 numpy==2.4.6
    environment/bin/python Tests/StudyTests/Golden/generate.py
"""

import json
import pathlib

import numpy
from scipy import optimize, stats
from sklearn.metrics import accuracy_score, f1_score

numbers = numpy.random.default_rng(20261123)

normal = [[p, stats.norm.ppf(p)] for p in (1e-12, 1e-6, 0.001, 0.02, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999)]
student_p = [
    [t, df, 2 * stats.t.sf(abs(t), df)]
    for t in (0.0, 0.1, 1.0, -2.5, 4.3, 40.0)
    for df in (1, 1.7, 4, 9.3, 100, 5000)
]
student_quantile = [
    [p, df, stats.t.isf(p / 2, df)] for p in (0.5, 0.05, 0.001) for df in (1, 1.7, 4, 30, 900)
]
wilson = []
for successes, trials in ((0, 10), (3, 10), (10, 10), (480, 500), (1, 100000)):
    for level in (0.9, 0.95):
        interval = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
        wilson.append([successes, trials, level, interval.low, interval.high])
holm = []
for p_values in ([0.01], [0.04, 0.01, 0.03, 0.005], [0.2, 0.9, 0.5], [0.02, 0.02, 0.02]):
    # Holm (1979) as defined: running maximum of (m - rank) * p over ascending p, at most 1.
    order = numpy.argsort(p_values, kind="stable")
    scaled = numpy.minimum(1, (len(p_values) - numpy.arange(len(p_values))) * numpy.array(p_values)[order])
    adjusted = numpy.empty(len(p_values))
    adjusted[order] = numpy.maximum.accumulate(scaled)
    holm.append([p_values, adjusted.tolist()])

scores = []
for classes, count, accuracy in ((2, 20, 0.5), (5, 60, 0.7), (12, 300, 0.4), (7, 10, 0.0)):
    truth = numbers.integers(classes, size=count)
    wrong = (truth + numbers.integers(1, classes, size=count)) % classes
    predicted = numpy.where(numbers.random(count) < accuracy, truth, wrong)
    scores.append(
        {
            "classes": classes,
            "truth": truth.tolist(),
            "predicted": predicted.tolist(),
            "accuracy": accuracy_score(truth, predicted),
            "macroF1": f1_score(truth, predicted, average="macro", zero_division=0),
        }
    )

# Single seed, accuracy, one item a group: Student's interval of a mean.
hits = (numbers.random(400) < 0.7).astype(int)
test = stats.ttest_1samp(hits, 0)
interval = test.confidence_interval(0.95)
mean = {
    "hits": hits.tolist(),
    "standardError": float(stats.sem(hits)),
    "low": interval.low,
    "high": interval.high,
}

# Swapping two arms item by item, accuracy: a paired permutation test on the difference of hits.
first = (numbers.random(200) < 0.75).astype(int)
second = (numbers.random(200) < 0.65).astype(int)
permutation = stats.permutation_test(
    (first, second),
    lambda x, y, axis: numpy.mean(x - y, axis=axis),
    permutation_type="samples",
    vectorized=True,
    n_resamples=100000,
    rng=numpy.random.default_rng(1),
)

path = pathlib.Path(__file__).with_name("statistics.json")
golden = {
    "normal": normal,
    "studentP": student_p,
    "studentQuantile": student_quantile,
    "wilson": wilson,
    "holm": [{"given": given, "adjusted": adjusted} for given, adjusted in holm],
    "scores": scores,
    "mean": mean,
    "permutation": {
        "first": first.tolist(),
        "second": second.tolist(),
        "p": float(permutation.pvalue),
    },
    # Two crossed factors: variance of the mean by the textbook's two-way random effects.
    "generator": [],
}


def crossed():
    seeds, groups = 4, 150
    table = (
        numbers.normal(0, 0.6, (seeds, 1))
        + numbers.normal(0, 1, (1, groups))
        + numbers.normal(0, 1, (seeds, groups))
        > 0
    ).astype(int)
    grand = table.mean()
    rows = table.mean(axis=1) - grand
    columns = table.mean(axis=0) - grand
    rest = table - grand - rows[:, None] - columns[None, :]
    square_seeds = groups * (rows**2).sum() / (seeds - 1)
    square_groups = seeds * (columns**2).sum() / (groups - 1)
    square_rest = (rest**2).sum() / ((seeds - 1) * (groups - 1))
    variance = (square_seeds + square_groups - square_rest) / (seeds * groups)
    freedom = variance**2 / (
        (square_seeds / (seeds * groups)) ** 2 / (seeds - 1)
        + (square_groups / (seeds * groups)) ** 2 / (groups - 1)
        + (square_rest / (seeds * groups)) ** 2 / ((seeds - 1) * (groups - 1))
    )
    return {"hits": table.tolist(), "variance": float(variance), "degreesOfFreedom": float(freedom)}


golden["crossed"] = crossed()


def correlations():
    """Pairs of numbers with ties, every item repeated as often as it weighs."""
    weights = numbers.integers(1, 4, size=40)
    gold = numbers.integers(0, 6, size=40) / 2
    predicted = numpy.round(gold + numbers.normal(0, 1, 40), 1)
    x, y = numpy.repeat(predicted, weights), numpy.repeat(gold, weights)
    return {
        "predicted": predicted.tolist(),
        "gold": gold.tolist(),
        "weights": weights.tolist(),
        "pearson": float(stats.pearsonr(x, y).statistic),
        "spearman": float(stats.spearmanr(x, y).statistic),
    }


golden["correlations"] = correlations()
golden["noncentralT"] = [
    [t, df, delta, float(stats.nct.cdf(t, df, delta))]
    for t, df, delta in (
        (0.0, 3, 1.0), (2.0, 2, 0.5), (1.5, 4.5, 3.0), (6.0, 2, 8.0), (2.3, 1.4, 2.0),
        (2.0, 30, 2.8), (-1.0, 10, 1.0), (3.1, 400, 2.9), (12.0, 1, 14.0),
    )
]
# The noncentrality with power 0.8, the far tail (below 1e-9) left out: of scipy's noncentral t, solved by Brent's method.
golden["detectable"] = []
for level, df in ((0.05, 2), (0.05, 8.5), (0.025, 3), (0.05, 500), (0.001, 4)):
    critical = stats.t.isf(level / 2, df)
    power = lambda delta: stats.nct.sf(critical, df, delta)
    golden["detectable"].append([level, df, optimize.brentq(lambda delta: power(delta) - 0.8, 2, 15)])
# Two one-sided tests of a mean, from scipy's t tests of one sample.
golden["equivalence"] = []
for center, count, margin in ((0.0, 90, 0.5), (0.2, 35, 0.5), (-0.6, 12, 0.5)):
    sample = numbers.normal(center, 1, count)
    p = max(
        stats.ttest_1samp(sample, -margin, alternative="greater").pvalue,
        stats.ttest_1samp(sample, margin, alternative="less").pvalue,
    )
    golden["equivalence"].append(
        [float(sample.mean()), float(stats.sem(sample)), count - 1, margin, float(p)]
    )
# Seeds by arms: the mean square of their interaction in a two-way layout without repetition.
scores = numbers.normal(0, 1, (4, 1)) + numbers.normal(0, 1, (1, 3)) + numbers.normal(0, 0.3, (4, 3))
rest = scores - scores.mean(axis=0) - scores.mean(axis=1, keepdims=True) + scores.mean()
golden["pooled"] = {
    "scores": scores.tolist(),
    "variance": float(2 * (rest**2).sum() / 6),
    "pairs": [
        float((scores[a] - scores[b]).var(ddof=1)) for a in range(4) for b in range(a)
    ],
}


def midranks(values, weights):
    """Mid-ranks of repeated values, as many times as each weighs, up to a constant."""
    below = (values[None, :] < values[:, None]) @ weights
    return below + 0.5 * ((values[None, :] == values[:, None]) @ weights)


def weighted_score(metric, data, model, weights):
    """A model's score where items count several times; through scikit-learn where it can weigh."""
    if metric == "macroF1":
        return f1_score(
            data["labels"], data["classes"][model], average="macro", sample_weight=weights,
            zero_division=0,
        )
    if metric == "accuracy":
        return accuracy_score(data["labels"], data["classes"][model], sample_weight=weights)
    if metric == "entityF1":
        right, predicted, gold = (weights @ column for column in data["entities"][model].T)
        return 2 * right / (predicted + gold)
    x, y = data["numbers"][model], data["gold"]
    if metric == "spearman":
        x, y = midranks(x, weights), midranks(y, weights)
    moments = numpy.cov(x, y, aweights=weights)
    return moments[0, 1] / numpy.sqrt(moments[0, 0] * moments[1, 1])


def difference(seeds, groups, score):
    """The difference of two arms, its standard error, degrees of freedom and interval: influence by
    central differences in the groups' weights, then the two-way analysis of variance."""
    count, total = len(groups), groups.max() + 1
    table = numpy.zeros((seeds, total))
    for seed in range(seeds):
        for model, sign in ((seed, 1), (seeds + seed, -1)):
            ones = numpy.ones(count)
            value = score(model, ones)
            for group in range(total):
                step = 1e-5 * (groups == group)
                slope = score(model, ones + step) - score(model, ones - step)
                table[seed, group] += sign * (value + total * slope / 2e-5)
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    rest = table - rows[:, None] - columns[None, :] + grand
    squares = [
        ((rows - grand) ** 2).sum() / (seeds * (seeds - 1)),
        ((columns - grand) ** 2).sum() / (total * (total - 1)),
        (rest**2).sum() / ((seeds - 1) * (total - 1)) / (seeds * total),
    ]
    variance = max(squares[0] + squares[1] - squares[2], squares[0], squares[1])
    freedom = variance**2 / (
        squares[0] ** 2 / (seeds - 1)
        + squares[1] ** 2 / (total - 1)
        + squares[2] ** 2 / ((seeds - 1) * (total - 1))
    )
    half = stats.t.ppf(0.975, freedom) * variance**0.5
    return [float(v) for v in (grand, variance**0.5, freedom, grand - half, grand + half)]


def differences():
    """Two arms of three seeds that answer with classes, numbers and entities."""
    seeds, count, classes = 3, 60, 4
    groups = numpy.sort(numbers.integers(0, 40, count))
    _, groups = numpy.unique(groups, return_inverse=True)
    labels = numbers.integers(0, classes, count)
    gold = numpy.round(numbers.normal(0, 1, count), 1)
    there = numbers.integers(0, 5, count)
    data = {"labels": labels, "gold": gold, "classes": [], "numbers": [], "entities": []}
    for model in range(2 * seeds):
        wrong = (labels + numbers.integers(1, classes, count)) % classes
        hit = numbers.random(count) < (0.75 if model < seeds else 0.6)
        data["classes"].append(numpy.where(hit, labels, wrong))
        data["numbers"].append(numpy.round(gold + numbers.normal(0, 1 if model < seeds else 1.4, count), 1))
        found = numbers.binomial(there, 0.8 if model < seeds else 0.7)
        data["entities"].append(numpy.stack([found, found + numbers.integers(0, 2, count), there], 1))
    results = {
        metric: difference(seeds, groups, lambda *given: weighted_score(metric, data, *given))
        for metric in ("accuracy", "macroF1", "entityF1", "pearson", "spearman")
    }
    return {
        "groups": groups.tolist(), "labels": labels.tolist(), "gold": gold.tolist(),
        "classes": [row.tolist() for row in data["classes"]],
        "numbers": [row.tolist() for row in data["numbers"]],
        "entities": [row.tolist() for row in data["entities"]],
        "results": results,
    }


golden["differences"] = differences()


def sets():
    """The same of two arms that give any number of labels an item."""
    seeds, count, classes = 3, 50, 5
    _, groups = numpy.unique(numpy.sort(numbers.integers(0, 35, count)), return_inverse=True)
    truth = (numbers.random((count, classes)) < 0.35).astype(int)
    models = []
    for model in range(2 * seeds):
        flip = numbers.random((count, classes)) < (0.1 if model < seeds else 0.2)
        models.append(numpy.where(flip, 1 - truth, truth))
    scores = {
        "microF1": lambda model, weights: f1_score(
            truth, models[model], average="micro", sample_weight=weights, zero_division=0
        ),
        "macroF1": lambda model, weights: f1_score(
            truth, models[model], average="macro", sample_weight=weights, zero_division=0
        ),
        "accuracy": lambda model, weights: accuracy_score(
            truth, models[model], sample_weight=weights
        ),
    }
    lists = lambda rows: [numpy.flatnonzero(row).tolist() for row in rows]
    return {
        "groups": groups.tolist(), "classes": classes, "labels": lists(truth),
        "predictions": [lists(rows) for rows in models],
        "results": {name: difference(seeds, groups, score) for name, score in scores.items()},
    }


golden["sets"] = sets()


def xoshiro(seed, count):
    """xoshiro256** seeded by SplitMix64, from the authors' description."""
    mask = (1 << 64) - 1
    state = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        state.append(z ^ (z >> 31))
    rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & mask
    result = []
    for _ in range(count):
        result.append((rotate((state[1] * 5) & mask, 7) * 9) & mask)
        t = (state[1] << 17) & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = rotate(state[3], 45)
    return [str(number) for number in result]


golden["generator"] = xoshiro(42, 5)


def random_effects(values, errors):
    """DerSimonian and Laird's variance between studies with Hartung and Knapp's interval, in matrices."""
    y, v = numpy.array(values), numpy.array(errors) ** 2
    one = numpy.ones((len(y), 1))
    projection = numpy.diag(1 / v) - numpy.diag(1 / v) @ one @ one.T @ numpy.diag(1 / v) / (1 / v).sum()
    q, freedom = y @ projection @ y, len(y) - 1
    between = max(0, (q - freedom) / numpy.trace(projection))
    fit = numpy.linalg.lstsq((1 / numpy.sqrt(v + between))[:, None], y / numpy.sqrt(v + between), rcond=None)
    mean, residuals = fit[0][0], fit[1][0]
    error = numpy.sqrt(max(1, residuals / freedom) / (1 / (v + between)).sum())
    half = stats.t.ppf(0.975, freedom) * error
    return {
        "values": list(map(float, values)), "errors": list(map(float, errors)), "value": mean, "error": error,
        "low": mean - half, "high": mean + half, "p": 2 * stats.t.sf(abs(mean) / error, freedom),
        "deviation": numpy.sqrt(between), "q": q, "inconsistency": max(0, 1 - freedom / q),
    }


# Tuberculosis after vaccination with BCG (Colditz and others 1994), the example of many textbooks: by DerSimonian and
# Laird a logarithm of the relative risk of -0.7141, a variance between trials of 0.3088, Q = 152.23.
trials = numpy.array([
    [4, 123, 11, 139], [6, 306, 29, 303], [3, 231, 11, 220], [62, 13598, 248, 12867], [33, 5069, 47, 5808],
    [180, 1541, 372, 1451], [8, 2545, 10, 629], [505, 88391, 499, 88391], [29, 7499, 45, 7277], [17, 1716, 65, 1665],
    [186, 50634, 141, 27338], [5, 2498, 3, 2341], [27, 16913, 29, 17854],
], float)
risks = numpy.log(trials[:, 0] / trials[:, 1] / (trials[:, 2] / trials[:, 3]))
risk_errors = numpy.sqrt(1 / trials[:, 0] - 1 / trials[:, 1] + 1 / trials[:, 2] - 1 / trials[:, 3])
golden["randomEffects"] = [
    random_effects(risks, risk_errors),
    random_effects([0.021, 0.019, 0.024], [0.01, 0.02, 0.015]),
    random_effects([0.063, -0.012], [0.011, 0.02]),
]
path.write_text(json.dumps(golden, indent=0).replace(",\n", ",").replace("[\n", "[").replace("\n]", "]") + "\n")
