"""Writes the golden files of static token vectors and of sentence-transformers modules.

Needs Python only to regenerate. Made with:
    model2vec==0.10.0 sentence-transformers==6.2.0 tokenizers==0.23.1 torch==2.13.0 safetensors==0.8.0
Run in this folder:
    python generate_static.py
"""

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Normalize, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertTokenizerFast

WORDS = "the a dog cat house fox jump run over lazy quick brown water stone light ##s ##ed ##ing , . ! ü".split()
TEXTS = [
    "", "   ", "zebra", "the", "The quick brown fox jumps over the lazy dog.", "a cat, a dog!",
    "running houses", "unknown words and the cat", "light light light stone", "ÜBER water ü",
    "the dog " * 5, "light stone, " * 12,
]
OUT = Path("static")


def tokenizer():
    vocabulary = {token: k for k, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(strip_accents=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return made


def unit(rows):
    rows = np.asarray(rows, np.float64)
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)).round(7).tolist()


def model2vec(name, table, **settings):
    model = StaticModel(table, tokenizer(), **settings)
    model.save_pretrained(OUT / name)
    (OUT / name / "README.md").unlink()
    return unit(model.encode(TEXTS))


def static_tables():
    random = np.random.default_rng(20261124)
    count = tokenizer().get_vocab_size()
    table = random.normal(size=(count, 20)).astype(np.float32)
    few = random.normal(size=(6, 20)).astype(np.float32)
    golden = {
        "model2vec": model2vec("model2vec", table, normalize=True),
        "model2vec-half": model2vec("model2vec-half", table.astype(np.float16), normalize=False, max_length=60),
        "model2vec-mapped": model2vec(
            "model2vec-mapped", few, normalize=True, max_length=None,
            weights=random.uniform(0.1, 2, count).astype(np.float32), token_mapping=random.integers(0, 6, count)),
    }
    static = SentenceTransformer(modules=[StaticEmbedding(tokenizer(), embedding_weights=table), Normalize()])
    static.save(str(OUT / "embedding"))
    golden["embedding"] = unit(static.encode(TEXTS))
    for extra in ["README.md", "config.json"]:
        (OUT / "embedding" / extra).unlink(missing_ok=True)
    return golden


def bert_modules():
    """The tiny BERT beside this, with a vocabulary, and a Dense module after its mean."""
    torch.manual_seed(20261124)
    folder = OUT / "dense"
    shutil.copytree("tiny-bert", folder)
    (folder / "states.json").unlink()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    transformer = Transformer(str(folder), max_seq_length=24)
    dense = Dense(32, 20, bias=True, activation_function=torch.nn.Tanh())
    torch.nn.init.normal_(dense.linear.bias)
    model = SentenceTransformer(
        modules=[transformer, Pooling(32, pooling_mode="mean"), dense],
        prompts={"query": "the cat: ", "passage": "a "}, default_prompt_name="passage", device="cpu")
    golden = {
        "dense": unit(model.encode(TEXTS, prompt="")), "dense-default": unit(model.encode(TEXTS)),
        "dense-query": unit(model.encode(TEXTS, prompt_name="query")),
    }
    shutil.rmtree(folder)
    model.save(str(folder))
    (folder / "README.md").unlink()
    # The same files as beside this; the tests put them here.
    (folder / "model.safetensors").unlink()
    return golden


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    vectors = {**static_tables(), **bert_modules()}
    (OUT / "vectors.json").write_text(json.dumps({"texts": TEXTS, "vectors": vectors}) + "\n")
