"""``snipproof list``: Suites, their Sources, Snippets and Expectations, and the pages that show them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof.cli.console import print_line, print_lines, print_problems
from snipproof.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from snipproof.config import Settings
    from snipproof.model import Expectation, Region, Source
    from snipproof.report.entries import RunReport, SnippetEntry
    from snipproof.site.claims import Claim
    from snipproof.site.docs_site import Site

SUMMARY = "list Suites, Sources, Snippets and the pages that show them"
FORMAT_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``list``."""
    add = parser.add_argument
    add("--format", choices=("text", "json", "github-matrix"), default="text", help="output format (default: text)")
    add(
        "--report", type=Path, metavar="FILE", help="a run report: show its Outcomes and coverage, balance shards by it"
    )
    add("--shards", type=int, metavar="COUNT", help="list the shards of CI instead, for --snippets-shard")


def run(arguments: argparse.Namespace) -> int:
    """Print the list; return 1 if a page or Source cannot be read.

    :raises SettingsError: options that do not fit together, or a report that cannot be read.
    :raises DocsError: the report is of another tree.
    """
    import json

    from snipproof.config import load_settings
    from snipproof.site.docs_site import Site

    settings = load_settings(arguments.root, file=arguments.config)
    report = None
    if arguments.report:
        from snipproof.report.report_file import read_report

        report = read_report(arguments.report)
    if arguments.shards is not None:
        print_lines(_shards(settings, arguments.shards, arguments.format, report))
        return 0
    if arguments.format == "github-matrix":
        raise SettingsError("list --format github-matrix requires --shards COUNT", "for example --shards 5")
    site = Site.load(settings)
    if report is not None:
        from snipproof.report.tree_facts import read_tree_facts, require_same_tree

        require_same_tree(report, read_tree_facts(settings.root, site.suites, site), str(arguments.report))
    if arguments.format == "json":
        print_line(json.dumps(as_json(site, report), indent=1))
    else:
        print_line(as_text(site, report))
    return print_problems(site)


def _shards(settings: Settings, count: int, form: str, report: RunReport | None) -> Iterator[str]:
    """Yield the lines that describe ``count`` shards."""
    import json

    from snipproof.report.shards import durations_of, github_matrix, plan_shards
    from snipproof.site.suite import load_suites
    from snipproof.text import plural

    suites = load_suites(settings)
    if count < 1:
        raise SettingsError(f"--shards {count}: at least 1 expected")
    if not any(suite.sources for suite in suites):
        raise SettingsError("--shards: no Suite has a Source", "set `suites` in the settings")
    plans = plan_shards(suites, count, durations_of(report))
    if form == "github-matrix":
        yield json.dumps(github_matrix(plans))
        return
    if form == "json":
        shards = [{"shard": f"{n}/{count}", **plan._asdict()} for n, plan in enumerate(plans, start=1)]
        yield json.dumps({"format_version": FORMAT_VERSION, "shards": shards}, indent=1)
        return
    for number, plan in enumerate(plans, start=1):
        seconds = f", about {plan.seconds:g} s" if report else ""
        yield f"{number}/{count}: {plural(len(plan.sources), 'Source')}{seconds}"
        yield from (f"  {path}" for path in plan.sources)


def as_json(site: Site, report: RunReport | None = None) -> dict[str, Any]:
    """Return the list as JSON values. Sources that a page shows but no Suite runs are in a Suite ``null``.

    :param report: the run whose Outcomes and coverage are added.
    """
    from snipproof.site.claims import claims

    # Of several combinations of versions, one that is not proven counts.
    found = sorted(report["snippets"], key=lambda snippet: snippet["outcome"] != "passed") if report else ()
    ran = {f"{snippet['source']}::{snippet['name']}": snippet for snippet in found} if report else None
    claims_of: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims(site):
        claims_of[claim.expectation.id].append(claim)
    return {
        "format_version": FORMAT_VERSION,
        "suites": [
            {
                "suite": path,
                "flavour": flavour,
                "sources": [
                    _source(site, site.sources[name], claims_of, ran) for name in sources if name in site.sources
                ],
            }
            for path, flavour, sources in _groups(site)
        ],
    }


