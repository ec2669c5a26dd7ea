"""Labels of two texts read together: AutoModelForSequenceClassification on the tokenizer's pair; the best epoch by
accuracy. The pair's fields are the first two names of FIELDS, its label the third.
"""
import os

import recipe
from classify import Task as Classify


class Task(Classify):
    def __init__(self, parts, options, seed):
        self.first, self.second, self.label = os.environ["FIELDS"].split()
        super().__init__(parts, options, seed)

    def gold(self, row):
        return str(row[self.label])

    def inputs(self, rows):
        return self.text([row[self.first] for row in rows], [row[self.second] for row in rows],
                         truncation="longest_first", max_length=self.tokens, padding="longest",
                         return_tensors="pt")

    def answers(self, rows):
        found = recipe.in_batches(
            lambda batch: self.model(**self.inputs(batch)).logits.argmax(1).tolist(), rows,
            lambda row: len(row[self.first]) + len(row[self.second]))
        return [self.names[label] for label in found]

    def choose(self):
        return self.scores(self.development, self.answers(self.development))["accuracy"]
