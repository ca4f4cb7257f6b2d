"""The sections of a Page: where its headings are."""

from __future__ import annotations

import re
from bisect import bisect_right

_TOKEN = re.compile(
    r"""^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>```+|~~~+)
    | <!--.*?(?:-->|\Z) | \{[ \t]*/\*.*?(?:\*/|\Z)
    | (?P<heading>^[ \t]*\#{1,6}[ \t]+\S | <h[1-6]\b)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


class Sections:
    """The headings of a Page, those in fences and comments aside."""

    def __init__(self, text: str) -> None:
        self._headings: list[int] = []
        position, line, counted = 0, 1, 0
        while token := _TOKEN.search(text, position):
            position = token.end()
            if token["heading"]:
                begin = token.start("heading")
                line += text.count("\n", counted, begin)
                counted = begin
                self._headings.append(line)
            elif token["fence"]:
                closing = re.compile(rf"^[ \t>]*{token['fence'][0]}{{{len(token['fence'])},}}[ \t]*\r?$", re.MULTILINE)
                end = closing.search(text, position)
                position = end.end() if end else len(text)

    def begin(self, line: int) -> int:
        """Return the line of the heading over ``line``, 0 when there is none."""
        index = bisect_right(self._headings, line)
        return self._headings[index - 1] if index else 0
