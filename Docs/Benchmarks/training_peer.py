"""How fast PyTorch trains on the same texts; called by training.sh. Prints one JSON object.

Measured with torch 2.13.0, transformers 5.23.0.
"""
import json
import sys
import time


def texts(corpus, limit):
    lines = open(corpus, encoding="utf-8", newline="\n")
    return [json.loads(line)["text"] for _, line in zip(range(limit), lines)]


def report(**figures):
    print(json.dumps(figures, sort_keys=True), flush=True)


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


train(*sys.argv[1:])
