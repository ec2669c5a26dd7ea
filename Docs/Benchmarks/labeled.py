"""Precision and recall of simcurate and its peers against labeled data; called by labeled.sh.

    labeled.py Labeled.md          what stands between its marker lines is replaced
"""
import collections
import csv
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import unicodedata

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
DATA = "corpora/fetched"
GUARDS = ["none", "numbers", "negation", "names", "script", "opposites", "all"]
EVERY = "numbers,negation,names,script,opposites"
WORK = tempfile.mkdtemp(prefix="labeled-")


def simcurate(*arguments):
    ran = subprocess.run([os.environ["SIMCURATE"], *map(str, arguments), "--quiet"], check=True,
                         stdout=subprocess.PIPE)
    return ran.stdout.decode()


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path, values):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return path


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wilson(hits, of, z=1.959964):
    if not of:
        return "–"
    p, q = hits / of, z * z / of
    middle, half = (p + q / 2) / (1 + q), z * math.sqrt(p * (1 - p) / of + q / of / 4) / (1 + q)
    return f"{p:.3f} ({max(0, middle - half):.3f}–{min(1, middle + half):.3f})"


def f1(right, called, gold):
    return 2 * right / (called + gold) if called + gold else 0


def stop(message):
    raise FileNotFoundError(message)


# Data sets: name, records (id, text) and gold pairs; labeled: only these pairs count, None: all do.
def customer_service():
    records = rows("corpora/customer-service.jsonl")
    groups = collections.defaultdict(list)
    for record in records:
        groups[record["group"]].append(record["id"])
    gold = {pair for ids in groups.values() for pair in itertools.combinations(sorted(ids), 2)}
    return "customer-service", {one["id"]: one["text"] for one in records}, gold, None


def restaurants():
    folder = f"{DATA}/entities/"
    texts = {mark + one["id"]: ", ".join((one["name"], one["addr"], one["city"]))
             for mark in "fz" for one in table(folder + {"f": "fodors", "z": "zagats"}[mark] + ".csv")}
    gold = {("f" + one["fodors_id"], "z" + one["zagats_id"])
            for one in table(folder + "matches_fodors_zagats.csv")}
    return "restaurants", texts, gold, None


def papers():
    folder = f"{DATA}/entities/"
    texts = {one["id"]: f"{one['title']}. {one['authors']}. {one['year']}"
             for name in ("dblp_demo", "acm_demo") for one in table(folder + name + ".csv")}
    labels = {(one["ltable_id"], one["rtable_id"]): one["label"] == "1"
              for one in table(folder + "labeled_data_demo.csv")}
    return "DBLP-ACM", texts, {pair for pair in labels if labels[pair]}, set(labels)


def sts():
    texts, labels = {}, {}
    for part in ("dev", "test"):
        with open(f"{DATA}/sts-{part}.csv", encoding="utf-8") as file:
            for number, line in enumerate(file):
                cells = line.rstrip("\n").split("\t")
                a, b = f"{part}{number}a", f"{part}{number}b"
                texts[a], texts[b] = cells[5], cells[6]
                labels[a, b] = float(cells[4]) >= 4
    return "STS-B", texts, {pair for pair in labels if labels[pair]}, set(labels)


def removals(texts, gold, stages, guards, threshold, jaccard, index):
    """Records removed, and those whose witness is a gold duplicate."""
    simcurate("dedup", index, "--stages", stages, "--guards", guards, "--threshold", threshold,
              "--floor", "0.6", "--lexical-threshold", jaccard, "--conflicts", "ignore")
    out = f"{WORK}/removals.jsonl"
    simcurate("export", index, "--what", "removals", "--out", out)
    gone = [tuple(sorted((one["id"], one["witness"]))) for one in rows(out)]
    return len(gone), sum(pair in gold or texts[pair[0]] == texts[pair[1]] for pair in gone)


def near(index, stage):
    out = f"{WORK}/pairs.jsonl"
    simcurate("export", index, "--what", "pairs", "--stage", stage, "--out", out)
    return {tuple(sorted((one["id_a"], one["id_b"]))): one["score"] for one in rows(out)}


def curve(name, texts, gold, pairs, guards):
    """calibrate's (threshold, called, right) for the pairs, recall against all of `gold`."""
    path = write(f"{WORK}/{name}.jsonl", [
        {"text_a": texts[a], "text_b": texts[b], "duplicate": int((a, b) in gold)}
        for a, b in sorted(pairs)])
    found = json.loads(simcurate("calibrate", "--pairs", path, "--guards", guards, "--json"))
    return [(one["threshold"], one["called"], round(one.get("precision", 0) * one["called"]))
            for one in found["curve"]["points"]]


def at(points, threshold):
    """The figures at a threshold; above the last point nothing is called, below the first all is."""
    here = [one for one in points if abs(one[0] - threshold) < 0.005]
    return here[0][1:] if here else (0, 0) if threshold > points[-1][0] else points[0][1:]


def best(points, gold):
    return max((f1(right, called, gold), threshold) for threshold, called, right in points)


