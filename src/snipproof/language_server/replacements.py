"""What the hint of a Finding names instead of what is written: ``did you mean '# START search'?``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.language_server.import_spellings import ImportSpellings
from snipproof.language_server.positions import Positions
from snipproof.language_server.tags import tag_at
from snipproof.language_server.yaml_names import as_scalar, scalars_of
from snipproof.site.binding import UNBOUND
from snipproof.site.discovery import PAGES
from snipproof.site.mdx.blocks import IMPORT
from snipproof.text import first_quoted, suggested

if TYPE_CHECKING:
    from snipproof.model import Finding, Marker
    from snipproof.site.docs_site import Site

_OTHER_FILE = re.compile(r"did you mean the file (?P<path>.+?)\? Its line \d")
_ATTRIBUTES = re.compile(r"[ \t]*\{[^{}]*\}$")
_MARKER_WORD = re.compile(r"(?:START|END) (?P<name>.+)")
_UNDEFINED_IMPORT, _END_ABSENT, _UNPAIRED = "SP102", "SP202", "SP402"


class Replacement(NamedTuple):
    """What to write between two offsets; ``new`` is what the hint names."""

    begin: int
    end: int
    written: str
    new: str


def replacement_of(site: Site, finding: Finding, positions: Positions) -> Replacement | None:
    """Return what the hint of ``finding`` names, ``None`` if it names nothing or what it concerns is not found.

    :param positions: those of the file that the Finding is in, with the text that ``site`` has.
    """
    new = suggested(finding.hint)
    if not finding.path.endswith(PAGES):
        return _in_source(site, finding, positions, new) if new else None
    begin = positions.offset_of(finding.line, finding.column)
    if IMPORT.match(positions.text, begin):
        return _in_import(site, finding.path, positions.text, begin, new) if new else None
    if other := _OTHER_FILE.match(finding.hint):
        return _import_of_tag(site, finding, positions, other["path"])
    key = {_UNDEFINED_IMPORT: "text", _END_ABSENT: "end-marker"}.get(finding.rule, "start-marker")
    attribute = tag_at(positions.text, begin, site.profile).attribute(key) if new else None
    if attribute is None:
        return None
    new = new if key == "text" else _ATTRIBUTES.sub("", new)
    return Replacement(attribute.begin, attribute.end, attribute.encoded(new), new)


def _in_import(site: Site, page: str, text: str, begin: int, target: str) -> Replacement | None:
    written = IMPORT.match(text, begin)
    if written is None:
        return None
    instead = ImportSpellings(site, page, written["path"].replace("\\", "")).instead(target)
    return Replacement(*written.span("path"), instead, target)


def _import_of_tag(site: Site, finding: Finding, positions: Positions, target: str) -> Replacement | None:
    """Import another file for a tag, if no other tag of its Page shows the same variable."""
    page = next((page for page in site.pages if page.path == finding.path), None)
    references = page.references if page else ()
    variable = next((each.variable for each in references if (each.line, each.column) == finding[1:3]), "")
    imported = next((each for each in (page.imports if page else ()) if each.variable == variable and each.raw), None)
    if imported is None or sum(each.variable == variable for each in references) > 1:
        return None
    begin = positions.offset_of(imported.line, imported.column)
    return _in_import(site, finding.path, positions.text, begin, target)


def _in_source(site: Site, finding: Finding, positions: Positions, new: str) -> Replacement | None:
    source = site.sources.get(finding.path)
    text, begin = positions.text, positions.offset_of(finding.line, finding.column)
    end = text.find("\n", begin)
    end = len(text) if end < 0 else end
    place = finding.line, finding.column
    markers = [*source.markers, *source.region_markers] if source else ()
    marker = next((each for each in markers if (each.line, each.column) == place), None)
    if finding.rule == UNBOUND:
        return _bound(marker, finding, positions, new) if marker else None
    word = _MARKER_WORD.fullmatch(new) if finding.rule == _UNPAIRED else None
    wrong = (marker.name or "") if word and marker else first_quoted(finding.message)
    new = word["name"] if word else new
    at = text.find(wrong, begin, end) if wrong else -1
    return Replacement(at, at + len(wrong), new, new) if at >= 0 else None


def _bound(marker: Marker, finding: Finding, positions: Positions, new: str) -> Replacement | None:
    """Bind an Expectation to another Snippet: by the name in its ``of``, or by an ``of`` behind its name."""
    begin = positions.offset_of(marker.line, marker.column)
    if marker.attributes:
        at = positions.text.find(marker.attributes, begin)
        for name, first, last in scalars_of(marker.attributes, "of"):
            if repr(name) in finding.message:
                return Replacement(at + first, at + last, as_scalar(new), new)
        return None
    at = positions.text.find(marker.name or "", begin) + len(marker.name or "")
    return Replacement(at, at, f" {{of: {as_scalar(new)}}}", f"of: {new}")
