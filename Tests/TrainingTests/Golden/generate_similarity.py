"""Golden values of sentence vectors' training, from PyTorch, sentence-transformers, SciPy and scikit-learn.

Versions: torch 2.13.0+cpu, transformers 5.23.0, sentence-transformers 6.2.0, scipy 1.17.1, scikit-learn 1.9.1.
Run in this folder: python generate_similarity.py. It reads tiny/ and rewrites similarity.json.
"""
import json

import torch
from scipy.stats import pearsonr, spearmanr
from sentence_transformers import losses
from sentence_transformers.util import cos_sim
from sklearn.metrics import average_precision_score, ndcg_score
from transformers import AutoTokenizer, BertModel, get_linear_schedule_with_warmup

torch.set_num_threads(1)
torch.manual_seed(5)


class Given(torch.nn.Module):
    """Stands for a model: the features are the vectors."""

    def forward(self, features):
        return features


def run(make, groups, labels):
    """Loss and gradient of `groups` (anchors, positives, ...), laid out example by example."""
    vectors = [group.clone().requires_grad_(True) for group in groups]
    loss = make(Given())([{"sentence_embedding": v} for v in vectors], labels)
    loss.backward()
    stack = lambda rows: torch.stack(rows, 1).flatten(0, 1).tolist()
    return {"vectors": stack([v.detach() for v in vectors]), "loss": loss.item(),
            "gradient": stack([v.grad if v.grad is not None else torch.zeros_like(v) for v in vectors])}


def triplet(model):
    """Cosine triplets; sentence-transformers' own takes one negative."""
    return losses.TripletLoss(
        model, distance_metric=losses.TripletDistanceMetric.COSINE, triplet_margin=0.5)


golden = {"losses": []}
n, d = 7, 12
anchors, positives, first, second = (torch.randn(n, d) for _ in range(4))
positives = positives + 0.6 * anchors
scores = torch.tensor([0.0, 0.2, 0.2, 0.5, 0.7, 1.0, 0.9])
binary = torch.tensor([0.0, 1, 0, 1, 1, 0, 1])
rank = losses.MultipleNegativesRankingLoss


def symmetric(model):
    return losses.MultipleNegativesSymmetricRankingLoss(model, scale=20.0)


def contrastive(model):
    return losses.ContrastiveLoss(
        model, distance_metric=losses.SiameseDistanceMetric.COSINE_DISTANCE, margin=0.5)


for name, options, make, groups, labels in [
    ("ranking", {}, lambda m: rank(m, scale=20.0), [anchors, positives], None),
    ("ranking", {}, lambda m: rank(m, scale=20.0), [anchors, positives, first], None),
    ("ranking", {"scale": 7}, lambda m: rank(m, scale=7.0), [anchors, positives, first, second], None),
    ("ranking", {"isSymmetric": True}, symmetric, [anchors, positives], None),
    ("cosent", {}, lambda m: losses.CoSENTLoss(m, scale=20.0), [anchors, positives], scores),
    ("cosine", {}, losses.CosineSimilarityLoss, [anchors, positives], scores),
    ("contrastive", {}, contrastive, [anchors, positives], binary),
    ("triplet", {}, triplet, [anchors, positives, first], None),
]:
    golden["losses"].append({
        "loss": name, "options": options, "width": len(groups),
        "scores": None if labels is None else labels.tolist(),
        "expected": run(make, groups, labels)})

# Beginnings of the vectors that count like the whole.
vectors = [anchors.clone().requires_grad_(True), positives.clone().requires_grad_(True)]
total = 0
for size in (12, 5):
    cut = [{"sentence_embedding": torch.nn.functional.normalize(v[:, :size], dim=1)} for v in vectors]
    total = total + rank(Given(), scale=20.0)(cut, None)
total.backward()
golden["losses"].append({
    "loss": "ranking", "options": {"dimensions": [12, 5]}, "width": 2, "scores": None,
    "expected": {"vectors": torch.stack([v.detach() for v in vectors], 1).flatten(0, 1).tolist(),
                 "loss": total.item(),
                 "gradient": torch.stack([v.grad for v in vectors], 1).flatten(0, 1).tolist()}})

# Ten steps of a tiny model.
tokenizer = AutoTokenizer.from_pretrained("tiny")
model = BertModel.from_pretrained("tiny", add_pooling_layer=False).eval()
pairs = [("the cat sleeps .", "a cat sleeps"), ("birds flies", "a bird flies fast"),
         ("fish", "a fish swims slowly ."), ("the river", "the small river !"), ("red house", "the big red house")]


def embed(texts):
    tokens = tokenizer(list(texts), padding=True, return_tensors="pt")
    states = model(**tokens).last_hidden_state
    mask = tokens["attention_mask"].unsqueeze(-1)
    return (states * mask).sum(1) / mask.sum(1)


golden["pairs"] = pairs
golden["vectors"] = embed([text for pair in pairs for text in pair]).tolist()
decayed = [p for p in model.parameters() if p.ndim > 1]
plain = [p for p in model.parameters() if p.ndim == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=5e-3)
schedule = get_linear_schedule_with_warmup(optimizer, 3, 10)
loss = rank(Given(), scale=20.0)
golden["steps"] = []
for step in range(10):
    optimizer.zero_grad()
    value = loss([{"sentence_embedding": embed(side)} for side in zip(*pairs)], None)
    value.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    schedule.step()
    golden["steps"].append([value.item(), norm.item()])

# Reports.
cosines = torch.nn.functional.cosine_similarity(anchors, positives).tolist()
golden["report"] = {
    "spearman": float(spearmanr(cosines, scores)[0]), "pearson": float(pearsonr(cosines, scores)[0]),
    "averagePrecision": float(average_precision_score(binary, cosines)),
    "tied": float(average_precision_score([1, 0, 1, 0, 1, 0], [0.5, 0.5, 0.4, 0.4, 0.4, 0.1]))}
similarity = cos_sim(anchors, positives)
order = similarity.argsort(dim=1, descending=True)
ranks = [(order[i] == i).nonzero().item() + 1 for i in range(n)]
golden["retrieval"] = {
    "meanReciprocalRank": sum(1 / r for r in ranks) / n,
    "recallAt1": sum(r <= 1 for r in ranks) / n, "recallAt5": sum(r <= 5 for r in ranks) / n,
    "gainAt10": float(ndcg_score(torch.eye(n).numpy(), similarity.numpy(), k=10))}

with open("similarity.json", "w") as file:
    json.dump(json.loads(json.dumps(golden), parse_float=lambda x: round(float(x), 8)), file)
