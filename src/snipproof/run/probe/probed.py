"""The text of a Source with its probes, and the edits that make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from snipproof.run.probe.plan import Plan

PROBE_FUNCTION = "__snipproof_probe__"


@dataclass(frozen=True, slots=True)
class Probed:
    """The text of a Source with its probes.

    :param silent: for the line of each marker that a run cannot follow, the reason.
    :param plan: what a run must report. Without one, the markers are the probes: passing one reports its line.
    :param program: what runs instead of ``text``, in a form of the language's own.
    :param columns: by line, the columns, from 1, and the lengths of what the probes added to it, in order.
    """

    text: str
    silent: Mapping[int, str] = field(default_factory=dict)
    plan: Plan | None = None
    program: bytes = b""
    columns: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def column(self, line: int, column: int) -> int:
        """Return the column in the docs source of a ``column`` in the text with probes; both count from 1."""
        added = 0
        for place, length in self.columns.get(line, ()):
            if place + added >= column:
                break
            added += min(length, column - place - added)
        return column - added


class Edits:
    """Edits inside the lines of a text; the number of lines stays the same."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._inserts: dict[int, list[tuple[int, int, str]]] = {}
        self._replaced: dict[int, str] = {}

    def replace(self, line: int, text: str) -> None:
        """Make ``text`` the whole of ``line``, which counts from 1."""
        self._replaced[line] = text

    def overwrite(self, line: int, column: int, text: str) -> None:
        """Put ``text`` in place of as many characters, from ``column`` of ``line``, which counts from 0."""
        given = self._replaced.get(line, self.lines[line - 1])
        self._replaced[line] = given[:column] + text + given[column + len(text) :]

    def insert(self, line: int, column: int, text: str) -> None:
        """Put ``text`` before the character at ``column`` of ``line``; columns count characters from 0."""
        inserts = self._inserts.setdefault(line, [])
        inserts.append((column, len(inserts), text))

    def columns(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Return what was inserted: by line, the columns, from 1, and the lengths, in order."""
        return {
            line: tuple((column + 1, len(text)) for column, _, text in sorted(inserts))
            for line, inserts in self._inserts.items()
        }

    def text(self) -> str:
        """Return the edited text."""
        result = []
        for number, line in enumerate(self.lines, start=1):
            new = self._replaced.get(number, line)
            # From the right, so that columns stay valid; at one column in the order of the calls.
            for column, _, text in sorted(self._inserts.get(number, ()), reverse=True):
                new = new[:column] + text + new[column:]
            result.append(new)
        return "\n".join(result)
