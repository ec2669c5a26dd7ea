"""SetFit itself on the questions that few_shot.py draws, as its defaults are but for the number of pairs and one epoch;
called by quality.sh where SETFIT names a Python environment that has it.

    with_setfit.py PARTS MODEL SHOTS PAIRS OUT SEED...

Prints one JSON object a training and writes OUT as reference.py does. Measured with setfit 1.1.3, transformers 4.49.0,
sentence-transformers 3.4.1, torch 2.13.0.
"""
import json
import sys
import time

from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

import recipe
from few_shot import draw


def main(parts, path, shots, pairs, out, *seeds):
    everything, test = (recipe.read(f"{parts}/{name}.jsonl") for name in ("train", "test"))
    with open(out, "w", encoding="utf-8") as answers:
        for seed in map(int, seeds):
            began, rows = time.time(), draw(everything, int(shots), seed)
            model = SetFitModel.from_pretrained(path)
            trainer = Trainer(
                model=model, train_dataset=Dataset.from_list([{k: row[k] for k in ("text", "label")} for row in rows]),
                args=TrainingArguments(
                    num_iterations=int(pairs), num_epochs=1, batch_size=16, seed=seed, report_to="none",
                    save_strategy="no"))
            trainer.train()
            found = [str(label) for label in model.predict([row["text"] for row in test])]
            truth = [row["label"] for row in test]
            print(json.dumps({
                "peer": "setfit", "seed": seed, "train": len(rows), "accuracy": recipe.accuracy(truth, found),
                "macroF1": recipe.macro_f1(truth, found), "seconds": round(time.time() - began)}), flush=True)
            for row, prediction in zip(test, found):
                answers.write(json.dumps({"id": row["id"], "seed": seed, "gold": row["label"],
                                          "prediction": prediction}, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
