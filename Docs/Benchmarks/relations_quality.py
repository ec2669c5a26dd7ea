"""Relations learned by PyTorch and transformers with the recipe of `simcurate finetune --task relations`; called
by relations_quality.sh. Prints one JSON object a training.

    relations_quality.py SPLITS MODEL EPOCHS RATE SEED...

Four marker tokens with rows drawn as transformers draws them (normal, 0.02), the states at <e1> and <e2>, one
after the other, dropout, one dense layer (Baldini Soares et al., 2019). Batches of 16 in random order, AdamW with
decay 0.01 (none on biases and norms), a tenth of the updates warm-up, then linear to 0, gradients clipped at 1,
dropout as the model has it, at most 128 tokens, the epoch that is best on the development part by macro-F1 of
the relations. The dense layer begins as logistic regression on the untrained states of 2,048 sentences, as ours
does; HEAD=random begins it at random instead. STEPS ends training after so many updates; THREADS sets PyTorch's.

Measured with torch 2.13.0, transformers 5.23.0, scikit-learn 1.7.2.
"""
import json
import math
import os
import sys
import time

import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer, set_seed

MARKERS = ["<e1>", "</e1>", "<e2>", "</e2>"]


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [(row["text"], row["label"]) for row in map(json.loads, lines)]


def relation(label):
    return label.removesuffix("(e1,e2)").removesuffix("(e2,e1)")


def macro_f1(truth, predicted, names):
    """SemEval-2010 task 8: both directions of a relation pooled, the wrong one an error, Other left out."""
    scores = []
    for name in sorted({relation(name) for name in names} - {"Other"}):
        real = sum(relation(t) == name for t in truth)
        said = sum(relation(p) == name for p in predicted)
        right = sum(t == p and relation(t) == name for t, p in zip(truth, predicted))
        scores.append(2 * right / (real + said) if real + said else 0.0)
    return sum(scores) / len(scores)


class Relations(torch.nn.Module):
    def __init__(self, encoder, starts, classes):
        super().__init__()
        self.encoder = encoder
        self.starts = starts
        self.drop = torch.nn.Dropout(encoder.config.hidden_dropout_prob)
        self.dense = torch.nn.Linear(2 * encoder.config.hidden_size, classes)
        torch.nn.init.normal_(self.dense.weight, std=0.02)
        torch.nn.init.zeros_(self.dense.bias)

    def features(self, batch):
        states = self.encoder(**batch).last_hidden_state
        rows = torch.arange(len(states))
        places = [(batch["input_ids"] == start).int().argmax(1) for start in self.starts]
        return torch.cat([states[rows, place] for place in places], dim=1)

    def forward(self, batch):
        return self.dense(self.drop(self.features(batch)))


def begin_with_regression(model, encode, rows, number):
    chosen = [rows[i * len(rows) // 2048] for i in range(2048)] if len(rows) > 2048 else rows
    model.eval()
    with torch.no_grad():
        x = torch.cat([model.features(encode(chosen[i:i + 64])) for i in range(0, len(chosen), 64)])
    center = x.mean(0)
    scale = (x - center).square().sum(1).mean().sqrt()
    fit = LogisticRegression(C=10, max_iter=1000)
    fit.fit(((x - center) / scale).numpy(), [number[label] for _, label in chosen])
    with torch.no_grad():
        model.dense.bias.fill_(-10)
        model.dense.weight.zero_()
        for row, label in enumerate(fit.classes_):
            weight = torch.tensor(fit.coef_[row], dtype=torch.float32) / scale
            model.dense.weight[label] = weight
            model.dense.bias[label] = float(fit.intercept_[row]) - weight @ center


def train(splits, path, epochs, rate, seed):
    parts = {name: read(f"{splits}/{name}.jsonl") for name in ("train", "development", "test")}
    names = sorted({label for part in parts.values() for _, label in part})
    number = {name: index for index, name in enumerate(names)}
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.add_tokens(MARKERS, special_tokens=True)
    set_seed(seed)
    torch.set_num_threads(int(os.environ.get("THREADS", torch.get_num_threads())))
    encoder = AutoModel.from_pretrained(path, add_pooling_layer=False)
    encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    model = Relations(
        encoder, tokenizer.convert_tokens_to_ids(["<e1>", "<e2>"]), len(names))

    def encode(rows):
        return tokenizer([text for text, _ in rows], truncation=True, max_length=128,
                         padding="longest", return_tensors="pt")

    def predict(rows):
        model.eval()
        order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
        answers = [None] * len(rows)
        with torch.no_grad():
            for start in range(0, len(rows), 64):
                part = order[start:start + 64]
                for i, row in zip(part, model(encode([rows[i] for i in part]))):
                    answers[i] = names[int(row.argmax())]
        return answers

    if os.environ.get("HEAD") != "random":
        begin_with_regression(model, encode, parts["train"], number)
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": 0.01},
         {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0}], lr=rate)
    rows = parts["train"]
    steps = epochs * math.ceil(len(rows) / 16)
    steps = min(steps, int(os.environ.get("STEPS", steps)))
    warm = math.ceil(0.1 * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (steps - s) / max(1, steps - warm))
    best, start, done = (-1, None), time.time(), 0
    while done < steps:
        model.train()
        order = torch.randperm(len(rows)).tolist()
        for i in range(0, len(order), 16):
            batch = [rows[j] for j in order[i:i + 16]]
            target = torch.tensor([number[label] for _, label in batch])
            torch.nn.functional.cross_entropy(model(encode(batch)), target).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            done += 1
            if done == steps:
                break
        dev = parts["development"]
        score = macro_f1([label for _, label in dev], predict(dev), names)
        if score > best[0]:
            best = (score, predict(parts["test"]))
    truth = [label for _, label in parts["test"]]
    print(json.dumps({
        "python": "relations", "seed": seed, "macroF1": macro_f1(truth, best[1], names),
        "accuracy": sum(t == p for t, p in zip(truth, best[1])) / len(truth), "train": len(rows),
        "development": len(parts["development"]), "test": len(truth), "updates": steps,
        "seconds": round(time.time() - start)}), flush=True)


if __name__ == "__main__":
    splits, path, epochs, rate, *seeds = sys.argv[1:]
    for seed in seeds:
        train(splits, path, int(epochs), float(rate), int(seed))
