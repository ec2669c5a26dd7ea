"""Makes the golden files of tokenizers that have vocab.json and merges.txt but no tokenizer.json.

Needs transformers==5.23.0 and tokenizers==0.23.3 (pip install transformers==5.23.0 tokenizers==0.23.3).
Run from this folder:

    python generate_files.py

writes NAME/vocab.json, NAME/merges.txt, settings, and NAME/expected.json: what transformers makes of
the folder, on texts.json.
"""
import json
import os

import tokenizers
import transformers
from tokenizers import pre_tokenizers
from transformers import GPT2Tokenizer, RobertaTokenizer

from generate import byte_level, expected, write
from texts import SENTENCES

assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
assert transformers.__version__ == "5.23.0", transformers.__version__

MASK = {"content": "<mask>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False}
FOLDERS = {
    # nothing but the two files: the names of the special tokens tell RoBERTa
    "files-roberta": (RobertaTokenizer, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], {}),
    # settings, and a special token that the vocabulary lacks
    "files-roberta-settings": (RobertaTokenizer, ["<s>", "<pad>", "</s>", "<unk>"], {
        "tokenizer_config.json": {
            "tokenizer_class": "RobertaTokenizer", "add_prefix_space": True, "trim_offsets": False},
        "special_tokens_map.json": {"mask_token": MASK, "cls_token": "<s>"}}),
    "files-gpt2": (GPT2Tokenizer, ["<|endoftext|>"], {}),
}

if __name__ == "__main__":
    for name, (kind, special, settings) in FOLDERS.items():
        tokenizer, trainer = byte_level(600, special)
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.train_from_iterator(SENTENCES, trainer)
        os.makedirs(name, exist_ok=True)
        tokenizer.model.save(name)
        for file, value in settings.items():
            with open(os.path.join(name, file), "w", encoding="ascii") as out:
                json.dump(value, out)
        write(f"{name}/expected.json", expected(kind.from_pretrained(name).backend_tokenizer))
