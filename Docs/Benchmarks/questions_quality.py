"""Extractive question answering trained by transformers with the recipe of `simcurate finetune --task questions`;
called by questions_quality.sh. Prints one JSON object a training.

    questions_quality.py SPLITS MODEL EPOCHS RATE TOKENS SEED...

Windows of TOKENS tokens that share 128, the question first; batches of 16 windows in random order, AdamW with decay
0.01 (none on biases and norms), a tenth of the updates warm-up, then linear to 0, gradients clipped at 1, dropout as
the model has it, padding out of the softmax, the epoch that is best on the development part by F1. Answers are the
best spans of at most 30 tokens; every question has one, as in SQuAD 1.1, whose scores these are.

Environment: THREADS of torch, STEPS to end after so many updates. Measured with torch 2.13.0, transformers 5.23.0.
"""
import json
import math
import os
import re
import string
import sys
import time
from collections import Counter

import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, set_seed

STRIDE, BATCH, LONGEST = 128, 16, 30
STEPS = int(os.environ.get("STEPS", 0))


def read(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8", newline="\n")]
    assert all(row["answers"] for row in rows), "every question has an answer"
    return rows


def words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def f1(prediction, answer):
    found, right = words(prediction), words(answer)
    shared = sum((Counter(found) & Counter(right)).values())
    return 2 * shared / (len(found) + len(right)) if shared else float(found == right)


def scores(rows, answers):
    exact = [max(words(a["text"]) == words(found) for a in row["answers"])
             for row, found in zip(rows, answers)]
    best = [max(f1(found, a["text"]) for a in row["answers"]) for row, found in zip(rows, answers)]
    return sum(exact) / len(rows), sum(best) / len(rows)


def windows(tokenizer, rows, tokens):
    """Each window's inputs, question, ranges of its context's tokens by place, and the answer's places."""
    result = []
    for number, row in enumerate(rows):
        encoded = tokenizer(
            row["question"], row["context"], truncation="only_second", max_length=tokens, stride=STRIDE,
            return_overflowing_tokens=True, return_offsets_mapping=True)
        start = row["answers"][0]["answer_start"]
        end = start + len(row["answers"][0]["text"])
        for i, offsets in enumerate(encoded["offset_mapping"]):
            own = {place: tuple(range_) for place, (range_, part)
                   in enumerate(zip(offsets, encoded.sequence_ids(i))) if part == 1}
            places = (0, 0)
            if own and min(own.values())[0] <= start and max(own.values())[1] >= end:
                places = (max(p for p, r in own.items() if r[0] <= start),
                          min(p for p, r in own.items() if r[1] >= end))
            inputs = {key: encoded[key][i] for key in ("input_ids", "token_type_ids") if key in encoded}
            result.append((inputs, number, own, places))
    return result


def run(model, batch, pad):
    """Logits of starts and ends; padding has none."""
    width = max(len(inputs["input_ids"]) for inputs, *_ in batch)

    def padded(key, value):
        return torch.tensor([b[0][key] + [value] * (width - len(b[0][key])) for b in batch])

    mask = torch.tensor([[1] * len(b[0]["input_ids"]) + [0] * (width - len(b[0]["input_ids"])) for b in batch])
    inputs = {"input_ids": padded("input_ids", pad), "attention_mask": mask}
    if "token_type_ids" in batch[0][0]:
        inputs["token_type_ids"] = padded("token_type_ids", 0)
    output = model(**inputs)
    return [logits.masked_fill(mask == 0, -torch.inf) for logits in (output.start_logits, output.end_logits)]


def answer(model, rows, features, pad):
    model.eval()
    best = [(-math.inf, "")] * len(rows)
    order = sorted(range(len(features)), key=lambda i: len(features[i][0]["input_ids"]))
    with torch.no_grad():
        for at in range(0, len(order), 32):
            part = [features[i] for i in order[at:at + 32]]
            for (_, number, own, _), starts, ends in zip(part, *run(model, part, pad)):
                starts, ends = starts.tolist(), ends.tolist()
                for first in own:
                    for last in range(first, min(first + LONGEST, max(own) + 1)):
                        score = starts[first] + ends[last]
                        if score > best[number][0]:
                            text = rows[number]["context"][own[first][0]:own[last][1]]
                            best[number] = (score, text)
    return [text for _, text in best]


def train(splits, path, epochs, rate, tokens, seed):
    parts = {name: read(f"{splits}/{name}.jsonl") for name in ("train", "development", "test")}
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.no_padding()
    features = {name: windows(tokenizer, rows, tokens) for name, rows in parts.items()}
    set_seed(seed)
    torch.set_num_threads(int(os.environ.get("THREADS", torch.get_num_threads())))
    model = AutoModelForQuestionAnswering.from_pretrained(path)
    pad = tokenizer.pad_token_id
    trained = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.ndim >= 2], "weight_decay": 0.01},
         {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0}], lr=rate)
    training = features["train"]
    steps = epochs * math.ceil(len(training) / BATCH)
    warm = math.ceil(0.1 * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (steps - s) / max(1, steps - warm))
    best, start, done = (-1, None), time.time(), 0
    for _ in range(epochs):
        model.train()
        order = torch.randperm(len(training)).tolist()
        for at in range(0, len(order), BATCH):
            if STEPS and done >= STEPS:
                break
            batch = [training[i] for i in order[at:at + BATCH]]
            loss = sum(
                torch.nn.functional.cross_entropy(logits, torch.tensor([b[3][side] for b in batch]))
                for side, logits in enumerate(run(model, batch, pad))) / 2
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            done += 1
        _, score = scores(parts["development"], answer(model, parts["development"], features["development"], pad))
        if score > best[0]:
            best = (score, scores(parts["test"], answer(model, parts["test"], features["test"], pad)))
        if STEPS and done >= STEPS:
            break
    print(json.dumps({
        "peer": "questions", "seed": seed, "exact": best[1][0], "f1": best[1][1], "test": len(parts["test"]),
        "train": len(parts["train"]), "updates": done, "seconds": round(time.time() - start)}), flush=True)


splits, path, epochs, rate, tokens, *seeds = sys.argv[1:]
for seed in seeds:
    train(splits, path, int(epochs), float(rate), int(tokens), int(seed))
