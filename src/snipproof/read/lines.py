"""The lines of a text, found by searching and not by splitting; lines end at LF only, as on the site."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate


class Lines:
    """A text and where its lines begin. Remembers which lines hold the markers that were asked for."""

    __slots__ = ("_begins", "_holders", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        lengths = [len(line) + 1 for line in text.split("\n")]
        self._begins = [0, *accumulate(lengths)]
        self._holders: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._begins) - 1

    def holding(self, marker: str) -> tuple[int, ...]:
        """Return the numbers, from 1, of the lines that hold ``marker``."""
        found = self._holders.get(marker)
        if found is None:
            found = self._holders[marker] = tuple(self._search(marker))
        return found

    def slice(self, first: int, last: int) -> str:
        """Return the text of the lines ``first`` to ``last``, both inclusive, without the last line's end."""
        return self.text[self._begins[first - 1] : self._begins[last] - 1]

    def _search(self, marker: str) -> list[int]:
        found: list[int] = []
        if "\n" in marker:
            return found  # no line holds one
        position = self.text.find(marker)
        while position >= 0:
            number = bisect_right(self._begins, position)
            found.append(number)
            position = self.text.find(marker, self._begins[number])
        return found
