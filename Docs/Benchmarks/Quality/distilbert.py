"""Writes a BERT as a DistilBERT, a model of another family with real weights.

    distilbert.py MODEL FOLDER

DistilBERT has no token types, so the embedding of type 0 is added to every word's; the encoder is then the same
function, which is checked. Measured with torch 2.13.0, transformers 5.23.0.
"""
import pathlib
import shutil
import sys

import torch
from transformers import AutoTokenizer, BertModel, DistilBertConfig, DistilBertModel


def main(path, folder):
    source = BertModel.from_pretrained(path, add_pooling_layer=False)
    config = source.config
    model = DistilBertModel(DistilBertConfig(
        vocab_size=config.vocab_size, max_position_embeddings=config.max_position_embeddings,
        dim=config.hidden_size, hidden_dim=config.intermediate_size, n_layers=config.num_hidden_layers,
        n_heads=config.num_attention_heads, dropout=config.hidden_dropout_prob,
        attention_dropout=config.attention_probs_dropout_prob, pad_token_id=config.pad_token_id))
    renamed = {
        "attention.self.query": "attention.q_lin", "attention.self.key": "attention.k_lin",
        "attention.self.value": "attention.v_lin", "attention.output.dense": "attention.out_lin",
        "attention.output.LayerNorm": "sa_layer_norm", "intermediate.dense": "ffn.lin1",
        "output.dense": "ffn.lin2", "output.LayerNorm": "output_layer_norm"}
    weights = {}
    for name, value in source.state_dict().items():
        if name.startswith("encoder.layer."):
            _, _, layer, rest = name.split(".", 3)
            rest, kind = rest.rsplit(".", 1)
            weights[f"transformer.layer.{layer}.{renamed[rest]}.{kind}"] = value
        elif "token_type" not in name:
            weights[name] = value
    weights["embeddings.word_embeddings.weight"] = (
        weights["embeddings.word_embeddings.weight"]
        + source.state_dict()["embeddings.token_type_embeddings.weight"][0])
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    tokens = AutoTokenizer.from_pretrained(path)("two models, one function", return_tensors="pt")
    with torch.no_grad():
        difference = (source.eval()(**tokens)[0] - model.eval()(tokens["input_ids"])[0]).abs().max()
    assert difference < 1e-4, difference
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (pathlib.Path(path) / name).exists():
            shutil.copy(pathlib.Path(path) / name, folder)


main(*sys.argv[1:])
