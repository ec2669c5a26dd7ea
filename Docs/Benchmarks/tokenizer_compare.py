"""Compares `simcurate tokenize` with Hugging Face tokenizers: the same ids and offsets, and how fast.

Needs tokenizers==0.23.3 (pip install tokenizers==0.23.3) and a built .build/release/simcurate.

    python tokenizer_compare.py compare MODEL FILE.jsonl      lines that differ; exits 1 if there are any
    python tokenizer_compare.py speed MODEL FILE.jsonl        texts a second of processor time, interleaved
    python tokenizer_compare.py train FOLDER FILE.jsonl       trains the tokenizers that no model here has

MODEL is a folder with tokenizer files, FILE holds {"text": ...} a line (tokenizer_texts.py makes
hard ones). --bare leaves special tokens out, as simcurate does for static token vectors. SIMCURATE
names another binary.
"""
import os
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import sys
sys.path = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]
import argparse
import itertools
import json
import statistics
import subprocess
import time

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
BINARY = os.environ.get("SIMCURATE", ".build/release/simcurate")
NO_LIMIT = "1000000000"
SPACES = str.maketrans("()", "[]", " ")


def load(folder):
    """The folder's tokenizer, without the truncation and padding its file may ask for."""
    path = os.path.join(folder, "tokenizer.json")
    if os.path.exists(path):
        tokenizer = Tokenizer.from_file(path)
    else:
        from transformers import AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained(folder).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def texts(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)["text"]


def command(folder, path, *options):
    return [BINARY, "tokenize", path, "--model", folder, "--maximum-tokens", NO_LIMIT, *options]


def batches(iterable, size=1000):
    iterator = iter(iterable)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def compare(arguments):
    tokenizer = load(arguments.model)
    # ids alone are made in another way than ids with offsets: from the cache of words
    ours, plain = (
        subprocess.Popen(command(arguments.model, arguments.file, *more), stdout=subprocess.PIPE)
        for more in (["--offsets"], []))
    lines = different = 0
    for batch in batches(texts(arguments.file)):
        for text, theirs in zip(batch, tokenizer.encode_batch(batch, add_special_tokens=not arguments.bare)):
            line, only_ids = ours.stdout.readline().decode(), plain.stdout.readline().decode()
            ids = str(theirs.ids).translate(SPACES)
            wanted = '{"ids":%s,"offsets":%s}\n' % (ids, str(theirs.offsets).translate(SPACES))
            lines += 1
            if line != wanted or only_ids != ids + "\n":
                different += 1
                if different <= arguments.show:
                    print(json.dumps(text), f"  here:  {line}  ids:   {only_ids}  there: {wanted}", sep="\n")
    if any(process.stdout.read() or process.wait() for process in (ours, plain)):
        sys.exit(f"error: {BINARY} failed, or printed another number of lines")
    print(f"{arguments.model}: {lines} lines, {different} differ", flush=True)
    sys.exit(1 if different else 0)


def speed(arguments):
    """Processor time, so that what else the machine does matters little. Ours is that of the whole
    command, which reads and writes JSON lines, less what it takes for one text."""
    tokenizer = load(arguments.model)
    all_texts = list(itertools.islice(texts(arguments.file), arguments.lines))
    folder = os.environ.get("TMPDIR", "/tmp")
    sample, single = os.path.join(folder, "sample.jsonl"), os.path.join(folder, "single.jsonl")
    for path, some in (sample, all_texts), (single, all_texts[:1]):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": text}) + "\n" for text in some)

    def ours(path):
        start = os.times()
        subprocess.run(command(arguments.model, path, "--threads", "1"), stdout=subprocess.DEVNULL, check=True)
        end = os.times()
        return end.children_user + end.children_system - start.children_user - start.children_system

    def theirs():
        start = time.process_time()
        for batch in batches(all_texts):
            tokenizer.encode_batch_fast(batch, add_special_tokens=not arguments.bare)
        return time.process_time() - start

    rounds = []
    for _ in range(arguments.rounds):
        start = ours(single)
        rounds.append((start, ours(sample) - start, theirs()))
    count = len(all_texts)
    result = {
        "model": os.path.basename(arguments.model.rstrip("/")), "texts": count,
        "start_cpu_s": round(statistics.median(r[0] for r in rounds), 4),
        "simcurate_texts_cpu_s": round(count / statistics.median(r[1] for r in rounds)),
        "tokenizers_texts_cpu_s": round(count / statistics.median(r[2] for r in rounds)),
        "ratio": round(statistics.median(r[2] / r[1] for r in rounds), 2),
    }
    print(json.dumps(result), flush=True)


# What GPT-2, RoBERTa and ModernBERT, and Llama 3 cut text into words with.
MODERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def roberta():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>"]

    def finish():
        tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer, special, finish


def modernbert():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<|padding|>", "<|endoftext|>", "[UNK]", "[CLS]", "[SEP]", "[PAD]"]

    def finish():
        tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(24, 1, -1)])
        tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False)])
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 3), ("[SEP]", 4)])
    return tokenizer, special, finish


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(MODERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])

    def finish():
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=True, add_prefix_space=False),
            processors.TemplateProcessing(
                single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 0)])])
    return tokenizer, ["<s>", "</s>"], finish


def train(arguments):
    for make in roberta, modernbert, llama3:
        tokenizer, special, finish = make()
        tokenizer.train_from_iterator(
            itertools.islice(texts(arguments.file), arguments.lines), trainers.BpeTrainer(
                vocab_size=30000, special_tokens=special, show_progress=False,
                initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        finish()
        folder = os.path.join(arguments.model, make.__name__)
        os.makedirs(folder, exist_ok=True)
        tokenizer.save(os.path.join(folder, "tokenizer.json"))
        tokenizer.model.save(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["compare", "speed", "train"])
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--bare", action="store_true", help="without special tokens")
    parser.add_argument("--show", type=int, default=5, help="how many differing lines to print")
    parser.add_argument("--lines", type=int, default=100_000, help="how many texts to time or train on")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    {"compare": compare, "speed": speed, "train": train}[arguments.verb](arguments)
