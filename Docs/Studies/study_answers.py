"""What an index holds of a study: the answers of every model to every test item, and where the items stand."""
import hashlib
import json
import re
import sqlite3
import string
import unicodedata
from collections import Counter

import numpy as np

import study_numbers as numbers

NO_RELATION = "Other"


def names(label):
    """A record's labels: those of a JSON array, else the label itself."""
    try:
        found = json.loads(label) if label.startswith("[") else None
    except ValueError:
        found = None
    return {str(name) for name in found} if isinstance(found, list) else {label}


def relation(label):
    """A label without the direction at its end, as SemEval-2010 task 8 pools both."""
    return re.sub(r"\((e1,e2|e2,e1)\)$", "", label)


def entities(tags):
    """(type, first, behind the last) of tags in IOB2; a stray continuation begins one."""
    found, start, kind = [], None, None
    for place, tag in enumerate(list(tags) + ["O"]):
        role, _, own = tag.partition("-")
        if start is not None and (role != "I" or own != kind):
            found.append((kind, start, place))
            start = None
        if role in "BI" and start is None and tag != "O":
            start, kind = place, own
    return found


def answer_words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def answer_score(found, right):
    """Exact match and F1 of words, SQuAD's; of the right answers the best."""
    words = answer_words(found)
    right = [r for r in map(answer_words, right) if r] or [[]]

    def f1(own):
        shared = sum((Counter(words) & Counter(own)).values())
        return float(words == own) if not words or not own else 2 * shared / (len(words) + len(own))

    return float(words in right), max(map(f1, right))


class Answers:
    """What one model said of the test items, and what is right."""

    def __init__(self, kind, truth, predicted, surfaces, place):
        if kind == "label":
            self.truth, self.predicted = [names(t) for t in truth], [names(p) for p in predicted]
            self.place = place
            for name in sorted(set().union(*self.truth, *self.predicted)):
                place.setdefault(name, len(place))
                place.setdefault(relation(name), len(place))
        elif kind in ("number", "score"):
            self.right = np.array([float(t) if t else np.nan for t in truth])
            self.numbers = np.array([float(p) for p in predicted])
        elif kind == "text":
            self.scores = np.array([answer_score(p, names_of_answers(t)) for t, p in zip(truth, predicted)])
        else:
            self.marks = [(entities(json.loads(t)), entities(json.loads(p))) for t, p in zip(truth, predicted)]
            self.surfaces = surfaces

    def pairs(self, chosen):
        return self.numbers[chosen], self.right[chosen]

    def sums(self, metric, chosen):
        """What every chosen item adds to the metric's sums."""
        if metric == "macroF1":
            rows = np.zeros((len(chosen), 2 * len(self.place)))
            for row, item in zip(rows, chosen):
                for name in self.truth[item]:
                    row[len(self.place) + self.place[name]] += 1
                for name in self.predicted[item]:
                    row[len(self.place) + self.place[name]] += 1
                    row[self.place[name]] += name in self.truth[item]
            return rows
        if metric == "relationF1":
            rows = np.zeros((len(chosen), 2 * len(self.place)))
            for row, item in zip(rows, chosen):
                (truth,), (predicted,) = self.truth[item], self.predicted[item]
                for name in (truth, predicted):
                    if name != NO_RELATION:
                        row[len(self.place) + self.place[relation(name)]] += 1
                if truth != NO_RELATION:
                    row[self.place[relation(truth)]] += truth == predicted
            return rows
        if metric in numbers.F1S:
            return np.array([self.counts(metric, item) for item in chosen], float).reshape(-1, 2)
        if hasattr(self, "scores"):
            scores = self.scores[chosen, 0 if metric == "exactMatch" else 1]
        elif hasattr(self, "numbers"):
            scores = self.numbers[chosen]
        else:
            scores = np.array([self.truth[i] == self.predicted[i] for i in chosen], float)
        return np.stack([scores, np.ones(len(chosen))], 1)

    def counts(self, metric, item):
        if metric == "microF1":
            truth, predicted = self.truth[item], self.predicted[item]
        else:
            def wanted(entity):
                kind, start, end = entity
                return metric == "entityF1" or self.surfaces.has(item, start, end) == (metric == "seenEntityF1")
            truth, predicted = (set(filter(wanted, marks)) for marks in self.marks[item])
        return len(truth & predicted), len(truth) + len(predicted)


def names_of_answers(label):
    return [str(answer) for answer in json.loads(label)]


