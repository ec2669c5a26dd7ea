"""Writes the tables of Encoder.md from the results of encoder_run.py; called by encoder.sh.

    encoder_table.py results.jsonl Encoder.md

What stands between the two marker lines of this kind of processor in Encoder.md is replaced, the rest
is kept: figures of two kinds never mix. Figures are medians over the rounds; ratios are medians of the
ratios within a round.
"""
import json
import statistics
import sys

NAMES = {"f32": "float32", "bf16": "bfloat16", "int8": "int8"}


class Results:
    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.all = [json.loads(line) for line in lines]
        self.machine = self.of("machine")[0]
        self.kind = f"{self.machine['processor']}; {self.machine['cpu']}"
        if self.machine["isEmulated"]:
            self.kind += ", emulated"
        self.names = {precision: name for precision, name in NAMES.items()
                      if self.of("short", precision=precision)}

    def of(self, part, **marks):
        return [one for one in self.all if one["part"] == part and
                all(one.get(name) == value for name, value in marks.items())]

    def rounds(self, field, part, **marks):
        return {one.get("round", 0): one[field] for one in self.of(part, **marks) if field in one}


def median(values):
    return statistics.median(values.values()) if values else None


def ratio(ours, theirs):
    """The median over rounds in which both were measured."""
    return median({turn: ours[turn] / theirs[turn] for turn in ours if turn in theirs})


def row(what, figure, bar, passes, shown):
    if figure is None:
        return f"| {what} | not measured | {bar} | – |"
    return f"| {what} | {shown} | {bar} | {'pass' if passes else '**fail**'} |"


def at_least(what, figure, bar, form="{:.2f} x"):
    shown = form.format(figure) if figure is not None else ""
    return row(what, figure, "at least " + form.format(bar), figure is not None and figure >= bar,
               shown)


def at_most(what, figure, bar, form):
    shown = form.format(figure) if figure is not None else ""
    return row(what, figure, "at most " + form.format(bar), figure is not None and figure <= bar, shown)


def speeds(results):
    lines = ["| sentences a second | | |", "|---|---|---|"]

    def add(name, part, note="", **marks):
        figures = results.rounds("sentencesPerSecond", part, **marks)
        if figures:
            spread = f"{min(figures.values()):,.0f} to {max(figures.values()):,.0f}"
            lines.append(f"| {name} | {median(figures):,.0f} | {spread}{note} |")

    def size(part):
        found = results.of(part)
        return f", batch size {found[0]['batchSize']}" if found else ""

    for precision, name in results.names.items():
        add(f"simcurate {name}", "short", precision=precision)
    for name in ("float32", "int8"):
        part = f"onnxruntime {name}"
        add(f"{part}, fused, sorted by length", part, size(part))
    add("sentence-transformers float32", "sentence-transformers", size("sentence-transformers"))
    for table in ("model2vec", "wordllama-256"):
        for threads in sorted({one["threads"] for one in results.of("static", table=table)}):
            add(f"simcurate, static table {table}, threads: {threads}", "static", table=table,
                threads=threads)
    add("model2vec encode, the same table", "static peers")
    semhash = results.rounds("semhashSentencesPerSecond", "static peers")
    if semhash:
        lines.append(f"| SemHash's encoding, the same table | {median(semhash):,.0f} | |")
    return lines


def speed_bars(results):
    def ours(precision):
        return results.rounds("sentencesPerSecond", "short", precision=precision)

    onnx = {name: results.rounds("sentencesPerSecond", f"onnxruntime {name}")
            for name in ("float32", "int8")}
    torch = results.rounds("sentencesPerSecond", "sentence-transformers")
    wide = "AVX-512" in results.kind
    for precision, peer, bar, torch_bar, share in (
            ("f32", "float32", 1.4 if wide else 1.25, 2.5, 0.7), ("bf16", "float32", 2.7, 5, 0.6),
            ("int8", "int8", 2.2 if wide else 1.3, 8 if wide else 4, None)):
        if precision not in results.names:
            continue
        name = NAMES[precision]
        yield at_least(f"{name} over onnxruntime {peer}", ratio(ours(precision), onnx[peer]), bar)
        yield at_least(f"{name} over sentence-transformers float32",
                       ratio(ours(precision), torch), torch_bar)
        reached = median(results.rounds("shareOfCeiling", "short", precision=precision))
        if share:
            yield at_least(f"{name}, share of the ceiling in useful operations", reached, share,
                           "{:.0%}")
    for table in ("model2vec", "wordllama-256"):
        if table == "model2vec" or results.of("static", table=table):
            alone = results.rounds("sentencesPerSecond", "static", table=table, threads=1)
            yield at_least(f"static table {table}, one core, sentences a second", median(alone),
                           100_000, "{:,.0f}")
    alone = results.rounds("sentencesPerSecond", "static", table="model2vec", threads=1)
    semhash = results.rounds("semhashSentencesPerSecond", "static peers")
    yield at_least("static table, one core, over SemHash's encoding", ratio(alone, semhash), 1)


