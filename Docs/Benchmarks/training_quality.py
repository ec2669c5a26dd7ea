"""A classifier trained by transformers (and PEFT) with the recipe of `simcurate finetune`; called by
training_quality.sh. Prints one JSON object a training.

    training_quality.py SPLITS MODEL METHOD EPOCHS RATE SEED...     trains, METHOD is full or lora
    training_quality.py distilbert MODEL FOLDER                     writes MiniLM as a DistilBERT

Batches of 16 in random order, AdamW with decay 0.01 (none on biases and norms), a tenth of the updates warm-up,
then linear to 0, gradients clipped at 1, dropout as the model has it, the epoch that is best on the development
part by macro-F1. LoRA: rank 8, alpha 16, queries and values.

The second form gives a model of another family with real weights: DistilBERT has no token types, so the
embedding of type 0 is added to every word's; the encoder is then the same function.

Measured with torch 2.13.0, transformers 5.23.0, peft 0.21.2.
"""
import json
import math
import os
import pathlib
import shutil
import sys
import time

import torch
from transformers import (AutoModelForSequenceClassification, AutoTokenizer, BertModel,
                          DistilBertConfig, DistilBertModel, set_seed)


def read(path):
    lines = open(path, encoding="utf-8", newline="\n")
    return [(row["text"], row["label"]) for row in map(json.loads, lines)]


def macro_f1(truth, predicted, classes):
    scores = []
    for label in range(classes):
        hits = sum(t == p == label for t, p in zip(truth, predicted))
        both = truth.count(label) + predicted.count(label)
        scores.append(2 * hits / both if both else 0)
    return sum(scores) / classes


def train(splits, path, method, epochs, rate, seed):
    parts = {name: read(f"{splits}/{name}.jsonl") for name in ("train", "development", "test")}
    names = sorted({label for _, label in parts["train"]})
    number = {name: index for index, name in enumerate(names)}
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.no_padding()
    set_seed(seed)
    torch.set_num_threads(int(os.environ.get("THREADS", torch.get_num_threads())))
    model = AutoModelForSequenceClassification.from_pretrained(path, num_labels=len(names))
    if method == "lora":
        from peft import LoraConfig, get_peft_model
        targets = ["query", "value"] if model.config.model_type == "bert" else ["q_lin", "v_lin"]
        model = get_peft_model(model, LoraConfig(
            task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules=targets))

    def encode(rows):
        return tokenizer([text for text, _ in rows], truncation=True, max_length=128,
                         padding="longest", return_tensors="pt")

    def predict(rows):
        model.eval()
        order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
        answers = [0] * len(rows)
        with torch.no_grad():
            for start in range(0, len(rows), 64):
                part = order[start:start + 64]
                for i, row in zip(part, model(**encode([rows[i] for i in part])).logits):
                    answers[i] = int(row.argmax())
        return answers

    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    plain = [p for n, p in trained if p.ndim < 2]
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in trained if p.ndim >= 2], "weight_decay": 0.01},
         {"params": plain, "weight_decay": 0.0}], lr=rate)
    rows = parts["train"]
    steps = epochs * math.ceil(len(rows) / 16)
    warm = math.ceil(0.1 * steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (steps - s) / max(1, steps - warm))
    best, start = (-1, None), time.time()
    for _ in range(epochs):
        model.train()
        order = torch.randperm(len(rows)).tolist()
        for i in range(0, len(order), 16):
            batch = [rows[j] for j in order[i:i + 16]]
            loss = model(**encode(batch), labels=torch.tensor([number[l] for _, l in batch])).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for _, p in trained], 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        dev = parts["development"]
        score = macro_f1([number[l] for _, l in dev], predict(dev), len(names))
        if score > best[0]:
            best = (score, {name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(best[1])
    truth = [number.get(label, -1) for _, label in parts["test"]]
    hits = sum(t == p for t, p in zip(truth, predict(parts["test"])))
    print(json.dumps({
        "method": method, "family": model.config.model_type, "seed": seed,
        "accuracy": hits / len(truth), "train": len(rows), "test": len(truth), "updates": steps,
        "seconds": round(time.time() - start)}), flush=True)


def distilbert(path, folder):
    source = BertModel.from_pretrained(path, add_pooling_layer=False)
    config = source.config
    model = DistilBertModel(DistilBertConfig(
        vocab_size=config.vocab_size, max_position_embeddings=config.max_position_embeddings,
        dim=config.hidden_size, hidden_dim=config.intermediate_size, n_layers=config.num_hidden_layers,
        n_heads=config.num_attention_heads, dropout=config.hidden_dropout_prob,
        attention_dropout=config.attention_probs_dropout_prob, pad_token_id=config.pad_token_id))
    renamed = {
        "attention.self.query": "attention.q_lin", "attention.self.key": "attention.k_lin",
        "attention.self.value": "attention.v_lin", "attention.output.dense": "attention.out_lin",
        "attention.output.LayerNorm": "sa_layer_norm", "intermediate.dense": "ffn.lin1",
        "output.dense": "ffn.lin2", "output.LayerNorm": "output_layer_norm"}
    weights = {}
    for name, value in source.state_dict().items():
        if name.startswith("encoder.layer."):
            _, _, layer, rest = name.split(".", 3)
            rest, kind = rest.rsplit(".", 1)
            weights[f"transformer.layer.{layer}.{renamed[rest]}.{kind}"] = value
        elif "token_type" not in name:
            weights[name] = value
    weights["embeddings.word_embeddings.weight"] = (
        weights["embeddings.word_embeddings.weight"]
        + source.state_dict()["embeddings.token_type_embeddings.weight"][0])
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    tokens = AutoTokenizer.from_pretrained(path)("two models, one function", return_tensors="pt")
    with torch.no_grad():
        difference = (source.eval()(**tokens)[0] - model.eval()(tokens["input_ids"])[0]).abs().max()
    assert difference < 1e-4, difference
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (pathlib.Path(path) / name).exists():
            shutil.copy(pathlib.Path(path) / name, folder)


if sys.argv[1] == "distilbert":
    distilbert(*sys.argv[2:])
else:
    splits, path, method, epochs, rate, *seeds = sys.argv[1:]
    for seed in seeds:
        train(splits, path, method, int(epochs), float(rate), int(seed))
