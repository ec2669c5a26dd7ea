"""A corpus of real one-line texts plus perturbed copies of some of them, as JSON lines.

    python3 curation_corpus.py TEXTS COUNT > corpus.jsonl

TEXTS is a tab-separated file whose last column is a text (a package list with its summaries; a
plain text file will do). Of its distinct texts, 3 in 4 rows of the corpus are drawn and 1 in 4 is a
drawn text with one or two small changes: a word left out, doubled or moved, two letters exchanged,
capitals or the end changed. If there are too few texts, all are taken and the rest are changed
copies. Rows are shuffled; ids say which row was made from which. Standard library only; the same
output for the same input.
"""

import json
import random
import sys


def distinct_texts(path):
    seen = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            text = line.rstrip("\n").split("\t")[-1].strip()
            if len(text) >= 8:
                seen.setdefault(text, None)
    return list(seen)


def without_a_word(words, rng):
    if len(words) > 2:
        del words[rng.randrange(len(words))]


def doubled_word(words, rng):
    place = rng.randrange(len(words))
    words.insert(place, words[place])


def moved_word(words, rng):
    words.insert(rng.randrange(len(words)), words.pop(rng.randrange(len(words))))


def exchanged_letters(words, rng):
    place = rng.randrange(len(words))
    word = words[place]
    if len(word) > 3:
        at = rng.randrange(1, len(word) - 2)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2:]


def other_capitals(words, rng):
    change = rng.choice([str.lower, str.upper, str.title])
    words[:] = [change(word) for word in words]


def other_end(words, rng):
    words[-1] = words[-1].rstrip(".!") + rng.choice(["", ".", "!", " ...", " :)"])


CHANGES = [without_a_word, doubled_word, moved_word, exchanged_letters, other_capitals, other_end]


def changed(text, rng):
    words = text.split()
    for change in rng.sample(CHANGES, rng.randint(1, 2)):
        change(words, rng)
    return " ".join(words)


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(20240501)
    texts = distinct_texts(path)
    rng.shuffle(texts)
    drawn = texts[: min(len(texts), count - count // 4)]
    rows = [(f"r{number}", text) for number, text in enumerate(drawn)]
    for number in range(count - len(drawn)):
        source = rng.randrange(len(drawn))
        rows.append((f"c{number}-of-r{source}", changed(drawn[source], rng)))
    rng.shuffle(rows)
    print(f"{len(drawn)} texts, {len(rows) - len(drawn)} changed copies", file=sys.stderr)
    for identity, text in rows:
        print(json.dumps({"id": identity, "text": text}, ensure_ascii=False))


if __name__ == "__main__":
    main()
