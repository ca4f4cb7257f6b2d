"""What a site writes beside a block: the key ``proven`` of the manifest, from a report of the same tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from snipproof.errors import SettingsError
from snipproof.languages import languages
from snipproof.report.entries import as_lists, key_of, missing_of, region_of, with_snippet
from snipproof.report.proof import Proof, ShownBlock, judge_blocks
from snipproof.report.tree_facts import read_tree_facts, references_of, require_same_tree
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.model import Reference
    from snipproof.report.entries import ExpectationEntry, ReferenceEntry, RunReport, Software
    from snipproof.site.docs_site import Site


def marks_of(site: Site, report: RunReport, name: str) -> dict[Reference, dict[str, Any]]:
    """Return what proved each Reference of ``site``, as JSON values.

    :param name: the report in messages.
    :raises SettingsError: the report is incomplete: it knows nothing of what it left out.
    :raises DocsError: the report is of other Suites or Sources than those of ``site``.
    """
    from snipproof.site.claims import read_claims

    if not report["run"]["complete"]:
        missing = missing_of(report)
        hint = "merge the reports of all shards with snipproof report merge, or run without a selection"
        raise SettingsError(
            f"{name}: the report is incomplete, so it sets no mark: {plural(len(missing), 'Snippet')} not run", hint
        )
    claimed = read_claims(site)
    facts = read_tree_facts(site.settings.root, site.suites, site, claimed.claims)
    require_same_tree(report, facts, name)
    # A page may show other lines today, or claim other output: what the run has not seen proves nothing.
    lines = {region.id: as_lists(region.segments) for source in site.sources.values() for region in source.regions}
    known = {key_of(each): each for each in report["expectations"] if each["segments"] == lines.get(each["id"])}
    today: RunReport = {
        **report,
        "snippets": [each for each in report["snippets"] if each["segments"] == lines.get(region_of(each))],
        "expectations": [known.get(key_of(each), each) for each in _in_combinations(report, facts.expectations)],
    }
    today["run"] = {**report["run"], "collected": []}
    blocks = _only_as_compared(judge_blocks(today, references_of(site, claimed.findings)), report)
    return {reference: _mark(site, report, block) for reference, block in zip(site.references, blocks, strict=True)}


def _in_combinations(report: RunReport, expectations: Iterable[ExpectationEntry]) -> Iterator[ExpectationEntry]:
    """Yield ``expectations`` for each combination of versions in which their Snippet was run."""
    names: dict[str, list[str]] = defaultdict(list)
    for snippet in report["snippets"]:
        names[region_of(snippet)].append(snippet["id"])
    for each in expectations:
        yield from (with_snippet(each, name) for name in names.get(each["snippet"], [each["snippet"]]))


def _only_as_compared(blocks: Iterable[ShownBlock], report: RunReport) -> Iterator[ShownBlock]:
    """Yield ``blocks``, where output that a page shows in another way than the one that was compared is unproven.

    The digests of a report are those of Sources that Suites run. Output may stand in another file, and its display
    language decides how it is compared.
    """
    seen = {_shown_output(each) for each in report["references"]}
    for block in blocks:
        is_compared = block.reference["kind"] == "expectation" and block.proof in (Proof.PROVEN, Proof.PARTLY)
        if is_compared and _shown_output(block.reference) not in seen:
            yield replace(block, proof=Proof.UNPROVEN, reason="the run did not see it as this page shows it")
        else:
            yield block


def _shown_output(reference: ReferenceEntry) -> tuple[str | None, ...]:
    return reference["source"], reference["region"], reference["language"], reference["digest"]


def _mark(site: Site, report: RunReport, block: ShownBlock) -> dict[str, Any]:
    run = report["run"]
    mark: dict[str, Any] = {
        "state": block.proof.value,
        "reason": block.reason,
        "date": run["date"],
        "commit": None if run["changed"] else run["commit"],
        "servers": _software(each["server"] for each in block.snippets),
        "clients": _software(each["client"] for each in block.snippets),
        "snippets": list(dict.fromkeys(region_of(each) for each in block.snippets)),
    }
    if replies := _providers(block):
        mark["providers"] = replies
    if block.reference["kind"] == "expectation":
        regions = {each["id"]: region_of(each) for each in report["snippets"]}
        compared = (
            {
                "snippet": regions.get(each["snippet"], each["snippet"]),
                "origin": each["origin"],
                "outcome": each["outcome"],
                "language": _language_of(site, each["snippet"]),
            }
            for each in block.comparisons
        )
        mark["compared_with"] = list({tuple(each.values()): each for each in compared}.values())
    return mark


def _providers(block: ShownBlock) -> dict[str, str]:
    """Return what answered for each host of a model provider: a recording, the host itself, or a stand-in.

    A block of code that was proven to run has a mark, though a stand-in answered: the mark names it.
    """
    found = {host: how for each in block.snippets for host, how in each["providers"].items()}
    ran = [each for each in block.snippets if each["outcome"] == "passed" and each["complete"]]
    found |= {host: "stand-in" for each in ran if each["stand_in"] for host in each["stand_in"].split(", ")}
    return dict(sorted(found.items()))


def _language_of(site: Site, snippet: str) -> str:
    """Return what readers call the language of a Snippet."""
    return languages()[site.suite_of[snippet.partition("::")[0]].language].title


def _software(found: Iterable[Software | None]) -> list[Software]:
    """Return the programs without those that occur again."""
    return list({(each["name"], each["version"]): each for each in found if each}.values())
