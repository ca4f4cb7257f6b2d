"""What the edits of markers in a Source require of the texts by which Pages request them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.language_server.positions import Positions
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Edit = tuple[int, int, str]
"""Two offsets, and the text that replaces what is between them."""


class EditedMarkers:
    """A Source with this ``text``, in whose markers ``edits`` replace a name."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        self.lines = Lines(text)
        self._text = text
        self._edits = edits
        self._known: dict[str, Edit | None] = {}
        positions = Positions(text)
        self._places = [(positions.place_of(edit[0])[0], *edit) for edit in edits]
        self._begins = {line: positions.offset_of(line) for line, *_ in self._places}

    @cached_property
    def lines_after(self) -> Lines:
        """The lines after the edits."""
        return Lines(apply_edits(self._text, self._edits))

    def replaced(self, marker: str) -> Edit | None:
        """Return what to replace in ``marker``, so that it matches after the edits what it matches now.

        ``None`` if nothing has to be: no line that it matches is edited, or it still matches that line.
        """
        if marker not in self._known:
            self._known[marker] = self._replaced(marker) if marker else None
        return self._known[marker]

    def _replaced(self, marker: str) -> Edit | None:
        held = set(self.lines.holding(marker))
        found: Edit | None = None
        for number, begin, end, new in self._places if held else ():
            if number not in held:
                continue
            line, first = self.lines.all[number - 1], self._begins[number]
            begin, end = begin - first, end - first  # noqa: PLW2901 (from here on, columns)
            places = list(_places(line, marker))
            if any(at >= end or at + len(marker) <= begin for at in places):
                return None  # it matches beside the name
            at = places[0]
            whole = at <= begin and end <= at + len(marker)
            if not whole and marker in line[:begin] + new + line[end:]:
                return None  # a part of the name, which stays
            found = found or (max(begin - at, 0), min(end - at, len(marker)), new)
        return found


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return ``text`` after ``edits``, whose offsets are those before all of them."""
    for begin, end, new in sorted(set(edits), reverse=True):
        text = text[:begin] + new + text[end:]
    return text


def _places(line: str, marker: str) -> Iterable[int]:
    at = line.find(marker)
    while at >= 0:
        yield at
        at = line.find(marker, at + 1)
