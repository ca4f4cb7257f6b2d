"""Reads a Source: its Markers become Regions, its Regions Snippets and Expectations."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from snipproof.errors import UnreadableError
from snipproof.model import Finding, Marker, MarkerPair, Region, Segment, Snippet, Source
from snipproof.site.attributes import OF_CODE, read_attributes, wrong
from snipproof.site.binding import bind, is_output_name
from snipproof.site.markers import find_markers, without_remark
from snipproof.site.requested import add_requested
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

UNREADABLE = "SP001"
# Pages and Sources are much smaller: a larger file is data in the wrong place.
MAX_BYTES = 16 * 1024 * 1024
# A plain `open` of a named pipe without a writer would wait for ever, and a device may be endless.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})
_PART = 64 * 1024
_MAX_PARTS = 200_000


def read_text(root: Path, path: str) -> str:
    """Return the text of ``root/path``, without a byte order mark, with its line ends unchanged.

    :raises UnreadableError: it is not a regular file, cannot be read, is too large, is not UTF-8 or contains NUL bytes.
    """
    try:
        data = _read_bytes(root, path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, 1, 1, f"cannot be read: {getattr(error, 'strerror', '') or error}") from None
    return as_text(path, data)


def as_text(path: str, data: bytes) -> str:
    """Return the text of a file ``path`` with the content ``data``, as :func:`read_text` does.

    :raises UnreadableError: it is too large, is not UTF-8 or contains NUL bytes.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(path, len(data))
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _unreadable(path, line, 1, "holds NUL bytes: this is not text")
    try:
        return data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, line, 1, f"is not UTF-8: {error.reason}", "save it as UTF-8") from None


def _read_bytes(root: Path, path: str) -> bytes:
    handle = os.open(f"{root}/{path}", _FLAGS)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(path, 1, 1, "cannot be read: not a regular file")
        if status.st_size > MAX_BYTES:
            raise _too_large(path, status.st_size)
        # Without a file object: making one takes longer than reading a usual page.
        data = os.read(handle, status.st_size + 1)
        if len(data) != status.st_size:  # it is being changed, or it comes in parts
            while more := os.read(handle, _PART):
                data += more
        return data
    finally:
        os.close(handle)


def read_source(root: Path, path: str, pairs: Iterable[MarkerPair] = ()) -> Source:
    """Read the Source at ``root/path``; ``pairs`` are the markers by which Pages request Regions of it.

    :raises UnreadableError: it cannot be read as text, or the attributes of a marker are wrong.
    """
    return parse_source(path, read_text(root, path), pairs)


def parse_source(path: str, text: str | Lines, pairs: Iterable[MarkerPair] = ()) -> Source:
    """Return the Source with this ``text``, without unbound Expectations (:func:`.binding.unbound_expectations`).

    Its Regions are those of ``START name`` and ``END name``, and those that Pages request by the markers ``pairs``.

    :raises UnreadableError: the attributes of a marker are wrong, or a Region of code has attributes.
    """
    lines = Lines(text) if isinstance(text, str) else text
    markers = find_markers(lines, path)
    found = _regions(path, markers, lines)
    found, requested = add_requested(path, lines, found, pairs, lambda given: _attributes(path, given))
    regions = tuple(found)
    snippets, expectations, _ = bind(path, regions, lines.text)
    _check_attributes(path, regions, snippets)
    return Source(path, lines.text, regions, snippets, expectations, tuple(markers), requested)


def _regions(path: str, markers: list[Marker], lines: Lines) -> list[Region]:
    """Return a Region for every name, by its first line. As on the site, ``ANY`` markers open and close all of them."""
    named: dict[str | None, list[Marker]] = {}
    names: dict[str, None] = {}
    closed = _closed(markers)
    for marker in markers:
        name = marker.name
        if name is not None and name not in closed and (plain := without_remark(name)) in closed:
            name = plain  # `# START search  # since 4.2` is closed by `# END search`
            marker = marker._replace(name=plain)  # noqa: PLW2901
        named.setdefault(name, []).append(marker)
        if marker.opens and name is not None and (name in closed or _is_surely(marker, name, lines)):
            names[name] = None
    of_all = _per_line(named.get(None, []))
    if len(of_all) * len(names) > _MAX_PARTS:
        place = of_all[0].line, of_all[0].column
        raise _unreadable(path, *place, "contains too many START-ANY and END-ANY for its number of Regions")
    regions = [_region(path, name, named[name], of_all, len(lines)) for name in names]
    return sorted(regions, key=lambda region: region.markers[0].line)


