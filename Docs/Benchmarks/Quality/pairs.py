"""Labels of two texts read together: AutoModelForSequenceClassification on the tokenizer's pair; the best epoch by
accuracy. The pair's fields are the first two names of FIELDS, its label the third.
"""
import os

from classify import Task as Classify


class Task(Classify):
    main = "accuracy"

    def __init__(self, parts, options, seed):
        self.first, self.second, self.label = os.environ["FIELDS"].split()
        super().__init__(parts, options, seed)

    def gold(self, row):
        return str(row[self.label])

    def texts(self, row):
        return row[self.first], row[self.second]