def sweep(scores, gold, grid):
    return [(t, len(called), len(called & gold)) for t in grid
            for called in [{pair for pair, score in scores.items() if score >= t}]]


def peers(texts, gold, labeled):
    """Best F1 and F1 at the tool's default threshold over pairs, None where a peer is not there."""
    ids, strings = list(texts), list(texts.values())
    count = lambda scores: {p: s for p, s in scores.items() if labeled is None or p in labeled}
    try:
        from datasketch import MinHash, MinHashLSH
        hashes = []
        for text in strings:
            words, one = text.lower().split(), MinHash(128)
            for gram in zip(words, words[1:]) if len(words) > 1 else [words]:
                one.update(" ".join(gram).encode())
            hashes.append(one)
        grid = [t / 20 for t in range(8, 20)]
        points = []
        for threshold in grid + [0.9]:  # its own default
            lsh, called = MinHashLSH(threshold, 128), set()
            for number, one in enumerate(hashes):
                called |= {tuple(sorted((ids[other], ids[number]))) for other in lsh.query(one)}
                lsh.insert(number, one)
            called = set(count(dict.fromkeys(called, 1)))
            points.append((threshold, len(called), len(called & gold)))
        yield "datasketch MinHashLSH", 0.9, points
    except ImportError as error:
        print("left out:", error, file=sys.stderr)
    try:
        import numpy
        from semhash import SemHash
        from sentence_transformers import SentenceTransformer
        model = SentenceTransformer(os.environ["SIMCURATE_MODEL"], device="cpu")
        vectors = model.encode(strings, normalize_embeddings=True)
        of = collections.defaultdict(list)
        for key, text in zip(ids, strings):
            of[text].append(key)
        result = SemHash.from_embeddings(numpy.asarray(vectors), strings, model=model)
        scores = {}
        for record in result.self_deduplicate(threshold=0.6).filtered:
            for other, score in record.duplicates:
                for a, b in itertools.product(of[record.record], of[other]):
                    if a != b:
                        scores[tuple(sorted((a, b)))] = float(score)
        yield "SemHash, our MiniLM", 0.9, sweep(count(scores), gold,
                                                [t / 100 for t in range(60, 100)])
    except ImportError as error:
        print("left out:", error, file=sys.stderr)


def measured(data):
    name, texts, gold, labeled = data
    size = len(gold)
    write(f"{WORK}/{name}-corpus.jsonl", [{"id": key, "text": texts[key]} for key in texts])
    index = f"{WORK}/{name}-index"
    simcurate("index", f"{WORK}/{name}-corpus.jsonl", "--out", index, "--force")
    simcurate("dedup", index, "--stages", "exact,normalized,lexical,semantic", "--guards", "none",
              "--threshold", "0.7", "--floor", "0.6", "--lexical-threshold", "0.4")
    semantic, lexical = near(index, "semantic"), near(index, "lexical")
    counted = labeled or set(semantic) | gold
    yield f"### {name}: {len(texts):,} records, {size} gold pairs" + (
        f" of {len(labeled)} labeled" if labeled else "")
    yield "\nPairs, semantic, no guards against all five (`calibrate`):\n"
    yield "| cosine | precision, none | recall | F1 | precision, all | recall | F1 |"
    yield "|---|---|---|---|---|---|---|"
    curves = {guards: curve(name, texts, gold, counted, guards) for guards in GUARDS}
    for threshold in (0.8, 0.85, 0.9, 0.95, 0.98):
        cells = [f"{threshold}"]
        for guards in ("none", "all"):
            called, right = at(curves[guards], threshold)
            cells += [wilson(right, called), wilson(right, size), f"{f1(right, called, size):.3f}"]
        yield f"| {' | '.join(cells)} |"
    yield "\nEach guard alone: vetoed pairs that are different (right) / that are duplicates (wrong), " \
          "share right:\n"
    yield "| cosine | " + " | ".join(GUARDS[1:]) + " |\n|---|" + "---|" * (len(GUARDS) - 1)
    for threshold in (0.8, 0.85, 0.9, 0.95):
        called, right = at(curves["none"], threshold)
        cells = []
        for guards in GUARDS[1:]:
            less, less_right = at(curves[guards], threshold)
            lost, saved = right - less_right, called - right - (less - less_right)
            cells.append(f"{saved} / {lost}, {wilson(saved, saved + lost)}" if saved + lost else "0 / 0")
        yield f"| {threshold} | {' | '.join(cells)} |"
    yield "\n| tool | best F1 | at | F1 at its default |\n|---|---|---|---|"
    tools = [(f"simcurate semantic, {guards}", 0.9, curves[guards]) for guards in ("none", "all")]
    # Equal texts are one text to the join, and no pair of it.
    lexical |= {(a, b): 1.0 for a, b in gold if texts[a] == texts[b]}
    some = {pair: score for pair, score in lexical.items() if labeled is None or pair in labeled}
    tools.append(("simcurate lexical, no guards", 0.8, sweep(some, gold, [t / 20 for t in range(8, 21)])))
    for tool, default, points in tools + list(peers(texts, gold, labeled)):
        value, where = best(points, size)
        called, right = at(points, default)
        yield f"| {tool} | {value:.3f} | {where} | {f1(right, called, size):.3f} at {default} |"
    if labeled:
        return
    yield "\nRemovals (right: the record that stays is a gold duplicate):\n"
    yield "| stages | threshold | right / removed, no guards | precision | right / removed, all | precision |"
    yield "|---|---|---|---|---|---|"
    runs = [("exact", 0.9, 0.8), ("exact,normalized", 0.9, 0.8)]
    runs += [("exact,normalized,lexical", 0.9, jaccard) for jaccard in (0.5, 0.65, 0.8)]
    runs += [("exact,normalized,semantic", t, 0.8) for t in (0.8, 0.85, 0.9, 0.95, 0.98)]
    runs += [("exact,normalized,lexical,semantic", t, 0.8) for t in (0.85, 0.9)]
    for stages, threshold, jaccard in runs:
        shown = threshold if "semantic" in stages else jaccard if "lexical" in stages else "–"
        cells = []
        for guards in ("none", EVERY):
            gone, right = removals(texts, gold, stages, guards, threshold, jaccard, index)
            cells += [f"{right} / {gone}", wilson(right, gone)]
        yield f"| {stages} | {shown} | {' | '.join(cells)} |"


