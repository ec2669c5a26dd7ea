"""The statistics of a study, written from their definitions: metrics as functions of sums over items, a group's influence
by numerical differentiation, the crossed analysis of variance, and the tests."""
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

MEANS = ["accuracy", "meanScore", "exactMatch", "answerF1", "meanReciprocalRank"]
F1S = ["microF1", "entityF1", "seenEntityF1", "unseenEntityF1"]
CORRELATIONS = ["pearson", "spearman"]
SHARES = [m for m in MEANS if m != "meanScore"] + F1S + ["macroF1", "relationF1"]
STEP = 1e-4
ROUNDING = 1e-20


def range_of(metric):
    return (-1, 1) if metric in CORRELATIONS else (0, 1) if metric in SHARES else (-np.inf, np.inf)


def value_of(metric, sums):
    """The metric of sums `[..., K]`."""
    sums = np.asarray(sums, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if metric in MEANS:
            return sums[..., 0] / sums[..., 1]
        if metric in F1S:
            return np.where(sums[..., 1] == 0, 0, 2 * sums[..., 0] / sums[..., 1])
        if metric in ("macroF1", "relationF1"):
            hits, occurrences = np.split(sums, 2, axis=-1)
            used = occurrences > 1e-9
            return np.where(used, 2 * hits / np.where(used, occurrences, 1), 0).sum(-1) / used.sum(-1)
        n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
        return (n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y))


def mid_ranks(values, weights):
    """Weight below, and half of that beside, each value."""
    order, places = np.unique(values, return_inverse=True)
    beside = np.bincount(places, weights, len(order))
    return (np.cumsum(beside) - beside / 2)[places]


def moments(x, y):
    x, y = x - x.mean(), y - y.mean()
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], 1)


class Influence:
    """The value of a metric on chosen items, and its derivative by the weight of each group of them."""

    def __init__(self, metric, answers, chosen, groups):
        self.names, places = np.unique(groups, return_inverse=True)
        count = len(self.names)
        if metric == "spearman":
            x, y = answers.pairs(chosen)
            items = moments(*(mid_ranks(v, np.ones(len(v))) for v in (x, y))) if len(x) else np.zeros((0, 6))
        elif metric == "pearson":
            items = moments(*answers.pairs(chosen)) if len(chosen) else np.zeros((0, 6))
        else:
            items = answers.sums(metric, chosen)
        self.sums = np.zeros((count, items.shape[1]))
        np.add.at(self.sums, places, items)
        self.totals = self.sums.sum(0)
        self.value = float(value_of(metric, self.totals))
        if metric == "spearman":
            self.influence = self.of_ranks(x, y, places, count)
        else:
            up, down = (value_of(metric, self.totals + sign * STEP * self.sums) for sign in (1, -1))
            self.influence = (up - down) / (2 * STEP)

    @staticmethod
    def of_ranks(x, y, places, count):
        def correlation(group, step):
            weights = 1 + step * (places == group)
            a, b = mid_ranks(x, weights), mid_ranks(y, weights)
            a, b = a - np.average(a, weights=weights), b - np.average(b, weights=weights)
            return (weights * a * b).sum() / np.sqrt((weights * a * a).sum() * (weights * b * b).sum())

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.array([
                (correlation(group, STEP) - correlation(group, -STEP)) / (2 * STEP) for group in range(count)])


def pooled_seed_variance(scores):
    """Variance between seeds of a difference of two arms, and its degrees of freedom: twice the mean square of arm by
    seed of `scores[arm, seed]`; None with fewer than two of either."""
    arms, seeds = scores.shape
    if arms < 2 or seeds < 2:
        return None
    rest = scores - scores.mean(0) - scores.mean(1, keepdims=True) + scores.mean()
    freedom = (arms - 1) * (seeds - 1)
    return 2 * (rest**2).sum() / freedom, freedom


class Folds:
    """What models of one fold differ by between seeds, and what of that is chance of single groups, from
    `tables[fold][arm, seed, group]`: what each model's answers to a group bring to an arm's statistic. One arm is the
    statistic itself; of several it is the difference of any two."""

    def __init__(self, tables):
        self.count = len(tables)
        self.between = self.noise = self.freedom = self.noise_freedom = 0
        for table in tables:
            arms, seeds, groups = table.shape
            if groups == 0:
                continue
            pooled = 2 / (arms - 1) if arms > 1 else 1
            free = (seeds - 1) * max(1, arms - 1)
            sums = table.sum(2)
            rest = sums - sums.mean(1, keepdims=True)
            if arms > 1:
                rest = rest - rest.mean(0)
            self.between += pooled * (rest**2).sum() / (seeds - 1)
            self.freedom += free
            if groups > 1:
                rest = table - table.mean(1, keepdims=True)
                rest = rest - rest.mean(2, keepdims=True)
                if arms > 1:
                    rest = rest - rest.mean(0)
                self.noise += pooled * (rest**2).sum() / ((seeds - 1) * (groups - 1)) * groups
                self.noise_freedom += free * (groups - 1)

    def variance(self, by_group, groups, seeds):
        """Of the mean over new groups and models, whose training sets overlap, and its degrees of freedom."""
        factor = 1 / seeds + self.count * max(1 / (self.count - 1), 1 / 4)
        total = by_group + factor * max(0, self.between - self.noise)
        spread = by_group**2 / (groups - 1)
        for square, freedom in [(self.between, self.freedom), (self.noise, self.noise_freedom)]:
            spread += (factor * square) ** 2 / freedom if freedom else 0
        return total, max(1, total**2 / spread) if spread > 0 else groups - 1


