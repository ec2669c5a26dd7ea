"""The hard texts of the tokenizer tests: written by hand, and made from a seeded generator."""
import random

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "Development files for the image library, version 2.",
    "A simple tokenizer that reads words and numbers quickly.",
    "Running runners ran 42 kilometers in 3.5 hours, didn't they?",
    "I'm sure we'll see what they've done; she'd say it's fine.",
    "It isn't unbelievable: un-believ-able, unbelievably so!",
    "state-of-the-art e-mail@example.org https://example.org/a?b=c&d=%20#f",
    "snake_case camelCase PascalCase kebab-case SCREAMING_CASE",
    "price: $1,234.56 (approx. €1.100,99) £3 ¥500 50% ±2",
    "1234567890 12 1 007 3rd 2nd 1st ½ ² ³ Ⅷ ④ ٣٤٥ १२३ 一二三",
    "!!! ??? ... --- *** ((())) [[[]]] {{}} <<>> ~~ ``'' \"\" \\ | / ^ @ # $ % & +",
    "naïve café résumé Ünïcödé Ångström Ærøskøbing Łódź señor façade",
    "nai\u0308ve cafe\u0301 re\u0301sume\u0301 a\u0323\u0301 a\u0301\u0323 o\u0308\u0304 q\u0307\u0323",
    "İstanbul ISTANBUL ıstanbul Iğdır DİYARBAKIR",
    "Straße STRASSE ẞ GROẞ weiß ſharp",
    "ﬁne ﬂuid oﬃce ﬀ ﬅ ĳ Ǆ ǅ ǆ",
    "ΑΒΓ ΣΊΣΥΦΟΣ σίσυφος ΐ ᾳ ᾼ Ὀδυσσεύς",
    "Привет, мир! Ёлка и йод. ЩУКА їжак",
    "שלום עולם שָׁלוֹם עִבְרִית",
    "مرحبا بالعالم مَرْحَبًا العَرَبِيَّة ـــ لا",
    "नमस्ते दुनिया क्षत्रिय ज़ फ़",
    "สวัสดีชาวโลก ที่นี่ น้ำ",
    "你好世界 中文字符，标点。「引号」",
    "日本語のテキスト カタカナ ｶﾀｶﾅ がぎぐ か\u3099",
    "한국어 텍스트 한글 \u1112\u1161\u11ab\u1100\u1173\u11af",
    "mixed中文and日本語with한국어text",
    "Tiếng Việt: ư ơ ề ặ Nguyễn",
    "emoji 😀 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷 ❤️ ☺︎ 1️⃣",
    "math 𝐀𝑩𝒞 ∑∫√ ≠ ≤ 𝟘𝟙 x² H₂O",
    "ⒶⓑⒸ ＦＵＬＬ ｗｉｄｔｈ １２３ ㎏ ㍿ ℃ Ω Å K",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom\u2060word",
    "soft\u00adhyphen no\u00a0break\u202fspace thin\u2009space ideographic\u3000space",
    "tab\tnew\nline\r\nreturn\rvertical\u000bform\u000cfeed\u0085next\u2028line\u2029paragraph",
    "control\u0000nul\u0001soh\u001besc\u007fdel\u0080pad\u009fapc",
    "replacement \ufffd character \ufffd\ufffd private \ue000 \U000f0000 noncharacter \ufffe \U0010ffff",
    "unassigned \u0378 \U000e0fff recent \u1df6 \ua7c2 \U0001e900 \U00011f00 \u20c0 \u061d \u2e52",
    "bidi \u202aleft\u202c \u202eright\u202c \u2066isolate\u2069 \u061c mark",
    "tags \U000e0001\U000e0061 variation \ufe0f \U000e0100 text",
    "[SEP] in text, [CLS][MASK] glued[SEP]glued [sep] [ SEP ] [UNK] [PAD] [MASK]ed",
    "<s> and </s> <mask> text <pad> <unk> <|endoftext|> < s >  <mask>  spaced",
    "added tokens: NEWTOK newtok preNEWTOK NEWTOKpost , NEWTOK, \u00e9NEWTOK  left  right  righty",
    "##ing ## #### play##ing ▁ ▁▁under▁ Ġspace Ċ",
    "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    "qwrtpsdfgh zxcvbnm xyzzyx jjjjjjjj",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "A  double  space   triple    four     five",
    "  leading and trailing  ",
    "don't DON'T Don'T can’t ‘quoted’ “double” «guillemets» ‹single› „low“ – — … ‥ ·",
    "combining \u0301alone at start \u0345 \u20dd enclosed \u0488",
    "\u0344 \u0374 \u037e \u0387 \u1fef \u2000 \u2126 \u212a \u212b \u2329 \uf900 \ufa0e \U0002f800",
    "\u0f73 \u0f75 \u0f81 \u0340 \u0341 \u0343 \u1e9b\u0323 \u1100\uac00\u11a8",
    "𠀀 𪜀 𫝀 𫠠 𫤠 𬺡 㐀 䶿 龥 鿿 豈 丽",
    "\u1680ogham\u1680 \u180emongolian \u166d \u1735 ៚ ༺༻ ⸨⸩ 〽 ︴ ﹏ ＿",
]

