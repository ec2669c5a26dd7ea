"""The recipe of `simcurate finetune`, by PyTorch, whatever is learned.

Batches of 16 in random order, AdamW with decay 0.01 (none on biases and norms), a tenth of the updates warm-up, then
linear to 0, gradients clipped at 1, dropout as the model has it; the weights of the epoch that is best on the
development part are kept.
"""
import contextlib
import json
import math
import time

import torch

BATCH = 16
COMPILING = 8  # updates that are not timed: the first ones compile


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def tokenizer(path):
    from transformers import AutoTokenizer
    found = AutoTokenizer.from_pretrained(path)
    found.backend_tokenizer.no_padding()  # this model's file pads to 128
    return found


def macro_f1(truth, predicted):
    """Mean F1 of the classes that `truth` has."""
    scores = []
    for name in sorted(set(truth)):
        hits = sum(t == p == name for t, p in zip(truth, predicted))
        scores.append(2 * hits / (truth.count(name) + predicted.count(name)))
    return sum(scores) / len(scores)


def accuracy(truth, predicted):
    return sum(t == p for t, p in zip(truth, predicted)) / len(truth)


def in_batches(run, examples, length, size=64):
    """What `run` makes of `examples`, one result each, those of like length together."""
    order = sorted(range(len(examples)), key=lambda i: length(examples[i]))
    found = [None] * len(examples)
    with torch.no_grad():
        for start in range(0, len(order), size):
            part = order[start:start + size]
            for i, result in zip(part, run([examples[i] for i in part])):
                found[i] = result
    return found


def precision(way):
    if not way.startswith("bf16"):
        return contextlib.nullcontext()
    return torch.autocast(torch.get_default_device().type, torch.bfloat16)


def train(task, epochs, rate, way="f32", steps=None):
    """Trains `task.model` on `task.training` by `task.loss`; `task.choose()` is the score that the best epoch has.

    WAY is f32, bf16 (autocast), f32-compiled or bf16-compiled (torch.compile of the encoder's layers).
    Returns updates, examples a second of updates alone, and seconds in all.
    """
    model, examples = task.model, task.training
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.ndim >= 2], "weight_decay": 0.01},
         {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0}], lr=rate)
    total = epochs * math.ceil(len(examples) / BATCH)
    total = min(total, steps or total)
    warm = math.ceil(0.1 * total)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (total - s) / max(1, total - warm))
    if way.endswith("compiled"):
        model.compile(dynamic=True)
    best, done, spent, counted, began = (-math.inf, None), 0, 0.0, 0, time.time()
    while done < total:
        model.train()
        order = torch.randperm(len(examples)).tolist()
        for start in range(0, len(order), BATCH):
            batch = [examples[i] for i in order[start:start + BATCH]]
            clock = time.perf_counter()
            with precision(way):
                loss = task.loss(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            done += 1
            if done > COMPILING:
                spent += time.perf_counter() - clock
                counted += len(batch)
            if done == total:
                break
        model.eval()
        if task.chooses:
            score = task.choose()
            if score > best[0]:
                best = (score, {name: value.clone() for name, value in model.state_dict().items()})
    if best[1] is not None:
        model.load_state_dict(best[1])
    model.eval()
    # Elsewhere products are still going on when the clock is read.
    timed = spent and torch.get_default_device().type == "cpu"
    return {"updates": done, "examplesPerSecond": round(counted / spent, 1) if timed else None,
            "seconds": round(time.time() - began)}
