"""Holds what a run found against the ledger of known failures, and makes the next ledger of it.

A Snippet is judged by its id alone: one that is listed and passes is as red as one that fails and is not listed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import DocsError
from snipproof.model import Outcome, Suite
from snipproof.report.entries import region_of
from snipproof.report.matrix_report import label_of
from snipproof.site.combinations import without_label
from snipproof.site.known_failures import OUTCOMES, UPDATE, Floor, KnownFailure, Ledger, find_vanished
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from snipproof.report.entries import RunReport, SnippetEntry

_PROVEN = (Outcome.PASSED, Outcome.UPDATED)


class RunResult(NamedTuple):
    """What a run found out about one Snippet.

    :param outcome: ``None`` if nothing is known, since this machine has no toolchain for its language.
    :param kind: of a failure.
    :param reason: in one line.
    :param expectations: how many of its Expectations match.
    :param combination: the label of the versions in which it was proven.
    """

    snippet: str
    suite: str
    outcome: Outcome | None
    kind: str = ""
    reason: str = ""
    expectations: int = 0
    combination: str = ""

    @property
    def name(self) -> str:
        """The id of the Snippet in this combination."""
        return f"{self.snippet}[{self.combination}]" if self.combination else self.snippet


def find_contradiction(ledger: Ledger, result: RunResult) -> DocsError | None:
    """Return what is wrong with a result, if the ledger lists its Snippet and expects another one."""
    found = ledger.entry_of(result.snippet, result.combination)
    if found is None or result.outcome is None or found[1].unstable:
        return None
    name, entry = found
    if (entry.outcome, entry.kind) == (result.outcome, result.kind):
        return None
    listed = f"{ledger.place('snippets', name)} listed as {entry.expected}"
    if result.outcome in _PROVEN:
        hint = f"remove the entry, or run `{UPDATE}`"
        if result.name != name:
            hint = "list each combination of versions in which it fails by the id of that item"
        return DocsError(f"{listed}, but {result.name} passed", hint)
    actual = f"{result.outcome} with {result.kind}" if result.kind else str(result.outcome)
    verb = "" if result.outcome is Outcome.FAILED else "is "
    hint = "fix it, or correct the entry; if it changes from run to run, write unstable = true"
    return DocsError(f"{listed}, but {result.name} {verb}{actual}", hint)


def find_shortfalls(ledger: Ledger, results: Iterable[RunResult]) -> Iterator[DocsError]:
    """Yield an error for each Suite that proves less than its floor, from the ``results`` of a complete run.

    A Suite with Snippets that could not run on this machine is left alone. Each combination of versions has to reach
    the floor.
    """
    results = list(results)
    unknown = _unknown(ledger, results)
    by_combination: dict[str, dict[str, list[RunResult]]] = {}
    for each in results:
        of_suite = by_combination.setdefault(ledger.suite_name(each.suite), {})
        of_suite.setdefault(each.combination, []).append(each)
    for suite, floor in ledger.floors.items():
        if suite in unknown:
            continue
        for combination, those in by_combination.get(suite, {"": []}).items():
            now = count_proven(ledger, those).get(suite, Floor(0, 0))
            yield from _below(ledger, suite, floor, now, f"{suite}{f' with {combination}' * bool(combination)}")


def _below(ledger: Ledger, suite: str, floor: Floor, now: Floor, what: str) -> Iterator[DocsError]:
    for key, noun in (("snippets", "Snippet"), ("expectations", "Expectation")):
        count, least = getattr(now, key), getattr(floor, key)
        if count < least:
            place = ledger.place("floor", suite, key)
            few = f"only {plural(count, noun)}" if count else f"no {noun}"
            yield DocsError(
                f"{place} {what} proves {few}, and its floor is {least}",
                f"find out what is gone; if that is right, lower the floor or run `{UPDATE}`",
            )


def check_report(ledger: Ledger, report: RunReport) -> Iterator[DocsError]:
    """Yield what is wrong with the ledger as a whole, by a complete report, such as that of all shards."""
    matched: dict[str, int] = {}
    for each in report["expectations"]:
        matched[each["snippet"]] = matched.get(each["snippet"], 0) + (each["outcome"] == "matched")
    results = [_result(each, matched.get(each["id"], 0)) for each in report["snippets"]]
    for snippet, result in zip(report["snippets"], results, strict=True):
        if not ledger.entry_of(result.snippet, result.combination) and result.outcome in OUTCOMES:
            what = "failed" if result.outcome is Outcome.FAILED else f"is {result.outcome}"
            hint = f"fix it, or list it with a reason: run `{UPDATE}`"
            yield DocsError(f"{ledger.name}:1:1 {result.name} {what} and is not listed", hint)
        elif snippet["known_failure"] is None and (found := find_contradiction(ledger, result)):
            yield found
    sources: dict[str, list[str]] = {suite["path"]: [] for suite in report["run"]["suites"]}
    names: dict[str, list[str]] = {}
    labels = list({label for each in report["snippets"] if (label := label_of(each))})
    for source in report["run"]["sources"]:
        sources[source["suite"]].append(source["path"])
    for snippet_id in report["run"]["collected"]:
        path, _, name = without_label(snippet_id, labels).partition("::")
        names.setdefault(path, []).append(name)
    suites = [Suite(path, "", "", tuple(those)) for path, those in sources.items()]
    for finding in find_vanished(ledger, suites, lambda path: names.get(path, ()), labels):
        yield DocsError(str(finding), finding.hint)
    yield from find_shortfalls(ledger, results)


def _result(snippet: SnippetEntry, matched: int) -> RunResult:
    """Return what a report has found out about a Snippet; it does not have the kind of a failure."""
    skipped_before = snippet["outcome"] == "skipped" and snippet["output"] is None
    outcome = None if skipped_before else Outcome(snippet["outcome"])
    label = label_of(snippet)
    return RunResult(region_of(snippet), snippet["suite"], outcome, expectations=matched, combination=label)


def count_proven(ledger: Ledger, results: Iterable[RunResult]) -> dict[str, Floor]:
    """Return what each Suite proves; nothing of a Snippet that is listed counts."""
    counts: dict[str, Floor] = {}
    for each in results:
        suite = ledger.suite_name(each.suite)
        snippets, expectations = counts.get(suite, (0, 0))
        counted = each.outcome in _PROVEN and not ledger.entry_of(each.snippet, each.combination)
        counts[suite] = Floor(snippets + counted, expectations + (each.expectations if counted else 0))
    return counts


def update_ledger(ledger: Ledger, results: Iterable[RunResult]) -> Ledger:
    """Return the ledger that lists what failed, from the ``results`` of a complete run.

    An entry stays as it is if it is unstable, if nothing is known about it, or if its Snippet failed as listed. An
    entry of another failure gets no reason: somebody has to write one before the next run.
    """
    results = list(results)
    failures: dict[str, KnownFailure] = {}
    for each in results:
        entry = ledger.failures.get(each.snippet)
        if entry is not None and (each.outcome is None or entry.unstable):
            failures[each.snippet] = entry
        elif each.outcome in OUTCOMES:
            found = KnownFailure(each.outcome, each.kind, "")
            failures[each.snippet] = entry if entry and find_contradiction(ledger, each) is None else found
    left = replace(ledger, failures=dict(sorted(failures.items())))
    unknown = _unknown(ledger, results)
    floors = {suite: floor for suite, floor in count_proven(left, results).items() if any(floor)}
    floors = {suite: floor for suite, floor in floors.items() if suite not in unknown}
    floors |= {suite: floor for suite, floor in ledger.floors.items() if suite in unknown}
    return replace(left, floors=dict(sorted(floors.items())))


def count_changes(before: Ledger, after: Ledger) -> Mapping[str, int]:
    """Return how many entries of known failures are ``new``, ``changed`` and ``removed``; only those that there are."""
    shared = before.failures.keys() & after.failures.keys()
    counts = {
        "new": len(after.failures.keys() - before.failures.keys()),
        "changed": sum(before.failures[name] != after.failures[name] for name in shared),
        "removed": len(before.failures.keys() - after.failures.keys()),
    }
    return {name: count for name, count in counts.items() if count}


def _unknown(ledger: Ledger, results: Iterable[RunResult]) -> set[str]:
    """Return the names of the Suites with Snippets that this machine could not run."""
    return {ledger.suite_name(each.suite) for each in results if each.outcome is None}
