"""The lines of a text, split once for all who look at them; lines end at LF only, as on the site."""

from __future__ import annotations


class Lines:
    """The lines of ``text``; ``worded`` are those that hold START or END, with their numbers from 1.

    Nearly every marker has one of these words in it, and few lines do. Remembers which lines hold the markers that were
    asked for.
    """

    __slots__ = ("_holders", "all", "text", "worded")

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = text.split("\n")
        self.worded = [(number, line) for number, line in enumerate(self.all, 1) if "END" in line or "START" in line]
        self._holders: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.all)

    def holding(self, marker: str) -> tuple[int, ...]:
        """Return the numbers, from 1, of the lines that hold ``marker``."""
        found = self._holders.get(marker)
        if found is None:
            if "START" in marker or "END" in marker:
                numbers = [number for number, line in self.worded if marker in line]
            elif marker in self.text:
                numbers = [number for number, line in enumerate(self.all, 1) if marker in line]
            else:
                numbers = []
            found = self._holders[marker] = tuple(numbers)
        return found
