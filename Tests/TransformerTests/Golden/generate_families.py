"""Writes the golden files of the encoder families: tiny random models and their hidden states.

Needs Python only to regenerate. Made with:
    torch==2.13.0 transformers==5.23.0 safetensors==0.8.0
Run in this folder:
    python generate_families.py

Each folder of families/ has a model as save_pretrained writes it, and states.safetensors: for case
number n, `n.ids` [tokens] and `n.states` [tokens, hidden], both float32. Where the Hub's older
configurations spell things in another way, config-hub.json says the same in their spelling.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    DistilBertConfig,
    DistilBertModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    NomicBertConfig,
    NomicBertModel,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

LENGTHS = [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 40]
VOCABULARY = 101


def write(folder: Path, model: torch.nn.Module, lengths=LENGTHS, pad: int | None = None) -> None:
    """Every weight random, biases and norms included, so that none can be left out unnoticed."""
    model.eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            lower = name.lower()
            is_norm = ("norm" in lower or "emb_ln" in lower) and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1.0 if is_norm else 0.0))
    model.save_pretrained(folder)
    # What the file holds is what is compared: a padding row set to zero on loading, say.
    model = type(model).from_pretrained(folder, attn_implementation="eager").eval()
    encoder = getattr(model, model.base_model_prefix, model)
    tensors = {}
    for number, length in enumerate(lengths):
        ids = torch.randint(4, VOCABULARY, (1, length))
        if pad is not None and length > 4:
            ids[0, 3] = ids[0, length - 2] = pad
        with torch.no_grad():
            states = encoder(input_ids=ids).last_hidden_state[0]
        tensors[f"{number}.ids"] = ids[0].float().contiguous()
        tensors[f"{number}.states"] = states.contiguous()
    save_file(tensors, folder / "states.safetensors")


def respell(folder: Path, config: type, changes: dict, removed: list[str], check: bool = True):
    """Writes config-hub.json; transformers must read the same from it where `check` is set."""
    fields = json.loads((folder / "config.json").read_text())
    for name in removed:
        del fields[name]
    fields.update(changes)
    (folder / "config-hub.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")
    if not check:
        return
    old, new = config.from_pretrained(folder), config.from_dict(fields)
    for name in ["rope_parameters", "layer_types", "sliding_window"]:
        assert getattr(old, name) == getattr(new, name), name


def common(**changes) -> dict:
    sizes = dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2)
    sizes |= dict(num_attention_heads=4, intermediate_size=48, max_position_embeddings=48)
    return sizes | changes


def main() -> None:
    torch.manual_seed(20261124)
    here = Path(__file__).parent / "families"
    distilbert = DistilBertConfig(
        vocab_size=VOCABULARY, dim=32, n_layers=2, n_heads=4, hidden_dim=48,
        max_position_embeddings=48,
    )
    write(here / "distilbert", DistilBertModel(distilbert))
    roberta = RobertaConfig(**common(layer_norm_eps=1e-5, type_vocab_size=1, pad_token_id=1))
    write(here / "roberta", RobertaModel(roberta, add_pooling_layer=False), pad=1)
    xlm = XLMRobertaConfig(**common(layer_norm_eps=1e-5, type_vocab_size=1, hidden_act="relu"))
    write(here / "xlm-roberta", XLMRobertaForSequenceClassification(xlm), LENGTHS[-4:])
    # 150 tokens reach every bucket of the relative positions.
    mpnet = MPNetConfig(**common(layer_norm_eps=1e-5, max_position_embeddings=152))
    model = MPNetModel(mpnet, add_pooling_layer=False)
    write(here / "mpnet", model, LENGTHS + [150], pad=1)

    modern = dict(num_hidden_layers=4, local_attention=8, max_position_embeddings=64)
    tokens = dict(pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2)
    write(here / "modernbert", ModernBertModel(ModernBertConfig(**common(**modern, **tokens))))
    respell(
        here / "modernbert", ModernBertConfig,
        {
            "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0,
            "local_rope_theta": 10000.0, "layer_norm_eps": 1e-05,
            "position_embedding_type": "absolute",
        },
        ["layer_types", "rope_parameters"],
    )
    biased = dict(
        norm_bias=True, attention_bias=True, mlp_bias=True, norm_eps=1e-3, local_attention=5,
        hidden_activation="silu", num_hidden_layers=2, num_attention_heads=2,
        layer_types=["sliding_attention", "full_attention"],
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 500.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 20.0},
        },
    )
    config = ModernBertConfig(**common(max_position_embeddings=64, **tokens) | biased)
    write(here / "modernbert-biased", ModernBertModel(config), LENGTHS[-6:])

    write(here / "nomic-bert", NomicBertModel(NomicBertConfig(**common(layer_norm_eps=1e-12))))
    respell(
        here / "nomic-bert", NomicBertConfig,
        {
            "n_embd": 32, "n_layer": 2, "n_head": 4, "n_inner": 48, "n_positions": 8192,
            "max_trained_positions": 48, "rotary_scaling_factor": 2, "rotary_emb_base": 1000,
            "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False,
            "rotary_emb_scale_base": None, "activation_function": "swiglu",
            "layer_norm_epsilon": 1e-12, "qkv_proj_bias": False, "mlp_fc1_bias": False,
            "mlp_fc2_bias": False, "prenorm": False, "causal": False, "use_rms_norm": False,
            "parallel_block": False, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0,
        },
        [
            "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
            "max_position_embeddings", "hidden_act", "layer_norm_eps", "rope_parameters",
            "hidden_dropout_prob", "attention_probs_dropout_prob", "head_dim",
        ],
        check=False,
    )
    for folder in sorted(here.iterdir()):
        names = load_file(folder / "model.safetensors").keys()
        print(folder.name, sum(f.stat().st_size for f in folder.iterdir()), *sorted(names)[:20])


if __name__ == "__main__":
    main()
