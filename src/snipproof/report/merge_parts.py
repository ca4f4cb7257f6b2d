"""Joins the reports of several runs of the same tree, such as the shards of a CI system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.errors import DocsError, SettingsError
from snipproof.report.assemble import mark_completeness, unique_errors
from snipproof.report.entries import FORMAT_VERSION, NOT_RUN, key_of
from snipproof.report.tree_facts import differing, shorten_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.report.entries import (
        ExpectationEntry,
        ExpectationKey,
        RunEntry,
        RunReport,
        SnippetEntry,
        SourceEntry,
        SuiteEntry,
    )

Part = tuple[str, "RunReport"]
"""A report with its name in messages."""


def merge_parts(parts: Sequence[Part]) -> RunReport:
    """Return the report of all ``parts``; it is complete if they ran every Snippet together.

    Where several ran the same Snippet, the last one counts, and its attempts are added.

    :raises SettingsError: there are no parts, their versions of snipproof or the server differ, or only some of them
        are of a matrix of versions.
    :raises DocsError: the parts are of different trees.
    """
    if not parts:
        raise SettingsError("nothing to merge", "name the reports of all shards")
    for part in parts[1:]:
        _require_same(parts[0], part)
    ordered = [report for _, report in sorted(parts, key=lambda part: part[1]["run"]["date"])]
    snippets: dict[str, SnippetEntry] = {}
    for report in ordered:
        for snippet in report["snippets"]:
            _add_snippet(snippets, snippet)
    first = ordered[0]
    place = {name: number for number, name in enumerate(first["run"]["collected"])}
    merged: RunReport = {
        "format_version": FORMAT_VERSION,
        "run": _run([report["run"] for report in ordered]),
        "snippets": sorted(snippets.values(), key=lambda each: (place.get(each["id"], len(place)), each["id"])),
        "expectations": _expectations(ordered),
        "references": first["references"],
    }
    mark_completeness(merged)
    return merged


def _add_snippet(known: dict[str, SnippetEntry], snippet: SnippetEntry) -> None:
    before = known.get(snippet["id"])
    if before is None or before["outcome"] in NOT_RUN:
        known[snippet["id"]] = snippet
    elif snippet["outcome"] not in NOT_RUN:
        known[snippet["id"]] = {**snippet, "attempt": before["attempt"] + snippet["attempt"]}


def _expectations(reports: Sequence[RunReport]) -> list[ExpectationEntry]:
    """Return the Expectations; what a later run compared replaces what an earlier one did."""
    found: dict[ExpectationKey, ExpectationEntry] = {key_of(each): each for each in reports[0]["expectations"]}
    for report in reports[1:]:
        ran = {each["id"] for each in report["snippets"] if each["outcome"] not in NOT_RUN}
        for each in report["expectations"]:
            if each["snippet"] in ran or key_of(each) not in found:
                found[key_of(each)] = each
    return [found[key] for key in sorted(found)]


def _run(runs: Sequence[RunEntry]) -> RunEntry:
    times: dict[str, float] = {}
    for run in runs:
        for name, seconds in run["times"].items():
            times[name] = round(times.get(name, 0.0) + seconds, 3)
    floors = [run["coverage_floor"] for run in runs if run["coverage_floor"] is not None]
    return {
        **runs[0],
        "changed": any(run["changed"] for run in runs),
        "command": "; ".join(dict.fromkeys(run["command"] for run in runs)),
        "shard": None,
        "parts": sum(run["parts"] for run in runs),
        "coverage_floor": max(floors, default=None),
        "versions": {name: version for run in runs for name, version in run["versions"].items()},
        "services": {name: service for run in runs for name, service in run.get("services", {}).items()},
        "times": times,
        "suites": _suites(runs),
        "sources": _sources(runs),
        "errors": unique_errors(error for run in runs for error in run["errors"]),
    }


def _suites(runs: Sequence[RunEntry]) -> list[SuiteEntry]:
    """Return the Suites; the time of each is the longest one, since every part has built it."""
    times: dict[str, dict[str, float]] = {}
    for run in runs:
        for suite in run["suites"]:
            known = times.setdefault(suite["path"], {})
            for name, seconds in suite["times"].items():
                known[name] = max(known.get(name, 0.0), seconds)
    return [{**suite, "times": times[suite["path"]]} for suite in runs[0]["suites"]]


def _sources(runs: Sequence[RunEntry]) -> list[SourceEntry]:
    durations = {
        source["path"]: source["duration"]
        for run in runs
        for source in run["sources"]
        if source["duration"] is not None
    }
    return [{**source, "duration": durations.get(source["path"])} for source in runs[0]["sources"]]


def _require_same(one: Part, other: Part) -> None:
    """Refuse two reports that cannot be of the same run of CI."""
    (name, first), (other_name, second) = one, other
    changed = differing(_digests(first), _digests(second))
    if changed:
        raise DocsError(f"{other_name}: of another tree than {name}: {shorten_paths(changed)}", "run all shards again")
    if first["run"]["commit"] != second["run"]["commit"]:
        commits = f"{second['run']['commit']} and {first['run']['commit']}"
        raise DocsError(f"{other_name}: of another commit than {name}: {commits}", "run all shards again")
    if first["run"]["collected"] != second["run"]["collected"] or first["references"] != second["references"]:
        if _has_versions(first) != _has_versions(second):
            message = f"{other_name}: only one of it and {name} is of a matrix of versions"
            raise SettingsError(message, "use --snippets-matrix in all jobs, or in none")
        raise DocsError(f"{other_name}: of another tree than {name}: their pages differ", "run all shards again")
    for program in ("snipproof", "weaviate", *first["run"].get("services", {})):
        versions = [_version(each["run"], program) for each in (first, second)]
        if all(versions) and versions[0] != versions[1]:
            what = f"{program} {versions[1]}, and {name} with {versions[0]}"
            raise SettingsError(f"{other_name}: run with {what}", "use the same version in all shards")


def _has_versions(report: RunReport) -> bool:
    return any("combination" in snippet for snippet in report["snippets"])


def _version(run: RunEntry, program: str) -> str | None:
    """Return the version of a program or a service."""
    service = run.get("services", {}).get(program)
    return service["version"] if service else run["versions"].get(program)


def _digests(report: RunReport) -> dict[str, str]:
    return {each["path"]: each["digest"] for each in (*report["run"]["suites"], *report["run"]["sources"])}
