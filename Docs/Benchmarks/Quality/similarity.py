"""Sentence vectors from pairs with a score: sentence-transformers' CoSENTLoss (scale 20) on a model read by
SentenceTransformer; Spearman's correlation of score and cosine, also for the best epoch. The pair's fields are the
first two names of FIELDS, its score the third.
"""
import os

import torch
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer
from sentence_transformers.losses import CoSENTLoss

import recipe


class Task:
    chooses = True

    def __init__(self, parts, options, seed):
        self.first, self.second, self.score = os.environ["FIELDS"].split()
        self.training, self.development = parts["train"], parts["development"]
        self.model = SentenceTransformer(options.model, device=options.device)
        self.model.max_seq_length = options.tokens
        self.objective = CoSENTLoss(self.model)

    def gold(self, row):
        return float(row[self.score])

    def loss(self, rows):
        sides = [self.model.preprocess([row[side] for row in rows]) for side in (self.first, self.second)]
        # The order of the scores is all that the loss reads.
        return self.objective(sides, torch.tensor([self.gold(row) for row in rows]))

    def answers(self, rows):
        a, b = (self.model.encode([row[side] for row in rows], normalize_embeddings=True,
                                  convert_to_tensor=True, show_progress_bar=False)
                for side in (self.first, self.second))
        return (a * b).sum(1).tolist()

    def scores(self, rows, found):
        return {"spearman": float(spearmanr([self.gold(row) for row in rows], found).statistic)}

    def choose(self):
        return self.scores(self.development, self.answers(self.development))["spearman"]
