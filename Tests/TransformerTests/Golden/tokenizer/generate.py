"""Makes the golden files of the tokenizer tests.

Needs tokenizers==0.23.3 (pip install tokenizers==0.23.3). Run from this folder:

    python generate.py [MODEL]

writes for each small tokenizer below NAME/tokenizer.json and NAME/expected.json, and, if MODEL (the
folder of all-MiniLM-L6-v2) is given, minilm.json: ids and offsets (in characters) of texts.json.
"""
import json
import os
import sys

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from texts import PAIRS, SENTENCES, TEXTS

assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
PAIR_LIMIT = 21


def added(tokenizer):
    """Added tokens of every kind there is."""
    tokenizer.add_tokens([
        AddedToken("NEWTOK", single_word=True, normalized=True),
        AddedToken("left", lstrip=True, normalized=False),
        AddedToken("right", rstrip=True, normalized=False),
    ])


def bert_template(tokenizer, first, last):
    name = tokenizer.id_to_token
    return processors.TemplateProcessing(
        single=f"{name(first)} $A {name(last)}",
        pair=f"{name(first)} $A {name(last)} $B:1 {name(last)}:1",
        special_tokens=[(name(first), first), (name(last), last)])


def pieces(normalizer):
    """A small vocabulary: letters seen, two thirds of the other characters, some word pieces."""
    split = pre_tokenizers.BertPreTokenizer()
    words, characters = set(), set()
    for text in TEXTS:
        for word, _ in split.pre_tokenize_str(normalizer.normalize_str(text)):
            characters.update(word)
            words.add(word)
    tokens = [c for c in sorted(characters) if ord(c) < 128 or ord(c) % 3]
    known = {word for text in SENTENCES[:9] for word, _ in split.pre_tokenize_str(normalizer.normalize_str(text))}
    parts = {word[:n] for word in known for n in (2, 3, 4, 7)} | {word for word in known if len(word) % 2}
    tails = {word[-n:] for word in known for n in (2, 3, 4) if len(word) > n}
    return sorted(set(tokens) | parts) + ["##" + t for t in sorted(set(tokens[:900]) | tails)]


def wordpiece(normalizer, processor):
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + pieces(normalizer)
    ids = {token: index for index, token in enumerate(dict.fromkeys(vocabulary))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = processor(tokenizer)
    return tokenizer


def uncased():
    tokenizer = wordpiece(normalizers.BertNormalizer(), lambda t: bert_template(t, 2, 3))
    tokenizer.enable_padding(length=64)
    tokenizer.enable_truncation(64)
    return tokenizer


def cased():
    tokenizer = wordpiece(
        normalizers.BertNormalizer(lowercase=False),
        lambda t: processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)))
    added(tokenizer)
    return tokenizer


SMALL = {"wordpiece-uncased": uncased, "wordpiece-cased": cased}


def expected(tokenizer):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    single = [tokenizer.encode(text) for text in TEXTS]
    tokenizer.enable_truncation(PAIR_LIMIT)
    pairs = [tokenizer.encode(*pair) for pair in PAIRS]
    return {
        "single": [{"ids": e.ids, "offsets": sum(map(list, e.offsets), [])} for e in single],
        "pairs": [{"ids": e.ids, "types": e.type_ids} for e in pairs],
    }


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    write("texts.json", {"texts": TEXTS, "pairs": PAIRS, "pairLimit": PAIR_LIMIT})
    for name, make in SMALL.items():
        os.makedirs(name, exist_ok=True)
        tokenizer = make()
        tokenizer.save(f"{name}/tokenizer.json", pretty=False)
        write(f"{name}/expected.json", expected(tokenizer))
    if len(sys.argv) > 1:
        write("minilm.json", expected(Tokenizer.from_file(os.path.join(sys.argv[1], "tokenizer.json"))))
