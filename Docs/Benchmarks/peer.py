"""What the peers do on the same texts; called by run.sh. Prints one JSON object a line.

Measured with torch 2.13.0, transformers 5.23.0, sentence-transformers 6.2.0, faiss-cpu 1.15.1.
"""
import json
import sys
import time

import numpy as np


def texts(corpus, limit):
    lines = open(corpus, encoding="utf-8", newline="\n")
    return [json.loads(line)["text"] for _, line in zip(range(limit), lines)]


def report(**figures):
    print(json.dumps(figures, sort_keys=True), flush=True)


def encode(corpus, model, limit):
    from sentence_transformers import SentenceTransformer

    sentences = texts(corpus, int(limit))
    encoder = SentenceTransformer(model, device="cpu")
    encoder.encode(sentences[:256], batch_size=32)
    start = time.perf_counter()
    encoder.encode(sentences, batch_size=32)
    report(benchmark="encode", peer="sentence-transformers float32, batch 32",
           sentencesPerSecond=len(sentences) / (time.perf_counter() - start))

    # The fairest plain PyTorch: batches of equal token counts, hardly any padding.
    tokenizer, network = encoder.tokenizer, encoder[0].auto_model
    import torch

    ids = [tokenizer(sentence, truncation=True, max_length=256)["input_ids"] for sentence in sentences]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    start = time.perf_counter()
    with torch.no_grad():
        for first in range(0, len(order), 32):
            batch = [ids[place] for place in order[first:first + 32]]
            longest = max(map(len, batch))
            padded = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
            mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in batch])
            network(input_ids=padded, attention_mask=mask)
    report(benchmark="encode", peer="PyTorch float32, sorted by token count, batch 32",
           sentencesPerSecond=len(sentences) / (time.perf_counter() - start))


def train(corpus, model, steps):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    steps = int(steps)
    sentences = texts(corpus, 16 * steps)
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.backend_tokenizer.no_padding()  # this model's file pads to 128
    network = AutoModelForSequenceClassification.from_pretrained(model, num_labels=4)
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-5, weight_decay=0.01)

    def step(number):
        batch = sentences[16 * number:16 * number + 16]
        inputs = tokenizer(batch, truncation=True, max_length=64, padding="longest", return_tensors="pt")
        loss = network(**inputs, labels=torch.arange(16) % 4).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    step(0)
    start = time.perf_counter()
    for number in range(steps):
        step(number)
    report(benchmark="train", peer="PyTorch float32, padded to the batch's longest, batch 16",
           examplesPerSecond=16 * steps / (time.perf_counter() - start))


def join(vectors):
    import faiss

    rows = np.load(vectors)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    start = time.perf_counter()
    pairs = 0
    for first in range(0, len(rows), 4096):
        limits, _, found = index.range_search(rows[first:first + 4096], 0.9)
        queries = np.repeat(np.arange(first, first + len(limits) - 1), np.diff(limits).astype(int))
        pairs += int((queries < found).sum())
    report(benchmark="join", peer="faiss-cpu IndexFlatIP range search", rows=len(rows), pairs=pairs,
           seconds=time.perf_counter() - start)


{"encode": encode, "train": train, "join": join}[sys.argv[1]](*sys.argv[2:])