def as_text(site: Site, report: RunReport | None = None) -> str:
    """Return the list as lines: Suite, Source, Region with its line, and what shows it."""
    from snipproof.text import plural

    lines = []
    for suite in as_json(site, report)["suites"]:
        lines.append(f"{suite['flavour']} ({suite['suite']})" if suite["suite"] else "in no Suite")
        for source in suite["sources"]:
            lines.append(f"  {source['path']}")
            for region in source["regions"]:
                lines.append(f"    {_region_line(region)}")
                if region.get("outcome"):
                    lines.append(f"      {_run_line(region)}")
                lines.extend(f"      {_claim_line(claim)}" for claim in region["claims"])
                if region["kind"] == "expectation":
                    lines.append(f"      {plural(region['comparisons'], 'comparison')}")
    return "\n".join(lines) if lines else "no Suites, and no page shows a Source"


def _groups(site: Site) -> Iterator[tuple[str | None, str | None, list[str]]]:
    for suite in site.suites:
        yield suite.path, suite.flavour, list(suite.sources)
    others = sorted(set(site.sources) - set(site.suite_of))
    if others:
        yield None, None, others


def _source(
    site: Site,
    source: Source,
    claims_of: Mapping[str, Sequence[Claim]],
    ran: Mapping[str, SnippetEntry] | None,
) -> dict[str, Any]:
    snippets = {snippet.name for snippet in source.snippets}
    bound: dict[str, list[Expectation]] = defaultdict(list)
    for expectation in source.expectations:
        bound[expectation.region.name].append(expectation)
    return {
        "path": source.path,
        "regions": [
            {
                **_region(site, region, region.name in snippets, bound[region.name], claims_of.get(region.id, ())),
                **(_result(ran.get(region.id)) if ran is not None and region.name in snippets else {}),
            }
            for region in source.regions
        ],
    }


def _region(
    site: Site, region: Region, is_snippet: bool, expectations: Sequence[Expectation], claims: Sequence[Claim]
) -> dict[str, Any]:
    of = [expectation.of for expectation in expectations]
    compared = [claim for claim in claims if not claim.excused]
    shown_by = site.shown_by.get(region.id, [])
    return {
        "kind": "snippet" if is_snippet else "expectation",
        "id": region.id,
        "name": region.name,
        "line": region.line,
        "of": of[0] if len(of) == 1 else of or None,
        "from": expectations[0].origin if expectations else None,
        "shown_by": [f"{reference.page}:{reference.line}:{reference.column}" for reference in shown_by],
        "claims": [_claim(claim) for claim in claims],
        "comparisons": None if is_snippet else len(compared) + (len(of) if region.source in site.suite_of else 0),
    }


def _result(snippet: SnippetEntry | None) -> dict[str, Any]:
    """Return what a run report has of a Snippet: its Outcome and its lines."""
    from snipproof.report.entries import state_of

    return {
        "outcome": state_of(snippet) if snippet else "not run",
        "coverage": snippet["lines"] if snippet else None,
    }


def _run_line(region: dict[str, Any]) -> str:
    lines = region["coverage"]
    if not lines:
        return str(region["outcome"])
    missed = [str(line) for line in lines["missed"] if line not in lines["handling"]]
    branches = [str(line) for line in lines["missed"] if line in lines["handling"]]
    statements = len(set(lines["statements"]) - set(lines["handling"]))
    text = f"{region['outcome']}, {statements - len(missed)} of {statements} statements ran"
    text += f", never: {', '.join(missed)}" if missed else ""
    return text + (f", error branches that never ran: {', '.join(branches)}" if branches else "")


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "snippet": claim.snippet,
        "from": claim.origin,
        "excused": claim.excused,
        "places": [
            {"page": place.page, "line": place.line, "column": place.column, "tab": place.tab} for place in claim.places
        ],
    }


def _region_line(region: dict[str, Any]) -> str:
    text = f"{region['line']}: {region['kind']} {region['name']!r}"
    if region["kind"] == "expectation":
        of = [region["of"]] if isinstance(region["of"], str) else region["of"]
        origin = f" ({region['from']})" if region["from"] not in (None, "stdout") else ""
        text += f" of {', '.join(map(repr, of))}{origin}" if of else " of no Snippet of its Source"
    return text + (f" <- {', '.join(region['shown_by'])}" if region["shown_by"] else " (on no page)")


def _claim_line(claim: dict[str, Any]) -> str:
    places = ", ".join(f"{p['page']}:{p['line']}" + (f" ({p['tab']})" if p["tab"] else "") for p in claim["places"])
    if claim["excused"]:
        return f"not compared with {claim['snippet']} ({claim['from']}) <- {places}: {claim['excused']}"
    return f"of {claim['snippet']} ({claim['from']}) <- {places}"
