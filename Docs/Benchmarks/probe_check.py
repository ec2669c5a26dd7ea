"""Recomputes what `simcurate probe --json` says of one model, from transformers' states and attention.

Made with: torch==2.13.0 transformers==5.23.0 numpy. Run:
    simcurate probe MODEL --texts FILE.jsonl --limit 2000 --json > probe.json
    python probe_check.py MODEL FILE.jsonl probe.json
MODEL is a BERT with one token before and one after a text; all texts of FILE (field text), or of the test part where
FILE is an index folder, must be short enough to stand in a window twice. Prints each layer's values, theirs and ours,
and the largest relative difference.
"""

import itertools
import json
import os
import sqlite3
import sys

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

NEAR = 0.4
RELATIONS = ["itself", "special", "sameToken", "near", "unrelated"]


def states(model, ids):
    with torch.no_grad():
        shown = model(input_ids=torch.tensor([ids]), output_hidden_states=True, output_attentions=True)
    pooled = np.stack([h[0].double().mean(0).numpy() for h in shown.hidden_states])
    return pooled, torch.cat(shown.attentions).double().numpy()


def relations(content, units, length):
    """[query, key] of the text's own tokens as queries."""
    cosines = (units[content] @ units[content].T).numpy()
    kinds = np.full((length - 2, length), 4)
    kinds[:, 0] = kinds[:, -1] = 1
    same = np.equal.outer(content, content)
    inner = np.where(np.eye(len(content), dtype=bool), 0, np.where(same, 2, np.where(cosines >= NEAR, 3, 4)))
    kinds[:, 1:-1] = inner
    return kinds


def read(file):
    """Texts, sorted, and of an index which pairs of them are of one paraphrase group."""
    if not os.path.isdir(file):
        return sorted({json.loads(line)["text"] for line in open(file)}), []
    rows = sqlite3.connect(f"file:{file}/catalog.sqlite?mode=ro", uri=True).execute(
        "SELECT text, cluster FROM records JOIN splits USING (row) LEFT JOIN"
        " (SELECT row, cluster FROM cluster_members WHERE kind = 'paraphrase') USING (row) WHERE part = 'test'"
    )
    groups = dict(rows.fetchall())
    texts = sorted(groups)
    pairs = itertools.combinations(range(len(texts)), 2)
    alike = [(i, j) for i, j in pairs if None is not groups[texts[i]] == groups[texts[j]]]
    return texts, alike


def dependence(k, m):
    """The unbiased estimate of Song et al. (2012)."""
    k, m, n, one = k - np.diag(np.diag(k)), m - np.diag(np.diag(m)), len(k), np.ones(len(k))
    sums = (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
    return (np.sum(k * m) + sums - 2 / (n - 2) * (one @ k @ m @ one)) / (n * (n - 3))


def main(path, file, result):
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModel.from_pretrained(path, attn_implementation="eager").eval()
    table = model.get_input_embeddings().weight.detach()
    units = torch.nn.functional.normalize(table - table.mean(0), dim=1)
    texts, alike = read(file)
    ours = json.load(open(result))
    assert ours["texts"] == len(texts), "--limit takes too few texts"
    layers = model.config.num_hidden_layers
    mass, even = np.zeros((layers, 5)), np.zeros(5)
    entropy, most = np.zeros(layers), 0.0
    copied, queries = np.zeros(layers), 0
    shift, pooled = np.zeros(layers + 1), []
    for text in texts:
        content = tokenizer(text, add_special_tokens=False).input_ids
        first, last = tokenizer("").input_ids
        alone, attention = states(model, [first, *content, last])
        length, count = len(content) + 2, len(content)
        inner = attention[:, :, 1:-1]
        kinds = relations(content, units, length)
        for kind in range(5):
            mass[:, kind] += (inner.mean(1) * (kinds == kind)).sum((1, 2))
            even[kind] += (kinds == kind).sum() / length
        entropy -= (inner * np.log(inner.clip(1e-300))).mean(1).sum((1, 2))
        most += count * np.log(length)
        twice, attention = states(model, [first, *content, *content, last])
        for place in range(count):
            copied += attention[:, :, 1 + count + place, 1 + place].mean(1)
        queries += count
        lengths = np.linalg.norm(alone, axis=1) * np.linalg.norm(twice, axis=1)
        shift += 1 - (alone * twice).sum(1) / lengths
        pooled.append(alone)
    pooled, n, worst = np.array(pooled), len(texts), 0.0
    centered = pooled - pooled.mean(0)
    grams = [centered[:, layer] @ centered[:, layer].T for layer in range(layers + 1)]
    for layer in range(layers + 1):
        found = ours["arms"][0]["layers"][layer]
        shares = np.linalg.svd(centered[:, layer], compute_uv=False)
        shares = shares[shares > 1e-3 * shares[0]]
        shares /= shares.sum()
        unit = pooled[:, layer] / np.linalg.norm(pooled[:, layer], axis=1, keepdims=True)
        squares = 2 - 2 * unit @ unit.T
        expected = {
            "uniformity": np.log(np.exp(-2 * squares[np.triu_indices(n, 1)]).mean()),
            "effectiveRank": np.exp(-(shares * np.log(shares)).sum()),
            "anisotropy": (np.linalg.norm(unit.sum(0)) ** 2 - n) / (n * (n - 1)),
            "repetitionShift": shift[layer] / n,
        }
        if alike:
            expected["paraphraseAlignment"] = np.mean([squares[pair] for pair in alike])
        if layer:
            k, m = grams[layer], grams[layer - 1]
            scale = np.sqrt(dependence(k, k) * dependence(m, m))
            expected["alignmentWithPrevious"] = dependence(k, m) / scale
            expected["entropyShare"] = entropy[layer - 1] / most
            expected["copy"] = copied[layer - 1] / queries
            expected |= dict(zip(RELATIONS, mass[layer - 1] / even))
        values = found["states"] | found["attention"]
        for name, value in expected.items():
            worst = max(worst, abs(values[name]["value"] / value - 1))
        print(layer, *(f"{name} {v:.5f} {values[name]['value']:.5f}" for name, v in expected.items()), sep="; ")
    print(f"{n} texts, largest relative difference {worst:.1e}")


if __name__ == "__main__":
    main(*sys.argv[1:])
