"""Writes texts that are hard for a tokenizer, as JSON lines: the same ones for the same seed.

    python tokenizer_texts.py COUNT [SEED] > hard.jsonl

Only the standard library is used. The texts mix words of many scripts with what breaks tokenizers:
combining marks alone and stacked, zero-width joiners, private and unassigned code points, neighbors
of the surrogates, control characters, composed and decomposed forms, Hangul jamo, right-to-left
marks, emoji sequences, compatibility forms, very long words, line ends of every kind, runs of
spaces, and tokens that tokenizers treat apart. U+0000 is left out: corpus files may not hold it.
"""
import json
import random
import sys
import unicodedata

WORDS = """the of and library development files for Python module that tokenizer running unbelievable
don't we'll I'M SHE'D it's state-of-the-art C++ x86_64 v1.2.3 foo_bar(baz) https://example.org/a?b=c&d=e#f
user@example.com $1,234.56 50% 3rd 1234567890 2^10 naïve café Straße ẞ İstanbul ıstanbul Łódź
Привет мир ёлка їжак ΣΊΣΥΦΟΣ Ὀδυσσεύς שָׁלוֹם עברית العَرَبِيَّة مرحبا क्षत्रिय हिन्दी ভাষা தமிழ் ภาษาไทย น้ำ
日本語 テキスト ｶﾀｶﾅ がぎぐ 中文字符 繁體字 한국어 ភាសាខ្មែរ မြန်မာ ქართული Հայերեն አማርኛ Tiếng Việt
ﬁne oﬃce ㎏ ℃ № ™ ½ ² Ⅷ ④ ＦＵＬＬ １２３ 𝐀𝑩𝒞 𝟘𝟙 ∑∫√≠ ǅ ŉ ẚ ſharp""".split()
SPECIAL = """[SEP] [CLS] [MASK] [UNK] [PAD] [sep] <s> </s> <mask> <pad> <unk> <|endoftext|> ##ing ## ▁ ▁▁
<0x41> <0x0A> NEWTOK newtok Ġ Ċ ĠĠ [ ] < > |""".split()
BREAKS = [" ", " ", " ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", "\u0085", "\u00a0",
          "\u2028", "\u2029", "\u3000", "\u1680", "\u200b", "\u202f", "\u2009", "", "", ".", ", ", "; ", "-", "'"]
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "🇩", "❤️", "☺︎", "1️⃣", "🧑🏿‍🚀", "🫠", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
MARKS = (list(range(0x300, 0x370)) + [0x483, 0x488, 0x591, 0x5B0, 0x64B, 0x651, 0x670, 0x93C, 0x94D, 0x9BC,
         0xBBE, 0xDCA, 0xE33, 0xE38, 0xEB3, 0xF71, 0xF73, 0xF80, 0x1037, 0x135F, 0x17D2, 0x1AB0, 0x1DC0,
         0x20D0, 0x20DD, 0x3099, 0x309A, 0xA66F, 0xA953, 0xFB1E, 0xFE20, 0x1D165, 0x1D16E, 0x1E8D0, 0x111C9])
FORMATS = [0xAD, 0x34F, 0x600, 0x605, 0x61C, 0x6DD, 0x70F, 0x8E2, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D,
           0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2063, 0x2066, 0x2069, 0xFE00,
           0xFE0F, 0xFEFF, 0xFFF9, 0xFFFB, 0x110BD, 0x13430, 0x1BCA0, 0x1D173, 0xE0001, 0xE0041, 0xE0100]
EDGES = [0xD7FB, 0xD7FF, 0xE000, 0xF8FF, 0xFDD0, 0xFFFD, 0xFFFE, 0xFFFF, 0x1FFFF, 0x2FFFE, 0xF0000, 0xFFFFD,
         0x100000, 0x10FFFD, 0x10FFFF, 0x378, 0x2FE0, 0x9FFF, 0xA7C2, 0x1C80, 0x1DF6, 0x1E030, 0x11F00, 0x323B0]
BLOCKS = [(0x21, 0x7F), (0xA0, 0x250), (0x250, 0x370), (0x370, 0x530), (0x530, 0x700), (0x700, 0x900),
          (0x900, 0xE00), (0xE00, 0x1100), (0x1100, 0x1200), (0x1200, 0x1800), (0x1800, 0x1E00),
          (0x1E00, 0x2000), (0x2000, 0x2C00), (0x2C00, 0x3000), (0x3000, 0x3400), (0x3400, 0xA000),
          (0xA000, 0xAC00), (0xAC00, 0xD7A4), (0xD7B0, 0xD800), (0xF900, 0xFB00), (0xFB00, 0x10000),
          (0x10000, 0x12000), (0x12000, 0x1D000), (0x1D000, 0x1E000), (0x1E000, 0x20000), (0x20000, 0x32000),
          (0xE0000, 0xE0200), (0x1, 0x10FFFF)]


def word(chance):
    """A word, or what stands for one."""
    kind = chance.random()
    if kind < 0.45:
        return chance.choice(WORDS)
    if kind < 0.52:
        return chance.choice(SPECIAL)
    if kind < 0.57:
        return chance.choice(EMOJI)
    if kind < 0.64:
        return "".join(chr(chance.choice(MARKS)) for _ in range(chance.choice([1, 1, 2, 3, 8])))
    if kind < 0.68:
        return chr(chance.choice(FORMATS))
    if kind < 0.71:
        return chr(chance.choice(EDGES))
    if kind < 0.73:
        return chr(chance.choice(list(range(1, 32)) + list(range(0x7F, 0xA0))))
    if kind < 0.76:
        jamo = [(0x1100, 0x1113), (0x1161, 0x1176), (0x11A7, 0x11C3), (0xAC00, 0xAC20), (0xA960, 0xA97D)]
        return "".join(chr(chance.randrange(*chance.choice(jamo))) for _ in range(chance.randint(1, 6)))
    if kind < 0.77:
        return chance.choice(WORDS) * chance.choice([2, 12, 30]) + "x" * chance.choice([0, 1, 99, 100, 101])
    low, high = chance.choice(BLOCKS)
    scalars = [chance.randrange(low, high) for _ in range(chance.choice([1, 1, 2, 4, 9]))]
    return "".join(chr(s) for s in scalars if not 0xD800 <= s < 0xE000)


def text(chance):
    parts = []
    for _ in range(chance.choice([1, 2, 3, 5, 8, 13, 21])):
        part = word(chance)
        if chance.random() < 0.1:
            part += chr(chance.choice(MARKS))
        parts += [part, chance.choice(BREAKS)]
    if chance.random() < 0.7:
        parts.pop()
    result = "".join(parts)
    form = chance.random()
    if form < 0.2:
        result = unicodedata.normalize(chance.choice(["NFC", "NFD", "NFKC", "NFKD"]), result)
    elif form < 0.25:
        result = chance.choice([result.upper(), result.lower(), result.swapcase()])
    return result


if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 20261124)
    for _ in range(int(sys.argv[1])):
        print(json.dumps({"text": text(chance).replace("\0", "") or " "}))