def accuracy_bars(results):
    def first(part, field, **marks):
        found = [one[field] for one in results.of(part, **marks) if one.get(field) is not None]
        return found[0] if found else None

    if "bf16" in results.names:
        yield at_least("bfloat16, mean cosine to float32",
                       first("accuracy", "meanCosineToFloat32", precision="bf16"), 0.9998, "{:.5f}")
    least = first("accuracy", "leastCosineToFloat32", precision="int8")
    theirs = first("accuracy onnxruntime int8", "leastCosine")
    if theirs is None:
        theirs = 0.9685  # measured with AVX-512, where the peer was not run
    if least is not None:
        yield at_least("int8, lowest cosine to float32 (bar: onnxruntime int8's)", least, theirs,
                       "{:.4f}")
    spearman = {name: first("sts", "spearman", precision=name) for name in NAMES}
    for precision, bar in (("bf16", 0.0005), ("int8", 0.003)):
        if precision not in results.names:
            continue
        known = spearman["f32"] is not None and spearman[precision] is not None
        difference = abs(spearman["f32"] - spearman[precision]) if known else None
        note = f" ({spearman[precision]:.4f} and {spearman['f32']:.4f})" if known else ""
        yield at_most(f"{NAMES[precision]}, STS-B Spearman from float32's{note}", difference, bar,
                      "{:.4f}")


def other_bars(results):
    for one in results.of("memory"):
        yield at_most(f"peak memory, {one['work']}, {one['texts']:,} texts", one["mebibytes"], 400,
                      "{:,.0f} MiB")
    for one in results.of("start"):
        yield at_most(f"process start to the end of `embed` of one line, {NAMES[one['precision']]}",
                      one["milliseconds"], 150, "{:,.0f} ms")
    for precision, name in results.names.items():
        share = ratio(results.rounds("tokensPerSecond", "long", precision=precision),
                      results.rounds("tokensPerSecond", "short", precision=precision))
        yield at_least(f"512-token documents, tokens a second over short texts', {name}", share, 0.7,
                       "{:.0%}")


def ceilings(results):
    found = results.of("ceilings")
    if not found:
        return
    shapes = found[0]["shapes"]
    heads = [f"{one['rows']} x {one['inputs']} x {one['outputs']}" for one in shapes]
    yield "| GFLOP/s | ceiling | " + " | ".join(heads) + " | encoder, useful |"
    yield "|---|" + "---|" * (len(heads) + 2)
    for one in found:
        name = "int8" if one["precision"] == "int7" else one["precision"]
        figures = [one["gigaflops"], *(shape["gigaflops"] for shape in one["shapes"])]
        useful = median(results.rounds("usefulGigaflops", "short", precision=name))
        cells = [f"{figure:,.0f}" for figure in figures] + [f"{useful:,.0f}" if useful else "–"]
        yield f"| {NAMES[name]} | " + " | ".join(cells) + " |"


def document(results):
    machine = results.machine
    yield (f"Machine: {machine['cores']} cores; {results.kind}; Linux {machine['system']}; commit "
           f"{machine['commit']}; {machine['date']}; {machine['texts']:,} texts, {machine['rounds']} "
           f"rounds; load before the run {machine['loadBefore']:.1f}.")
    if machine["isEmulated"]:
        yield ("\nThe processor has more than was used (`SIMCURATE_PROCESSOR`), and the peers use it all: "
               "ratios to them are not measured here.")
    if machine["quick"]:
        yield "\n**A quick run to try the script: its figures mean little.**"
    failed = [one["what"] for one in results.of("failed")]
    if failed:
        yield "\nFailed parts: " + ", ".join(sorted(set(failed))) + "."
    yield ""
    yield "| | measured | bar | |\n|---|---|---|---|"
    for bars in (speed_bars, accuracy_bars, other_bars):
        yield from bars(results)
    yield ""
    yield from speeds(results)
    yield ""
    yield from ceilings(results)


def main(source, target):
    results = Results(source)
    table = "\n".join(document(results))
    begin, end = (f"<!-- measured, {results.kind}: {mark} -->" for mark in ("begin", "end"))
    with open(target, encoding="utf-8") as file:
        text = file.read()
    if begin not in text:  # a kind met for the first time: after the last
        place = text.rindex("end -->\n") + len("end -->\n")
        text = f"{text[:place]}\n## {results.kind}\n\n{begin}\n{end}\n{text[place:]}"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    with open(target, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{table}\n\n{end}{after}")


if __name__ == "__main__":
    main(*sys.argv[1:])
