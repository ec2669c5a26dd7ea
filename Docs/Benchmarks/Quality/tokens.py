"""Named entities: AutoModelForTokenClassification, a word's tag at its first sub-token; entities by seqeval, the best
epoch by their F1. Tags are the best of each word, as is usual; `simcurate` takes the best sequence in which no I-
stands without its beginning. Words behind the limit of tokens are O.
"""
import torch
from seqeval.metrics import f1_score
from transformers import AutoModelForTokenClassification

import recipe


class Task:
    chooses = True

    def __init__(self, parts, options, seed):
        self.tokens, self.text = options.tokens, recipe.tokenizer(options.model)
        self.training, self.development = parts["train"], parts["development"]
        self.names = sorted({tag for row in self.training for tag in row["tags"]})
        self.number = {name: index for index, name in enumerate(self.names)}
        self.model = AutoModelForTokenClassification.from_pretrained(
            options.model, num_labels=len(self.names))

    def gold(self, row):
        return row["tags"]

    def encode(self, rows):
        """Inputs, and for each row the places of its words' first sub-tokens."""
        encoded = self.text([row["tokens"] for row in rows], is_split_into_words=True, truncation=True,
                            max_length=self.tokens, padding="longest", return_tensors="pt")
        firsts = []
        for row in range(len(rows)):
            words, places = encoded.word_ids(row), {}
            for place, word in enumerate(words):
                if word is not None:
                    places.setdefault(word, place)
            firsts.append(places)
        return encoded, firsts

    def loss(self, rows):
        encoded, firsts = self.encode(rows)
        target = torch.full(encoded["input_ids"].shape, -100)
        for number, (row, places) in enumerate(zip(rows, firsts)):
            for word, place in places.items():
                target[number, place] = self.number[row["tags"][word]]
        return self.model(**encoded, labels=target).loss

    def answers(self, rows):
        def tag(batch):
            encoded, firsts = self.encode(batch)
            best = self.model(**encoded).logits.argmax(2).tolist()
            return [[self.names[line[places[word]]] if word in places else "O" for word in range(len(row["tokens"]))]
                    for row, places, line in zip(batch, firsts, best)]
        return recipe.in_batches(tag, rows, lambda row: len(row["tokens"]))

    def scores(self, rows, found):
        return {"f1": float(f1_score([row["tags"] for row in rows], found))}

    def choose(self):
        return self.scores(self.development, self.answers(self.development))["f1"]
