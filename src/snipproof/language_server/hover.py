"""Hover: on a Reference the block as readers see it and what the last run found; on a marker the pages that show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol.types import Hover, MarkupContent, MarkupKind, Position

from snipproof.language_server.completion import TO_THE_END
from snipproof.language_server.cursor import AtImport, AtReference, at_cursor, source_of
from snipproof.language_server.last_outcomes import LastOutcomes
from snipproof.language_server.positions import Positions
from snipproof.site.magic_comments import remove_magic_comments
from snipproof.text import plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Reference, Region, Source
    from snipproof.site.component import Rendered
    from snipproof.site.docs_site import Site

_MAX_LINES = 60
_MAX_PAGES = 30


def hover(site: Site, path: str, text: str, position: Position, outcomes: LastOutcomes | None = None) -> Hover | None:
    """Return what to show at ``position`` of the Page or Source ``path`` with this ``text``, in Markdown.

    :param outcomes: those of the last run.
    """
    found = at_cursor(site, path, text, position)
    outcomes = outcomes or LastOutcomes(None)
    if found is None or isinstance(found, AtImport):
        return None
    positions = Positions(text)
    if isinstance(found, AtReference):
        paragraphs = list(_of_reference(site, found.reference, outcomes))
        place = positions.range(found.tag.begin, found.tag.end)
    else:
        source = source_of(site, path, text)
        paragraphs = list(_of_region(site, source, found.region, outcomes)) if source else []
        place = positions.range(found.begin, found.end)
    return Hover(MarkupContent(MarkupKind.Markdown, "\n\n".join(paragraphs)), place) if paragraphs else None


def _of_reference(site: Site, reference: Reference, outcomes: LastOutcomes) -> Iterator[str]:
    source, rendered = site.source_of(reference), site.rendered(reference)
    if source is None or rendered is None:
        missing = (
            f"`{reference.source}` cannot be read"
            if reference.source
            else f"`{reference.variable}` is not a raw import"
        )
        yield f"Nothing is shown: {missing}."
        return
    shown = remove_magic_comments(rendered.text, rendered.highlighter)
    if shown.strip():
        yield _fenced(shown, rendered.highlighter)
    yield from _notes(source, reference, rendered, empty=not shown.strip())
    region = site.region_of(reference)
    if region is not None:
        yield from _name(source, region)
        yield from outcomes.explain(source, region)


def _notes(source: Source, reference: Reference, rendered: Rendered, *, empty: bool) -> Iterator[str]:
    selection, segments = rendered.selection, rendered.segments
    if not selection.named:
        marker = quoted(reference.start_marker or "undefined")
        only = ": only START-ANY text is shown" if selection.any else ""
        yield f"No line of `{source.path}` contains the start marker {marker}{only}."
    elif empty:
        yield f"The block is empty: nothing but blanks stands behind line {selection.named[0]} of `{source.path}`."
    if len(segments) > 1:
        lines = ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in segments)
        yield f"It joins {len(segments)} Segments: lines {lines} of `{source.path}`."
    if not selection.closed:
        end = reference.end_marker or "undefined"
        why = "" if TO_THE_END in end else f": no line behind line {selection.opened_last} contains {quoted(end)}"
        yield f"It runs to the end of the file{why}."


def _of_region(site: Site, source: Source, region: Region, outcomes: LastOutcomes) -> Iterator[str]:
    yield from _name(source, region)
    references = site.shown_by.get(region.id, ())
    if not references:
        yield "No page shows it."
    else:
        pages = len({reference.page for reference in references})
        links = [f"- {_link(site, reference)}" for reference in references[:_MAX_PAGES]]
        more = len(references) - _MAX_PAGES
        yield "\n".join([f"Shown by {plural(pages, 'page')}:", *links, *([f"- and {more} more"] if more > 0 else [])])
    yield from outcomes.explain(source, region)


def _name(source: Source, region: Region) -> Iterator[str]:
    of = [expectation.of for expectation in source.expectations if expectation.region == region]
    kind = "Snippet" if any(snippet.region == region for snippet in source.snippets) else "Expectation"
    bound = f", the output of {', '.join(f'`{name}`' for name in of)}" if of else ""
    yield f"{kind} `{region.id}`{bound}"


def _link(site: Site, reference: Reference) -> str:
    uri = (site.settings.root / reference.page).absolute().as_uri()
    hidden = "" if site.is_live(reference) else " (in a partial that no page shows)"
    return f"[{reference.page}:{reference.line}]({uri}#L{reference.line}){hidden}"


def _fenced(text: str, language: str) -> str:
    """Return ``text`` in a fence that is longer than any in it, cut if it is long."""
    lines = text.split("\n")
    more = len(lines) - _MAX_LINES
    if more > 0:
        lines = [*lines[:_MAX_LINES], f"… {plural(more, 'more line')}"]
    longest = max((len(match[0]) for match in re.finditer(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])
