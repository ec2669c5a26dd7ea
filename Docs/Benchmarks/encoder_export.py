"""Makes the peers' models from a BERT sentence encoder's folder: ONNX with fused operators in float32
and in int8, and a table of static token vectors. Called by encoder.sh:

    encoder_export.py MODEL_FOLDER OUTPUT_FOLDER

With torch 2.13.0, transformers 5.23.0, onnx 1.23.2, onnxruntime 1.32.0, model2vec 0.10.0.
"""
import os
import sys

import torch
from transformers import AutoModel

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


class LastStates(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        return self.network(**dict(zip(INPUTS, inputs))).last_hidden_state


def export_onnx(model, output):
    """float32 with attention, norms and GELU fused; int8 weights by channel, activations dynamic."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    network = AutoModel.from_pretrained(model, attn_implementation="eager").eval()
    plain, fused = (os.path.join(output, name) for name in ("plain.onnx", "float32.onnx"))
    example = torch.arange(1000, 1024).reshape(2, 12)
    axes = {name: {0: "batch", 1: "length"} for name in [*INPUTS, "states"]}
    torch.onnx.export(
        LastStates(network).eval(), (example, torch.ones_like(example), torch.zeros_like(example)),
        plain, input_names=INPUTS, output_names=["states"], dynamic_axes=axes, opset_version=17,
        dynamo=False)
    settings = network.config
    optimized = optimizer.optimize_model(
        plain, model_type="bert", num_heads=settings.num_attention_heads,
        hidden_size=settings.hidden_size, opt_level=0)
    attentions = optimized.get_fused_operator_statistics().get("Attention", 0)
    if attentions != settings.num_hidden_layers:
        print(f"onnxruntime fused {attentions} of {settings.num_hidden_layers} attentions")
    optimized.save_model_to_file(fused)
    os.remove(plain)
    quantize_dynamic(
        fused, os.path.join(output, "int8.onnx"), weight_type=QuantType.QInt8, per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm", "Attention"],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})


def export_static(model, output):
    """A model2vec model: the first 256 dimensions of the encoder's token embeddings. Its speed is
    that of any table of this size; its vectors are of no use beyond."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer

    table = AutoModel.from_pretrained(model).get_input_embeddings().weight.detach().numpy()
    tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    StaticModel(table[:, :256].copy(), tokenizer, normalize=True).save_pretrained(output)


def main(model, output):
    os.makedirs(output, exist_ok=True)
    failures = 0
    for name, make in (("onnx", lambda: export_onnx(model, output)),
                       ("static", lambda: export_static(model, os.path.join(output, "static")))):
        try:
            make()
        except Exception as error:  # One peer less is better than none.
            failures += 1
            print(f"{name}: {type(error).__name__}: {error}")
    return failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
