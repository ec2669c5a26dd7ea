"""Golden values of relations: scores as SemEval-2010 task 8 has them, and the head on two entities' states.

Versions: safetensors 0.8.0, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder: python generate_relations.py. It reads the tiny models of ../../TransformerTests/Golden and
rewrites relations.json.

The scorer is written from the task's description (Hendrickx et al., 2010, sections 2 and 4), not from the
official script: of nine relations with two directions each and Other, a relation's precision is the share of
what was predicted as it, in any direction, that is right with its direction; its recall the share of what is
it, in any direction, that was predicted with its direction; F1 their harmonic mean; the score is the mean F1 of
the nine.

Of gradients stand norm and three sums with waves, as in families.json.
"""
import json
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, get_linear_schedule_with_warmup

from generate_families import MODELS, batch, file_gradients, waves

NAMES = ["tiny-bert", "families/distilbert", "families/roberta"]
LENGTHS = [3, 2, 17, 8, 40, 33]
LABELS = [0, 2, 1, 1, 2, 0]
MARKERS = (5, 6)
RELATIONS = ["Cause-Effect", "Instrument-Agency", "Product-Producer", "Content-Container", "Entity-Origin",
             "Entity-Destination", "Component-Whole", "Member-Collection", "Message-Topic"]


def official(truth: list[str], predicted: list[str]) -> dict:
    result = {}
    for relation in RELATIONS:
        directed = [f"{relation}(e1,e2)", f"{relation}(e2,e1)"]
        said = [p for p in predicted if p in directed]
        real = [t for t in truth if t in directed]
        right = sum(t == p and t in directed for t, p in zip(truth, predicted))
        precision = right / len(said) if said else 0.0
        recall = right / len(real) if real else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        result[relation] = [precision, recall, f1, len(real)]
    macro = [sum(scores[k] for scores in result.values()) / len(RELATIONS) for k in range(3)]
    return {"relations": result, "macro": macro}


def scored(seed: int, count: int, relations: list[str]) -> dict:
    """Labels drawn at random; half of the predictions are right, a tenth of the others only in direction wrong."""
    labels = sorted([f"{r}({d})" for r in RELATIONS for d in ("e1,e2", "e2,e1")] + ["Other"])
    drawn = [label for label in labels if label.split("(")[0] in relations + ["Other"]]
    generator = torch.Generator().manual_seed(seed)

    def pick(among: list[str]) -> str:
        return among[int(torch.randint(len(among), (1,), generator=generator))]

    truth = [pick(drawn) for _ in range(count)]
    predicted = []
    for label in truth:
        chance = float(torch.rand(1, generator=generator))
        swapped = label.replace("e1,e2", "x").replace("e2,e1", "e1,e2").replace("x", "e2,e1")
        predicted.append(label if chance < 0.5 else swapped if chance < 0.6 else pick(labels))
    return {"labels": labels, "truth": [labels.index(t) for t in truth],
            "predictions": [labels.index(p) for p in predicted],
            "accuracy": sum(t == p for t, p in zip(truth, predicted)) / count,
            **official(truth, predicted)}


class Relations(torch.nn.Module):
    """The states at two entities, one after the other, through one dense layer (Baldini Soares et al., 2019)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        folder = MODELS / name
        config = AutoConfig.from_pretrained(folder / "config-head.json")
        self.encoder = AutoModel.from_pretrained(folder, config=config, attn_implementation="eager")
        self.classifier = torch.nn.Linear(2 * config.hidden_size, 3)
        with torch.no_grad():
            for p in self.classifier.parameters():
                wave = torch.sin(torch.arange(1, p.numel() + 1, dtype=torch.float64) * 0.7)
                p.copy_((wave * 0.3).view_as(p))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        rows = torch.arange(len(input_ids))
        places = [(input_ids == marker).int().argmax(1) for marker in MARKERS]
        return self.classifier(torch.cat([states[rows, place] for place in places], dim=1))


def describe(name: str) -> dict:
    model = Relations(name).eval()
    config = model.encoder.config
    generator = torch.Generator().manual_seed(7)
    sentences = []
    for length in LENGTHS:
        sentence = torch.randint(7, config.vocab_size, (length,), generator=generator).tolist()
        first, second = torch.randperm(length, generator=generator)[:2].tolist()
        sentence[first], sentence[second] = MARKERS
        sentences.append(sentence)
    inputs = batch(sentences, config.pad_token_id if config.pad_token_id is not None else 0)
    labels = torch.tensor(LABELS)
    logits = model(**inputs)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    prefix = config.model_type + "."
    gradients = {prefix + key: waves(g) for key, g in file_gradients(model.encoder).items()
                 if "pooler" not in key}
    gradients |= {"classifier." + key: waves(p.grad) for key, p in model.classifier.named_parameters()}
    result = {"sentences": sentences, "labels": LABELS, "logits": logits.tolist(), "loss": loss.item(),
              "gradients": gradients}
    result["steps"] = ten_steps(model, inputs, labels)
    return result


def ten_steps(model: Relations, inputs: dict, labels: torch.Tensor) -> list:
    """Loss and gradient's norm of each."""
    trained = [p for name, p in model.named_parameters() if "pooler" not in name]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.1},
         {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0}], lr=1e-3)
    schedule = get_linear_schedule_with_warmup(optimizer, 3, 10)
    steps = []
    for _ in range(10):
        loss = torch.nn.functional.cross_entropy(model(**inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        steps.append([loss.item(), norm.item()])
    return steps


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden = {"models": {name.split("/")[-1]: describe(name) for name in NAMES},
              "scores": [scored(1, 400, RELATIONS), scored(2, 30, RELATIONS[:4])]}
    (Path(__file__).parent / "relations.json").write_text(json.dumps(golden) + "\n")
