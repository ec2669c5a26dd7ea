"""Golden values for tags and entities, from seqeval, conlleval and scikit-learn.

Versions: conlleval 0.2, numpy 2.4.6, scikit-learn 1.9.1, seqeval 1.2.2.
Run in this folder: python generate_tags.py. It rewrites tags.json.

Sentences are random, of every scheme, once regular and once of tags drawn at will. Of conlleval only
the counts are taken, because the package calls a precision of nothing 1 where the Perl script says 0.
"""
import json, random, warnings
import conlleval
from seqeval.metrics import classification_report as entity_report
from seqeval.metrics.sequence_labeling import get_entities
from sklearn.metrics import accuracy_score, classification_report as tag_report

warnings.filterwarnings("ignore")
random.seed(20)
TYPES = ["LOC", "PER", "creative-work"]
LETTERS = {"iob1": "BI", "iob2": "BI", "bioes": "BIES"}


def spans(length):
    """Entities of a random sentence, often side by side."""
    found, word = [], random.choice([0, 0, 1])
    while word < length:
        end = min(length, word + random.choice([1, 1, 2, 3]))
        found.append((word, end, random.choice(TYPES)))
        word = end + random.choice([0, 0, 1, 2, 4])
    return found


def disturbed(found, length):
    """What a model might predict: some entities right, moved, of another type, or missed."""
    result, last = [], 0
    for start, end, kind in found:
        event = random.random()
        if event < 0.15:
            continue
        if event < 0.3:
            kind = random.choice(TYPES)
        elif event < 0.45:
            end = min(length, end + random.choice([-1, 1]))
        if last <= start < end:
            result.append((start, end, kind))
            last = end
    return result


def encode(found, length, scheme):
    tags, last = ["O"] * length, None
    for start, end, kind in found:
        letters = ["I"] * (end - start)
        if scheme == "iob1" and last == (start, kind):
            letters[0] = "B"
        if scheme == "iob2":
            letters[0] = "B"
        if scheme == "bioes":
            letters[0], letters[-1] = "B", "E"
            if len(letters) == 1:
                letters = ["S"]
        tags[start:end] = [f"{letter}-{kind}" for letter in letters]
        last = (end, kind)
    return tags


def at_will(length, scheme):
    names = ["O"] * 4 + [f"{letter}-{kind}" for letter in LETTERS[scheme] for kind in TYPES]
    return random.choices(names, k=length)


def averages(report):
    row = lambda name: [report[name][key] for key in ("precision", "recall", "f1-score", "support")]
    kinds = ("micro avg", "macro avg", "weighted avg")
    names = [name for name in report if name not in kinds]
    return {"names": names, "rows": [row(name) for name in names],
            **{kind.split()[0]: row(kind) for kind in kinds}}


def case(scheme, is_regular, types=None):
    truth, predictions = [], []
    for _ in range(14):
        length = random.randint(1, 9)
        if is_regular:
            found = spans(length)
            guessed = disturbed(found, length)
            if types:
                found = [span for span in found if span[2] in types[0]]
                guessed = [span for span in guessed if span[2] in types[1]]
            truth.append(encode(found, length, scheme))
            predictions.append(encode(guessed, length, scheme))
        else:
            tags = at_will(length, scheme)
            truth.append(tags)
            predictions.append(at_will(length, scheme) if random.random() < 0.5 else list(tags))
    flat = [tag for tags in truth for tag in tags], [tag for tags in predictions for tag in tags]
    labels = sorted(set(flat[0] + flat[1]) - {"O"}, key=lambda name: (name[2:], name[0]))
    options = dict(labels=labels, zero_division=0)
    result = {
        "scheme": scheme, "isRegular": is_regular, "truth": truth, "predictions": predictions,
        "entities": [[[kind, start, end + 1] for kind, start, end in get_entities(tags)]
                     for tags in truth],
        "entityReport": averages(entity_report(truth, predictions, output_dict=True)),
        "entityTable": entity_report(truth, predictions, digits=3),
        "tagReport": averages(tag_report(*flat, output_dict=True, **options)),
        "tagTable": tag_report(*flat, digits=3, **options),
        "accuracy": accuracy_score(*flat)}
    lines = []
    for pair in zip(truth, predictions):
        lines += [f"word {a} {b}" for a, b in zip(*pair)] + [""]
    counts = conlleval.evaluate(lines)
    take = lambda scores: [scores["stats"][key] for key in ("correct", "pred", "gold")]
    result["conlleval"] = {
        "overall": take(counts["overall"]["chunks"]),
        "types": {name: take(scores) for name, scores in sorted(counts["slots"]["chunks"].items())}}
    return result


cases = [case(scheme, is_regular) for scheme in LETTERS for is_regular in (True, False)]
cases.append(case("iob2", True, (["LOC", "PER"], ["PER", "creative-work"])))
cases.append(case("iob2", True, (["PER"], [])))
with open("tags.json", "w") as file:
    json.dump({"cases": cases}, file, separators=(",", ":"), default=float)
    file.write("\n")
