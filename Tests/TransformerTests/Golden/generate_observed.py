"""Writes what transformers shows of a forward pass: the states after every layer, and the attention.

Needs Python only to regenerate. Made with:
    torch==2.13.0 transformers==5.23.0 safetensors==0.8.0
Run in this folder, after generate_encoder.py and generate_families.py, whose models it runs:
    python generate_observed.py

observed/FAMILY.safetensors has, for case number n, `n.ids` [tokens], `n.hidden` [layers + 1, tokens,
hidden] (output_hidden_states) and `n.attention` [layers, heads, tokens, tokens] (output_attentions,
eager), all float32.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModel

FAMILIES = ["tiny-bert", "roberta", "mpnet", "modernbert", "nomic-bert", "distilbert"]
LENGTHS = [1, 7, 24]


def main() -> None:
    torch.manual_seed(20261127)
    here = Path(__file__).parent
    (here / "observed").mkdir(exist_ok=True)
    for family in FAMILIES:
        folder = here / family if family == "tiny-bert" else here / "families" / family
        model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
        tensors = {}
        for number, length in enumerate(LENGTHS):
            ids = torch.randint(4, min(101, model.config.vocab_size), (1, length))
            with torch.no_grad():
                shown = model(input_ids=ids, output_hidden_states=True, output_attentions=True)
            tensors[f"{number}.ids"] = ids[0].float().contiguous()
            tensors[f"{number}.hidden"] = torch.cat(shown.hidden_states).contiguous()
            tensors[f"{number}.attention"] = torch.cat(shown.attentions).contiguous()
        save_file(tensors, here / "observed" / f"{family}.safetensors")


if __name__ == "__main__":
    main()
