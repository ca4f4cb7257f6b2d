"""Places of Findings, which count from 1, as ranges of the protocol: zero-based, in UTF-16 code units.

Lines of a Finding end at LF. Those of the protocol end at CR LF, LF and CR.
"""

from __future__ import annotations

import re

from lsprotocol.types import Position, Range

_LINE_END = re.compile(r"\r\n|\n|\r")
_TAG = re.compile(r"</?[\w.]+")


def units(text: str) -> int:
    """Return the number of UTF-16 code units of ``text``."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def position(text: str, offset: int) -> Position:
    """Return the position of a character offset in ``text``."""
    line, begin = text.count("\n", 0, offset), text.rfind("\n", 0, offset) + 1
    if "\r" in text:
        line = begin = 0
        for end in _LINE_END.finditer(text):
            if end.end() > offset:
                break
            line, begin = line + 1, end.end()
    return Position(line, units(text[begin:offset]))


def range_of(text: str, begin: int, end: int) -> Range:
    """Return the range between two character offsets in ``text``."""
    return Range(position(text, begin), position(text, end))


def offset_of(text: str, line: int, column: int) -> int:
    """Return the character offset of a line and a column that count from 1; of the nearest place that exists."""
    begin = 0
    for _ in range(line - 1):
        following = text.find("\n", begin) + 1
        if not following:
            return len(text)
        begin = following
    end = text.find("\n", begin)
    return min(begin + column - 1, len(text) if end < 0 else end)


def range_of_finding(text: str, line: int, column: int) -> Range:
    """Return what is underlined for a Finding at this place: the name of a tag, else the rest of the line."""
    begin = offset_of(text, line, column)
    if tag := _TAG.match(text, begin):
        return range_of(text, begin, tag.end())
    end = text.find("\n", begin)
    rest = text[begin : len(text) if end < 0 else end].rstrip()
    return range_of(text, begin, begin + len(rest))
