"""Runs the parts of the encoder's benchmark, ours and the peers' by turns; called by encoder.sh.

    encoder_run.py TEXTS.jsonl MODEL_FOLDER > results.jsonl

Environment: WORK (a folder, with the peers' models in peers/), PYTHON (of the peers; empty for none),
STSB, ROUNDS, LIMIT, QUICK as encoder.sh says. Needs nothing but Python's own library.
"""
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS") or (1 if QUICK else 3))
LIMIT = int(os.environ.get("LIMIT") or (1000 if QUICK else 10_000))
STARTS = 5 if QUICK else 20
WORK = os.environ["WORK"]
SIMCURATE, SIMBENCH = ".build/release/simcurate", ".build/release/simbench"
PROCESSOR = json.loads(subprocess.run([SIMBENCH, "processor"], capture_output=True, text=True,
                                      check=True).stdout)
# Peers use all that the processor has: beside an emulated lesser one they would compare unlike things.
PYTHON = None if PROCESSOR["isEmulated"] else os.environ.get("PYTHON")
PRECISIONS = ["f32", "bf16", "int8"] if "BF16" in PROCESSOR["processor"] else ["f32", "int8"]
PEER = os.path.join(os.path.dirname(__file__), "encoder_peer.py")


def report(part, **figures):
    print(json.dumps({"part": part, **figures}), flush=True)


def run(part, command, limit=900, **marks):
    """Reports the JSON objects that `command` prints; says so and goes on if it fails."""
    print(f"{time.strftime('%H:%M:%S')} {part} {' '.join(map(str, marks.values()))}", file=sys.stderr)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True)
        results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        for result in results:
            report(part, **{**result, **marks})
        return results
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        print(f"  failed: {said[-1] if said else error}", file=sys.stderr)
        report("failed", what=part, **marks)
        return []


def peer(part, *arguments, **marks):
    """As `run`, if the peers are there."""
    missing = [path for path in arguments if path.startswith(WORK) and not os.path.exists(path)]
    if PYTHON and not missing:
        return run(part, [PYTHON, PEER, *arguments], **marks)
    return []


