"""SP204, SP301, SP401: what stands in the Sources and in no Page, or in no Suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules.rule import at, quoted
from snipproof.model import Finding
from snipproof.site.binding import unbound_expectations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Block, Context
    from snipproof.model import Region


def orphan(context: Context) -> Iterator[Finding]:
    """SP204: no Reference that readers can see shows a Snippet, by naming it or by showing all its lines."""
    for path, source in sorted(context.site.sources.items()):
        live = [block for block in context.blocks_of.get(path, ()) if block.reference.page not in context.dead]
        hidden = {snippet.name: snippet.region for snippet in source.snippets}
        for block in {block.reference.start_marker: block for block in live}.values() if hidden else ():
            _take_named(context, block, hidden)
        if not hidden:
            continue
        marked = {marker.line for marker in source.markers}
        seen = [block.rendered.selection.kept for block in live]
        anywhere = set().union(*seen)
        for name, region in hidden.items():
            lines = {n for segment in region.segments for n in range(segment.first, segment.last + 1)} - marked
            if not lines or not lines <= anywhere or not any(lines.issubset(kept) for kept in seen):
                marker = region.markers[0]
                message = f"no page shows the Region {quoted(name)}"
                hint = "show it on a page, or remove its markers"
                yield Finding(path, marker.line, marker.column, "SP204", message, hint)


def _take_named(context: Context, block: Block, hidden: dict[str, Region]) -> None:
    """Take the Region that the start marker of ``block`` names out of ``hidden``."""
    marker = block.reference.start_marker or ""
    name = marker.partition("START ")[2]  # nearly always, and much quicker than to read the marker
    if hidden.pop(name, None) is None:
        region = context.site.region_of(block.reference)
        if region is not None:
            hidden.pop(region.name, None)


def unbound(context: Context) -> Iterator[Finding]:
    """SP301: an Expectation in a Suite belongs to no Snippet, so that nothing would check it."""
    site = context.site
    for path in sorted(site.suite_of):
        if path in site.sources:
            yield from unbound_expectations(site.sources[path], context.bound_by_pages)


def in_no_suite(context: Context) -> Iterator[Finding]:
    """SP401: a Page shows a Source that no Suite runs. Says nothing on a site without Suites."""
    site = context.site
    if not site.suites:
        return
    reported = set()
    for reference in site.references:
        path = reference.source
        if path is None or path in site.suite_of or path in reported or not site.exists(path):
            continue
        reported.add(path)
        hint = "add it to the `sources` of a suite.yaml, so that it is run"
        yield at(reference, "SP401", f"{path} is shown here, and no Suite runs it", hint)
