"""Writes statistics.json: reference values from scipy 1.17.1, scikit-learn 1.9.1, numpy 2.4.6.

    python3 -m venv environment
    environment/bin/pip install scipy==1.17.1 scikit-learn==1.9.1 numpy==2.4.6
    environment/bin/python Tests/StudyTests/Golden/generate.py
"""

import json
import pathlib

import numpy
from scipy import stats
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

# Single seed, accuracy, one item a group: the percentile bootstrap of a mean, stretched by t.
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
path.write_text(json.dumps(golden, indent=0).replace(",\n", ",").replace("[\n", "[").replace("\n]", "]") + "\n")
