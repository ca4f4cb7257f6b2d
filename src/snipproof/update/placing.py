"""Puts the new text of a block back on the lines of its file: only lines that differ change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from snipproof.compare.expectation import BlockLine
from snipproof.update.proposal import Change

_MARK = "\ufeff"


class CannotPlaceError(Exception):
    """The new text has no place in the file; the message is the reason, in words."""


@dataclass(frozen=True, slots=True)
class Placing:
    """A block in its file.

    :param lines: all lines of the file; a carriage return at their end does not count.
    :param block: the lines of the block; there are gaps between its Segments.
    """

    lines: Sequence[str]
    block: Sequence[BlockLine]

    def put(self, new: Sequence[str]) -> list[Change]:
        """Return the Changes, from the top down, after which the block shows the lines ``new``.

        :raises CannotPlaceError: one would reach over a gap, or the file is not the one that the block is from.
        """
        if not self.block:
            raise CannotPlaceError("the block has no line")
        if any(self._source(index) != line.shown for index, line in enumerate(self.block)):
            raise CannotPlaceError("the file changed since it was read: run again")
        matcher = SequenceMatcher(None, [line.text for line in self.block], new, autojunk=False)
        changes: list[Change] = []
        for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
            if tag != "equal":
                changes += self._replace(begin, end, list(new[new_begin:new_end]))
        return changes

    def _replace(self, begin: int, end: int, new: list[str]) -> list[Change]:
        if begin == end:
            at = self.block[begin - 1].number + 1 if begin else self.block[0].number
            return [Change(at, (), self._written(max(begin - 1, 0), max(begin, 1), new))]
        numbers = [line.number for line in self.block]
        cuts = [begin, *(i for i in range(begin + 1, end) if numbers[i] != numbers[i - 1] + 1), end]
        if len(cuts) > 2 and len(new) != end - begin:
            raise CannotPlaceError("the change reaches over lines between two parts of the block")
        changes = []
        for first, last in pairwise(cuts):
            part = new if len(cuts) == 2 else new[first - begin : last - begin]
            old = tuple(self._source(i) for i in range(first, last))
            changes.append(Change(numbers[first], old, self._written(first, last, part)))
        return changes

    def _source(self, index: int) -> str:
        number = self.block[index].number
        return self.lines[number - 1].removesuffix("\r") if number <= len(self.lines) else ""

    def _written(self, begin: int, end: int, new: Sequence[str]) -> tuple[str, ...]:
        """Return ``new`` with what stands before the lines ``begin`` to ``end`` of the block, which they replace."""
        return tuple(self._before(min(begin + i, end - 1), blank=not text.strip()) + text for i, text in enumerate(new))

    def _before(self, index: int, *, blank: bool) -> str:
        """Return the indentation and comment token of a line, or of the nearest one of its kind."""
        near = sorted(self.block, key=lambda line: abs(line.number - self.block[index].number))
        alike = next((line.prefix for line in near if bool(line.text.strip()) is not blank), None)
        prefix = self.block[index].prefix.rstrip() if alike is None else alike
        return prefix.removeprefix(_MARK)
