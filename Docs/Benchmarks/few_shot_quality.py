"""Classes from a few examples by sentence-transformers and scikit-learn with the recipe of `simcurate finetune
--few-shot`, on the same examples; called by few_shot_quality.sh. Prints one JSON object a training.

    few_shot_quality.py ROWS MODEL SHOTS SEED...

Of each class the SHOTS questions whose SHA-256 of "SEED ID TEXT" are the smallest. Pairs of the same class (score 1)
and of different classes (score 0), PAIRS of each for every question, each pair of its kind as likely as any other;
CosineSimilarityLoss, batches of 16, one pass, AdamW with decay 0.01 (none on biases and norms), a tenth of the
updates warm-up, then linear to 0, peak RATE, gradients clipped at 1; then logistic regression (C = 10) on unit
vectors. STEPS ends training after so many updates, THREADS sets PyTorch's. SETFIT=1 trains setfit's own Trainer
too, as its defaults are but for num_iterations = PAIRS and one epoch.

Measured with torch 2.13.0, transformers 5.23.0, sentence-transformers 6.2.0, scikit-learn 1.9.1; setfit 1.2.0.
"""
import hashlib
import json
import math
import os
import random
import sys
import time

import torch
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

PAIRS = int(os.environ.get("PAIRS", 20))
RATE = float(os.environ.get("RATE", 2e-5))


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [(row["id"], row["text"], row["category"]) for row in map(json.loads, lines)]


def draw(rows, shots, seed):
    taken = {}
    for row in sorted(rows, key=lambda r: hashlib.sha256(f"{seed} {r[0]} {r[1]}".encode()).digest()[:16]):
        taken.setdefault(row[2], [])
        if len(taken[row[2]]) < shots:
            taken[row[2]].append(row)
    return [row for label in sorted(taken) for row in taken[label]]


def pairs(rows, seed):
    """Uniform over all pairs of a kind, drawn from lists: there are few."""
    generator = random.Random(seed)
    same, different = [], []
    for i, a in enumerate(rows):
        for b in rows[:i]:
            (same if a[2] == b[2] else different).append((a[1], b[1]))
    count = PAIRS * len(rows)
    drawn = [(generator.choice(same), 1.0) for _ in range(count)]
    drawn += [(generator.choice(different), 0.0) for _ in range(count)]
    generator.shuffle(drawn)
    return drawn


def score(model, train, test):
    x = model.encode([r[1] for r in train], normalize_embeddings=True, show_progress_bar=False)
    head = LogisticRegression(C=10, max_iter=1000).fit(x, [r[2] for r in train])
    found = head.predict(model.encode(
        [r[1] for r in test], normalize_embeddings=True, show_progress_bar=False))
    truth = [r[2] for r in test]
    return {"accuracy": sum(t == p for t, p in zip(truth, found)) / len(truth),
            "macroF1": f1_score(truth, found, average="macro")}


def contrastive(path, train, seed):
    torch.manual_seed(seed)
    model = SentenceTransformer(path, device="cpu")
    model.max_seq_length = 128
    drawn = pairs(train, seed)
    steps = math.ceil(len(drawn) / 16)
    steps = min(steps, int(os.environ.get("STEPS", steps)))
    warm = math.ceil(0.1 * steps)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.ndim >= 2], "weight_decay": 0.01},
         {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0}], lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (steps - s) / max(1, steps - warm))
    model.train()
    for step in range(steps):
        batch = drawn[16 * step:16 * step + 16]
        sides = [model(model.preprocess([pair[side] for pair, _ in batch]))["sentence_embedding"]
                 for side in (0, 1)]
        target = torch.tensor([value for _, value in batch])
        loss = torch.nn.functional.mse_loss(torch.cosine_similarity(*sides), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.eval()
    return model, steps


def setfit(path, train, test, seed):
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments
    model = SetFitModel.from_pretrained(path)
    trainer = Trainer(
        model=model, train_dataset=Dataset.from_dict(
            {"text": [r[1] for r in train], "label": [r[2] for r in train]}),
        args=TrainingArguments(num_iterations=PAIRS, num_epochs=1, batch_size=16, seed=seed,
                               max_steps=int(os.environ.get("STEPS", -1)), report_to="none"))
    trainer.train()
    found = list(model.predict([r[1] for r in test]))
    truth = [r[2] for r in test]
    return {"accuracy": sum(t == p for t, p in zip(truth, found)) / len(truth),
            "macroF1": f1_score(truth, found, average="macro")}


def main(rows, path, shots, *seeds):
    torch.set_num_threads(int(os.environ.get("THREADS", torch.get_num_threads())))
    everything, test = read(f"{rows}/train.jsonl"), read(f"{rows}/test.jsonl")
    for seed in map(int, seeds):
        train = draw(everything, int(shots), seed)
        told = {"shots": int(shots), "seed": seed, "train": len(train), "test": len(test)}
        start = time.time()
        frozen = score(SentenceTransformer(path, device="cpu"), train, test)
        print(json.dumps({"python": "head", **told, **frozen,
                          "seconds": round(time.time() - start)}), flush=True)
        start = time.time()
        model, steps = contrastive(path, train, seed)
        print(json.dumps({"python": "few-shot", **told, **score(model, train, test), "updates": steps,
                          "seconds": round(time.time() - start)}), flush=True)
        if os.environ.get("SETFIT"):
            start = time.time()
            print(json.dumps({"python": "setfit", **told, **setfit(path, train, test, seed),
                              "seconds": round(time.time() - start)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
