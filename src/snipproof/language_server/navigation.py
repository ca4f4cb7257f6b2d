"""Go to definition, from a Reference to its Region and from an import to its file; find references of a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import Position, Range

from snipproof.language_server.cursor import (
    AtImport,
    AtReference,
    AtRegion,
    at_cursor,
    of_names,
    source_of,
)
from snipproof.language_server.positions import FilePlace, Positions
from snipproof.language_server.symbols import name_range
from snipproof.language_server.tags import tag_at
from snipproof.site.component import markers_of
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.model import Reference, Region
    from snipproof.site.docs_site import Site

_BEGINNING = Range(Position(0, 0), Position(0, 0))


def definition(site: Site, path: str, text: str, position: Position) -> list[FilePlace]:
    """Return where that is defined which stands at ``position`` of the Page or Source ``path`` with this ``text``.

    From a Reference that is the line that opens its block, from its ``endMarker`` the one that closes it, from an
    import or from ``text={…}`` the file, from a name in an ``of`` or an END line the START line.
    """
    found = at_cursor(site, path, text, position)
    if isinstance(found, AtReference):
        return _of_reference(site, found)
    if isinstance(found, AtImport):
        target = found.imported.target
        return [FilePlace(target, _BEGINNING)] if target and site.exists(target) else []
    source = source_of(site, path, text) if isinstance(found, AtRegion) else None
    return [FilePlace(path, name_range(source, found.region))] if source and isinstance(found, AtRegion) else []


def references(site: Site, path: str, text: str, position: Position, *, declaration: bool) -> list[FilePlace]:
    """Return every Reference, on all Pages, that shows the Region at ``position`` of the Page or Source ``path``.

    :param declaration: whether to return its START line and the ``of`` attributes that name it, too.
    """
    region = region_at(site, path, text, position)
    if region is None:
        return []
    places = []
    source = site.sources.get(region.source) if declaration else None
    if source is not None:
        positions = Positions(source.text)
        places.append(FilePlace(source.path, name_range(source, region, positions)))
        named = [positions.range(begin, end) for name, begin, end in of_names(source) if name == region.name]
        places += [FilePlace(source.path, each) for each in named]
    known: dict[str, Positions] = {}
    for reference in site.shown_by.get(region.id, ()):
        if reference.page not in known:
            known[reference.page] = Positions(text if reference.page == path else site.text_of(reference.page))
        places.append(place_of(site, reference, known[reference.page]))
    return places


def region_at(site: Site, path: str, text: str, position: Position) -> Region | None:
    """Return the Region that the Reference or the name at ``position`` means."""
    found = at_cursor(site, path, text, position)
    if isinstance(found, AtReference):
        return site.region_of(found.reference)
    return found.region if isinstance(found, AtRegion) else None


def place_of(site: Site, reference: Reference, positions: Positions) -> FilePlace:
    """Return where ``reference`` stands on its Page, whose ``positions`` are given: its start marker, or its tag."""
    tag = tag_at(positions.text, positions.offset_of(reference.line, reference.column), site.profile)
    marker = tag.attribute("start-marker")
    found = positions.range(marker.begin, marker.end) if marker else positions.range(tag.begin, tag.end)
    return FilePlace(reference.page, found)


def _of_reference(site: Site, found: AtReference) -> list[FilePlace]:
    source, rendered = site.source_of(found.reference), site.rendered(found.reference)
    if source is None or rendered is None:
        return []
    key = found.attribute.key if found.attribute else ""
    if key == "text":
        return [FilePlace(source.path, _BEGINNING)]
    positions = Positions(source.text)
    selection = rendered.selection
    opened: Sequence[int] = selection.named or selection.any
    marker, line = found.reference.start_marker, opened[0] if opened else 0
    if key == "end-marker":
        marker = found.reference.end_marker
        found_markers = markers_of(Lines(source.text), found.reference.start_marker, marker)
        ends = (*found_markers.ends, *found_markers.ends_any)
        line = min((number for number in ends if number > max(opened, default=0)), default=0)
    elif not line:
        region = site.region_of(found.reference)
        return [FilePlace(source.path, name_range(source, region, positions))] if region else []
    return [FilePlace(source.path, _range_in_line(positions, line, marker or ""))] if line else []


def _range_in_line(positions: Positions, line: int, marker: str) -> Range:
    """Return where ``marker`` stands in a line, or that line."""
    whole = positions.range_of_line(line)
    begin = positions.offset_of(line)
    at = positions.text.find(marker, begin, positions.offset(whole.end)) if marker else -1
    return positions.range(at, at + len(marker)) if at >= 0 else whole
