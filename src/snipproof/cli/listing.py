"""What ``snipproof list`` tells: Suites, their Sources, Snippets and Expectations, and the pages that show them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from snipproof.site.claims import claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from snipproof.model import Expectation, Region, Source
    from snipproof.site.claims import Claim
    from snipproof.site.docs_site import Site


def as_json(site: Site) -> dict[str, Any]:
    """Return the list as JSON values. Sources that pages show and no Suite runs stand under a Suite ``null``."""
    claimed: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims(site):
        claimed[claim.expectation.id].append(claim)
    return {
        "format_version": 1,
        "suites": [
            {
                "suite": path,
                "flavour": flavour,
                "sources": [_source(site, site.sources[name], claimed) for name in sources if name in site.sources],
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
            for region in source["regions"]:
                lines.append(f"    {_line(region)}")
                lines.extend(f"      {_claim_line(claim)}" for claim in region["claims"])
    return "\n".join(lines) if lines else "no Suites, and no page shows a Source"


def _groups(site: Site) -> Iterator[tuple[str | None, str | None, list[str]]]:
    for suite in site.suites:
        yield suite.path, suite.flavour, list(suite.sources)
    others = sorted(set(site.sources) - set(site.suite_of))
    if others:
        yield None, None, others


def _source(site: Site, source: Source, claimed: Mapping[str, Sequence[Claim]]) -> dict[str, Any]:
    snippets = {snippet.name for snippet in source.snippets}
    bound: dict[str, list[Expectation]] = defaultdict(list)
    for expectation in source.expectations:
        bound[expectation.region.name].append(expectation)
    return {
        "path": source.path,
        "regions": [
            _region(site, region, region.name in snippets, bound[region.name], claimed.get(region.id, ()))
            for region in source.regions
        ],
    }


def _region(
    site: Site, region: Region, is_snippet: bool, bound: Sequence[Expectation], claimed: Sequence[Claim]
) -> dict[str, Any]:
    of = [expectation.of for expectation in bound]
    shown_by = site.shown_by.get(region.id, [])
    return {
        "kind": "snippet" if is_snippet else "expectation",
        "id": region.id,
        "name": region.name,
        "line": region.line,
        "of": of[0] if len(of) == 1 else of or None,
        "from": bound[0].origin if bound else None,
        "shown_by": [f"{reference.page}:{reference.line}:{reference.column}" for reference in shown_by],
        "claims": [_claim(claim) for claim in claimed],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "snippet": claim.snippet,
        "from": claim.origin,
        "excused": claim.excused,
        "places": [
            {"page": place.page, "line": place.line, "column": place.column, "tab": place.tab} for place in claim.places
        ],
    }


def _line(region: dict[str, Any]) -> str:
    text = f"{region['line']}: {region['kind']} {region['name']!r}"
    if region["kind"] == "expectation":
        of = [region["of"]] if isinstance(region["of"], str) else region["of"]
        what = f" ({region['from']})" if region["from"] not in (None, "stdout") else ""
        text += f" of {', '.join(map(repr, of))}{what}" if of else " of no Snippet of its Source"
    return text + (f" <- {', '.join(region['shown_by'])}" if region["shown_by"] else " (on no page)")


def _claim_line(claim: dict[str, Any]) -> str:
    places = ", ".join(f"{p['page']}:{p['line']}" + (f" ({p['tab']})" if p["tab"] else "") for p in claim["places"])
    if claim["excused"]:
        return f"not compared with {claim['snippet']} ({claim['from']}) <- {places}: {claim['excused']}"
    return f"of {claim['snippet']} ({claim['from']}) <- {places}"
