"""The sections of a Page: where its headings and its fences are."""

from __future__ import annotations

import re
from bisect import bisect_right

_TOKEN = re.compile(
    r"""^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>```+|~~~+)(?P<info>[^\r\n]*)
    | <!--.*?(?:-->|\Z) | \{[ \t]*/\*.*?(?:\*/|\Z)
    | (?P<heading>^[ \t]*\#{1,6}[ \t]+\S | <h[1-6]\b)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


class Sections:
    """The headings of a Page, those in fences and comments aside, and its fences."""

    def __init__(self, text: str) -> None:
        text = text.replace("\r\n", "\n")
        self._headings: list[int] = []
        self._fences: list[tuple[int, int]] = []
        rendered: set[int] = set()  # where fences end whose text the site renders all the same
        position, line, counted = 0, 1, 0
        while token := _TOKEN.search(text, position):
            position = token.end()
            if not token["heading"] and (not token["fence"] or position in rendered):
                continue
            begin = token.start("heading" if token["heading"] else "fence")
            line += text.count("\n", counted, begin)
            counted = begin
            if token["heading"]:
                self._headings.append(line)
                continue
            closing = re.compile(rf"^[ \t>]*{token['fence'][0]}{{{len(token['fence'])},}}[ \t]*$", re.MULTILINE)
            found = closing.search(text, position)
            end = found.end() if found else len(text)
            if token["info"].strip() == "mdx-code-block":
                rendered.add(end)
            else:
                position = end
                self._fences.append((line, line + text.count("\n", counted, position)))

    def begin(self, line: int) -> int:
        """Return the line of the heading over ``line``, 0 when there is none."""
        index = bisect_right(self._headings, line)
        return self._headings[index - 1] if index else 0

    def in_fence(self, line: int) -> bool:
        """Whether ``line`` is in a fence, so that readers see it as it stands."""
        index = bisect_right(self._fences, line, key=lambda fence: fence[0])
        return index > 0 and line <= self._fences[index - 1][1]