EDGES = [
    "", " ", "   ", "\n", "\t\t", "\u00a0", "\u200b", "\u0000", "\ufffd", "\u0301", "\u3000\u3000",
    "a", "A", "\u00e9", "e\u0301", "é" * 3, "中", "\uac00", "😀", "\u200d", "[SEP]", "[CLS] [SEP]", "##",
    ".", "..", "'", "'s", " 's", "1", "12", "123", "1234", "12345", " 1", " 12", "a1", "1a",
    "x" * 99, "x" * 100, "x" * 101, "x" * 250, "é" * 100, "é" * 101, "中" * 120, "a." * 60,
    "word " * 40, " " * 64, "\n" * 10, "\u0301" * 20, "a" + "\u0301\u0323" * 10, "\u200b" * 20,
    "the" + "\u0000" * 5 + "end", " \n \n x", "x \n", "x\n\n\ny", "  x", "x  ", "\r\n\r\n", "\t x",
    "I'LL", "i'Ll", "we'Re", "'ſ", "'S", "it''s", "a'b'c", "\u2019s", "<s>", "</s>x", " <mask> ",
    "▁", "▁a", " ▁ a", "a▁b", "Ġ", "NEWTOK", "newtok", "left", "right", " left right ",
    "xNEWTOK", "NEWTOK NEWTOK", "NEWTOKNEWTOK", "_NEWTOK", "-NEWTOK-", "leftright", "left  right  left",
]

POOLS = [
    (0x20, 0x7F), (0x20, 0x7F), (0x20, 0x7F), (0x00, 0x20), (0x80, 0x250), (0x300, 0x370),
    (0x370, 0x600), (0x600, 0xE00), (0x1100, 0x1200), (0x1E00, 0x2070), (0x20D0, 0x2500),
    (0x3000, 0x3200), (0x4E00, 0x4E40), (0xAC00, 0xAC80), (0xF900, 0xFB50), (0xFE00, 0x10000),
    (0x1D100, 0x1D200), (0x1F1E0, 0x1F700), (0x1D400, 0x1D800), (0x2F800, 0x2FA20),
    (0xE0000, 0xE0200), (0x10000, 0x10FFFF),
]
PIECES = [
    "the", "Library", " ", " ", "  ", "\n", "ing", "don't", "[SEP]", "<mask>", "##", "\u200d", "\u0301\u0323",
    "\u0130", "\u00df", "\ufb01", "NEWTOK", "left", "right", "1234", "▁", "naïve", ".", ",", "'s",
]


def made(count):
    """Texts of random scalars and pieces, the same ones each time."""
    chance = random.Random(20261123)
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(chance.choice([2, 4, 8, 14])):
            if chance.random() < 0.4:
                parts.append(chance.choice(PIECES))
                continue
            low, high = chance.choice(POOLS)
            for _ in range(chance.choice([1, 2, 4])):
                scalar = chance.randrange(low, high)
                if not 0xD800 <= scalar < 0xE000:
                    parts.append(chr(scalar))
        texts.append("".join(parts))
    return texts


TEXTS = SENTENCES + EDGES + made(160)
PAIRS = [
    ("What is it?", "It is a library for images."), ("", ""), ("first", ""), ("", "second [SEP] text"),
    ("word " * 30, "more " * 9), ("a b c", "d e f g " * 12), ("one two three " * 9, "four five six " * 9),
    ("naïve 中文", "مرحبا 😀"),
]
