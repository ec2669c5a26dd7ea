"""Golden outputs, losses and training steps for pairs of texts, from PyTorch and transformers.

Versions: safetensors 0.8.0, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder: python generate_pairs.py. It reads the models that generate_families.py reads and the tiny
model beside it, and rewrites pairs.json. Families without types of tokens get none, as their tokenizers say.
"""
import json
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from generate_families import LABELS, NAMES, batch, file_gradients, load, ten_steps, waves

HERE = Path(__file__).parent
LENGTHS = [(3, 2), (1, 1), (10, 7), (2, 6), (20, 20), (30, 3)]
PAIRS = [
    ["The cat sees the dog.", "The dog runs."], ["", "A bird"], ["a house", ""],
    ["the river runs and the river runs and the river runs", "the cat"],
    ["the cat", "the river runs and the river runs and the river runs"],
    ["the cat sees the dog and the bird", "the dog sees the cat and the bird and the house"]]
LIMIT = 15


def padded(rows: list[list[int]]) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def describe(name: str) -> dict:
    model = load(name)
    config = model.config
    generator = torch.Generator().manual_seed(9)
    sentences = [torch.randint(4, config.vocab_size, (sum(pair),), generator=generator).tolist()
                 for pair in LENGTHS]
    types = [[0] * first + [1] * second for first, second in LENGTHS]
    inputs = batch(sentences, config.pad_token_id if config.pad_token_id is not None else 0)
    if getattr(config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = padded(types)
    inputs["labels"] = torch.tensor(LABELS)
    output = model(**inputs)
    output.loss.backward()
    gradients = {
        key: waves(g) for key, g in file_gradients(model).items()
        if "token_type" in key or "word_embeddings" in key or "tok_embeddings" in key}
    return {
        "sentences": sentences, "types": types, "labels": LABELS, "logits": output.logits.tolist(),
        "loss": output.loss.item(), "gradients": gradients, "steps": ten_steps(model, inputs)}


def tokenized() -> dict:
    """Pairs of texts through the tokenizer, cut where they are too long, the longer text first."""
    tokenizer = AutoTokenizer.from_pretrained(HERE / "tiny")
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "tiny").eval()
    result = {"pairs": PAIRS, "limit": LIMIT, "ids": [], "types": [], "logits": []}
    for first, second in PAIRS:
        inputs = tokenizer(
            [first], [second], truncation="longest_first", max_length=LIMIT, return_tensors="pt")
        with torch.no_grad():
            result["logits"].append(model(**inputs).logits[0].tolist())
        result["ids"].append(inputs["input_ids"][0].tolist())
        result["types"].append(inputs["token_type_ids"][0].tolist())
    return result


torch.set_num_threads(1)
golden = {"families": {name.split("/")[-1]: describe(name) for name in NAMES}, "tiny": tokenized()}
(HERE / "pairs.json").write_text(json.dumps(golden) + "\n")
