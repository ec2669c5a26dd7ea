"""Golden values for questions about texts, from PyTorch and transformers.

Versions: safetensors 0.8.0, torch 2.13.0+cpu, transformers 5.23.0; the scores from squad_metrics.py of
transformers 4.57.1, the last that has it (it is SQuAD's evaluate-v2.0.py), whose path is the one argument:
    pip download --no-deps transformers==4.57.1
    unzip transformers-4.57.1-py3-none-any.whl transformers/data/metrics/squad_metrics.py
    python generate_questions.py transformers/data/metrics/squad_metrics.py
Run in this folder. It reads the models that generate_families.py reads and the tiny model beside it, and
rewrites questions.json. Nomic-BERT has no class for question answering. Chinese is scored as MLQA's
mlqa_evaluation_v1.py does (mixed segmentation, all punctuation of Unicode left out, no articles), written here
anew.
"""
import json
import random
import re
import string
import sys
import types
import unicodedata
from collections import Counter
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

from generate_families import MODELS, NAMES, file_gradients, ten_steps, waves

HERE = Path(__file__).parent
LENGTHS = [(3, 2), (1, 1), (10, 7), (2, 6), (20, 20), (30, 3)]
PLACES = [(3, 4), (0, 0), (10, 16), (4, 4), (25, 39), (0, 0)]


class Mean(torch.nn.Module):
    """The mean loss of sequences that are run one by one: padding would be among the places of an answer."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, rows):
        outputs = [self.model(**row) for row in rows]
        loss = torch.stack([output.loss for output in outputs]).mean()
        return types.SimpleNamespace(loss=loss, logits=[
            torch.stack([output.start_logits[0], output.end_logits[0]], -1).flatten().tolist()
            for output in outputs])


def load(name: str) -> torch.nn.Module:
    """A head whose parameters are waves."""
    folder = MODELS / name
    config = AutoConfig.from_pretrained(folder / "config-head.json")
    config.num_labels = 2
    model = AutoModelForQuestionAnswering.from_pretrained(
        folder, config=config, attn_implementation="eager").eval()
    encoder = {id(p) for p in model.base_model.parameters()}
    with torch.no_grad():
        for key, p in model.named_parameters():
            if id(p) in encoder:
                continue
            wave = torch.sin(torch.arange(1, p.numel() + 1, dtype=torch.float64) * 0.7)
            p.copy_((wave * 0.3 + (1 if "norm" in key and key.endswith("weight") else 0)).view_as(p))
    return model


def describe(name: str) -> dict:
    model = load(name)
    config = model.config
    generator = torch.Generator().manual_seed(9)
    rows, sentences, segments = [], [], []
    for (first, second), (start, end) in zip(LENGTHS, PLACES):
        ids = torch.randint(4, config.vocab_size, (1, first + second), generator=generator)
        row = {"input_ids": ids, "start_positions": torch.tensor([start]),
               "end_positions": torch.tensor([end])}
        segment = [0] * first + [1] * second
        if getattr(config, "type_vocab_size", 0) > 1:
            row["token_type_ids"] = torch.tensor([segment])
        rows.append(row)
        sentences.append(ids[0].tolist())
        segments.append(segment)
    mean = Mean(model)
    output = mean(rows)
    output.loss.backward()
    return {
        "sentences": sentences, "types": segments, "places": PLACES, "loss": output.loss.item(),
        "logits": output.logits,
        "gradients": {key: waves(g) for key, g in file_gradients(model).items()},
        "steps": ten_steps(mean, {"rows": rows})}


CONTEXT = ("the cat sees the dog.  The Dog runs fast, and a small bird flies\nover the river! "
           "the fish swims \U0001f41f slowly and not fast; the tree sleeps? É the dog runs, the cats sleeping")
QUESTIONS = [
    ("who runs?", CONTEXT, "The Dog"), ("what flies?", CONTEXT, "a small bird flies\nover"),
    ("", CONTEXT, "sleeping"), ("who swims", CONTEXT, "fish"), ("the fish", CONTEXT, "\U0001f41f"),
    ("who is the cat", "the cat", "the cat"), ("what", CONTEXT, "ee"),
    ("the cat sees the dog and the bird and the fish", "the cat sees the dog and the bird", "dog")]


def windows() -> list:
    """Windows as the tokenizer makes them, and the answer's tokens as transformers' example finds them, but
    that the last token of a context is not passed over."""
    tokenizer = AutoTokenizer.from_pretrained(HERE / "tiny")
    result = []
    for limit, stride in [(24, 6), (20, 0)]:
        for question, context, answer in QUESTIONS:
            inputs = tokenizer(
                question, context, truncation="only_second", max_length=limit, stride=stride,
                return_overflowing_tokens=True, return_offsets_mapping=True)
            case = {"question": question, "context": context, "answer": answer, "limit": limit,
                    "stride": stride, "ids": inputs["input_ids"], "types": inputs["token_type_ids"],
                    "places": []}
            start = context.find(answer) if answer else -1
            for number, offsets in enumerate(inputs["offset_mapping"]):
                own = [i for i, s in enumerate(inputs.sequence_ids(number)) if s == 1]
                place = [0, 0]
                if answer and own and offsets[own[0]][0] <= start \
                        and offsets[own[-1]][1] >= start + len(answer):
                    place = [max(i for i in own if offsets[i][0] <= start),
                             min(i for i in own if offsets[i][1] >= start + len(answer))]
                case["places"].append(place)
            result.append(case)
    return result


def official(path: str):
    """SQuAD's scorer without the parts that need the library around it."""
    source = "".join(line for line in open(path) if not line.startswith(("from ...", "logger")))
    module = types.ModuleType("squad_metrics")
    exec(source, module.__dict__)
    return module


