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
from tokenizers import (
    AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers)

from charactermap import character_map
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


LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_level(size, special, **model):
    """A byte-level BPE tokenizer, untrained yet, and its trainer."""
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    return Tokenizer(models.BPE(**model)), trainer


def roberta():
    tokenizer, trainer = byte_level(700, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def llama3():
    tokenizer, trainer = byte_level(600, ["<s>", "</s>"], ignore_merges=True)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator(SENTENCES, trainer)
    added(tokenizer)
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True, add_prefix_space=False),
        processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 0)])])
    return tokenizer


def smollm():
    tokenizer, trainer = byte_level(500, ["<|endoftext|>"])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=True)])
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=True)
    return tokenizer


def byte_tokens():
    return [f"<0x{byte:02X}>" for byte in range(256)]


def llama2():
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens(), show_progress=False,
        limit_alphabet=80)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.pre_tokenizer = None
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    # The byte tokens are the model's own, not to be found in text.
    value = json.loads(tokenizer.to_str())
    value["added_tokens"] = value["added_tokens"][:3]
    value["model"]["merges"] = [" ".join(merge) for merge in value["model"]["merges"]]
    return Tokenizer.from_str(json.dumps(value))


def suffixed():
    """BPE with unknown characters, a mark for words' ends, and the classical splitters."""
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<unk>"], show_progress=False, limit_alphabet=60,
        end_of_word_suffix="</w>", continuing_subword_prefix="##")
    tokenizer = Tokenizer(models.BPE(
        unk_token="<unk>", end_of_word_suffix="</w>", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.Strip(), normalizers.StripAccents(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation("merged_with_previous"),
        pre_tokenizers.Digits(individual_digits=False)])
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def unigram(size, special, normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(SENTENCES[:14] + SENTENCES[22:24], trainers.UnigramTrainer(
        vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False))
    return tokenizer


def xlmr():
    tokenizer = unigram(
        320, ["<s>", "<pad>", "</s>", "<unk>"],
        normalizers.Sequence([
            normalizers.Precompiled(character_map()), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Sequence([
            pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def compatible():
    """Unigram on NFKC, whole texts in one piece, marked only where the text begins."""
    tokenizer = unigram(
        300, ["<unk>", "</s>"], normalizers.NFKC(),
        pre_tokenizers.Metaspace(prepend_scheme="first", split=False))
    added(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def unigram_bytes():
    tokenizer = unigram(
        300, ["<unk>"] + byte_tokens(), normalizers.Sequence([normalizers.NFKD(), normalizers.Lowercase()]),
        pre_tokenizers.Metaspace(prepend_scheme="never"))
    value = json.loads(tokenizer.to_str())
    value["added_tokens"] = value["added_tokens"][:1]
    value["model"]["byte_fallback"] = True
    return Tokenizer.from_str(json.dumps(value))


SMALL = {
    "wordpiece-uncased": uncased, "wordpiece-cased": cased, "bpe-roberta": roberta,
    "bpe-llama3": llama3, "bpe-smollm": smollm, "bpe-llama2": llama2, "bpe-suffixed": suffixed,
    "unigram-xlmr": xlmr, "unigram-nfkc": compatible, "unigram-bytes": unigram_bytes,
}


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
