"""What stands at a position of a Page or a Source: a Reference, an import, the name of a Region."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import UnreadableError
from snipproof.language_server.positions import Positions
from snipproof.language_server.tags import Attribute, LooseTag, tag_around
from snipproof.language_server.yaml_names import scalars_of
from snipproof.model import Import, Marker, Page, Reference, Region, Source
from snipproof.site.attributes import names
from snipproof.site.discovery import PAGES
from snipproof.site.markers import COMMENT_TOKEN, without_remark
from snipproof.site.mdx.page import scan_page
from snipproof.site.requested import region_name
from snipproof.site.source import parse_source
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lsprotocol.types import Position

    from snipproof.site.docs_site import Site

_BEFORE_NAME = re.compile(rf"(?:{COMMENT_TOKEN})[ \t]*(?:START|END)[ \t]+")


class AtReference(NamedTuple):
    """A Reference with its tag, and the attribute whose value is there, if one is."""

    reference: Reference
    tag: LooseTag
    attribute: Attribute | None


class AtImport(NamedTuple):
    """An import."""

    imported: Import


class AtRegion(NamedTuple):
    """A name of a Region in its Source, at these offsets: in one of its markers, or in an ``of`` that names it."""

    region: Region
    begin: int
    end: int


def at_cursor(site: Site, path: str, text: str, position: Position) -> AtReference | AtImport | AtRegion | None:
    """Return what stands at ``position`` of the Page or the Source ``path`` with this ``text``."""
    return (_on_page if path.endswith(PAGES) else _in_source)(site, path, text, position)


def page_of(site: Site, path: str, text: str) -> Page:
    """Return the Page ``path`` with this ``text``: that of the Site, if it was made of the same text."""
    if text == site.text_of(path):
        for page in site.pages:
            if page.path == path:
                return page
    return scan_page(path, text, site.settings, site.profile, site.exists).page


def source_of(site: Site, path: str, text: str) -> Source | None:
    """Return the Source ``path`` with this ``text``, ``None`` if its attributes cannot be read."""
    source = site.sources.get(path)
    if source is not None and source.text == text:
        return source
    pairs = {pair for reference in references_to(site, path) if (pair := reference.pair)}
    try:
        return parse_source(path, text, pairs)
    except UnreadableError:
        return None


@lru_cache(maxsize=4)
def lines_of(text: str) -> Lines:
    """Return the lines of ``text``; those of the last texts are kept, since features look at one Region at a time."""
    return Lines(text)


def references_to(site: Site, path: str) -> list[Reference]:
    """Return every Reference to the Source ``path``, by Page, line and column."""
    return [reference for reference in site.references if reference.source == path]


def name_in_text(region: Region) -> str:
    """Return the name of ``region`` as its markers have it: names are unique, the text of markers may not be."""
    return region_name(region.pair.start) if region.pair else region.name


def name_spans(source: Source, region: Region) -> list[tuple[Marker, int, int]]:
    """Return the markers of ``region`` that contain its name, with the columns, from 0, where it begins and ends.

    Other than in ``region.markers``, a line may have several, and those of each pair that requests it are there.
    """
    lines = lines_of(source.text)
    name = name_in_text(region)
    found: dict[tuple[int, int], Marker] = {}
    if region.pair is None:
        for marker in source.markers:
            if marker.name is not None and region.name in (marker.name, without_remark(marker.name)):
                line = lines.all[marker.line - 1]
                before = _BEFORE_NAME.match(line, marker.column - 1)
                if before and line.startswith(name, before.end()):
                    found[marker.line, before.end()] = marker
    else:
        pairs = [pair for pair, requested in source.requested.items() if requested == region.name] or [region.pair]
        for pair in pairs:
            for spelt, opens in ((pair.start, True), (pair.end or "", False)):
                if name not in spelt:
                    continue
                for number in lines.holding(spelt):
                    begin = lines.all[number - 1].find(spelt)
                    marker = Marker(number, begin + 1, opens, region.name)
                    found.setdefault((number, begin + spelt.find(name)), marker)
    return [(marker, begin, begin + len(name)) for (_, begin), marker in sorted(found.items())]


def of_names(source: Source) -> Iterator[tuple[str, int, int]]:
    """Yield the names of Snippets in ``of`` attributes, each with the offsets where it is written in the Source."""
    positions = Positions(source.text)
    known: set[tuple[int, int]] = set()
    for region in source.regions:
        for marker in region.markers:
            if not marker.attributes or (marker.line, marker.column) in known or not names(region.attributes.get("of")):
                continue
            known.add((marker.line, marker.column))
            begin = source.text.find(marker.attributes, positions.offset_of(marker.line, marker.column))
            for name, first, last in scalars_of(marker.attributes, "of"):
                yield name, begin + first, begin + last


def _on_page(site: Site, path: str, text: str, position: Position) -> AtReference | AtImport | None:
    positions = Positions(text)
    offset = positions.offset(position)
    page = page_of(site, path, text)
    tag = tag_around(text, offset, site.profile)
    if tag is not None:
        place = positions.place_of(tag.begin)
        for reference in page.references:
            if (reference.line, reference.column) == place:
                return AtReference(reference, tag, tag.attribute_at(offset))
    line, _ = positions.place_of(offset)
    imported = next((each for each in page.imports if each.line == line), None)
    return AtImport(imported) if imported else None


def _in_source(site: Site, path: str, text: str, position: Position) -> AtRegion | None:
    source = source_of(site, path, text)
    if source is None:
        return None
    positions = Positions(text)
    offset = positions.offset(position)
    line, _ = positions.place_of(offset)
    by_name = {region.name: region for region in source.regions}
    for name, begin, end in of_names(source):
        if begin <= offset <= end and name in by_name:
            return AtRegion(by_name[name], begin, end)
    begin_of_line = positions.offset_of(line)
    found = [
        AtRegion(region, begin_of_line + begin, begin_of_line + end)
        for region in source.regions
        for marker, begin, end in name_spans(source, region)
        if marker.line == line
    ]
    # Of several markers in a line, the one whose name is nearest; a whole line means its only marker.
    return min(found, key=lambda each: max(each.begin - offset, offset - each.end, 0), default=None)


def marker_spelling(lines: Lines, marker: Marker, region: Region) -> str:
    """Return the text of a marker of ``region``, from its comment token to the end of the name, as a Page has it."""
    if region.pair is not None:
        return region.pair.start if marker.opens else region.pair.end or ""
    line = lines.all[marker.line - 1]
    before = _BEFORE_NAME.match(line, marker.column - 1)
    return line[marker.column - 1 : before.end()] + region.name if before else ""
