"""Growth of the curation benchmark from its JSON lines; standard library only.

    curation_plot.py line NAME OUTPUT LOG     one result as one line
    curation_plot.py plot RESULTS > curation.svg
    curation_plot.py table RESULTS            the same as a Markdown table
"""

import json
import math
import sys

SERIES = [
    ("dedup", "simcurate dedup (whole command)", "#1b6ca8"),
    ("join", "simcurate exact join", "#2a9d5c"),
    ("join-float32", "simcurate exact join, no int8", "#9acd6b"),
    ("faiss", "FAISS IndexFlatIP range search", "#c0392b"),
    ("semhash", "SemHash", "#8e5ea2"),
    ("datasketch", "datasketch MinHashLSH", "#d68910"),
]


def line(name, output, log):
    result = json.load(open(output))
    for entry in open(log):
        if entry.startswith("peakKibibytes"):
            _, memory, _, seconds = entry.split()
            result.update(peakMebibytes=int(memory) // 1024, seconds=float(seconds))
    print(json.dumps({"part": name, **result}))


def load(path):
    points = {}
    for entry in map(json.loads, open(path)):
        kind, size = entry["part"].rsplit("-", 1)
        if not entry.get("failed"):
            points[kind, int(size)] = entry
    return points


def plot(points):
    width, height, left, bottom, top = 720, 420, 70, 50, 20
    sizes = sorted({size for _, size in points})
    times = [max(0.01, entry["seconds"]) for entry in points.values()]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    span = max(1e-9, math.log10(sizes[-1]) - math.log10(sizes[0]))

    def x(size):
        return left + (math.log10(size) - math.log10(sizes[0])) / span * (width - left - 250)

    def y(seconds):
        share = (math.log10(max(0.01, seconds)) - low) / max(1, high - low)
        return height - bottom - share * (height - bottom - top)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(low, high + 1):
        parts.append(f'<path d="M{left} {y(10 ** power):.1f}H{width - 250}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">'
                     f'{10.0 ** power:g} s</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{height - bottom + 20}" text-anchor="middle">'
                     f'{size:,} rows</text>')
    for kind, label, color in SERIES:
        line_points = [(x(size), y(points[kind, size]["seconds"]))
                       for size in sizes if (kind, size) in points]
        if not line_points:
            continue
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in line_points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{color}"/>'
                  for a, b in line_points]
    drawn = [series for series in SERIES if any(kind == series[0] for kind, _ in points)]
    for place, (_, label, color) in enumerate(drawn):
        parts.append(f'<rect x="{width - 235}" y="{top + 20 * place}" width="12" height="12" '
                     f'fill="{color}"/><text x="{width - 218}" y="{top + 11 + 20 * place}">'
                     f'{label}</text>')
    print("\n".join(parts + ["</svg>"]))


def table(points):
    sizes = sorted({size for _, size in points})
    print("| | " + " | ".join(f"{size:,} rows" for size in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    for kind, label, _ in SERIES + [("verify", "simcurate verify", "")]:
        cells = []
        for size in sizes:
            entry = points.get((kind, size))
            if entry is None:
                cells.append("–")
                continue
            scaled = " (scaled from a sample)" if entry.get("scaled") else ""
            memory = f", {entry['peakMebibytes']:,} MiB" if "peakMebibytes" in entry else ""
            cells.append(f"{entry['seconds']:.1f} s{memory}{scaled}")
        print(f"| {label} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    if sys.argv[1] == "line":
        line(*sys.argv[2:])
    else:
        {"plot": plot, "table": table}[sys.argv[1]](load(sys.argv[2]))
