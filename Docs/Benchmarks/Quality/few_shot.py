"""Classes from a few examples: contrastive pairs (Tunstall et al., 2022), then logistic regression (C = 10) on unit
vectors; without epochs the regression alone.

Of each class the SHOTS questions whose SHA-256 of "SEED ID TEXT" are the smallest, which are those that `simcurate`
draws. Pairs of the same class (score 1) and of different classes (score 0), PAIRS of each for every question, each pair
of its kind as likely as any other; CosineSimilarityLoss; nothing is chosen by a development part.
"""
import hashlib
import random

import torch
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

import recipe


def draw(rows, shots, seed):
    taken = {}
    for row in sorted(rows, key=lambda r: hashlib.sha256(f"{seed} {r['id']} {r['text']}".encode()).digest()[:16]):
        own = taken.setdefault(row["label"], [])
        if len(own) < shots:
            own.append(row)
    return [row for label in sorted(taken) for row in taken[label]]


class Task:
    chooses = False

    def __init__(self, parts, options, seed):
        self.examples = draw(parts["train"], options.shots, seed)
        self.model = SentenceTransformer(options.model, device=options.device)
        self.model.max_seq_length = options.tokens
        self.training = self.pairs(options.pairs, seed) if options.epochs else []

    def gold(self, row):
        return row["label"]

    def pairs(self, count, seed):
        """Uniform over all pairs of a kind, drawn from lists: there are few."""
        generator = random.Random(seed)
        same, different = [], []
        for i, a in enumerate(self.examples):
            for b in self.examples[:i]:
                (same if self.gold(a) == self.gold(b) else different).append((a["text"], b["text"]))
        count *= len(self.examples)
        return ([(generator.choice(same), 1.0) for _ in range(count)]
                + [(generator.choice(different), 0.0) for _ in range(count)])

    def loss(self, batch):
        a, b = (self.model(self.model.preprocess([pair[side] for pair, _ in batch]))["sentence_embedding"]
                for side in (0, 1))
        return torch.nn.functional.mse_loss(
            torch.cosine_similarity(a, b), torch.tensor([value for _, value in batch]))

    def vectors(self, rows):
        return self.model.encode([row["text"] for row in rows], normalize_embeddings=True, show_progress_bar=False)

    def answers(self, rows):
        head = LogisticRegression(C=10, max_iter=1000)
        head.fit(self.vectors(self.examples), [self.gold(row) for row in self.examples])
        return head.predict(self.vectors(rows)).tolist()

    def scores(self, rows, found):
        truth = [self.gold(row) for row in rows]
        return {"accuracy": recipe.accuracy(truth, found), "macroF1": recipe.macro_f1(truth, found)}
