"""SP204, SP301, SP401: what stands in the Sources and in no Page, or in no Suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.model import Finding
from snipproof.read.bind import unbound_expectations
from snipproof.read.rules.rule import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.read.site import Site


def orphan(site: Site) -> Iterator[Finding]:
    """SP204: no Reference shows a Snippet."""
    for path, source in sorted(site.sources.items()):
        for snippet in source.snippets:
            if not site.shown_by.get(snippet.id):
                marker = snippet.region.markers[0]
                message = f"no page shows the Region {snippet.name!r}"
                hint = "show it on a page, or remove its markers"
                yield Finding(path, marker.line, marker.column, "SP204", message, hint)


def unbound(site: Site) -> Iterator[Finding]:
    """SP301: an Expectation in a Suite belongs to no Snippet, so that nothing would check it."""
    for path in sorted(site.suite_of):
        if path in site.sources:
            yield from unbound_expectations(site.sources[path])


def in_no_suite(site: Site) -> Iterator[Finding]:
    """SP401: a Page shows a Source that no Suite runs. Says nothing on a site without Suites."""
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
