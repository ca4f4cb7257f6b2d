"""Positions of the Language Server Protocol in a text: lines and columns from 0, columns in UTF-16 code units.

A line of the protocol ends at LF, CRLF or CR; a line of snipproof ends at LF only. Offsets lead from one to the other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from lsprotocol.types import Position, Range

_LINE_END = re.compile(r"\r\n|\n|\r")


class FilePlace(NamedTuple):
    """A range in a file; ``path`` is relative to the root, as in the model."""

    path: str
    range: Range


class Positions:
    """Converts the positions of one ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _begins(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @cached_property
    def _ends(self) -> list[int]:
        return [*(match.start() for match in _LINE_END.finditer(self.text)), len(self.text)]

    @cached_property
    def _model_begins(self) -> list[int]:
        if "\r" not in self.text:
            return self._begins
        return [0, *(index + 1 for index, character in enumerate(self.text) if character == "\n")]

    def offset(self, position: Position) -> int:
        """Return the offset of ``position``, in characters from 0.

        As the protocol requires, a column behind the end of its line means that end. The same holds for lines, and a
        column in the middle of a character means its beginning.
        """
        if position.line >= len(self._begins):
            return len(self.text)
        begin, end = self._begins[position.line], self._ends[position.line]
        line = self.text[begin:end]
        if line.isascii():
            return min(begin + position.character, end)
        units = 0
        for index, character in enumerate(line):
            units += 2 if character > "\uffff" else 1
            if units > position.character:
                return begin + index
        return end

    def position(self, offset: int) -> Position:
        """Return the position of an offset; one within a line end is the end of that line."""
        line = bisect_right(self._begins, offset) - 1
        before = self.text[self._begins[line] : min(offset, self._ends[line])]
        return Position(line, len(before) + (0 if before.isascii() else sum(each > "\uffff" for each in before)))

    def range(self, begin: int, end: int) -> Range:
        """Return the range between two offsets."""
        return Range(self.position(begin), self.position(end))

    def offset_of(self, line: int, column: int = 1) -> int:
        """Return the offset of a place of the model, whose lines and columns count from 1."""
        begins = self._model_begins
        return min(begins[line - 1] + column - 1, len(self.text)) if 0 < line <= len(begins) else len(self.text)

    def place_of(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of the model, from 1, of an offset."""
        line = bisect_right(self._model_begins, offset)
        return line, offset - self._model_begins[line - 1] + 1

    def range_of_line(self, line: int) -> Range:
        """Return the range of a line of the model, without its end."""
        begin = self.offset_of(line)
        end = self.text.find("\n", begin)
        end = len(self.text) if end < 0 else end
        return self.range(begin, end - (end > begin and self.text[end - 1] == "\r"))
