"""Makes the report of one run: the facts of the tree, and what was recorded of each Snippet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.report.entries import FORMAT_VERSION, key_of, missing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snipproof.report.entries import (
        ErrorEntry,
        ExpectationEntry,
        RunEntry,
        RunReport,
        SnippetEntry,
        Software,
        SuiteEntry,
    )
    from snipproof.report.tree_facts import TreeFacts

_NOT_COMPARED = {
    "error": "its Snippet could not be run",
    "failed": "its Snippet failed",
    "passed": "this run did not compare it",
}


def assemble(
    facts: TreeFacts,
    run: RunEntry,
    snippets: Iterable[SnippetEntry],
    expectations: Iterable[ExpectationEntry],
    durations: Mapping[str, float],
) -> RunReport:
    """Return the report of a run.

    :param run: what is known of it; what follows from the other arguments is filled in.
    :param durations: seconds by Source.
    """
    order = {name: number for number, name in enumerate(facts.collected)}
    by_suite = {suite["path"]: suite for suite in facts.suites}
    found = {snippet["id"]: snippet for snippet in snippets}
    for snippet in found.values():
        suite = by_suite.get(snippet["suite"])
        ran = suite is not None and snippet["outcome"] not in ("skipped", "error")
        snippet["client"] = _client(suite, snippet) if suite and ran else None
    compared = {key_of(each): each for each in expectations}
    run["suites"] = facts.suites
    run["sources"] = [{**source, "duration": _rounded(durations.get(source["path"]))} for source in facts.sources]
    run["collected"] = facts.collected
    report: RunReport = {
        "format_version": FORMAT_VERSION,
        "run": run,
        "snippets": sorted(found.values(), key=lambda snippet: (order.get(snippet["id"], len(order)), snippet["id"])),
        "expectations": [
            _filled(each, compared.get(key_of(each)), found)
            for each in sorted(facts.expectations, key=key_of)
            if each["snippet"] in found or each["snippet"] not in order
        ],
        "references": facts.references,
    }
    mark_completeness(report)
    return report


def _client(suite: SuiteEntry, snippet: SnippetEntry) -> Software | None:
    name = snippet["combination"]["client"] if "combination" in snippet else None
    return suite.get("clients", {}).get(name) if name else suite["client"]


def mark_completeness(report: RunReport) -> None:
    """Note whether the report is complete."""
    run = report["run"]
    # Nobody knows which Snippets a Source has that cannot be read.
    unread = any(not source["digest"] for source in run["sources"])
    broken = unread or any(error["kind"] == "collection" for error in run["errors"])
    run["complete"] = bool(run["collected"]) and not broken and not missing_of(report)


def _filled(
    entry: ExpectationEntry, compared: ExpectationEntry | None, snippets: Mapping[str, SnippetEntry]
) -> ExpectationEntry:
    if compared is not None:
        return {**compared, "places": entry["places"]}
    snippet = snippets.get(entry["snippet"])
    if entry["outcome"] == "excused":
        return entry
    outcome = snippet["outcome"] if snippet else "not run"
    return {**entry, "reason": _NOT_COMPARED.get(outcome, f"its Snippet was {outcome}")}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def unique_errors(errors: Iterable[ErrorEntry]) -> list[ErrorEntry]:
    """Return ``errors`` without those that occur again, as each worker reports them."""
    return list({tuple(error.values()): error for error in errors}.values())
