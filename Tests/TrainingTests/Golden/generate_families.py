"""Golden gradients and training steps of every encoder family, from PyTorch and transformers.

Versions: safetensors 0.8.0, torch 2.13.0+cpu, transformers 5.23.0.
Run in this folder: python generate_families.py. It reads the tiny models and heads of
../../TransformerTests/Golden and rewrites families.json.

Of each gradient stand its norm and three sums with waves, sum of g[i] sin((i + 1) (k + 1) 0.37), which
tell any two apart that differ by more than rounding; a model's gradients in full would be a hundred
times as long.
"""
import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import (AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification,
                          get_linear_schedule_with_warmup)

MODELS = Path(__file__).parent.parent.parent / "TransformerTests" / "Golden"
NAMES = ["tiny-bert"] + [f"families/{name}" for name in [
    "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "modernbert-biased", "nomic-bert"]]
LENGTHS = [3, 1, 17, 8, 40, 33]
LABELS = [0, 2, 1, 1, 2, 0]


def load(name: str) -> torch.nn.Module:
    folder = MODELS / name
    config = AutoConfig.from_pretrained(folder / "config-head.json")
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, config=config, attn_implementation="eager", ignore_mismatched_sizes=True)
    heads = {k: v for k, v in load_file(folder / "heads.safetensors").items() if not k[0].isdigit()}
    assert not model.load_state_dict(heads, strict=False).unexpected_keys
    return model.eval()


def batch(sentences: list[list[int]], pad: int) -> dict:
    width = max(map(len, sentences))
    ids = torch.full((len(sentences), width), pad)
    mask = torch.zeros_like(ids)
    for row, sentence in enumerate(sentences):
        ids[row, :len(sentence)] = torch.tensor(sentence)
        mask[row, :len(sentence)] = 1
    return dict(input_ids=ids, attention_mask=mask)


def waves(gradient: torch.Tensor) -> list[float]:
    flat = gradient.double().flatten()
    places = torch.arange(1, flat.numel() + 1, dtype=torch.float64)
    return [flat.norm().item()] + [
        (flat * torch.sin(places * (k + 1) * 0.37)).sum().item() for k in range(3)]


def file_gradients(model: torch.nn.Module) -> dict:
    """The gradients under the names that save_pretrained gives their parameters."""
    values = {key: p.detach().clone() for key, p in model.named_parameters()}
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        for p in model.parameters():
            p.copy_(p.grad if p.grad is not None else torch.zeros_like(p))
        model.save_pretrained(folder)
        for key, p in model.named_parameters():
            p.copy_(values[key])
        return load_file(Path(folder) / "model.safetensors")


def ten_steps(model: torch.nn.Module, inputs: dict) -> list:
    """Loss and gradient's norm of each."""
    model.zero_grad()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=1e-3)
    schedule = get_linear_schedule_with_warmup(optimizer, 3, 10)
    steps = []
    for _ in range(10):
        loss = model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        steps.append([loss.item(), norm.item()])
    return steps


def describe(name: str) -> dict:
    model = load(name)
    config = model.config
    generator = torch.Generator().manual_seed(5)
    sentences = [torch.randint(4, config.vocab_size, (length,), generator=generator).tolist()
                 for length in LENGTHS]
    inputs = batch(sentences, config.pad_token_id if config.pad_token_id is not None else 0)
    labels = torch.tensor(LABELS)
    result = {"sentences": sentences, "labels": LABELS}
    output = model(**inputs, labels=labels)
    result["loss"] = output.loss.item()
    result["logits"] = output.logits.tolist()
    output.loss.backward()
    result["gradients"] = {key: waves(g) for key, g in file_gradients(model).items()}
    result["steps"] = ten_steps(model, dict(inputs, labels=labels))
    return result


def describe_tokens(name: str) -> dict:
    """A head for tokens whose parameters are waves; every third token has no target."""
    folder = MODELS / name
    config = AutoConfig.from_pretrained(folder / "config-head.json")
    model = AutoModelForTokenClassification.from_pretrained(
        folder, config=config, attn_implementation="eager").eval()
    encoder = {id(p) for p in model.base_model.parameters()}
    with torch.no_grad():
        for key, p in model.named_parameters():
            if id(p) in encoder:
                continue
            wave = torch.sin(torch.arange(1, p.numel() + 1, dtype=torch.float64) * 0.7)
            p.copy_((wave * 0.3 + (1 if "norm" in key and key.endswith("weight") else 0)).view_as(p))
    generator = torch.Generator().manual_seed(5)
    sentences = [torch.randint(4, config.vocab_size, (length,), generator=generator).tolist()
                 for length in LENGTHS]
    inputs = batch(sentences, config.pad_token_id if config.pad_token_id is not None else 0)
    labels = torch.full(inputs["input_ids"].shape, -100)
    for row, length in enumerate(LENGTHS):
        for place in range(length):
            if place % 3 != 2:
                labels[row, place] = (row + place * place) % 3
    output = model(**inputs, labels=labels)
    output.loss.backward()
    return {"loss": output.loss.item(),
            "gradients": {key: waves(g) for key, g in file_gradients(model).items()}}


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden = {name.split("/")[-1]: describe(name) for name in NAMES}
    for name in NAMES:
        golden[name.split("/")[-1]]["tokens"] = describe_tokens(name)
    (Path(__file__).parent / "families.json").write_text(json.dumps(golden) + "\n")
