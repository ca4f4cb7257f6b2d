"""Which Regions a block shows, by ranges of lines: a Source may have thousands of Regions of all its lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snipproof.model import Segment


class UnmarkedLines:
    """The lines of a Source that hold no marker.

    :param marked: the numbers of the lines with a marker.
    """

    def __init__(self, marked: Iterable[int]) -> None:
        self._marked = sorted(set(marked))
        self._behind: dict[int, int] = {}  # by marked line: the next line without a marker
        for number in reversed(self._marked):
            self._behind[number] = self._behind.get(number + 1, number + 1)

    def first_of(self, segments: Iterable[Segment]) -> int:
        """Return the first line of ``segments`` without a marker, 0 if each has one."""
        for first, last in segments:
            number = self._behind.get(first, first)
            if number <= last:
                return number
        return 0

    def are_within(self, segments: Iterable[Segment], kept: Sequence[Segment]) -> bool:
        """Whether ``kept``, ordered ranges of lines, contain all lines of ``segments`` that have no marker."""
        return all(self._is_within(segment, kept) for segment in segments)

    def _is_within(self, segment: Segment, kept: Sequence[Segment]) -> bool:
        number, last = segment
        for part in kept[bisect_left(kept, number, key=lambda each: each.last) :]:
            if part.first > last:
                break
            if not self._are_marked(number, part.first - 1):
                return False
            number = part.last + 1
        return self._are_marked(number, last)

    def _are_marked(self, first: int, last: int) -> bool:
        """Whether each line from ``first`` to ``last`` has a marker; they may be none."""
        return first > last or bisect_right(self._marked, last) - bisect_left(self._marked, first) == last - first + 1
