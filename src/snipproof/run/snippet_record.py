"""What a run report holds of one Snippet, made of its Verdict, with secrets hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from snipproof.compare.differences import actual_lines
from snipproof.compare.expectation import ExpectationResult
from snipproof.model import Expectation, Snippet, Source, Suite
from snipproof.redaction import redact
from snipproof.report.entries import (
    ExpectationEntry,
    FailureEntry,
    LinesEntry,
    OutcomeName,
    SnippetEntry,
    as_lists,
    with_snippet,
)
from snipproof.run.coverage import Coverage
from snipproof.run.verdict import Verdict
from snipproof.text import printable
from snipproof.update.proposal import Change, Proposal
from snipproof.update.propose import propose

_CONTEXT = 3  # lines of a Source before and after the line of a failure
_UNCHANGED = 3  # lines of an Expectation around lines that differ
_MAX_DIFFERENCES = 20
_MAX_ROWS = 200
_MAX_DETAILS = 8_000  # characters
_MAX_LINES = 60


class SnippetRecord(TypedDict):
    """A Snippet and its Expectations; a worker of pytest-xdist sends it to the controller."""

    snippet: SnippetEntry
    expectations: list[ExpectationEntry]


def record_error(suite: Suite, snippet: Snippet, outcome: OutcomeName, reason: str) -> SnippetRecord:
    """Return the record of a Snippet without a Verdict: it was skipped, or could not be run."""
    failure: FailureEntry = {"line": snippet.region.line, "reason": reason, "details": "", "excerpt": []}
    return {"snippet": _entry(suite, snippet, outcome, failure), "expectations": []}


def record_verdict(
    suite: Suite, source: Source, verdict: Verdict, read: Callable[[str], str], secrets: Mapping[str, str]
) -> SnippetRecord:
    """Return the record of a ``verdict`` that was redacted.

    :param read: returns the text of a Source by its path, of one that holds an Expectation.
    :param secrets: values to hide, by name.
    """
    failed = verdict.outcome.value not in ("passed", "updated")
    failure: FailureEntry | None = None
    if failed:
        details = verdict.details if not verdict.expectations else ""  # the entries of the Expectations have more
        failure = {
            "line": verdict.line,
            "reason": printable(verdict.reason),
            "details": printable(details[:_MAX_DETAILS]),
            "excerpt": [[number, redact(text, secrets)] for number, text in _excerpt(source, verdict.line)],
        }
    outcome: Any = verdict.outcome.value
    entry = _entry(suite, verdict.snippet, outcome, failure)
    entry["duration"] = round(verdict.duration, 4)
    entry["lines"] = _lines(source, verdict.coverage, secrets) if verdict.coverage else None
    output = verdict.output.encode("utf-8", "surrogatepass")
    shown = verdict.output if failed and verdict.output.strip() else None
    entry["output"] = {
        "digest": hashlib.sha256(output).hexdigest(),
        "size": len(verdict.output),
        "text": printable("\n".join(actual_lines(shown))) if shown else None,
    }
    rows = _rows_of(verdict, read, secrets)
    expectations = [
        _expectation(verdict, each, rows.get(each.expectation.region.id, [])) for each in verdict.expectations
    ]
    entry["stand_in"] = verdict.stand_in or None
    entry["providers"] = dict(verdict.replies)
    expectations += [_not_compared(verdict, each) for each in verdict.not_compared]
    of_snippet = [with_snippet(_redacted(each, secrets), entry["id"]) for each in expectations]
    return {"snippet": entry, "expectations": of_snippet}


def _entry(suite: Suite, snippet: Snippet, outcome: OutcomeName, failure: FailureEntry | None) -> SnippetEntry:
    entry: SnippetEntry = {
        "id": suite.combination.named(snippet.id),
        "source": snippet.region.source,
        "name": snippet.name,
        "suite": suite.path,
        "flavour": suite.flavour,
        "language": suite.language,
        "line": snippet.region.line,
        "segments": as_lists(snippet.region.segments),
        "outcome": outcome,
        "duration": 0.0,
        "lines": None,
        "error": failure,
        "output": None,
        "server": None,
        "client": None,
        "attempt": 1,
        "complete": True,
        "stand_in": None,
        "providers": {},
        "known_failure": None,
    }
    if suite.combination.label:
        server, client = suite.combination
        entry["combination"] = {"server": server or None, "client": client or None}
    return entry


def _excerpt(source: Source, line: int) -> list[list[Any]]:
    first = max(1, line - _CONTEXT)
    lines = source.lines[first - 1 : line + _CONTEXT]
    return [[number, printable(text.rstrip("\r"))] for number, text in enumerate(lines, start=first)]


def _lines(source: Source, coverage: Coverage, secrets: Mapping[str, str]) -> LinesEntry:
    lines = source.lines
    return {
        "statements": list(coverage.statements),
        "missed": list(coverage.missed),
        "handling": list(coverage.handling),
        "text": {str(number): redact(printable(lines[number - 1].strip()), secrets) for number in coverage.missed},
    }


def _expectation(verdict: Verdict, result: ExpectationResult, rows: list[list[Any]]) -> ExpectationEntry:
    region = result.expectation.region
    differs = not result.matched
    return {
        "id": region.id,
        "snippet": verdict.snippet.id,
        "origin": result.expectation.origin.value,
        "line": result.differences[0].line if differs else region.line,
        "segments": as_lists(region.segments),
        "outcome": "differs" if differs else "matched",
        "reason": printable(f"{result.differences[0].path}: {result.differences[0].message}") if differs else "",
        "places": [],
        "differences": [
            {"line": each.line, "path": printable(each.path), "message": printable(each.message)}
            for each in result.differences[:_MAX_DIFFERENCES]
        ],
        "rows": rows,
        "actual": printable("\n".join(actual_lines(result.actual))) if differs else None,
    }


def _not_compared(verdict: Verdict, expectation: Expectation) -> ExpectationEntry:
    region = expectation.region
    return {
        "id": region.id,
        "snippet": verdict.snippet.id,
        "origin": expectation.origin.value,
        "line": region.line,
        "segments": as_lists(region.segments),
        "outcome": "not compared",
        "reason": f"a stand-in for {verdict.stand_in} answered",
        "places": [],
        "differences": [],
        "rows": [],
        "actual": None,
    }


def _rows_of(verdict: Verdict, read: Callable[[str], str], secrets: Mapping[str, str]) -> dict[str, list[list[Any]]]:
    """Return, for each Expectation that differs, what the docs show beside what would be right, aligned."""
    found: dict[str, list[list[Any]]] = {}
    for result in verdict.expectations:
        if not result.matched:
            (made,) = propose(verdict.snippet, [result], read, secrets)
            changes = made.changes if isinstance(made, Proposal) else ()
            found[result.expectation.region.id] = _rows(result, changes)
    return found


def _rows(result: ExpectationResult, changes: Sequence[Change]) -> list[list[Any]]:
    by_line = {change.first: change for change in changes}
    marked = {difference.line for difference in result.differences}
    rows: list[list[Any]] = []
    replaced = 0  # lines of a change that are still to come
    lines = [(line.number, line.shown) for line in result.block.lines]
    for number, text in [*lines, (lines[-1][0] + 1 if lines else result.block.marker + 1, None)]:
        if change := by_line.get(number):
            rows += _changed(change)
            replaced = len(change.old)
        if text is None:
            break
        if replaced:
            replaced -= 1
        else:
            kind = "same" if changes or number not in marked else "removed"
            rows.append([kind, number, printable(text), printable(text) if changes else None])
    return _without_unchanged(rows)[:_MAX_ROWS]


def _changed(change: Change) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for index in range(max(len(change.old), len(change.new))):
        old = change.old[index].rstrip("\r") if index < len(change.old) else None
        new = change.new[index].rstrip("\r") if index < len(change.new) else None
        kind = "added" if old is None else "removed" if new is None else "changed"
        rows.append([kind, change.first + index if old is not None else None, _print(old), _print(new)])
    return rows


def _print(text: str | None) -> str | None:
    return None if text is None else printable(text)


def _without_unchanged(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows that differ and a few around each of them; the others become a row that counts them."""
    differing = [index for index, row in enumerate(rows) if row[0] != "same"]
    wanted = {
        index for at in differing for index in range(max(0, at - _UNCHANGED), min(len(rows), at + _UNCHANGED + 1))
    }
    if not differing or len(rows) <= 4 * _UNCHANGED:
        return rows
    kept: list[list[Any]] = []
    for index, row in enumerate(rows):
        if index in wanted:
            kept.append(row)
        elif kept and kept[-1][0] == "skipped":
            kept[-1][1] += 1
        else:
            kept.append(["skipped", 1, None, None])
    return kept


def _redacted(entry: ExpectationEntry, secrets: Mapping[str, str]) -> ExpectationEntry:
    """Hide ``secrets`` in what comes from the output. Expected text stands beside it, so it is searched too."""

    def hide(text: str | None) -> str | None:
        return None if text is None else redact(text, secrets)

    entry["reason"] = redact(entry["reason"], secrets)
    entry["actual"] = hide(entry["actual"])
    for difference in entry["differences"]:
        difference["message"] = redact(difference["message"], secrets)
        difference["path"] = redact(difference["path"], secrets)
    entry["rows"] = [[kind, number, hide(old), hide(new)] for kind, number, old, new in entry["rows"]]
    return entry
