"""Completion in half-typed text: markers and imports on a Page, attributes on a START line of a Source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol.types import CompletionItem, CompletionItemKind, Position, TextEdit

from snipproof.errors import UnreadableError
from snipproof.language_server.cursor import marker_spelling
from snipproof.language_server.import_spellings import ImportSpellings
from snipproof.language_server.positions import Positions
from snipproof.language_server.tags import Attribute, LooseTag, tag_around
from snipproof.language_server.yaml_names import as_scalar
from snipproof.model import Origin
from snipproof.site.attributes import KNOWN, OF_CODE
from snipproof.site.discovery import PAGES
from snipproof.site.markers import find_markers
from snipproof.site.mdx.blocks import IMPORT
from snipproof.site.mdx.import_paths import find_target, import_target, is_raw
from snipproof.site.source import parse_source
from snipproof.text import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.model import Source
    from snipproof.site.docs_site import Site

_IMPORTING = re.compile(r"""[ \t]*(?:import\b[^"'\n]*?\bfrom|\}[ \t]*from)[ \t]*(?P<quote>["'])(?P<path>[^"'\n]*)$""")
_BRACES = re.compile(r"\{[^\r\n]*$")
_KEY = re.compile(r"(?:^\{|,)[ \t]*(?P<key>\w*)$")
_OF = re.compile(r"(?:^\{|,)[ \t]*of:[ \t]*(?:\[(?:[^\]]*,)?[ \t]*)?(?P<value>[^\[\],}]*)$")
_VALUE = re.compile(r"(?:^\{|,)[ \t]*(?P<key>\w+):[ \t]*(?P<value>\w*)$")
TO_THE_END = "END-OF-FILE"
"""The customary end marker of a block that runs to the end of its file: it is not meant to be found."""
_VALUES = {"from": tuple(Origin), "shape": ("true", "false"), "unordered": ("true",)}


def completions(site: Site, path: str, text: str, position: Position) -> list[CompletionItem]:
    """Return what may be written at ``position`` of the Page or Source ``path`` with this ``text``.

    Every item has the edit that writes it, which replaces the whole value that stands there now.
    """
    positions = Positions(text)
    offset = positions.offset(position)
    found = _on_page(site, path, positions, offset) if path.endswith(PAGES) else _in_source(path, positions, offset)
    return list(found)


def _on_page(site: Site, path: str, positions: Positions, offset: int) -> Iterator[CompletionItem]:
    text = positions.text
    importing = _IMPORTING.match(text, text.rfind("\n", 0, offset) + 1, offset)
    if importing:
        yield from _imports(site, path, positions, offset, importing)
        return
    tag = tag_around(text, offset, site.profile)
    attribute = tag.attribute_at(offset) if tag else None
    if tag is None or attribute is None:
        return
    variables = _variables(site, path, text)
    if attribute.key == "text":
        for variable, target in variables.items():
            written = variable if attribute.opener else f"{{{variable}}}"
            yield _item(
                positions, (attribute.begin, attribute.end), variable, CompletionItemKind.Variable, target, written
            )
    elif attribute.key in ("start-marker", "end-marker"):
        named = tag.attribute("text")
        source = site.sources.get(variables.get(text[named.begin : named.end].strip(), "")) if named else None
        if source is not None:
            yield from _markers(positions, tag, attribute, source)


def _markers(positions: Positions, tag: LooseTag, attribute: Attribute, source: Source) -> Iterator[CompletionItem]:
    opens = attribute.key == "start-marker"
    start = tag.attribute("start-marker")
    chosen = positions.text[start.begin : start.end] if start and not opens else ""
    for number, (spelt, name, line, of_chosen) in enumerate(_spellings(source, opens, chosen)):
        written = attribute.encoded(spelt) if attribute.opener else f'"{spelt.replace(chr(34), "&quot;")}"'
        # The end of the Region that begins with the start marker comes first, then all in the order of the file.
        order = f"{'0' if of_chosen else '1'}{number:05}"
        detail = f"{source.path}:{line}"
        span = attribute.begin, attribute.end
        item = _item(positions, span, spelt, CompletionItemKind.Reference, detail, written, order)
        item.preselect = of_chosen or None
        item.documentation = None if name in spelt else name
        yield item
    if not opens:
        span, end = (attribute.begin, attribute.end), TO_THE_END
        written = end if attribute.opener else f'"{end}"'
        yield _item(positions, span, end, CompletionItemKind.Keyword, "to the end of the file", written, "2")


def _spellings(source: Source, opens: bool, chosen: str) -> Iterator[tuple[str, str, int, bool]]:
    """Yield each marker that opens, or closes, a Region of ``source``, with its name and its line.

    The last value is whether the Region begins with the marker ``chosen``.
    """
    lines = Lines(source.text)
    known: set[str] = set()
    for region in source.regions:
        starts = {marker_spelling(lines, marker, region) for marker in region.markers if marker.opens and marker.name}
        for marker in region.markers:
            if marker.name is None or marker.opens is not opens:
                continue
            spelt = marker_spelling(lines, marker, region)
            if spelt and spelt not in known:
                known.add(spelt)
                yield spelt, region.name, marker.line, bool(chosen) and chosen in starts


def _variables(site: Site, path: str, text: str) -> dict[str, str]:
    """Return the raw imports of a Page, whose text need not be valid: the file by its variable."""
    found = {}
    for match in IMPORT.finditer(text):
        if is_raw(match["path"]):
            target = import_target(path, match["path"].replace("\\", ""), site.settings.site_root)
            if target is not None:
                found[match["variable"]] = find_target(target, site.exists)
    return found


def _imports(
    site: Site, path: str, positions: Positions, offset: int, importing: re.Match[str]
) -> Iterator[CompletionItem]:
    text, begin = positions.text, importing.start("path")
    line_end = text.find("\n", offset)
    closing = text.find(importing["quote"], offset, line_end if line_end >= 0 else len(text))
    span = begin, closing if closing >= 0 else offset
    spellings = ImportSpellings(site, path, importing["path"])
    for number, (target, written) in enumerate(spellings.all()):
        yield _item(positions, span, written, CompletionItemKind.File, target, written, f"{number:05}")


def _in_source(path: str, positions: Positions, offset: int) -> Iterator[CompletionItem]:
    text = positions.text
    begin = text.rfind("\n", 0, offset) + 1
    line_end = text.find("\n", offset)
    line_end = len(text) if line_end < 0 else line_end
    braces = _BRACES.search(text, begin, offset)
    if braces is None or _depth(braces[0]) < 1 or not _opens(text[begin : braces.start()], path):
        return
    written = braces[0]
    key, of, value = _KEY.search(written), _OF.search(written), _VALUE.search(written)
    if key and _depth(written[: key.start("key")]) == 1:
        source = _readable(path, text, (braces.start(), line_end))
        kind = _is_output(source, positions.place_of(begin)[0])
        given = {match[1] for match in re.finditer(r"[{,][ \t]*(\w+):", text[braces.start() : line_end])}
        yield from _keys(positions, (braces.start() + key.start("key"), offset), given, kind)
    elif of:
        source = _readable(path, text, (braces.start(), line_end))
        names = [snippet.name for snippet in source.snippets] if source else _opened(text, path)
        for name in names:
            span = braces.start() + of.start("value"), offset
            yield _item(positions, span, name, CompletionItemKind.Function, "Snippet", as_scalar(name))
    elif value and value["key"] in _VALUES:
        for word in _VALUES[value["key"]]:
            span = braces.start() + value.start("value"), offset
            yield _item(positions, span, word, CompletionItemKind.Value, "", word)


def _keys(
    positions: Positions, span: tuple[int, int], given: Iterable[str], is_output: bool | None
) -> Iterator[CompletionItem]:
    for number, (key, (_, what, _hint)) in enumerate(KNOWN.items()):
        if key not in given:
            fits = is_output is None or (key in OF_CODE) is not is_output
            yield _item(
                positions,
                span,
                key,
                CompletionItemKind.Property,
                what,
                f"{key}: ",
                f"{'0' if fits else '1'}{number:02}",
            )


def _opens(before: str, path: str) -> bool:
    """Return whether the line that begins with ``before`` has a START marker there."""
    markers = find_markers(before, path)
    return bool(markers) and markers[-1].opens


def _depth(written: str) -> int:
    return sum(map(written.count, "{[")) - sum(map(written.count, "}]"))


def _readable(path: str, text: str, left_out: tuple[int, int]) -> Source | None:
    """Return the Source without its half-typed attributes, which stand at ``left_out``; ``None`` if it has others."""
    begin, end = left_out
    try:
        return parse_source(path, text[:begin] + text[end:])
    except UnreadableError:
        return None


def _is_output(source: Source | None, line: int) -> bool | None:
    """Return whether the Region that begins at ``line`` is output; ``None`` if nothing is known of it."""
    shown = {snippet.name for snippet in source.snippets} if source else set()
    regions = source.regions if source else ()
    return next((region.name not in shown for region in regions if region.line == line), None)


def _opened(text: str, path: str) -> list[str]:
    return list(dict.fromkeys(marker.name for marker in find_markers(text, path) if marker.opens and marker.name))


def _item(
    positions: Positions,
    span: tuple[int, int],
    label: str,
    kind: CompletionItemKind,
    detail: str,
    written: str,
    order: str | None = None,
) -> CompletionItem:
    # Editors compare what stands in the range with `filter_text`: it must begin as the range does.
    return CompletionItem(
        label=label,
        kind=kind,
        detail=detail or None,
        sort_text=order,
        filter_text=written,
        text_edit=TextEdit(positions.range(*span), written),
    )
