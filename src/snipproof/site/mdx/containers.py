"""The containers of a Page: quotes, items of lists, footnotes and admonitions, and which of them a line continues.

The rules are those of micromark's document parser for MDX, where code is never indented text, so that blanks before a
block may be any number. A tab extends to the next column that is a multiple of four.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

QUOTE, ITEM, FOOTNOTE, ADMONITION = "quote", "list item", "footnote", "admonition"
BREAK = re.compile(r"([*_-])[ \t]*(?:\1[ \t]*){2,}\r?(?=\n|\Z)")
"""A line that separates parts of a Page."""
MAX_DEPTH = 200
"""The containers that may be open in one another, so that each line takes little time."""
_FOOTNOTE_BLANKS = 4
_ITEM_MARK = re.compile(r"(?:[*+-]|(\d{1,9})[.)])(?=[ \t\r\n]|\Z)")
_FOOTNOTE_MARK = re.compile(r"\[\^(?:[^\[\]\\\s]|\\[\[\]\\])++\]:")
_BLANKS = re.compile(r"[ \t]*")


class Container:
    """An open container.

    :ivar kind: one of the four above.
    :ivar size: the columns that an item or a footnote needs, or the colons that close an admonition.
    :ivar indentation: the blanks before an admonition, which are removed from its lines.
    :ivar blank: whether an item begins with a blank line.
    :ivar ended: whether another blank line has ended such an item.
    """

    __slots__ = ("blank", "ended", "indentation", "kind", "size")

    def __init__(self, kind: str, size: int = 0, indentation: int = 0, *, blank: bool = False) -> None:
        self.kind = kind
        self.size = size
        self.indentation = indentation
        self.blank = blank
        self.ended = False


class Place(NamedTuple):
    """Where the content of a line begins: its offset and column, and how many containers it continues.

    ``closes`` is true for the line that closes the next container, an admonition.
    """

    position: int
    column: int
    continued: int
    closes: bool = False


class Containers:
    """The open containers of ``text``, from the outermost one."""

    def __init__(self, text: str) -> None:
        self.open: list[Container] = []
        self._text = text

    def has(self, kind: str) -> bool:
        """Return whether a container of this ``kind`` is open."""
        return any(container.kind == kind for container in self.open)

    def line_end(self, position: int) -> int:
        """Return where the line of ``position`` ends."""
        end = self._text.find("\n", position)
        return len(self._text) if end < 0 else end

    def descend(self, begin: int, end: int) -> Place:
        """Return where the content of the line at ``begin`` begins behind what continues the open containers."""
        position, column = begin, 0
        in_footnote = False
        for number, container in enumerate(self.open):
            after, column_after = self.skip_blanks(position, column, end)
            blank = after >= end or self._text[after] == "\r"
            kind = container.kind
            if kind == QUOTE:
                if blank or self._text[after] != ">":
                    return Place(position, column, number)
                position, column = self.skip_blanks(after + 1, column_after + 1, end, 1)
            elif kind == ADMONITION:
                if not blank and closing(":", container.size).match(self._text[after:end]):
                    return Place(position, column, number, closes=True)
                position, column = self.skip_blanks(position, column, end, container.indentation)
            elif blank:
                container.ended = container.ended or container.blank
                position, column = self.skip_blanks(position, column, end, container.size)
            elif container.ended or column_after - column < container.size:
                if kind != FOOTNOTE or column_after > column or not in_footnote:
                    return Place(position, column, number)
            else:
                container.blank = False
                position, column = self.skip_blanks(position, column, end, container.size)
            in_footnote = kind == FOOTNOTE  # the blanks of one are enough for one that begins in it
        return Place(position, column, len(self.open))

    def skip_blanks(self, position: int, column: int, end: int, most: int | None = None) -> tuple[int, int]:
        """Return the offset and column behind the blanks at ``position``, at most so many columns."""
        text = self._text
        blanks = _BLANKS.match(text, position, end)
        after = blanks.end() if blanks else position
        if after == position:
            return position, column
        if text.find("\t", position, after) < 0:
            if most is not None:
                after = min(after, position + most)
            return after, column + after - position
        last = None if most is None else column + most
        while position < after and (last is None or column < last):
            width = 4 - column % 4 if text[position] == "\t" else 1
            if last is not None and column + width > last:
                return position, last  # a part of a tab
            position += 1
            column += width
        return position, column

    def enter(self, position: int, column: int, end: int, *, interrupts: bool) -> tuple[Container, int, int] | None:
        """Return the container that begins at ``position``, with the offset and column of its content.

        ``interrupts`` is whether the line may continue a paragraph instead.
        """
        text = self._text
        begin, begin_column = self.skip_blanks(position, column, end)
        first = text[begin : begin + 1]
        if first == ">":
            return Container(QUOTE), *self.skip_blanks(begin + 1, begin_column + 1, end, 1)
        if first == "[" and (mark := _FOOTNOTE_MARK.match(text, begin, end)):
            after = self.skip_blanks(mark.end(), begin_column + mark.end() - begin, end)
            return Container(FOOTNOTE, _FOOTNOTE_BLANKS), *after
        if first and first in "*+-0123456789" and (mark := _ITEM_MARK.match(text, begin)):
            return self._item(mark, begin_column, column, end, interrupts=interrupts)
        return None

    def _item(
        self, mark: re.Match[str], begin_column: int, column: int, end: int, *, interrupts: bool
    ) -> tuple[Container, int, int] | None:
        text = self._text
        mark_column = begin_column + mark.end() - mark.start()
        content, content_column = self.skip_blanks(mark.end(), mark_column, end)
        empty = content >= end or text[content] == "\r"
        if BREAK.match(text, mark.start()) or (interrupts and (empty or mark[1] not in (None, "1"))):
            return None
        if empty:
            return Container(ITEM, mark_column + 1 - column, blank=True), mark.end(), mark_column
        return Container(ITEM, content_column - column), content, content_column

    def outside(self, begin: int, end: int) -> int | None:
        """Return the first line from ``begin`` to ``end`` that does not continue all open containers."""
        while self.open and begin < end:
            line_end = self.line_end(begin)
            place = self.descend(begin, line_end)
            if place.closes or place.continued < len(self.open):
                return begin
            begin = line_end + 1
        return None

    def lines_below(self, position: int, end: int, *, lazy: bool = False) -> list[tuple[int, int]]:
        """Return the text from ``position`` to the end of its line and of each line that continues the containers.

        With ``lazy``, also lines that continue fewer of them, as those of a comment, up to one that begins or ends one.
        """
        lines = [(position, end)]
        while (begin := end + 1) < len(self._text):
            end = self.line_end(begin)
            place = self.descend(begin, end)
            outside = self.open[place.continued :]
            if place.closes or (outside and not lazy):
                break
            if outside and (
                any(container.kind == ADMONITION for container in outside)
                or self.enter(place.position, place.column, end, interrupts=False)
            ):
                break
            lines.append((place.position, end))
        return lines

    def without_prefixes(self, lines: list[tuple[int, int]]) -> str:
        """Return the text of ``lines`` with blanks for the prefixes between them, so that every offset stays."""
        text = self._text
        whole = text[lines[0][0] : lines[-1][1]]
        if len(lines) == 1 or ">" not in whole:
            return whole
        parts = [text[slice(*lines[0])]]
        for (_, before), (begin, end) in pairwise(lines):
            parts += ["\n", " " * (begin - before - 1), text[begin:end]]
        return "".join(parts)


def after_blanks(text: str, position: int) -> int:
    """Return the offset behind the blanks at ``position``."""
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


@cache
def closing(character: str, length: int) -> re.Pattern[str]:
    """Return the pattern of a line, from behind its prefix, that closes what so many characters opened."""
    return re.compile(rf"^[ \t]*{character}{{{length},}}[ \t]*\r?$", re.MULTILINE)
