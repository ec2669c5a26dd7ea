"""Writes the encoder's golden files: a tiny random BERT, its hidden states, and MiniLM's vectors.

Needs Python only to regenerate. Made with:
    torch==2.13.0 transformers==5.23.0 sentence-transformers==6.2.0 safetensors==0.8.0
Run in this folder; MODEL is a folder of sentence-transformers/all-MiniLM-L6-v2:
    python generate_encoder.py MODEL
"""

import json
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel

SENTENCES = [
    "",
    " ",
    "a",
    "Hello",
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog.",
    "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG.",
    "A man is playing a guitar on the stage.",
    "Someone plays the guitar in front of an audience.",
    "It does not rain today.",
    "It rains today.",
    "In 1969 Apollo 11 landed on the Moon; 3.14159 is close to pi.",
    "Crème brûlée, naïve façade, Ångström, São Tomé",
    "Der Übermut tut selten gut, sagte die Großmutter.",
    "今天天气很好,我们去公园散步。",
    "東京は日本の首都です。",
    "대한민국의 수도는 서울이다.",
    "Привет, как дела?",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "🙂🚀 emoji only 👩‍👩‍👧‍👦",
    "👍",
    "https://example.com/path?query=1&other=two#fragment",
    "snake_case, camelCase and kebab-case; x += 1; // comment",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "x" * 150,
    "tabs\tand\nnew lines\r\nand  double  spaces",
    "zero\u200bwidth and soft\u00adhyphen and bom\ufeff",
    "[CLS] [SEP] [MASK] [PAD] [UNK]",
    "repeat " * 100,
    "The committee met on Tuesday to discuss the budget. " * 40,
    "word " * 600,
]


def write_tiny(folder: Path) -> None:
    """Every weight random, biases and norms included, so that none can be left out unnoticed."""
    torch.manual_seed(20261123)
    config = BertConfig(
        vocab_size=101,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=72,
        max_position_embeddings=48,
        type_vocab_size=2,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            centre = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + centre)
    model.save_pretrained(folder)
    cases = []
    for length in [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48]:
        ids = torch.randint(0, config.vocab_size, (1, length))
        with torch.no_grad():
            states = model(input_ids=ids).last_hidden_state[0]
        # A float32's nearest decimal of 7 digits is far inside the tests' 1e-5.
        values = [float(f"{value:.7g}") for value in states.flatten().tolist()]
        cases.append({"ids": ids[0].tolist(), "states": values})
    (folder / "states.json").write_text(json.dumps(cases, separators=(",", ":")))


def write_minilm(model_folder: str, path: Path) -> None:
    model = SentenceTransformer(model_folder, device="cpu")
    cases = []
    for sentence in SENTENCES:
        ids = model.tokenize([sentence])["input_ids"][0].tolist()
        vector = model.encode([sentence], normalize_embeddings=True)[0]
        vector = [float(f"{value:.7g}") for value in vector.tolist()]
        cases.append({"text": sentence, "ids": ids, "vector": vector})
    path.write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    here = Path(__file__).parent
    write_tiny(here / "tiny-bert")
    write_minilm(sys.argv[1], here / "minilm.json")
