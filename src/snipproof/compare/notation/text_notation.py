"""Plain text: lines, of which one that holds nothing but ``...`` stands for any run of them."""

from __future__ import annotations

import re

from snipproof.compare.tree import Elision, String, TextLines

_LINE = re.compile(r"[^\n]*")
_DOTS = re.compile(r"[ \t]*(\\?\.\.\.)[ \t]*\Z")


def read_lines(text: str) -> TextLines:
    r"""Return the lines of ``text`` without the blank ones around them; a line ``\...`` is three dots."""
    items: list[String | Elision] = []
    blanks: list[String] = []
    for match in _LINE.finditer(text):
        begin, end = match.span()
        if begin == end and begin and text[begin - 1] != "\n":
            continue  # the empty match behind a line
        line = match[0].removesuffix("\r")
        end = begin + len(line)
        if not line.strip():
            blanks.append(String(begin, end, line))
            continue
        if items:
            items += blanks
        blanks = []
        dots = _DOTS.match(line)
        if dots and dots[1] == "...":
            items.append(Elision(begin + dots.start(1), begin + dots.end(1)))
        else:
            value = line[: dots.start(1)] + line[dots.start(1) + 1 :] if dots else line
            items.append(String(begin, end, value))
    return TextLines(items[0].begin, items[-1].end, tuple(items)) if items else TextLines(0, 0, ())
