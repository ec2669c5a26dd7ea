#!/usr/bin/env python3
"""Names what has outgrown the house's habits: functions over 60 lines, files over 400; public declarations without
documentation.

Usage: Docs/check.py [FOLDER ...] (default: Sources Tests). It never fails: a long function may have its
reason. Lengths are counted from the line that declares a function to its closing brace, as formatted
sources have it: at the indentation of the declaration.
"""

import pathlib
import re
import sys

FUNCTION_LINES = 60
FILE_LINES = 400
DECLARATION = re.compile(r"^( *)(?:@\S+ |[a-z]+(?:\([a-z]+\))? )*(?:func |init[?(<]|deinit\b|subscript[(<])")


def long_functions(lines):
    """Yields (first line, length, declaration) of each function that is too long."""
    for start, line in enumerate(lines):
        found = DECLARATION.match(line)
        if not found:
            continue
        closing = found.group(1) + "}"
        for end in range(start, len(lines)):
            text = lines[end]
            if text.rstrip() == closing or (end == start and text.rstrip().endswith("}")):
                if end - start + 1 > FUNCTION_LINES:
                    yield start + 1, end - start + 1, line.strip()
                break
            # A declaration without a body, as in a protocol.
            if end > start and text.startswith(found.group(1)) and DECLARATION.match(text):
                if len(DECLARATION.match(text).group(1)) == len(found.group(1)):
                    break


def undocumented(lines):
    """Yields (line, declaration) of what is public and has no documentation before it, but for what a protocol of the
    standard library asks for."""
    for number, line in enumerate(lines):
        text = line.strip()
        if not re.match(r"(@\S+ )*public (?!extension|import)", text):
            continue
        if re.search(r"var description\b|func (==|<|hash|encode)\b|init\(from |CodingKeys", text):
            continue
        before = number - 1
        while before >= 0 and lines[before].strip().startswith("@"):
            before -= 1
        if before < 0 or not lines[before].strip().startswith("///"):
            yield number + 1, text


def main():
    folders = sys.argv[1:] or ["Sources", "Tests"]
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix not in {".swift", ".c", ".h", ".cpp"}:
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            if len(lines) > FILE_LINES:
                print(f"{path}: {len(lines)} lines, more than {FILE_LINES}")
            if path.suffix == ".swift":
                for line, length, declaration in long_functions(lines):
                    print(f"{path}:{line}: {length} lines, more than {FUNCTION_LINES}: {declaration}")
                for line, declaration in undocumented(lines):
                    print(f"{path}:{line}: public, not documented: {declaration}")


if __name__ == "__main__":
    main()
