"""Writes heads.safetensors beside each family's golden model: a random classification head, and what
transformers' class for sequences makes of the golden sentences with it.

Needs Python only to regenerate, after generate_families.py and generate_encoder.py. Made with:
    torch==2.13.0 transformers==5.23.0 safetensors==0.8.0
Run in this folder:
    python generate_heads.py

The head's tensors have the names that save_pretrained gives them; `n.ids` and `n.logits` are case n.
config-head.json is the model's configuration with the labels and settings of the head.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

LABELS = ["negative", "neutral", "positive"]
LENGTHS = [1, 2, 5, 16, 33, 40]


def write(folder: Path, **settings) -> None:
    names = dict(enumerate(LABELS))
    config = AutoConfig.from_pretrained(
        folder, id2label=names, label2id={name: n for n, name in names.items()}, **settings)
    # A golden model may have a head of its own, of another number of labels.
    model, info = AutoModelForSequenceClassification.from_pretrained(
        folder, config=config, attn_implementation="eager", output_loading_info=True,
        ignore_mismatched_sizes=True)
    model.eval()
    head = {}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_pooler = ".pooler." in name
            if is_pooler or not name.startswith(model.base_model_prefix + "."):
                is_norm = "norm" in name and name.endswith("weight")
                parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1.0 if is_norm else 0.0))
                head[name] = parameter.detach().clone().contiguous()
    lost = [name for name in info["missing_keys"] if name not in head]
    assert not lost, lost
    tensors = dict(head)
    for number, length in enumerate(LENGTHS):
        ids = torch.randint(4, config.vocab_size, (1, length))
        with torch.no_grad():
            logits = model(input_ids=ids).logits[0]
        tensors[f"{number}.ids"] = ids[0].float().contiguous()
        tensors[f"{number}.logits"] = logits.contiguous()
    save_file(tensors, folder / "heads.safetensors")
    config.architectures = [type(model).__name__]
    fields = json.loads(config.to_json_string())
    fields.pop("_name_or_path", None)
    (folder / "config-head.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")
    print(folder.name, sorted(head))


def main() -> None:
    torch.manual_seed(20261127)
    here = Path(__file__).parent
    write(here / "tiny-bert")
    for name in ["distilbert", "roberta", "xlm-roberta", "mpnet", "nomic-bert"]:
        write(here / "families" / name)
    write(here / "families" / "modernbert", classifier_pooling="mean")
    write(
        here / "families" / "modernbert-biased", classifier_bias=True, classifier_activation="relu")


if __name__ == "__main__":
    main()
