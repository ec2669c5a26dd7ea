"""Golden losses, gradients and training steps for several labels a text and for numbers, from PyTorch.

Versions: safetensors 0.8.0, scikit-learn 1.9.1, scipy 1.17.1, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder: python generate_targets.py. It reads the tiny model beside it and rewrites
targets.json.

Of each gradient of the model stand its norm and three sums with waves, as in families.json.
"""
import json
from pathlib import Path

import torch
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import (
    average_precision_score, mean_absolute_error, mean_squared_error, precision_recall_fscore_support,
    r2_score)
from transformers import AutoConfig, AutoModelForSequenceClassification

from generate_families import batch, ten_steps, waves

HERE = Path(__file__).parent
LENGTHS = [3, 1, 17, 8, 12, 20]
SETS = [[0, 2], [], [1], [0, 1, 2], [2], [1, 2]]
SCORES = [0.5, -1.25, 2.0, 0.0, 1.5, -0.75]


def losses() -> list[dict]:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(5, 3, generator=generator) * 3
    logits[0] = torch.tensor([60.0, -60.0, 0.0])
    truth = (torch.rand(5, 3, generator=generator) < 0.4).float()
    result = []
    for smoothing, weights in [(0.0, None), (0.2, None), (0.0, [3.0, 0.5, 1.0]), (0.1, [2.0, 1.0, 4.0])]:
        x = logits.clone().requires_grad_()
        weight = torch.tensor(weights) if weights else None
        target = truth * (1 - smoothing) + smoothing / 2
        loss = torch.nn.BCEWithLogitsLoss(pos_weight=weight)(x, target)
        loss.backward()
        result.append({
            "logits": logits.tolist(), "truth": [row.nonzero().flatten().tolist() for row in truth],
            "smoothing": smoothing, "weights": weights, "loss": loss.item(),
            "gradient": x.grad.tolist()})
    return result


def squared() -> dict:
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(7, generator=generator, requires_grad=True)
    y = torch.randn(7, generator=generator)
    loss = torch.nn.MSELoss()(x, y)
    loss.backward()
    truth, predictions = y.double().numpy(), x.detach().double().numpy()
    return {
        "outputs": x.tolist(), "targets": y.tolist(), "loss": loss.item(), "gradient": x.grad.tolist(),
        "pearson": pearsonr(truth, predictions).statistic,
        "spearman": spearmanr(truth, predictions).statistic,
        "rootMeanSquaredError": mean_squared_error(truth, predictions) ** 0.5,
        "meanAbsoluteError": mean_absolute_error(truth, predictions),
        "determination": r2_score(truth, predictions)}


def binary_reports() -> list[dict]:
    generator = torch.Generator().manual_seed(8)
    result = []
    for decimals in (1, 6):  # One decimal, so that many probabilities are the same.
        truth = (torch.rand(40, generator=generator) < 0.3).int().numpy()
        noise = torch.rand(40, generator=generator).double().numpy()
        probabilities = (0.3 * truth + 0.7 * noise).round(decimals)
        p, r, f, _ = precision_recall_fscore_support(truth, probabilities >= 0.5, average="binary")
        result.append({
            "truth": truth.tolist(), "probabilities": probabilities.tolist(), "precision": p,
            "recall": r, "f1": f, "averagePrecision": average_precision_score(truth, probabilities),
            "spearman": spearmanr(truth, probabilities).statistic})
    return result


def model(problem: str, outputs: int) -> torch.nn.Module:
    config = AutoConfig.from_pretrained(HERE / "tiny")
    config.id2label = {i: f"L{i}" for i in range(outputs)}
    config.problem_type = problem
    model = AutoModelForSequenceClassification.from_pretrained(
        HERE / "tiny", config=config, attn_implementation="eager", ignore_mismatched_sizes=True)
    generator = torch.Generator().manual_seed(6)
    with torch.no_grad():
        model.classifier.weight.copy_(
            torch.randn(model.classifier.weight.shape, generator=generator) * 0.2)
        model.classifier.bias.copy_(torch.randn(outputs, generator=generator) * 0.2)
    return model.eval()


def steps(problem: str, outputs: int, labels: torch.Tensor) -> dict:
    network = model(problem, outputs)
    config = network.config
    generator = torch.Generator().manual_seed(5)
    sentences = [torch.randint(4, config.vocab_size, (length,), generator=generator).tolist()
                 for length in LENGTHS]
    inputs = batch(sentences, config.pad_token_id or 0)
    result = {
        "sentences": sentences, "weight": network.classifier.weight.tolist(),
        "bias": network.classifier.bias.tolist()}
    output = network(**inputs, labels=labels)
    output.loss.backward()
    result["loss"] = output.loss.item()
    result["logits"] = output.logits.tolist()
    result["gradients"] = {
        key: waves(p.grad) for key, p in network.named_parameters() if p.grad is not None}
    result["steps"] = ten_steps(network, dict(inputs, labels=labels))
    return result


torch.set_num_threads(1)
sets = torch.zeros(len(SETS), 3)
for row, labels in enumerate(SETS):
    sets[row, labels] = 1.0
golden = {
    "binary": losses(), "squared": squared(), "binaryReports": binary_reports(),
    "multiLabel": steps("multi_label_classification", 3, sets) | {"sets": SETS},
    "regression": steps("regression", 1, torch.tensor(SCORES)) | {"scores": SCORES}}
(HERE / "targets.json").write_text(json.dumps(golden, default=float) + "\n")