def _closed(markers: list[Marker]) -> set[str]:
    """Return the names that an END closes: their own, or an ``END-ANY`` that is not the end of a ``START-ANY``."""
    closed = set()
    opened: list[str] = []
    any_opened = False
    for marker in markers:
        if marker.name is None:
            if not marker.opens and not any_opened:
                closed.update(opened)
                opened.clear()
            any_opened = marker.opens
        elif marker.opens:
            opened.append(marker.name)
        else:
            closed.add(marker.name)
    return closed


def _is_surely(marker: Marker, name: str, lines: Lines) -> bool:
    """Whether a START that nothing closes is a marker, and not a comment such as ``# START of the loop``."""
    if marker.attributes or is_output_name(name):
        return True
    if lines.all[marker.line - 1][marker.column - 1] not in "#/<":
        return False  # a bullet, a rule of dashes
    return len(without_remark(name).split()) == 1


def _region(path: str, name: str, own: list[Marker], of_all: list[Marker], lines: int) -> Region:
    """Return the Region of its ``own`` markers and those ``of_all`` Regions, in a Source of so many ``lines``."""
    if len(own) == 2 and not of_all and own[0].line < own[1].line and own[0].opens and not own[1].opens:
        # Nearly all are like this: opened and closed once.
        segments = [Segment(own[0].line + 1, own[1].line - 1)]
    else:
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
    given = [marker for marker in own if marker.attributes and marker.name == name]
    if not given:
        return Region(path, name, tuple(segments), tuple(own))
    return Region(path, name, tuple(segments), tuple(own), _attributes(path, given))


def _per_line(markers: list[Marker]) -> list[Marker]:
    """Keep one Marker a line: as on the site, a start wins over an end."""
    by_line: dict[int, Marker] = {}
    for marker in markers:
        if marker.line not in by_line or (marker.opens and not by_line[marker.line].opens):
            by_line[marker.line] = marker
    return list(by_line.values())


def _attributes(path: str, markers: list[Marker]) -> Mapping[str, Any]:
    """Return the attributes of a Region, which are the same on all START lines that have any."""
    if not markers:
        return _NO_ATTRIBUTES
    found = read_attributes(path, markers[0])
    for marker in markers[1:]:
        if marker.attributes != markers[0].attributes and read_attributes(path, marker) != found:
            hint = f"write them once, on line {markers[0].line}"
            raise wrong(path, marker, f"{marker.name!r} has different attributes on line {markers[0].line}", hint)
    return found


def _check_attributes(path: str, regions: tuple[Region, ...], snippets: tuple[Snippet, ...]) -> None:
    """Raise an error for attributes of output at a Region that is code, where they have no effect, and vice versa."""
    code = {snippet.name for snippet in snippets}
    for region in regions:
        is_code = region.name in code
        if idle := [name for name in region.attributes if (name in OF_CODE) != is_code]:
            marker = next(marker for marker in region.markers if marker.name == region.name and marker.attributes)
            given = ", ".join(map(repr, idle))
            what = f"attribute {given} has" if len(idle) == 1 else f"attributes {given} have"
            hint = "name the Snippet whose output it is, `{of: NAME, …}`, or name the Region `Expected … results`"
            if not is_code:
                hint = f"write {given} on the START line of the Snippet"
            kind = "not an Expectation" if is_code else "an Expectation"
            raise wrong(path, marker, f"{what} no effect: {region.name!r} is {kind}", hint)


def _too_large(path: str, size: int) -> UnreadableError:
    message = f"is too large: {size:,} bytes; a page or a Source may have {MAX_BYTES:,}"
    return _unreadable(path, 1, 1, message)


def _unreadable(path: str, line: int, column: int, message: str, hint: str = "") -> UnreadableError:
    return UnreadableError(Finding(path, line, column, UNREADABLE, message, hint))
