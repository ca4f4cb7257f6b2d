"""Regions that Pages request by markers of any form: ``# Name`` and ``# END Name``, ``// Name START``, a banner.

A Page names a Region by two texts that lines of the Source contain (:mod:`.component`). Where these select what a
Region of ``START name`` and ``END name`` shows, they mean that Region. Else what they select is a Region of its own: it
is what readers see, so it is what has to be proven.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.model import Marker, MarkerPair, Region, Segment
from snipproof.site.attributes import KNOWN
from snipproof.site.component import markers_of, select
from snipproof.site.markers import COMMENT_TOKEN, find_markers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from snipproof.text import Lines

_BEFORE_NAME = re.compile(rf"\s*(?:(?:{COMMENT_TOKEN})\s*)*(?:START\b\s*)?")
_BEFORE_END = re.compile(rf"\s*(?:(?:{COMMENT_TOKEN})\s*)*(?:END\b\s*)?")
_BEHIND_NAME = re.compile(r"(?:\s+START)?\s*(?:\*/|-->)?\s*$")
_BEHIND_END = re.compile(r"(?:\s+END)?\s*(?:\*/|-->)?\s*$")
_IS_COMMENT = re.compile(rf"\s*(?:{COMMENT_TOKEN})")
# Attributes behind the marker of a Page. Other braces are a part of the comment.
_ATTRIBUTES = re.compile(rf"[ \t]+(\{{\s*(?:{'|'.join(KNOWN)})\s*:.*\}})[ \t]*(?:\*/|-->)?\s*$")


@cache
def region_name(marker: str) -> str:
    """Return the name of the Region that a start marker means: the text without its comment token and START."""
    named = [found.name for found in find_markers(marker) if found.opens and found.name]
    return named[0] if named else _without(marker, _BEFORE_NAME, _BEHIND_NAME)


def _without(marker: str, before: re.Pattern[str], behind: re.Pattern[str]) -> str:
    text = before.sub("", marker, count=1)
    return behind.sub("", text, count=1).strip() or marker.strip()


def add_requested(
    path: str,
    lines: Lines,
    regions: Sequence[Region],
    pairs: Iterable[MarkerPair],
    read_attributes: Callable[[list[Marker]], Mapping[str, Any]],
) -> tuple[list[Region], dict[MarkerPair, str]]:
    """Return ``regions`` with those that ``pairs`` request, and the name of the Region that each pair shows.

    A Region of ``START name`` that no pair shows is replaced by the one that a pair of that name shows, since names are
    unique and readers see the latter. Pairs that show nothing are left out.

    :param path: that of the Source; ``lines`` are its lines.
    :param regions: those of ``START name`` and ``END name``.
    :param read_attributes: returns the attributes of a Region from its START markers.
    """
    by_name = {region.name: region for region in regions}
    by_lines: dict[tuple[Segment, ...], list[Region]] = {}
    for region in regions:
        by_lines.setdefault(_shown(region), []).append(region)
    names: dict[MarkerPair, str] = {}
    others: list[tuple[MarkerPair, tuple[Segment, ...]]] = []
    # Sorted: names depend on the pairs only, not on the order of the Pages.
    for pair in sorted(set(pairs), key=lambda pair: (pair.start, pair.end or "")):
        segments = select(lines, *pair).segments
        if not any(line.strip() for first, last in segments for line in lines.all[first - 1 : last]):
            continue
        name = region_name(pair.start)
        same = by_lines.get(segments, ())
        # Sites request `START search` for `# START search Python`, too.
        fitting = [region.name for region in same if region.name == name] or [r.name for r in same if name in r.name]
        if fitting:
            names[pair] = fitting[0]
        else:
            others.append((pair, segments))
    taken = set(names.values())
    made: dict[str, Region] = {}
    known: dict[tuple[str, tuple[Segment, ...]], str] = {}
    for pair, segments in others:
        name = region_name(pair.start)
        if (name, segments) not in known:
            known[name, segments] = unique = _unique(name, pair, taken)
            taken.add(unique)
            markers = _markers(lines, pair, unique)
            given = [marker for marker in markers if marker.attributes]
            made[unique] = Region(path, unique, segments, tuple(markers), read_attributes(given), pair)
        names[pair] = known[name, segments]
    kept = [region for name, region in by_name.items() if name not in made]
    return sorted([*kept, *made.values()], key=lambda region: region.markers[0].line), names


def _shown(region: Region) -> tuple[Segment, ...]:
    """Return the Segments of ``region`` that have lines, as :func:`.component.select` does."""
    return tuple(segment for segment in region.segments if segment.first <= segment.last)


def _unique(name: str, pair: MarkerPair, taken: set[str]) -> str:
    """Return ``name``, with that of the end marker if another pair has it."""
    if name not in taken:
        return name
    longer = f"{name} … {_without(pair.end or 'undefined', _BEFORE_END, _BEHIND_END)}"
    number = 1
    unique = longer
    while unique in taken:
        number += 1
        unique = f"{longer} {number}"
    return unique


def _markers(lines: Lines, pair: MarkerPair, name: str) -> list[Marker]:
    """Return the markers that open and close what ``pair`` selects, from the first that opens."""
    found = markers_of(lines, *pair)
    events = dict.fromkeys(found.ends_any, (False, False)) | dict.fromkeys(found.ends, (False, True))
    events |= dict.fromkeys(found.starts_any, (True, False)) | dict.fromkeys(found.starts, (True, True))
    markers: list[Marker] = []
    for number, (opens, own) in sorted(events.items()):
        if not markers and not opens:
            continue
        line = lines.all[number - 1]
        text = (pair.start if opens else pair.end or "undefined") if own else "START-ANY" if opens else "END-ANY"
        begin = line.find(text)
        attributes = ""
        if own and opens and _IS_COMMENT.match(line):
            behind = _ATTRIBUTES.match(line, begin + len(text))
            attributes = behind[1] if behind else ""
        column = _token_before(line, begin + len(text) - len(text.lstrip()))
        markers.append(Marker(number, column + 1, opens, name if own else None, attributes))
    return markers


def _token_before(line: str, column: int) -> int:
    """Return the column, from 0, of the comment token before ``column``, else ``column`` itself."""
    before = re.search(rf"(?:{COMMENT_TOKEN})\s*$", line[:column])
    return before.start() if before else column
