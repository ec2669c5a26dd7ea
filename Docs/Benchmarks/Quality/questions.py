"""Answers in texts: AutoModelForQuestionAnswering on windows of a number of tokens that share 128, the question first,
padding out of the softmax. Answers are the best spans of at most 30 tokens over all windows; every question has one, as
in SQuAD 1.1, whose exact match and F1 these are, the latter also for the best epoch.
"""
import math

import torch
from study_answers import answer_score
from transformers import AutoModelForQuestionAnswering

import recipe

STRIDE, LONGEST = 128, 30


class Task:
    chooses = True

    def __init__(self, parts, options, seed):
        self.tokens, self.text = options.tokens, recipe.tokenizer(options.model)
        self.model = AutoModelForQuestionAnswering.from_pretrained(options.model)
        assert all(row["answers"] for rows in parts.values() for row in rows), "every question has an answer"
        self.training, self.development = self.windows(parts["train"]), parts["development"]

    def gold(self, row):
        return [answer["text"] for answer in row["answers"]]

    def windows(self, rows):
        """Inputs, number of the row, ranges of its context's tokens by place, and the places of its answer."""
        result = []
        for number, row in enumerate(rows):
            encoded = self.text(
                row["question"], row["context"], truncation="only_second", max_length=self.tokens, stride=STRIDE,
                return_overflowing_tokens=True, return_offsets_mapping=True)
            start = row["answers"][0]["answer_start"]
            end = start + len(row["answers"][0]["text"])
            for i, offsets in enumerate(encoded["offset_mapping"]):
                own = {place: tuple(range_) for place, (range_, part)
                       in enumerate(zip(offsets, encoded.sequence_ids(i))) if part == 1}
                places = (0, 0)
                if own and min(own.values())[0] <= start and max(own.values())[1] >= end:
                    places = (max(p for p, r in own.items() if r[0] <= start),
                              min(p for p, r in own.items() if r[1] >= end))
                inputs = {key: encoded[key][i] for key in ("input_ids", "token_type_ids") if key in encoded}
                result.append((inputs, number, own, places))
        return result

    def logits(self, windows):
        """Of starts and ends; padding has none."""
        width = max(len(inputs["input_ids"]) for inputs, *_ in windows)

        def padded(key, value):
            return torch.tensor([w[0][key] + [value] * (width - len(w[0][key])) for w in windows])

        mask = torch.tensor([[1] * len(w[0]["input_ids"]) + [0] * (width - len(w[0]["input_ids"])) for w in windows])
        inputs = {"input_ids": padded("input_ids", self.text.pad_token_id), "attention_mask": mask}
        if "token_type_ids" in windows[0][0]:
            inputs["token_type_ids"] = padded("token_type_ids", 0)
        output = self.model(**inputs)
        return [logits.masked_fill(mask == 0, -torch.inf) for logits in (output.start_logits, output.end_logits)]

    def loss(self, windows):
        return sum(torch.nn.functional.cross_entropy(logits, torch.tensor([w[3][side] for w in windows]))
                   for side, logits in enumerate(self.logits(windows))) / 2

    def answers(self, rows):
        windows = self.windows(rows)
        best = [(-math.inf, "")] * len(rows)
        scored = recipe.in_batches(
            lambda batch: list(zip(*(logits.tolist() for logits in self.logits(batch)))), windows,
            lambda window: len(window[0]["input_ids"]), size=32)
        for (_, number, own, _), (starts, ends) in zip(windows, scored):
            for first in own:
                for last in range(first, min(first + LONGEST, max(own) + 1)):
                    score = starts[first] + ends[last]
                    if score > best[number][0]:
                        best[number] = (score, rows[number]["context"][own[first][0]:own[last][1]])
        return [text for _, text in best]

    def scores(self, rows, found):
        pairs = [answer_score(answer, self.gold(row)) for row, answer in zip(rows, found)]
        return {"f1": sum(f1 for _, f1 in pairs) / len(pairs), "exactMatch": sum(exact for exact, _ in pairs) / len(pairs)}

    def choose(self):
        return self.scores(self.development, self.answers(self.development))["f1"]