def write_texts(source, name, count):
    """`count` texts in a file of their own; taken again from the first where there are not enough."""
    texts = []
    with open(source, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            texts.append(json.loads(line)["text"])
            if len(texts) == count:
                break
    path = os.path.join(WORK, name)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for place in range(count):
            record = {"id": str(place), "text": texts[place % len(texts)]}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def best_sizes(model, few):
    """The peers' best batch sizes, tried on the first texts."""
    sizes = "8,32,256"
    found = {}
    for name in ("float32", "int8"):
        tried = peer("batch sizes", "onnx", f"{WORK}/peers/{name}.onnx", model, few, sizes, peer=name)
        found[name] = tried[0]["batchSize"] if tried else 32
    tried = peer("batch sizes", "sentence-transformers", model, few, sizes, peer="torch")
    found["torch"] = tried[0]["batchSize"] if tried else 32
    return {name: str(size) for name, size in found.items()}


def encode(part, texts, model, *options, **marks):
    command = [SIMBENCH, "encode", texts, "--model", model, "--repeats", "1", *options]
    return run(part, command, **marks)


def speed(texts, model, few):
    sizes = best_sizes(model, few)
    for turn in range(ROUNDS):
        for name, ours in (("float32", [one for one in PRECISIONS if one != "int8"]),
                           ("int8", ["int8"])):
            for precision in ours:
                encode("short", texts, model, "--precision", precision, "--ceiling", round=turn,
                       precision=precision)
            peer(f"onnxruntime {name}", "onnx", f"{WORK}/peers/{name}.onnx", model, texts,
                 sizes[name], round=turn)
        peer("sentence-transformers", "sentence-transformers", model, texts, sizes["torch"],
             round=turn)
        for precision in PRECISIONS:
            encode("long", texts, model, "--precision", precision, "--tokens", "512", round=turn,
                   precision=precision)


def accuracy(texts, model):
    for precision in PRECISIONS[1:]:
        encode("accuracy", texts, model, "--precision", precision, "--accuracy",
               precision=precision)
    peer("accuracy onnxruntime int8", "onnx", f"{WORK}/peers/int8.onnx", model, texts, "32",
         f"{WORK}/peers/float32.onnx")
    stsb = os.environ.get("STSB", "")
    if os.path.exists(stsb):
        for precision in PRECISIONS:
            run("sts", [SIMBENCH, "sts", stsb, "--model", model, "--precision", precision],
                precision=precision)


def static(texts):
    own = f"{WORK}/peers/static"
    for turn in range(ROUNDS):
        for folder in [own, "models/wordllama-256"]:
            if not os.path.exists(folder):
                continue
            name = "model2vec" if folder == own else os.path.basename(folder)
            for threads in ("1", str(os.cpu_count())):
                run("static", [SIMBENCH, "encode", texts, "--model", folder, "--repeats", "9",
                               "--threads", threads], table=name, round=turn)
        peer("static peers", "static", own, texts, round=turn)


def measured(command):
    """Seconds and peak MiB of a command; raises if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise OSError(f"{command[1]} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def memory(corpora, model):
    def embed(precision, out):
        return lambda file: ["embed", file, "--model", model, "--precision", precision, "--out", out]

    out = f"{WORK}/vectors"
    works = {f"embed to .npy, {name}": embed(name, f"{out}.npy") for name in PRECISIONS}
    works["embed to .jsonl, int8"] = embed("int8", f"{out}.jsonl")
    works["index, int8"] = lambda file: [
        "index", "--train", file, "--model", model, "--precision", "int8", "--out",
        f"{WORK}/index-{time.time_ns()}"]
    for name, work in works.items():
        for file, count in corpora:
            print(f"{time.strftime('%H:%M:%S')} memory {name} {count}", file=sys.stderr)
            try:
                seconds, peak = measured([SIMCURATE, *work(file)])
                report("memory", work=name, texts=count, mebibytes=peak, seconds=seconds)
            except OSError as error:
                print(f"  failed: {error}", file=sys.stderr)
                report("failed", what=f"memory {name}")
    subprocess.run(f"rm -rf '{WORK}'/index-* '{out}'.*", shell=True, check=False)


def start(model):
    text = f"{WORK}/line.txt"
    with open(text, "w", encoding="utf-8") as out:
        out.write("How long until the first vector is there?\n")
    for precision in PRECISIONS:
        command = [SIMCURATE, "embed", text, "--model", model, "--precision", precision, "--out",
                   f"{WORK}/line.npy"]
        try:
            times = [measured(command)[0] * 1e3 for _ in range(STARTS)]
            report("start", precision=precision, milliseconds=statistics.median(times))
        except OSError as error:
            print(f"start {precision} failed: {error}", file=sys.stderr)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        facts = dict([part.strip() for part in line.split(":", 1)] for line in lines if ":" in line)
    cpu = "{model name}, family {cpu family}, model {model}".format_map(facts)
    try:
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                                text=True, check=True).stdout.strip()
    except (subprocess.SubprocessError, OSError):
        commit = "unknown"
    load = os.getloadavg()[0]
    report("machine", **PROCESSOR, cpu=cpu, cores=os.cpu_count(),
           system=platform.release(), commit=commit, loadBefore=load, texts=LIMIT, rounds=ROUNDS,
           date=datetime.date.today().isoformat(), quick=QUICK)


def main(source, model):
    texts = write_texts(source, "texts.jsonl", LIMIT)
    few = write_texts(source, "few.jsonl", min(LIMIT, 2000))
    many = write_texts(source, "many.jsonl", 10 * LIMIT)
    machine()
    start(model)
    run("ceilings", [SIMBENCH, "ceilings"])
    static(texts)
    speed(texts, model, few)
    accuracy(texts, model)
    memory([(texts, LIMIT), (many, 10 * LIMIT)], model)
    report("end", load=os.getloadavg()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