def reviews():
    """Equal text after NFKC and white space folding is gold; the rest found are extra."""
    texts = {}
    for part in ("neg", "pos"):
        with open(f"{DATA}/reviews-{part}.txt", encoding="utf-8") as file:
            lines = (line.strip("\n") for line in file.read().split("\n"))
            texts |= {f"{part}{i}": line for i, line in enumerate(lines) if line.strip()}
    fold = {key: " ".join(unicodedata.normalize("NFKC", text).split()) for key, text in texts.items()}
    gold = len(fold) - len(set(fold.values()))
    write(f"{WORK}/reviews.jsonl", [{"id": key, "text": texts[key]} for key in texts])
    simcurate("index", f"{WORK}/reviews.jsonl", "--out", f"{WORK}/reviews", "--force",
              "--maximum-tokens", "16")
    yield f"### Chinese reviews: {len(texts):,} records, {gold:,} of them copies"
    yield "\n| stages | Jaccard | removed | right | recall of the copies | extra |\n|---|---|---|---|---|---|"
    for stages, jaccard in (("exact", 0.8), ("exact,normalized", 0.8), ("exact,normalized,lexical", 0.9),
                            ("exact,normalized,lexical", 0.8), ("exact,normalized,lexical", 0.65)):
        simcurate("dedup", f"{WORK}/reviews", "--stages", stages, "--lexical-threshold", jaccard)
        simcurate("export", f"{WORK}/reviews", "--what", "removals", "--out", f"{WORK}/r.jsonl")
        gone = rows(f"{WORK}/r.jsonl")
        extra = [one for one in gone if fold[one["id"]] != fold[one["witness"]]]
        right = len(gone) - len(extra)
        yield (f"| {stages} | {jaccard if 'lexical' in stages else '–'} | {len(gone):,} | {right:,} | "
               f"{wilson(right, gold)} | {len(extra)} |")
        for one in extra[::max(1, len(extra) // 12)]:
            print(stages, jaccard, one["stage"], texts[one["id"]][:90], "<>", texts[one["witness"]][:90],
                  file=sys.stderr)


def banking():
    path = os.environ.get("BANKING77") or stop("BANKING77 is not set")
    records = table(path)
    write(f"{WORK}/banking.jsonl", [{"id": f"b{i}", "text": one["text"], "label": one["category"]}
                                    for i, one in enumerate(records)])
    simcurate("index", f"{WORK}/banking.jsonl", "--out", f"{WORK}/banking", "--force")
    yield "### Banking77: removals within one intent (a lower bound for wrong ones)"
    yield "\n| cosine | within / removed, no guards | share | all | share |\n|---|---|---|---|---|"
    for threshold in (0.8, 0.85, 0.9, 0.95):
        cells = [f"{threshold}"]
        for guards in ("none", EVERY):
            simcurate("dedup", f"{WORK}/banking", "--threshold", threshold, "--guards", guards,
                      "--conflicts", "ignore")
            simcurate("export", f"{WORK}/banking", "--what", "removals", "--out", f"{WORK}/r.jsonl")
            of = lambda key: records[int(key[1:])]["category"]
            gone = [of(one["id"]) == of(one["witness"]) for one in rows(f"{WORK}/r.jsonl")]
            cells += [f"{sum(gone)} / {len(gone)}", wilson(sum(gone), len(gone))]
        yield f"| {' | '.join(cells)} |"


def main(target):
    parts = []
    for part in (lambda: measured(customer_service()), lambda: measured(restaurants()),
                 lambda: measured(papers()), lambda: measured(sts()), reviews, banking):
        try:
            parts.append("\n".join(part()))
        except FileNotFoundError as error:
            print("skipped:", error, file=sys.stderr)
    with open(target, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    after = rest.partition(END)[2]
    with open(target, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}")


if __name__ == "__main__":
    main(*sys.argv[1:])
