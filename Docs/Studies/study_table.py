"""What recompute.py compared, and what of it disagrees."""
import math

POINT = 1e-9
ERROR = 0.05


class Ledger:
    def __init__(self):
        self.counts = {}
        self.faults = []
        self.notes = []

    @property
    def count(self):
        return sum(self.counts.values())

    def check(self, agrees, kind, name, ours, theirs):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if not agrees:
            self.faults.append((kind, name, ours, theirs))

    def same(self, kind, name, ours, theirs):
        self.check(ours == theirs, kind, name, ours, theirs)

    def close(self, kind, name, ours, theirs, relative=0.0, absolute=0.0):
        agrees = math.isfinite(ours) and abs(ours - theirs) <= max(absolute, relative * abs(theirs), POINT)
        self.check(agrees, kind, name, ours, theirs)

    def exact(self, kind, name, ours, theirs):
        self.close(kind, name, ours, theirs)

    def estimate(self, kind, name, ours, theirs):
        """Points and counts exactly, standard error and degrees of freedom to 5%, ends to 5% of the interval."""
        if ours is None or theirs is None:
            self.same(kind, name + ", whether there is one", ours is not None, theirs is not None)
            return
        self.exact(kind, name, ours.value, theirs["value"])
        for part, own in [("items", ours.items), ("groups", ours.groups), ("seeds", ours.seeds)]:
            self.same(f"{kind}: sizes", f"{name} {part}", own, theirs[part])
        self.close(f"{kind}: standard errors", name, ours.error, theirs["standardError"], relative=ERROR)
        self.close(f"{kind}: degrees of freedom", name, ours.freedom, theirs["degreesOfFreedom"], relative=ERROR)
        width = theirs["high"] - theirs["low"]
        for part, own in [("low", ours.low), ("high", ours.high)]:
            self.close(f"{kind}: intervals", f"{name} {part}", own, theirs[part], absolute=ERROR * width)

    def p_value(self, kind, name, ours, theirs):
        self.close(kind, name, ours, theirs, absolute=0.01)

    def chance(self, kind, name, ours, theirs, draws=4000):
        """Shares of `draws` that are drawn anew."""
        share = (ours + theirs) / 2
        error = math.sqrt(2 * share * (1 - share) / draws)
        self.close(kind, name, ours, theirs, absolute=5 * error + 2 / draws)

    def text(self):
        wrong = {}
        for kind, *_ in self.faults:
            wrong[kind] = wrong.get(kind, 0) + 1
        lines = ["| what | compared | disagree |", "|---|---:|---:|"]
        lines += [f"| {kind} | {count:,} | {wrong.get(kind, 0)} |" for kind, count in self.counts.items()]
        lines.append(f"| all | {self.count:,} | {len(self.faults)} |")
        if self.faults:
            lines += ["", "| what | of | here | there |", "|---|---|---|---|"]
            lines += [f"| {kind} | {name} | {ours} | {theirs} |" for kind, name, ours, theirs in self.faults[:200]]
            if len(self.faults) > 200:
                lines.append(f"| … | {len(self.faults) - 200} more | | |")
        return "\n".join(lines + [f"\nNot recomputed: {note}" for note in self.notes])
