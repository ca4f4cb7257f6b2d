"""What the site shows: the algorithm of the component that a Reference names, reproduced to the byte.

A marker is any text that a line contains, and a line ends at LF only. The order is the component's own: a start marker
wins over an end marker on the same line, Segments are joined, then the display language decides how much indentation
each line loses.
"""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from snipproof.model import Reference, Segment
from snipproof.site.profile import FILTERED_TEXT_BLOCK, Profile
from snipproof.text import Lines

START_ANY = "START-ANY"
END_ANY = "END-ANY"


class Selection(NamedTuple):
    """The lines of a Source that a pair of markers selects; line numbers count from 1.

    :param segments: the runs of lines that are kept.
    :param named: the lines that opened one by the start marker itself.
    :param any: the lines that opened one by ``START-ANY`` alone.
    :param opened_last: the line that opened the run that is still open at the end of the file, 0 if all are closed.
    """

    segments: tuple[Segment, ...]
    named: tuple[int, ...]
    any: tuple[int, ...]
    opened_last: int

    @property
    def closed(self) -> bool:
        """Whether every run was closed, so that none extends to the end of the file."""
        return self.opened_last == 0

    @property
    def kept(self) -> tuple[int, ...]:
        """The numbers of all lines that are kept."""
        return tuple(chain.from_iterable([range(first, last + 1) for first, last in self.segments]))


class Rendered(NamedTuple):
    """What one Reference shows: ``text`` as the component passes it to the code block, and where it comes from."""

    text: str
    highlighter: str
    selection: Selection

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The line ranges of the Source that are shown, in order."""
        return self.selection.segments


def select(lines: Lines, start: str | None, end: str | None, include_start: bool = False) -> Selection:
    """Return which of ``lines`` the component keeps; for it, an absent marker is the text ``undefined``."""
    named, by_any, ends, ends_any = markers_of(lines, start, end)
    if len(named) == 1 == len(ends) and not by_any and not ends_any and not include_start and named[0] < ends[0]:
        # Nearly all are like this: one run, opened and closed once.
        first, last = named[0] + 1, ends[0] - 1
        return Selection((Segment(first, last),) if first <= last else (), named, (), 0)
    # A start wins over an end on the same line, so starts are added last.
    events = dict.fromkeys(ends + ends_any, False) | dict.fromkeys(named + by_any, True)
    runs: list[tuple[int, int]] = []
    opened = first = 0
    for number, opens in sorted(events.items()):
        if opened and first < number:
            runs.append((first, number - 1))
        # A start inside an open run changes nothing: the run still begins where it was opened first.
        opened = (opened or number) if opens else 0
        first = number + 1
        if opens and include_start:
            runs.append((number, number))
    if opened and first <= len(lines):
        runs.append((first, len(lines)))
    return Selection(_joined(runs), named, by_any, opened)


class MarkerLines(NamedTuple):
    """The lines with a start marker, with ``START-ANY`` alone, with an end marker, and with ``END-ANY``."""

    starts: tuple[int, ...]
    starts_any: tuple[int, ...]
    ends: tuple[int, ...]
    ends_any: tuple[int, ...]


def markers_of(lines: Lines, start: str | None, end: str | None) -> MarkerLines:
    """Return which of ``lines`` open and close what a pair of markers selects; a start wins over an end."""
    named = lines.holding("undefined" if start is None else start)
    by_any = lines.holding(START_ANY)
    if by_any:
        known = set(named)
        by_any = tuple(number for number in by_any if number not in known)
    return MarkerLines(named, by_any, lines.holding("undefined" if end is None else end), lines.holding(END_ANY))


def _joined(runs: list[tuple[int, int]]) -> tuple[Segment, ...]:
    """Return ``runs`` as Segments; adjacent ones become one."""
    segments: list[Segment] = []
    for first, last in runs:
        if segments and segments[-1].last == first - 1:
            segments[-1] = Segment(segments[-1].first, last)
        else:
            segments.append(Segment(first, last))
    return tuple(segments)


def render(text: str | Lines, reference: Reference, profile: Profile = FILTERED_TEXT_BLOCK) -> Rendered:
    """Return what ``reference`` shows of a file with this ``text``."""
    lines = Lines(text) if isinstance(text, str) else text
    selection = select(lines, reference.start_marker, reference.end_marker, reference.include_start_marker)
    kept: list[str] = []
    for segment in selection.segments:
        kept += lines.all[segment.first - 1 : segment.last]
    shown = "\n".join(kept)
    dedent = profile.indentation.get(reference.language)
    if dedent is not None:
        shown = dedent(shown)
    return Rendered(shown, profile.highlighters.get(reference.language, reference.language), selection)
