"""How fast PyTorch trains on the same texts; called by training.sh. Prints one JSON object.

    training_peer.py CORPUS MODEL STEPS BATCH LENGTH WAY RANK

WAY is f32, bf16, f32-compiled or bf16-compiled: float32 or bfloat16 autocast, eager or
torch.compile(dynamic=True). Texts are grouped by length (batches of a run of 50 sorted by it), so that little
is padded. RANK is that of PEFT's adapters on queries and values, 0 for every weight.

Measured with torch 2.13.0, transformers 5.23.0, peft 0.21.2.
"""
import contextlib
import json
import resource
import sys
import time

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer


def batches(corpus, count, size):
    lines = open(corpus, encoding="utf-8", newline="\n")
    texts = [json.loads(line)["text"] for _, line in zip(range(count * size), lines)]
    for start in range(0, len(texts), 50 * size):
        run = sorted(texts[start:start + 50 * size], key=len)
        groups = [run[i:i + size] for i in range(0, len(run), size)]
        torch.manual_seed(start)
        yield from (groups[i] for i in torch.randperm(len(groups)).tolist())


def main(corpus, path, steps, size, length, way, rank):
    steps, size, length, rank = int(steps), int(size), int(length), int(rank)
    torch.set_num_threads(torch.get_num_threads())
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.no_padding()  # this model's file pads to 128
    model = AutoModelForSequenceClassification.from_pretrained(path, num_labels=4)
    if rank:
        from peft import LoraConfig, get_peft_model
        model = get_peft_model(model, LoraConfig(
            task_type="SEQ_CLS", r=rank, lora_alpha=2 * rank, target_modules=["query", "value"]))
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=5e-5, weight_decay=0.01)
    run = torch.compile(model, dynamic=True) if way.endswith("compiled") else model
    narrow = way.startswith("bf16")
    times, examples, tokens = [], 0, 0
    for number, batch in enumerate(batches(corpus, steps + 8, size)):
        start = time.perf_counter()
        inputs = tokenizer(batch, truncation=True, max_length=length, padding="longest",
                           return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16) if narrow else contextlib.nullcontext():
            loss = run(**inputs, labels=torch.arange(len(batch)) % 4).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        # The first steps compile.
        if number >= 8:
            times.append(time.perf_counter() - start)
            examples += len(batch)
            tokens += int(inputs["attention_mask"].sum())
    print(json.dumps({
        "benchmark": "train", "peer": "PyTorch " + way, "batchSize": size, "rank": rank,
        "maximumTokens": length, "examplesPerSecond": examples / sum(times),
        "tokensPerSecond": tokens / sum(times), "threads": torch.get_num_threads(),
        "peakMebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }, sort_keys=True), flush=True)


main(*sys.argv[1:])