@dataclass
class Estimate:
    value: float
    error: float
    freedom: float
    items: int
    groups: int
    seeds: int
    low: float = 0.0
    high: float = 0.0

    def __post_init__(self):
        half = self.error * stats.t.ppf(0.975, self.freedom)
        self.low, self.high = self.value - half, self.value + half

    @staticmethod
    def crossed(rows, values, items, pooled=None, folds=None):
        """From `rows[seed, group]`, two ways without replication: the variance of the mean over new seeds and groups is
        (seeds + groups - rest) / (S G) in mean squares, and at least each of the first two; Satterthwaite. In folds what
        `Folds` says, if it is more."""
        seeds, groups = rows.shape
        mean = rows.mean()
        by_group = seeds * ((rows.mean(0) - mean) ** 2).sum() / (groups - 1) / (seeds * groups)
        if seeds == 1:
            return Estimate(values.mean(), np.sqrt(by_group), groups - 1, items, groups, seeds)
        rest = rows - rows.mean(0) - rows.mean(1, keepdims=True) + mean
        freedom = (seeds - 1) * (groups - 1)
        both = (rest**2).sum() / freedom / (seeds * groups)
        variance, seed_freedom = pooled or (values.var(ddof=1), seeds - 1)
        by_seed, by_group, both = (v if v > ROUNDING else 0.0 for v in (variance / seeds, by_group, both))
        total = max(by_seed + by_group - both, by_seed, by_group)
        spread = by_seed**2 / seed_freedom + by_group**2 / (groups - 1) + both**2 / freedom
        freedom = max(1, total**2 / spread) if spread > 0 else groups - 1
        if folds is not None:
            corrected = folds.variance(by_group, groups, seeds)
            if corrected[0] >= total:
                total, freedom = corrected
        return Estimate(values.mean(), np.sqrt(total), freedom, items, groups, seeds)

    def clamped(self, low, high):
        result = replace(self)
        result.low, result.high = max(self.low, low), min(self.high, high)
        return result

    def difference_of(self, metric):
        low, high = range_of(metric)
        return self.clamped(low - high, high - low)

    def student_p(self):
        if self.value == 0:
            return 1.0
        return 0.0 if self.error == 0 else 2 * stats.t.sf(abs(self.value) / self.error, self.freedom)

    def equivalence_p(self, margin):
        """The larger p-value of the two one-sided tests of a difference of `margin` and of `-margin`."""
        if self.error == 0:
            return 0.0 if abs(self.value) < margin else 1.0
        above = stats.t.cdf((self.value - margin) / self.error, self.freedom)
        below = stats.t.sf((self.value + margin) / self.error, self.freedom)
        return max(above, below)


def wilson(successes, count):
    z = stats.norm.ppf(0.975)
    share = successes / count
    center = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return center - half, center + half


def holm(values):
    order = np.argsort(values, kind="stable")
    adjusted, largest = np.zeros(len(values)), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1, (len(values) - rank) * values[place]))
        adjusted[place] = largest
    return adjusted.tolist()


def noncentrality(freedom, level, power=0.8):
    """The effect, in standard errors, that a two-sided t test at `level` finds with probability `power`: given the
    standard error's own error, of which 4,000 quantiles stand for all, the probability is a normal one."""
    critical = stats.t.ppf(1 - level / 2, freedom)
    errors = np.sqrt(stats.chi2.ppf((np.arange(4000) + 0.5) / 4000, freedom) / freedom)

    def missing(delta):
        return np.mean(stats.norm.cdf(delta - critical * errors) + stats.norm.cdf(-delta - critical * errors)) - power

    high = critical
    while missing(high) < 0:
        high *= 2
    return optimize.brentq(missing, 0, high)


def discordant_groups(own, other):
    """Groups whose sums, over all seeds together, differ between two arms."""
    return int((np.abs(sum(own) - sum(other)) > 1e-9).any(1).sum())


def permutation_p(metric, models, draws=4000):
    """Of exchanging two arms group by group, all seeds together."""
    rng = np.random.default_rng(0)
    swapped = rng.integers(0, 2, (draws, len(models[0][0]))).astype(float)
    found = np.zeros(draws)
    observed = 0.0
    for own, other in models:
        moved = swapped @ (other - own)
        own, other = own.sum(0), other.sum(0)
        observed += value_of(metric, own) - value_of(metric, other)
        found += value_of(metric, own + moved) - value_of(metric, other - moved)
    extreme = (np.abs(found) >= abs(observed) - 1e-12).sum()
    return (1 + extreme) / (1 + draws)
