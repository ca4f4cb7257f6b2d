"""The outline of a Page or a Source, the Regions of a site by name, and which lines of a Source can be folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import DocumentSymbol, FoldingRange, FoldingRangeKind, Range, SymbolKind

from snipproof.language_server.cursor import name_spans, source_of
from snipproof.language_server.positions import FilePlace, Positions
from snipproof.language_server.tags import tag_at
from snipproof.site.discovery import PAGES
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure
from snipproof.text import plural

if TYPE_CHECKING:
    from snipproof.model import Reference, Region, Source
    from snipproof.site.docs_site import Site

_MAX_FOUND = 500
_HEADING = re.compile(
    r"[ \t>]*(?:(?P<hashes>#{1,6})(?:[ \t]+(?P<text>.*?))??(?:[ \t]+#+)?|<h(?P<level>[1-6])[^>]*>(?P<html>.*))[ \t]*$"
)
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>|[ \t]*\{#[^}]*\}$|[*`]")


class FoundRegion(NamedTuple):
    """A Region that a search found: its name, whether it is a Snippet, and where its name stands."""

    name: str
    is_snippet: bool
    place: FilePlace


def document_symbols(site: Site, path: str, text: str) -> list[DocumentSymbol]:
    """Return the outline of the Page or Source ``path`` with this ``text``.

    That of a Source has its Regions. That of a Page has its headings, and the References below each of them.
    """
    return _of_page(site, path, text) if path.endswith(PAGES) else _of_source(site, path, text)


def workspace_symbols(site: Site, query: str) -> list[FoundRegion]:
    """Return the Regions of all Sources whose names contain the characters of ``query`` in this order, at most 500.

    Capitals do not matter. Names that begin with ``query`` come first, then those that contain it.
    """
    wanted = query.casefold()
    found: list[tuple[int, Region, Source]] = []
    for source in site.sources.values():
        ranked = ((_rank(region.name.casefold(), wanted), region) for region in source.regions)
        found.extend((rank, region, source) for rank, region in ranked if rank is not None)
    found.sort(key=lambda each: (each[0], each[1].name.casefold(), each[1].id))
    return [
        FoundRegion(region.name, region in source.snippet_regions, FilePlace(source.path, name_range(source, region)))
        for _, region, source in found[:_MAX_FOUND]
    ]


def folding_ranges(site: Site, path: str, text: str) -> list[FoldingRange]:
    """Return a range for each Segment of a Source: from its START line, which stays visible, to its last line."""
    source = None if path.endswith(PAGES) else source_of(site, path, text)
    if source is None:
        return []
    positions = Positions(text)
    folded = {segment for region in source.regions for segment in region.segments if segment.first <= segment.last}
    ranges = []
    for first, last in sorted(folded):
        begin, end = positions.range_of_line(first - 1).start.line, positions.range_of_line(last).start.line
        ranges.append(FoldingRange(begin, end, kind=FoldingRangeKind.Region))
    return ranges


def name_range(source: Source, region: Region, positions: Positions | None = None) -> Range:
    """Return where the name of ``region`` stands in its first marker, or that whole line if no marker has it."""
    positions = positions or Positions(source.text)
    for marker, begin, end in name_spans(source, region):
        if marker.opens:
            offset = positions.offset_of(marker.line)
            return positions.range(offset + begin, offset + end)
    return positions.range_of_line(region.line)


def _rank(name: str, wanted: str) -> int | None:
    if wanted in name:
        return 0 if name.startswith(wanted) else 1
    rest = iter(name)
    return 2 if all(character in rest for character in wanted) else None


def _of_source(site: Site, path: str, text: str) -> list[DocumentSymbol]:
    source = source_of(site, path, text)
    if source is None:
        return []
    positions = Positions(text)
    shown = {snippet.name for snippet in source.snippets}
    symbols = []
    for region in source.regions:
        last = max([region.markers[-1].line, *(segment.last for segment in region.segments)])
        whole = Range(positions.range_of_line(region.line).start, positions.range_of_line(last).end)
        name = name_range(source, region, positions)
        kind = SymbolKind.Function if region.name in shown else SymbolKind.String
        parts = f", {plural(len(region.segments), 'Segment')}" if len(region.segments) > 1 else ""
        detail = ("Snippet" if region.name in shown else "Expectation") + parts
        symbols.append(DocumentSymbol(region.name, kind, whole, name, detail=detail))
    return symbols


def _of_page(site: Site, path: str, text: str) -> list[DocumentSymbol]:
    scan = scan_page(path, text, site.settings, site.profile, site.exists)
    positions, lines = Positions(text), text.split("\n")
    symbols: list[DocumentSymbol] = []
    open_headings: list[tuple[int, DocumentSymbol]] = []
    placed: list[tuple[int, int, Reference | None]] = [
        (line, 0, None) for line in PageStructure(text, scan.notes).headings
    ]
    placed += [(reference.line, reference.column, reference) for reference in scan.page.references]
    for line, _, reference in sorted(placed, key=lambda each: each[:2]):
        if reference is not None:
            _append(symbols, open_headings, _reference_symbol(site, positions, reference))
            continue
        level, title = _heading(lines[line - 1])
        while open_headings and open_headings[-1][0] >= level:
            _end(open_headings.pop()[1], positions, line)
        symbol = DocumentSymbol(
            title or "(no title)",
            SymbolKind.Namespace,
            positions.range_of_line(line),
            positions.range_of_line(line),
            children=[],
        )
        _append(symbols, open_headings, symbol)
        open_headings.append((level, symbol))
    for _, symbol in open_headings:
        _end(symbol, positions, len(lines) + 1)
    return symbols


def _append(
    symbols: list[DocumentSymbol], open_headings: list[tuple[int, DocumentSymbol]], symbol: DocumentSymbol
) -> None:
    siblings = symbols
    if open_headings:
        parent = open_headings[-1][1]
        siblings = parent.children = list(parent.children or ())
    siblings.append(symbol)


def _end(heading: DocumentSymbol, positions: Positions, next_line: int) -> None:
    """Let the section of ``heading`` end before ``next_line``."""
    heading.range = Range(heading.range.start, positions.range_of_line(next_line - 1).end)


def _heading(line: str) -> tuple[int, str]:
    """Return the level and the text of a heading."""
    found = _HEADING.match(line.rstrip("\r"))
    if found is None:
        return 6, line.strip()
    level = len(found["hashes"]) if found["hashes"] else int(found["level"])
    return level, _MARKUP.sub("", found["text"] or found["html"] or "").strip()


def _reference_symbol(site: Site, positions: Positions, reference: Reference) -> DocumentSymbol:
    tag = tag_at(positions.text, positions.offset_of(reference.line, reference.column), site.profile)
    whole = positions.range(tag.begin, tag.end)
    name = reference.start_marker or "(no start marker)"
    return DocumentSymbol(name, SymbolKind.Key, whole, whole, detail=reference.source or reference.variable)
