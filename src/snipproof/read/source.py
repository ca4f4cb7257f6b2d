"""Reads a Source: its Markers become Regions, its Regions Snippets and Expectations."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from snipproof.errors import UnreadableError
from snipproof.model import Finding, Marker, Region, Segment, Snippet, Source
from snipproof.read.attributes import read_attributes, wrong
from snipproof.read.bind import bind
from snipproof.read.markers import find_markers

if TYPE_CHECKING:
    from pathlib import Path

UNREADABLE = "SP001"
# No page or Source comes near it; what does is data that was put in the wrong place.
LARGEST = 16 * 1024 * 1024
_MOST_PARTS = 200_000


def read_text(root: Path, path: str) -> str:
    """Return the text of ``root/path``, without a byte order mark, its line ends as they are.

    :raises UnreadableError: it is no file, cannot be read, is too large, is not UTF-8 or holds NUL bytes.
    """
    try:
        data = _read_bytes(root, path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, 1, 1, f"cannot be read: {getattr(error, 'strerror', '') or error}") from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _unreadable(path, line, 1, "holds NUL bytes: this is not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, line, 1, f"is not UTF-8: {error.reason}", "save it as UTF-8") from None


def _read_bytes(root: Path, path: str) -> bytes:
    # A named pipe without a writer would make a plain `open` wait for ever, and a device may have no end.
    handle = os.open(root / path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb", buffering=0) as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(path, 1, 1, "cannot be read: it is no ordinary file")
        if status.st_size > LARGEST:
            message = f"is too large: {status.st_size:,} bytes, and {LARGEST:,} is the most a page or a Source may have"
            raise _unreadable(path, 1, 1, message)
        return file.readall()


def read_source(root: Path, path: str) -> Source:
    """Read the Source at ``root/path``.

    :raises UnreadableError: it cannot be read as text, or the attributes of one of its markers are wrong.
    """
    return parse_source(path, read_text(root, path))


def parse_source(path: str, text: str) -> Source:
    """Return the Source that ``text`` is; Expectations that bind to nothing are left out (see :mod:`.bind`).

    :raises UnreadableError: the attributes of a marker are wrong (see :mod:`.attributes`) or on a Region of code.
    """
    markers = find_markers(text)
    regions = tuple(_regions(path, markers, text.count("\n") + 1))
    snippets, expectations, _ = bind(path, regions, text)
    _refuse_useless(path, regions, snippets)
    return Source(path, text, regions, snippets, expectations, tuple(markers))


def _regions(path: str, markers: list[Marker], lines: int) -> list[Region]:
    """Return a Region for every name, by its first line. ``ANY`` markers open and close all of them, as on the site."""
    names = dict.fromkeys(marker.name for marker in markers if marker.name is not None and marker.opens)
    named: dict[str | None, list[Marker]] = {}
    for marker in markers:
        named.setdefault(marker.name, []).append(marker)
    of_all = _per_line(named.get(None, []))
    if len(of_all) * len(names) > _MOST_PARTS:
        place = of_all[0].line, of_all[0].column
        raise _unreadable(path, *place, "holds too many START-ANY and END-ANY for its Regions")
    regions = []
    for name in names:
        own = named[name]
        if of_all:
            own = sorted([*own, *of_all], key=lambda marker: (marker.line, marker.column))
        own = _per_line(own)
        segments = []
        first = None
        for marker in own:
            if first is not None:
                segments.append(Segment(first, marker.line - 1))
            first = marker.line + 1 if marker.opens else None
        if first is not None:
            segments.append(Segment(first, lines))
        attributes = [marker for marker in own if marker.name == name and marker.attributes]
        regions.append(Region(path, name, tuple(segments), tuple(own), _attributes(path, attributes)))
    return sorted(regions, key=lambda region: region.line)


def _per_line(markers: list[Marker]) -> list[Marker]:
    """Keep one Marker a line: a start wins over an end, as on the site."""
    by_line: dict[int, Marker] = {}
    for marker in markers:
        if marker.line not in by_line or (marker.opens and not by_line[marker.line].opens):
            by_line[marker.line] = marker
    return list(by_line.values())


def _attributes(path: str, markers: list[Marker]) -> dict[str, Any]:
    """Return the attributes of a Region, which are given once, or alike on several of its START lines."""
    if not markers:
        return {}
    found = read_attributes(path, markers[0])
    for marker in markers[1:]:
        if marker.attributes != markers[0].attributes and read_attributes(path, marker) != found:
            hint = f"give them once, on line {markers[0].line}"
            raise wrong(path, marker, f"{marker.name!r} has other attributes on line {markers[0].line}", hint)
    return found


def _refuse_useless(path: str, regions: tuple[Region, ...], snippets: tuple[Snippet, ...]) -> None:
    """Refuse attributes of a Region that is code: nothing would ever look at them."""
    code = {snippet.name for snippet in snippets}
    for region in regions:
        if region.attributes and region.name in code:
            marker = next(marker for marker in region.markers if marker.name == region.name and marker.attributes)
            given = ", ".join(map(repr, region.attributes))
            hint = "say whose output it is: `{of: NAME, …}`; without it the name must be `Expected … results`"
            raise wrong(path, marker, f"{region.name!r} is no Expectation, so that {given} would mean nothing", hint)


def _unreadable(path: str, line: int, column: int, message: str, hint: str = "") -> UnreadableError:
    return UnreadableError(Finding(path, line, column, UNREADABLE, message, hint))
