"""What ``snipproof list`` tells: Suites, their Sources, Snippets and Expectations, and the pages that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Region, Source
    from snipproof.read.site import Site


def as_json(site: Site) -> dict[str, Any]:
    """Return the list as JSON values. Sources that pages show and no Suite runs stand under a Suite ``null``."""
    return {
        "format_version": 1,
        "suites": [
            {
                "suite": path,
                "flavour": flavour,
                "sources": [_source(site, site.sources[name]) for name in sources if name in site.sources],
            }
            for path, flavour, sources in _groups(site)
        ],
    }


def as_text(site: Site) -> str:
    """Return the list as lines: Suite, Source, Region with its line, and what shows it."""
    lines = []
    for suite in as_json(site)["suites"]:
        lines.append(f"{suite['flavour']} ({suite['suite']})" if suite["suite"] else "in no Suite")
        for source in suite["sources"]:
            lines.append(f"  {source['path']}")
            lines.extend(f"    {_line(region)}" for region in source["regions"])
    return "\n".join(lines) if lines else "no Suites, and no page shows a Source"


def _groups(site: Site) -> Iterator[tuple[str | None, str | None, list[str]]]:
    for suite in site.suites:
        yield suite.path, suite.flavour, list(suite.sources)
    others = sorted(set(site.sources) - set(site.suite_of))
    if others:
        yield None, None, others


def _source(site: Site, source: Source) -> dict[str, Any]:
    snippets = {snippet.name for snippet in source.snippets}
    of = {expectation.region.name: expectation.of for expectation in source.expectations}
    return {
        "path": source.path,
        "regions": [_region(site, region, region.name in snippets, of.get(region.name)) for region in source.regions],
    }


def _region(site: Site, region: Region, is_snippet: bool, of: str | None) -> dict[str, Any]:
    shown_by = site.shown_by.get(region.id, [])
    return {
        "kind": "snippet" if is_snippet else "expectation",
        "id": region.id,
        "name": region.name,
        "line": region.line,
        "of": of,
        "shown_by": [f"{reference.page}:{reference.line}:{reference.column}" for reference in shown_by],
    }


def _line(region: dict[str, Any]) -> str:
    text = f"{region['line']}: {region['kind']} {region['name']!r}"
    if region["kind"] == "expectation":
        text += f" of {region['of']!r}" if region["of"] else " of no Snippet"
    return text + (f" <- {', '.join(region['shown_by'])}" if region["shown_by"] else " (on no page)")
