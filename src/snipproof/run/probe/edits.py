"""Changes inside the lines of a text."""

from __future__ import annotations


class Edits:
    """Changes inside lines; the number of lines stays as it is."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._inserts: dict[int, list[tuple[int, int, str]]] = {}
        self._replaced: dict[int, str] = {}

    def replace(self, line: int, text: str) -> None:
        """Make ``text`` the whole of ``line``, which counts from 1."""
        self._replaced[line] = text

    def insert(self, line: int, column: int, text: str) -> None:
        """Put ``text`` before what stands at ``column`` of ``line``: characters, from 0."""
        inserts = self._inserts.setdefault(line, [])
        inserts.append((column, len(inserts), text))

    def text(self) -> str:
        """Return the changed text."""
        result = []
        for number, line in enumerate(self.lines, start=1):
            new = self._replaced.get(number, line)
            # From the right, so that columns stay true; at one column in the order they came.
            for column, _, text in sorted(self._inserts.get(number, ()), reverse=True):
                new = new[:column] + text + new[column:]
            result.append(new)
        return "\n".join(result)
