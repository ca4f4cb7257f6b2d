"""Reads the fences of a Page, which end with their container, with or without a closing line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.site.mdx.containers import closing
from snipproof.site.mdx.structure import FENCE

if TYPE_CHECKING:
    from snipproof.site.mdx.containers import Containers
    from snipproof.site.mdx.markup import Found

_OPENING = re.compile(r"(`{3,}(?!`))([^`\n]*)|(~{3,}(?!~))([^\n]*)")
_WITH_INFO = r"^[ \t]*{fence}{{3,}}[ \t]*[^\s`~]"


class Fences:
    """Reads the fences of ``text``, in the open ``containers``; blocks of ``component`` in them are hidden.

    :ivar left_open: the kind of the container with which the last fence ended, if no line closed the fence, and the
        offset of the line that ended it.
    """

    def __init__(self, text: str, containers: Containers, found: Found, component: str) -> None:
        self.left_open: tuple[str, int] | None = None
        self._text = text
        self._containers = containers
        self._found = found
        self._component = component

    def opens(self, position: int, end: int) -> bool:
        """Return whether the line from ``position`` to ``end`` opens a fence."""
        opening = _OPENING.match(self._text, position, end)
        return opening is not None and opening.end() == end

    def read(self, line: int, position: int, end: int) -> int:
        """Read the fence that the ``line`` opens at ``position``, and return where the line behind it begins."""
        opening = _OPENING.match(self._text, position, end)
        assert opening is not None
        fence, info = (opening[1], opening[2]) if opening[1] else (opening[3], opening[4])
        last, after, closed = self._end(end, closing(fence[0], len(fence)))
        self._found.notes.append((FENCE, position, last))
        if self.left_open is not None and not info.strip() and self._closes_nothing(line, fence, end, last):
            kind, _ = self.left_open
            message = f"the fence {fence[:20]} opens one: the one above, which it seems to close, ended with its {kind}"
            self._found.problems.append((position, message))
        elif not closed and after >= len(self._text) and self._text[end:].strip():
            self._found.problems.append((position, f"the fence {fence[:20]} is never closed"))
        self.left_open = None
        if not closed and after < len(self._text):
            ended = self._containers.descend(after, self._containers.line_end(after)).continued
            self.left_open = self._containers.open[ended].kind, after
        return after

    def _end(self, end: int, last_line: re.Pattern[str]) -> tuple[int, int, bool]:
        """Return where the fence ends, where the next line begins, and whether ``last_line`` closes it."""
        text, containers = self._text, self._containers
        if not containers.open:
            found = last_line.search(text, end)
            return (found.end(), containers.line_end(found.end()) + 1, True) if found else (len(text), len(text), False)
        begin = end + 1
        while begin < len(text):
            line_end = containers.line_end(begin)
            place = containers.descend(begin, line_end)
            if place.closes or place.continued < len(containers.open):
                return end, begin, False
            end = line_end
            begin = end + 1
            if last_line.match(text[place.position : line_end]):
                return end, begin, True
        return end, begin, False

    def _closes_nothing(self, line: int, fence: str, begin: int, end: int) -> bool:
        """Return whether the fence on ``line`` is meant to close the one above, which ended with its container.

        It is if its line ended the container, or if it hides a block or the beginning of another fence.
        """
        if self.left_open is None or self.left_open[1] == line:
            return self.left_open is not None
        content = self._text[begin:end]
        if re.search(_WITH_INFO.format(fence=fence[0]), content, re.MULTILINE):
            return True
        return f"<{self._component}" in content