class Surfaces:
    """The names that entities of the raw training records of every fold have, and the words of the test records."""

    def __init__(self, fields, test, folds, raw):
        self.words = [json.loads(fields[row])["tokens"] for row in test]
        self.folds = folds
        self.seen, self.tags = [set() for _ in raw], []
        for fold, rows in enumerate(raw):
            for row in rows:
                record = json.loads(fields[row])
                tokens, tags = record["tokens"], record["tags"]
                if not all(isinstance(tag, str) and (tag == "O" or tag[:2] in ("B-", "I-")) for tag in tags):
                    raise ValueError("tags that are not IOB2")
                self.tags += tags
                self.seen[fold] |= {" ".join(tokens[start:end]) for _, start, end in entities(tags)}

    def has(self, item, start, end):
        return " ".join(self.words[item][start:end]) in self.seen[self.folds[item]]


class Study:
    def __init__(self, index):
        self.database = sqlite3.connect(f"file:{index / 'catalog.sqlite'}?mode=ro", uri=True)
        self.database.row_factory = sqlite3.Row
        self.index = index
        self.notes = []
        group = dict(self.database.execute("SELECT row, cluster FROM cluster_members WHERE kind = 'paraphrase'"))
        self.group_of = lambda row: ("group", group[row]) if row in group else ("record", row)
        path = index / "comparison.json"
        self.analysis = json.loads(path.read_text()) if self.step("compare") and path.is_file() else None
        if self.analysis is not None:
            self.read()
        path = index / "injection.json"
        self.injection = Injection(self, json.loads(path.read_text())) \
            if self.step("inject") and path.is_file() else None

    def rows(self, query, *values):
        return self.database.execute(query, values).fetchall()

    def step(self, name):
        found = self.rows("SELECT options FROM steps WHERE name = ?", name)
        return json.loads(found[0]["options"]) if found else None

    def read(self):
        self.options = self.step("compare")
        slices = self.rows("SELECT * FROM test_slices ORDER BY row")
        self.test = [s["row"] for s in slices]
        self.slices = np.array([s["slice"] for s in slices])
        self.nearest = [s["nearest"] for s in slices]
        self.stored_similarity = np.array([s["similarity"] for s in slices])
        marks = [self.group_of(row) for row in self.test]
        numbered = {mark: number for number, mark in enumerate(dict.fromkeys(marks))}
        self.groups = np.array([numbered[mark] for mark in marks])
        self.metrics = list(dict.fromkeys(s["metric"] for s in self.analysis["scores"]))
        self.runs = [self.rows("SELECT * FROM runs WHERE id = ?", run)[0] for run in self.analysis["runs"]]
        self.said = {run["id"]: self.predictions(run["id"]) for run in self.runs}
        fold_of = {row: run["fold"] or 0 for run in self.runs for row in self.said[run["id"]]}
        self.folds = np.array([fold_of[row] for row in self.test])
        self.raw = self.training_rows()
        self.read_answers()

    def predictions(self, run):
        return {p["row"]: p for p in self.rows("SELECT * FROM predictions WHERE run = ?", run)}

    def training_rows(self):
        """Of every fold the records with what the task learns that are not tested in it; labels of one record alone
        take no part."""
        records = self.rows("SELECT row, label, given_split FROM records")
        if self.options["task"] in ("classify", "regress", "pairs", "relations"):
            records = [r for r in records if r["label"] is not None]
        if self.options["task"] in ("classify", "pairs", "relations") and "microF1" not in self.metrics \
                and all(r["given_split"] != "test" for r in records):
            counts = Counter(r["label"] for r in records)
            records = [r for r in records if counts[r["label"]] > 1]
        self.labels = {r["row"]: r["label"] for r in records}
        tested = [set(np.array(self.test)[self.folds == fold].tolist()) for fold in range(self.folds.max() + 1)]
        return [[r["row"] for r in records if r["row"] not in own] for own in tested]

    def read_answers(self):
        surfaces, self.tags, place = None, None, {}
        if self.runs[0]["answer"] == "tags":
            try:
                surfaces = Surfaces(
                    dict(self.rows("SELECT row, fields FROM records")), self.test, self.folds, self.raw)
                self.tags = surfaces.tags
            except (KeyError, TypeError, ValueError) as error:
                self.notes.append(f"scores by names seen in training ({error})")
                self.metrics = ["entityF1"]
                for part in ("scores", "gaps", "comparisons"):
                    self.analysis[part] = [s for s in self.analysis[part] if s["metric"] == "entityF1"]
        self.answers = self.answers_of([(run, run["arm"]) for run in self.runs], surfaces, place)
        self.same_epochs = None
        if "sameEpochs" in self.analysis:
            runs = [self.rows("SELECT * FROM runs WHERE id = ?", run)[0] for run in self.analysis["sameEpochs"]["runs"]]
            self.same_epochs = {"raw": self.answers["raw"]} | self.answers_of(
                [(run, run["arm"].removesuffix("-same-epochs")) for run in runs], surfaces, place)

    def answers_of(self, runs, surfaces, place):
        """By arm what its models said, one for each seed, in the order of seeds."""
        answers, models = {}, {}
        for run, arm in runs:
            models.setdefault((run["seed"], arm), {}).update(self.said.get(run["id"]) or self.predictions(run["id"]))
        for (_, arm), said in sorted(models.items(), key=lambda model: model[0]):
            rows = [said[row] for row in self.test]
            answers.setdefault(arm, []).append(Answers(
                self.runs[0]["answer"], [r["label"] for r in rows], [r["predicted"] for r in rows], surfaces, place))
        order = ["raw", "decontaminated", "deduplicated", "balanced", "random", "random-decontaminated"]
        return {arm: answers[arm] for arm in order if arm in answers}

    @property
    def similarity(self):
        """Cosine of every test record to the nearest raw training record of its fold."""
        vectors = np.load(self.index / "vectors.npy", mmap_mode="r")
        result = np.zeros(len(self.test))
        for fold, raw in enumerate(self.raw):
            base, places = np.asarray(vectors[raw], np.float64), np.flatnonzero(self.folds == fold)
            for start in range(0, len(places), 256):
                own = places[start:start + 256]
                texts = np.asarray(vectors[np.array(self.test)[own]], np.float64)
                result[own] = (texts @ base.T).max(1)
        return result

    def nearness(self, measure):
        if measure == "cosine":
            return self.stored_similarity
        texts = dict(self.rows("SELECT row, text FROM records"))

        def shared(own, other):
            own, other = set(words(texts[own].lower())), set(words(texts[other].lower()))
            return len(own & other) / len(own | other) if own | other else 1.0

        return np.array([shared(*pair) for pair in zip(self.test, self.nearest)])

    def last_losses(self, arm):
        """Mean loss of the last tenth of the logged updates of an arm's models."""
        losses = []
        for run in self.runs:
            if run["arm"] == arm:
                log = [r["loss"] for r in self.rows("SELECT loss FROM run_log WHERE run = ? ORDER BY step", run["id"])]
                losses += log[-max(1, len(log) // 10):]
        return sum(losses) / len(losses)

    @property
    def raw_entropy(self):
        """Of the labels, or tags, of the raw training records; None where it cannot be told from the catalog."""
        learned = self.tags if self.tags is not None else [self.labels[row] for raw in self.raw for row in raw]
        if self.options["task"] in ("regress", "similarity", "questions") or None in learned:
            return None
        shares = np.array(list(Counter(learned).values())) / len(learned)
        return float(-(shares * np.log(shares)).sum())

    @property
    def is_underfit(self):
        """Whether any arm is below a classifier on the frozen vectors: all of an interval, or with training that left
        more than half of what there was to learn. By the stored scores of the classifiers."""
        stored = self.analysis
        for fit_arm in self.answers:
            baselines = [b for b in stored["baselines"] if b["arm"] == fit_arm and b["slice"] == "all"]
            own = next((s["score"]["value"] for s in stored["scores"] if s["arm"] == fit_arm
                        and s["metric"] == self.metrics[0] and s["slice"] == "all"), None)
            if not baselines or own is None:
                continue
            fit = next((f for f in stored["fits"] if f["arm"] == fit_arm), None)
            unfinished = fit is not None and fit["finalLoss"] > fit["labelEntropy"] / 2
            best = max(b["score"]["value"] for b in baselines)
            if unfinished and own < best or any(b["advantage"]["high"] < 0 for b in baselines):
                return True
        return False


def words(text):
    """Runs of letters and digits; of any other character alike; ideographs and kana one by one; marks with what they
    follow."""
    found, open_kind = [], None
    for character in text:
        category = unicodedata.category(character)
        code = ord(character)
        if character.isspace():
            kind = "space"
        elif category in ("Mn", "Mc", "Me", "Cf") or category == "Sk" and code > 127:
            kind = "mark"
        elif 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF \
                or 0x3006 <= code <= 0x3007 or 0x3021 <= code <= 0x3029 \
                or 0x3041 <= code <= 0x30FF and code != 0x30FB or 0x31F0 <= code <= 0x31FF or 0xFF66 <= code <= 0xFF9F:
            kind = "ideograph"
        elif category[0] in "LN" or category == "Pc":
            kind = "letter"
        else:
            kind = character
        if kind == "space":
            open_kind = None
        elif open_kind is not None and (kind == "mark" or kind == open_kind and kind != "ideograph"):
            found[-1] += character
        else:
            found.append(character)
            open_kind = "letter" if kind == "mark" else kind
    return found


class Injection:
    """Copies in training, by a Latin square: a group's number plus the model's, modulo the number of doses."""

    def __init__(self, study, analysis):
        self.analysis = analysis
        seed = study.step("inject")["seed"]
        said = [{p["row"]: p for p in study.rows("SELECT * FROM predictions WHERE run = ?", run)}
                for run in analysis["runs"]]
        items = sorted(said[0])
        self.doses = len(analysis["effects"])
        paraphrased = set(analysis.get("withParaphrases", []))
        texts = dict(study.rows("SELECT row, text FROM records"))
        keys = {}
        for row in items:
            key = hashlib.sha256(f"{seed} {texts[row]}".encode()).digest()[:16]
            group = study.group_of(row)
            keys[group] = min(keys.get(group, key), key)
        known = {study.group_of(row) for row in paraphrased}
        number = {group: place for place, group in enumerate(sorted(keys, key=lambda group: (group not in known, keys[group], group)))}
        self.groups = np.array([number[study.group_of(row)] for row in items])
        self.hits = np.array([[model[row]["correct"] for row in items] for model in said], float)
        self.logs = np.array([[model[row]["log_probability"] for row in items] for model in said], float)
        self.squares, self.items = len(said) // self.doses, np.arange(len(items))
        self.paraphrased = np.array([row in paraphrased for row in items])

    def can_have(self, dose):
        """Whether each item can have a dose."""
        kind = self.analysis["effects"][dose]["dose"]["kind"]
        return self.paraphrased if kind == "paraphrased" else np.ones(len(self.items), bool)

    def of_dose(self, values, dose, square):
        return values[square * self.doses + (dose - self.groups) % self.doses, self.items]

    def mean(self, values, dose):
        return np.mean([self.of_dose(values, dose, square)[self.can_have(dose)] for square in range(self.squares)])

    def estimate(self, rows, items):
        return numbers.Estimate.crossed(rows, rows.mean(1), items)

    def places(self, dose):
        """Groups of the items that can have a dose, numbered without gaps, and how many they are; -1 for other items."""
        known, inverse = np.unique(self.groups[self.can_have(dose)], return_inverse=True)
        places = np.full(len(self.items), -1)
        places[self.can_have(dose)] = inverse
        return places, len(known)

    def gain(self, values, dose):
        centered = values - values.mean(1, keepdims=True)
        own = self.can_have(dose)
        places, count = self.places(dose)
        gains = [(self.of_dose(centered, dose, s) - self.of_dose(centered, 0, s))[own] for s in range(self.squares)]
        return self.estimate(np.array([
            np.bincount(places[own], gain, count) * count / len(gain) for gain in gains]), own.sum())

    def membership(self, dose):
        """Mean over a square's models of the area under the curve, by numerical differentiation in group weights."""
        places, count = self.places(dose)
        rows = []
        for square in range(self.squares):
            value, slope, models = 0.0, np.zeros(count), 0
            for model in range(square * self.doses, (square + 1) * self.doses):
                turn = (self.groups + model) % self.doses
                own, none = (np.flatnonzero((turn == one) & self.can_have(dose)) for one in (dose, 0))
                if not len(own) or not len(none):
                    continue
                logs = self.logs[model]
                wins = (np.sign(logs[own][:, None] - logs[none][None]) + 1) / 2

                def area(group, step):
                    a, b = (1 + step * (places[part] == group) for part in (own, none))
                    return a @ wins @ b / (a.sum() * b.sum())

                models += 1
                value += area(-1, 0)
                slope += [(area(g, numbers.STEP) - area(g, -numbers.STEP)) / (2 * numbers.STEP) for g in range(count)]
            rows.append(value / models + count * slope / models)
        result = self.estimate(np.array(rows), self.can_have(dose).sum())
        return result.clamped(0, 1)
