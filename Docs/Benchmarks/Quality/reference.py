"""Trains by PyTorch what `simcurate finetune` trains, on the same parts; called by quality.sh.

    reference.py TASK PARTS MODEL --epochs N --rate X --seeds 1 2 3 --out ANSWERS [--tokens N] [...]

PARTS is a folder of train.jsonl, development.jsonl and test.jsonl as `simcurate export --what splits` writes them.
Prints one JSON object a training, and writes what every model said of every test record to ANSWERS, one JSON object
a line: id, seed, gold and prediction. What each task learns and how is told in the file of its name.

Measured with torch 2.13.0, transformers 5.23.0, peft 0.21.2, sentence-transformers 6.2.0, scikit-learn 1.9.1,
scipy 1.17.1, seqeval 1.2.2.
"""
import argparse
import importlib
import json
import pathlib
import sys

import torch
from transformers import set_seed

import recipe

# Entities, relations and SQuAD's scores are those that studies are recomputed by.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Studies"))

TASKS = ["classify", "few_shot", "pairs", "questions", "relations", "similarity", "tokens"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("parts")
    parser.add_argument("model")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--out")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--method", default="full", choices=["full", "lora"])
    parser.add_argument("--shots", type=int, help="few_shot: examples a class")
    parser.add_argument("--pairs", type=int, help="few_shot: pairs of each kind an example")
    parser.add_argument("--steps", type=int, help="end after so many updates")
    parser.add_argument("--way", default="f32", help="f32, bf16, f32-compiled or bf16-compiled")
    parser.add_argument("--threads", type=int, help="of PyTorch")
    parser.add_argument("--device", default="cpu", help="of PyTorch")
    parser.add_argument("--time", action="store_true", help="train and time, test nothing")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.set_default_device(options.device)
    parts = {name: recipe.read(f"{options.parts}/{name}.jsonl") for name in ("train", "development", "test")}
    module = importlib.import_module(options.task)
    answers = open(options.out, "w", encoding="utf-8") if options.out else None
    for seed in options.seeds:
        set_seed(seed)
        task = module.Task(parts, options, seed)
        task.chooses = task.chooses and not options.time
        told = recipe.train(task, options.epochs, options.rate, options.way, options.steps)
        if not options.time:
            found = task.answers(parts["test"])
            told |= task.scores(parts["test"], found)
        print(json.dumps({"peer": options.task, "way": options.way, "seed": seed, "train": len(task.training),
                          "threads": torch.get_num_threads(), **told}), flush=True)
        if answers and not options.time:
            for row, prediction in zip(parts["test"], found):
                answers.write(json.dumps({"id": row["id"], "seed": seed, "gold": task.gold(row),
                                          "prediction": prediction}, ensure_ascii=False) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
