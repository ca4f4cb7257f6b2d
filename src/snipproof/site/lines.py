"""The lines of a text, split once for all who look at them; lines end at LF only, as on the site."""

from __future__ import annotations


class Lines:
    """The lines of ``text``; ``worded`` are those that hold START or END, with their numbers from 1.

    Nearly every marker has one of these words in it, and few lines do. Remembers which lines hold the markers that were
    asked for.
    """

    __slots__ = ("_holders", "_worded", "all", "text", "worded")

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = text.split("\n")
        self.worded = [(number, line) for number, line in enumerate(self.all, 1) if "END" in line or "START" in line]
        self._worded = "\n".join([line for _, line in self.worded])
        self._holders: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.all)

    def holding(self, marker: str) -> tuple[int, ...]:
        """Return the numbers, from 1, of the lines that hold ``marker``."""
        found = self._holders.get(marker)
        if found is None:
            if "START" in marker or "END" in marker:
                numbers = [self.worded[index][0] for index in _holding(self._worded, marker)]
            else:
                numbers = [index + 1 for index in _holding(self.text, marker)]
            found = self._holders[marker] = tuple(numbers)
        return found


def _holding(text: str, marker: str) -> list[int]:
    """Return which lines of ``text``, counted from 0, hold ``marker``: found by searching, and not line by line."""
    found: list[int] = []
    if "\n" in marker:
        return found  # no line holds one
    line = begin = 0
    position = text.find(marker)
    while position >= 0:
        line += text.count("\n", begin, position)
        found.append(line)
        end = text.find("\n", position)
        if end < 0:
            break
        line, begin = line + 1, end + 1
        position = text.find(marker, begin)
    return found
