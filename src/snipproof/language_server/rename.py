"""Renames a Region: in its markers, on every Page that shows it, in all locales, and in the ``of`` of its Source.

For the site a marker is any text that a line contains, so a Page may spell one in part, or match several lines by it.
Only the name is replaced, where a Page spells it. Then :mod:`.rename_check` applies the edits in memory: every block
must stay as it is to the byte, and everything else must mean what it meant, or the rename is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import Position, Range, TextEdit

from snipproof.language_server.cursor import (
    AtReference,
    AtRegion,
    at_cursor,
    lines_of,
    name_in_text,
    name_spans,
    of_names,
    references_to,
)
from snipproof.language_server.edited_markers import Edit, EditedMarkers, apply_edits
from snipproof.language_server.navigation import region_at
from snipproof.language_server.positions import Positions
from snipproof.language_server.rename_check import (
    RenamedSite,
    RenameError,
    names_after,
    require_same_blocks,
    require_same_meaning,
    spellings,
)
from snipproof.language_server.tags import tag_at
from snipproof.language_server.yaml_names import as_scalar
from snipproof.site.markers import COMMENT_TOKEN
from snipproof.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snipproof.model import Reference, Region, Source
    from snipproof.site.docs_site import Site

_OWN = "write a marker of its own above it first: `# START name`"
_COMMENT = re.compile(rf"\s*(?:{COMMENT_TOKEN})")
_NAME = re.compile(r"[^\r\n\0{]*\w[^\r\n\0{]*\Z")


class Renaming(NamedTuple):
    """The edits of a rename by path, and the texts of these files before and after it."""

    edits: Mapping[str, tuple[TextEdit, ...]]
    before: Mapping[str, str]
    after: Mapping[str, str]


def prepare_rename(site: Site, path: str, text: str, position: Position) -> tuple[Range, str] | None:
    """Return where the name of a Region stands that can be renamed at ``position``, and that name."""
    if not _is_of(site, path):
        return None
    found = at_cursor(site, path, text, position)
    positions = Positions(text)
    if isinstance(found, AtRegion):
        return positions.range(found.begin, found.end), name_in_text(found.region)
    if not isinstance(found, AtReference) or found.attribute is None:
        return None
    region = site.region_of(found.reference)
    if region is None or found.attribute.key not in ("start-marker", "end-marker"):
        return None
    name, begin = name_in_text(region), found.attribute.begin
    at = text.find(name, begin, found.attribute.end)
    span = (at, at + len(name)) if at >= 0 else (begin, found.attribute.end)
    return positions.range(*span), name


def rename(site: Site, path: str, text: str, position: Position, new_name: str) -> Renaming:
    """Return what renames the Region at ``position`` of the Page or Source ``path`` to ``new_name``.

    :raises RenameError: there is no Region, the name is invalid or taken, a marker would match lines that it does not
        match now, or what a Page shows or compares would change.
    """
    if not _is_of(site, path):
        raise RenameError(f"{path} is not a page or a Source of this docs tree", "rename it in one of these")
    region = region_at(site, path, text, position)
    if region is None:
        raise RenameError("no Region stands here", "rename it where its name is: in a marker, or on a page")
    if text != site.text_of(path):
        raise RenameError(f"{path} has just changed", "rename it again")
    return rename_region(site, region, new_name)


def _is_of(site: Site, path: str) -> bool:
    """Return whether a file is a Page or a Source: an editor may show any other one with the same text."""
    return path in site.sources or any(page.path == path for page in site.pages)


def rename_region(site: Site, region: Region, new_name: str) -> Renaming:
    """Return what renames ``region`` of ``site`` to ``new_name``, with the errors of :func:`rename`."""
    source = site.sources[region.source]
    if new_name == name_in_text(region):
        return Renaming({}, {}, {})
    _require_valid(source, region, new_name)
    edits: dict[str, list[Edit]] = {source.path: _marker_edits(source, region, new_name)}
    edited = EditedMarkers(source.text, edits[source.path])
    for reference in references_to(site, source.path):
        for edit in _reference_edits(site, reference, edited):
            edits.setdefault(reference.page, []).append(edit)
    _require_same_matches(source, edited)
    renamed = _apply(site, source, edits)
    require_same_blocks(site, renamed)
    names = names_after(source, renamed.sources[source.path], region, new_name)
    of = [
        (begin, end, as_scalar(names[name])) for name, begin, end in of_names(source) if names.get(name, name) != name
    ]
    edits[source.path] += of
    renamed = _apply(site, source, edits) if of else renamed
    if kept := _keep_bound(source, renamed.sources[source.path], names):
        edits[source.path] += kept
        renamed = _apply(site, source, edits)
    require_same_blocks(site, renamed)
    require_same_meaning(site, renamed, source, names)
    before = {path: site.text_of(path) for path in edits}
    after = {path: renamed.text_of(path) for path in edits}
    return Renaming({path: _as_text_edits(before[path], edits[path]) for path in edits}, before, after)


def _require_valid(source: Source, region: Region, new_name: str) -> None:
    if new_name != new_name.strip() or not _NAME.match(new_name):
        hint = "a name is one line of text with a letter or a digit, without blanks around it and without `{`"
        raise RenameError(f"{quoted(new_name)} cannot be the name of a Region", hint)
    for other in source.regions:
        if other != region and new_name in (other.name, name_in_text(other)):
            raise _taken(source, new_name, other.line)
    for marker in source.markers:
        if marker.name == new_name != region.name:
            raise _taken(source, new_name, marker.line)


def _taken(source: Source, new_name: str, line: int) -> RenameError:
    return RenameError(f"{source.path}:{line} already has the name {new_name!r}: names are unique in a Source")


def _marker_edits(source: Source, region: Region, new_name: str) -> list[Edit]:
    positions = Positions(source.text)
    lines = lines_of(source.text)
    known = {marker.line for marker in source.markers}
    edits = []
    for marker, begin, end in name_spans(source, region):
        if marker.line not in known and not _COMMENT.match(lines.all[marker.line - 1]):
            line = quoted(lines.all[marker.line - 1].strip())
            raise RenameError(f"line {marker.line} of {source.path}, {line}, is code: no name to change", _OWN)
        offset = positions.offset_of(marker.line)
        edits.append((offset + begin, offset + end, new_name))
    if not edits:
        raise RenameError(f"no marker of {source.path} contains the name {name_in_text(region)!r}")
    return edits


def _reference_edits(site: Site, reference: Reference, edited: EditedMarkers) -> Iterable[Edit]:
    """Yield the edits in the tag of ``reference`` that the edits in its Source require."""
    positions = Positions("")
    tag = None
    for key, marker in (("start-marker", reference.start_marker), ("end-marker", reference.end_marker)):
        replaced = edited.replaced(marker or "")
        if replaced is None or marker is None:
            continue
        if tag is None:
            positions = Positions(site.text_of(reference.page))
            tag = tag_at(positions.text, positions.offset_of(reference.line, reference.column), site.profile)
        attribute = tag.attribute(key)
        if attribute is None:
            place = f"{reference.page}:{reference.line}:{reference.column}"
            raise RenameError(f"{place}: the marker {quoted(marker)} is not written as a string")
        begin, end, new = replaced
        if positions.text[attribute.begin : attribute.end] == marker:
            yield attribute.begin + begin, attribute.begin + end, attribute.encoded(new)
        else:
            yield attribute.begin, attribute.end, attribute.encoded(marker[:begin] + new + marker[end:])


def _require_same_matches(source: Source, edited: EditedMarkers) -> None:
    """Require that no marker of a Region matches lines that it does not match now, on a Page or not."""
    lines, after = edited.lines, edited.lines_after
    for region in source.regions:
        texts = list(dict.fromkeys(spellings(source, lines, region)))
        held = {number for text in texts for number in lines.holding(text)}
        for text in texts:
            begin, end, new = edited.replaced(text) or (0, 0, "")
            changed = text[:begin] + new + text[end:]
            for number in after.holding(changed):
                if number not in held:
                    line = quoted(after.all[number - 1].strip())
                    place = f"line {number} of {source.path}, {line},"
                    hint = "choose another name: a marker matches every line that contains it"
                    raise RenameError(f"{place} would contain the marker {quoted(changed)}, too", hint)


def _keep_bound(source: Source, renamed: Source, names: Mapping[str, str]) -> list[Edit]:
    """Return edits that bind an Expectation by ``of`` which was bound by the words of its name, and no longer is."""
    now = {(each.region.name, each.of) for each in renamed.expectations}
    lost: dict[str, list[str]] = {}
    for each in source.expectations:
        if (names[each.region.name], names[each.of]) not in now and "of" not in each.region.attributes:
            lost.setdefault(each.region.name, []).append(names[each.of])
    positions = Positions(source.text)
    edits = []
    for region in source.regions:
        of = ", ".join(map(as_scalar, lost.get(region.name, ())))
        opening = next((span for span in name_spans(source, region) if span[0].opens), None)
        if not of or opening is None:
            continue
        of = f"[{of}]" if len(lost[region.name]) > 1 else of
        given = next((marker for marker in region.markers if marker.attributes), None)
        if given is not None:
            at = source.text.find(given.attributes, positions.offset_of(given.line, given.column)) + 1
            edits.append((at, at, f"of: {of}, "))
        else:
            at = positions.offset_of(opening[0].line) + opening[2]
            edits.append((at, at, f" {{of: {of}}}"))
    return edits


def _apply(site: Site, source: Source, edits: Mapping[str, list[Edit]]) -> RenamedSite:
    texts = {path: apply_edits(site.text_of(path), edits[path]) for path in edits}
    return RenamedSite(site, source.path, texts)


def _as_text_edits(text: str, edits: Iterable[Edit]) -> tuple[TextEdit, ...]:
    positions = Positions(text)
    return tuple(TextEdit(positions.range(begin, end), new) for begin, end, new in sorted(set(edits)))