PIECES = ["the", "a", "An", "Panthers", "17", "10.5", "$3,000", "U.S.", "São", "the_x", "x-the", "a'b", "ΑΒ",
          "½", "“quoted”", "…", "  ", "\t", " ", "and", "December", "(1889)", "a.", "É", "the?"]
CHINESE = ["北京", "大学", "1898年", "，", "《红楼梦》", "the", "iPhone 手机", "。", " ", "A", "“", "％", "天津"]
PUNCTUATION = {chr(i) for i in range(sys.maxunicode)
               if unicodedata.category(chr(i)).startswith("P")} | set(string.punctuation)


def chinese_words(text: str) -> list:
    """By characters, what is not Chinese by white space."""
    text = "".join(c for c in text.lower() if c not in PUNCTUATION)
    return re.sub(r"([\u4e00-\u9fa5])", r" \1 ", text).split()


def chinese_scores(answer: str, prediction: str) -> tuple:
    right, found = chinese_words(answer), chinese_words(prediction)
    if not right or not found:
        return (int(right == found),) * 2
    shared = sum((Counter(right) & Counter(found)).values())
    precision, recall = shared / len(found), shared / len(right)
    return int(right == found), 2 * precision * recall / (precision + recall) if shared else 0


def scores(squad) -> dict:
    draw = random.Random(3)

    def text(pieces, least=0):
        return draw.choice([" ", ""]).join(draw.choices(pieces, k=draw.randint(least, 5)))

    items, examples, predictions, margins = [], [], {}, {}
    for number in range(300):
        answers = [text(PIECES, 1) for _ in range(draw.randint(0, 3))]
        prediction = draw.choice([text(PIECES)] + answers * 2)
        example = types.SimpleNamespace(
            qas_id=number, answers=[{"text": answer} for answer in answers])
        exact, f1 = squad.get_raw_scores([example], {number: prediction})
        items.append({"prediction": prediction, "answers": answers, "exact": exact[number],
                      "f1": f1[number]})
        examples.append(example)
        predictions[number] = prediction
        if all(map(squad.get_tokens, answers)) and squad.get_tokens(prediction):
            # For texts without a word the scorer's best threshold and its scores disagree.
            items[-1]["margin"] = margins[number] = round(draw.gauss(2 if not answers else -1, 2), 2)
    result = squad.squad_evaluate(examples, predictions)
    own = [e for e in examples if e.qas_id in margins]
    has_answer = {e.qas_id: bool(e.answers) for e in own}
    _, f1 = squad.get_raw_scores(own, predictions)
    best, _ = squad.find_best_thresh(predictions, f1, margins, has_answer)
    chinese = []
    for _ in range(100):
        answer = text(CHINESE + ["京"], 1) + "京"
        prediction = draw.choice([text(CHINESE) + "京", answer, "“" + answer + "。"])
        exact, f1 = chinese_scores(answer, prediction)
        chinese.append({"prediction": prediction, "answers": [answer], "exact": exact, "f1": f1})
    return {"items": items, "chinese": chinese, "report": dict(result), "bestF1": best}


torch.set_num_threads(1)
golden = {
    "families": {name.split("/")[-1]: describe(name) for name in NAMES if "nomic" not in name},
    "windows": windows(), "scores": scores(official(sys.argv[1]))}
(HERE / "questions.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
