"""What models said of test records, as `simcurate compare --predictions` reads it; called by quality.sh.

    answers.py catalog TASK INDEX RUN...     of runs of `finetune`, from the index's catalog
    answers.py reference TASK ANSWERS        of the reference, from the file that it wrote
    answers.py told NAME RUN < JSON         a line of scores, from what `finetune --json` prints
"""
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Studies"))

# What the metrics of a run hold of each kind of task; the first kind that is there counts.
KINDS = {
    "tagging": {"f1": "entities.micro.f1"},
    "answers": {"f1": "report.f1", "exactMatch": "report.exactMatch"},
    "similarity": {"spearman": "after.spearman"},
    "relations": {"relationF1": "macro.f1", "accuracy": "accuracy"},
    "report": {"accuracy": "accuracy", "macroF1": "macro.f1"}}


def find(tree, path):
    for name in path.split("."):
        tree = tree[name]
    return tree


def told(name, run):
    """RUN is a seed, or the precision of a training that is timed."""
    metrics = json.load(sys.stdin)["metrics"]
    kind = next(kind for kind in KINDS if metrics.get(kind))
    line = {"ours": name, "run": run, "train": metrics["trainingRecords"], "updates": metrics["updates"],
            "best": metrics["bestStep"], "examplesPerSecond": round(metrics["examplesPerSecond"], 1),
            "seconds": round(metrics["seconds"])}
    print(json.dumps(line | {score: find(metrics[kind], path) for score, path in KINDS[kind].items()}), flush=True)


def row(task, identifier, seed, gold, prediction):
    told = {"id": identifier, "seed": seed}
    if task == "tokens":
        from study_answers import entities
        right, found = (set(entities(tags)) for tags in (gold, prediction))
        return told | {"tp": len(right & found), "predicted": len(found), "gold": len(right)}
    if task == "questions":
        from study_answers import answer_score
        return told | {"score": answer_score(prediction, gold)[1]}
    return told | {"gold": gold, "prediction": prediction}


def catalog(task, index, *runs):
    database = sqlite3.connect(f"file:{index}/catalog.sqlite?mode=ro", uri=True)
    for run in runs:
        query = """SELECT id, seed, predictions.label, predicted FROM predictions JOIN records USING (row)
                   JOIN (SELECT id AS run, seed FROM runs) USING (run) WHERE run = ? ORDER BY row"""
        for identifier, seed, gold, prediction in database.execute(query, [run]):
            if task == "tokens":
                gold, prediction = json.loads(gold), json.loads(prediction)
            elif task == "questions":
                gold = json.loads(gold)
            elif task == "similarity":
                gold, prediction = float(gold), float(prediction)
            print(json.dumps(row(task, identifier, seed, gold, prediction), ensure_ascii=False))


def reference(task, path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in map(json.loads, lines):
            print(json.dumps(row(task, line["id"], line["seed"], line["gold"], line["prediction"]),
                             ensure_ascii=False))


if __name__ == "__main__":
    {"catalog": catalog, "reference": reference, "told": told}[sys.argv[1]](*sys.argv[2:])
