"""A small precompiled character map, in SentencePiece's format.

Four bytes give the length of a double-array trie of 32-bit units, which follows, then the
replacements, each ended by a NUL. A unit holds its label in bits 0-7 (and 31 if it is a leaf's
value), whether a leaf hangs below in bit 8, and the distance to its children in bits 10 and up.
"""
import struct

PAIRS = {
    "\u00a0": " ", "\u3000": " ", "\t": " ", "\n": " ", "\r": "", "\u00ad": "", "\u200b": " ",
    "\u0001": "", "\u007f": "", "\ufeff": "", "\ufb01": "fi", "\ufb03": "ffi", "\u00bd": "1/2",
    "e\u0301": "\u00e9", "a\u0301": "\u00e1", "a\u0323": "\u1ea1", "\u0344": "\u0308\u0301",
    "\u2168": "IX", "\u2167": "VIII", "\u2126": "\u03a9", "\u212b": "\u00c5", "\u337f": "\u682a\u5f0f\u4f1a\u793e",
    "\uff21": "A", "\uff22": "B", "\uff23": "C", "\uff41": "a", "\uff42": "b", "\uff11": "1",
    "\uff76": "\u30ab", "\uff80": "\u30bf", "\u304b\u3099": "\u304c", "\u24b6": "A", "\u2460": "1",
    "\U0001d400": "A", "\U0002f800": "\u4e3d", "\uf900": "\u8c48", "\u1e9b\u0323": "\u1e69",
}


def character_map():
    """The map as bytes."""
    texts, places = b"", {}
    for value in sorted(set(PAIRS.values())):
        places[value] = len(texts)
        texts += value.encode() + b"\0"
    root = {}
    for key, value in PAIRS.items():
        node = root
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = places[value]
    units = [0] * 8192
    used, bases = {0}, set()

    def place(node, position):
        base = next(
            base for base in range(1, 7000)
            if base not in bases and all(base ^ byte not in used for byte in node))
        bases.add(base)
        used.update(base ^ byte for byte in node)
        assert position ^ base < 1 << 21
        units[position] |= (position ^ base) << 10 | (0 in node) << 8
        for byte, child in sorted(node.items()):
            if byte == 0:
                units[base] = child | 1 << 31
            else:
                units[base ^ byte] |= byte
                place(child, base ^ byte)

    place(root, 0)
    # A free unit must not look like a child: its label differs from any byte that leads to it.
    for index in set(range(len(units))) - used:
        units[index] = 1 << 31
    count = 256 * (max(used) // 256 + 1)
    return struct.pack(f"<{count + 1}I", count * 4, *units[:count]) + texts
