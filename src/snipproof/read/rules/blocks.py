"""SP201, SP202, SP203, SP205: what a Reference's markers find in its Source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.read.render import START_ANY, Rendered
from snipproof.read.rules.rule import at, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Finding, Reference, Source
    from snipproof.read.site import Site

# The customary way to say "to the end of the file": an end marker that is not meant to be found.
TO_THE_END = "END-OF-FILE"


def start_absent(site: Site) -> Iterator[Finding]:
    """SP201: no line holds the start marker, so that the block is empty."""
    for reference, source, rendered in _blocks(site):
        if not rendered.selection.named and not rendered.selection.any:
            message = f"the start marker {_quoted(reference.start_marker, 'startMarker')} is not in {source.path}"
            yield at(reference, "SP201", message, _hint(site, source, reference.start_marker, "startMarker"))


def only_any(site: Site) -> Iterator[Finding]:
    """SP205: no line holds the start marker, and what readers see is the text of START-ANY alone."""
    for reference, source, rendered in _blocks(site):
        if rendered.selection.any and not rendered.selection.named:
            marker = _quoted(reference.start_marker, "startMarker")
            message = f"the start marker {marker} is not in {source.path}: only {START_ANY} text is shown"
            yield at(reference, "SP205", message, _hint(site, source, reference.start_marker, "startMarker"))


def end_absent(site: Site) -> Iterator[Finding]:
    """SP202: nothing closes the block, so that it runs to the end of the file."""
    for reference, source, rendered in _blocks(site):
        if rendered.selection.closed or TO_THE_END in (reference.end_marker or ""):
            continue
        opened = rendered.selection.opened_last
        marker = _quoted(reference.end_marker, "endMarker")
        message = f"no {marker} closes what line {opened} of {source.path} opens: the block runs to the end of the file"
        hint = _hint(site, source, reference.end_marker, "endMarker", after=opened)
        yield at(reference, "SP202", message, hint)


def empty(site: Site) -> Iterator[Finding]:
    """SP203: the markers are there, and no text is between them."""
    for reference, source, rendered in _blocks(site):
        opened = rendered.selection.named or rendered.selection.any
        if opened and not rendered.text.strip():
            message = f"the block is empty: nothing but blanks after line {opened[0]} of {source.path}"
            yield at(reference, "SP203", message, "put text between the markers, or remove the block from the page")


def _blocks(site: Site) -> Iterator[tuple[Reference, Source, Rendered]]:
    for reference in site.references:
        source, rendered = site.source_of(reference), site.rendered(reference)
        if source is not None and rendered is not None:
            yield reference, source, rendered


def _quoted(marker: str | None, attribute: str) -> str:
    return repr(marker) if marker is not None else f"'undefined' ({attribute} is not given)"


def _hint(site: Site, source: Source, marker: str | None, attribute: str, after: int = 0) -> str:
    if marker is None:
        return f"add {attribute}=\"…\": without it the component looks for the word 'undefined'"
    here = [number for number, line in enumerate(source.lines, 1) if marker in line]
    if here and after:
        return f"{marker!r} stands only before it, last on line {here[-1]}: is the Region opened twice?"
    return did_you_mean(site, source, marker)
