"""Golden values for the training tests, from PyTorch, transformers and scikit-learn.

Versions: numpy 2.4.6, safetensors 0.8.0, scikit-learn 1.9.1, tokenizers 0.23.3, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder: python generate.py. It rewrites tiny/, gradients.safetensors and golden.json.
"""
import json, os
import numpy as np, torch
import torch.nn.functional as F
from safetensors.torch import save_file
from sklearn.metrics import classification_report, confusion_matrix
from transformers import (BertConfig, BertForSequenceClassification, BertTokenizerFast,
                          get_linear_schedule_with_warmup)

torch.set_num_threads(1)
torch.manual_seed(7)
os.makedirs("tiny", exist_ok=True)

words = """[PAD] [UNK] [CLS] [SEP] [MASK] the a cat dog bird fish house tree river small big red
blue green eats sees likes runs sleeps flies swims fast slowly and not ##s ##ing . , ! ?""".split()
with open("tiny/vocab.txt", "w") as file:
    file.write("\n".join(words) + "\n")
tokenizer = BertTokenizerFast("tiny/vocab.txt", do_lower_case=True, model_max_length=24)
tokenizer.save_pretrained("tiny")

config = BertConfig(
    vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
    intermediate_size=40, max_position_embeddings=24, type_vocab_size=2, num_labels=3,
    id2label={0: "ground", 1: "air", 2: "water"}, label2id={"ground": 0, "air": 1, "water": 2})
model = BertForSequenceClassification(config)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        scale = 0.3 if parameter.ndim > 1 else 0.1
        parameter.add_(torch.randn_like(parameter) * scale)
model.save_pretrained("tiny", safe_serialization=True)
model.eval()

texts = ["the cat sleeps .", "a small bird flies fast and sees the big red house !", "fish",
         "the dog likes the river , not the tree", "birds flies", "a fish swims slowly ."]
labels = [0, 1, 2, 0, 1, 2]
sentences = [tokenizer(text)["input_ids"] for text in texts]


def batch(indices):
    width = max(len(sentences[i]) for i in indices)
    ids = torch.zeros(len(indices), width, dtype=torch.long)
    mask = torch.zeros(len(indices), width, dtype=torch.long)
    for row, i in enumerate(indices):
        ids[row, :len(sentences[i])] = torch.tensor(sentences[i])
        mask[row, :len(sentences[i])] = 1
    return dict(input_ids=ids, attention_mask=mask)


targets = torch.tensor(labels)
golden = {"texts": texts, "labels": labels, "sentences": sentences}
logits = model(**batch(range(6))).logits
golden["logits"] = logits.tolist()
loss = F.cross_entropy(logits, targets)
golden["loss"] = loss.item()
loss.backward()
gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
save_file(gradients, "gradients.safetensors")

golden["losses"] = []
for smoothing, weights in [(0.0, None), (0.1, None), (0.0, [0.5, 2.0, 1.5]), (0.2, [0.5, 2.0, 1.5])]:
    x = logits.detach().clone().requires_grad_(True)
    value = F.cross_entropy(x, targets, label_smoothing=smoothing,
                            weight=None if weights is None else torch.tensor(weights))
    value.backward()
    golden["losses"].append({"smoothing": smoothing, "weights": weights, "loss": value.item(),
                             "gradient": x.grad.tolist()})

# Ten AdamW steps over the six sentences in an order of batches that the test repeats.
decayed = [p for n, p in model.named_parameters() if p.ndim > 1]
plain = [p for n, p in model.named_parameters() if p.ndim == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=5e-3)
schedule = get_linear_schedule_with_warmup(optimizer, 3, 10)
golden["steps"] = []
for step in range(10):
    optimizer.zero_grad()
    value = F.cross_entropy(model(**batch(range(6))).logits, targets)
    value.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    rate = schedule.get_last_lr()[0]
    optimizer.step()
    schedule.step()
    golden["steps"].append({"loss": value.item(), "norm": norm.item(), "rate": rate})
golden["logitsAfterSteps"] = model(**batch(range(6))).logits.tolist()

random = np.random.default_rng(3)
golden["reports"] = []
for classes, count in [(3, 50), (5, 40), (4, 6), (2, 1)]:
    truth = random.integers(0, classes, count)
    predictions = np.where(random.random(count) < 0.6, truth, random.integers(0, classes, count))
    ids = list(range(classes))
    report = classification_report(truth, predictions, labels=ids, output_dict=True,
                                   zero_division=0)
    average = {name: report[name] for name in ["macro avg", "weighted avg"]}
    pick = lambda row: [row["precision"], row["recall"], row["f1-score"], row["support"]]
    golden["reports"].append({
        "truth": truth.tolist(), "predictions": predictions.tolist(), "classes": classes,
        "scores": [pick(report[str(i)]) for i in ids], "macro": pick(report["macro avg"]),
        "weighted": pick(report["weighted avg"]), "accuracy": float((truth == predictions).mean()),
        "confusion": confusion_matrix(truth, predictions, labels=ids).tolist()})

with open("golden.json", "w") as file:
    json.dump(golden, file, indent=1)
