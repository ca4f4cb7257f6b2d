"""The entries of a run report, as its JSON file holds them; ``run-report.schema.json`` describes every key.

They are dictionaries, so that they pass from a worker to the controller, into a file and into a page as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snipproof.model import Segment

FORMAT_VERSION = 1

OutcomeName = Literal["passed", "updated", "failed", "blocked", "skipped", "unreached", "not executed", "error"]
Comparison = Literal["matched", "differs", "not compared", "excused"]


class Software(TypedDict):
    """A program with its version."""

    name: str
    version: str


class SuiteEntry(TypedDict):
    """One Suite; ``clients`` are those of the matrix of versions, by name."""

    path: str
    flavour: str
    language: str
    client: Software | None
    digest: str
    times: dict[str, float]
    clients: NotRequired[dict[str, Software | None]]


class SourceEntry(TypedDict):
    """One Source of a Suite."""

    path: str
    suite: str
    digest: str
    duration: float | None


class ErrorEntry(TypedDict):
    """What went wrong outside of the docs."""

    kind: Literal["infrastructure", "settings", "collection", "ledger", "other"]
    message: str
    path: str | None
    line: int | None


class ServiceEntry(TypedDict):
    """A server on which Sources ran."""

    version: str
    mode: str
    nodes: int


class RunEntry(TypedDict):
    """The run as a whole."""

    commit: str | None
    changed: bool
    date: str
    command: str
    complete: bool
    shard: str | None
    parts: int
    coverage_floor: float | None
    versions: dict[str, str]
    services: NotRequired[dict[str, ServiceEntry]]
    times: dict[str, float]
    suites: list[SuiteEntry]
    sources: list[SourceEntry]
    collected: list[str]
    errors: list[ErrorEntry]


class LinesEntry(TypedDict):
    """The statements of a Snippet."""

    statements: list[int]
    missed: list[int]
    handling: list[int]
    text: dict[str, str]


class FailureEntry(TypedDict):
    """Why a Snippet is not proven."""

    line: int
    reason: str
    details: str
    excerpt: list[list[Any]]


class OutputEntry(TypedDict):
    """What a Snippet printed."""

    digest: str
    size: int
    text: str | None


class KnownFailureEntry(TypedDict):
    """How the ledger of known failures lists a Snippet whose Outcome is as expected."""

    reason: str
    unstable: bool


class CombinationEntry(TypedDict):
    """The versions of the matrix in which a Snippet was run: of the server, and of the client by its name there."""

    server: str | None
    client: str | None


class SnippetEntry(TypedDict):
    """One Snippet, in one combination of versions."""

    id: str
    source: str
    name: str
    suite: str
    flavour: str
    language: str
    line: int
    segments: list[list[int]]
    outcome: OutcomeName
    duration: float
    lines: LinesEntry | None
    error: FailureEntry | None
    output: OutputEntry | None
    server: Software | None
    client: Software | None
    attempt: int
    complete: bool
    stand_in: str | None
    providers: dict[str, str]
    known_failure: KnownFailureEntry | None
    combination: NotRequired[CombinationEntry]
    date: NotRequired[str]


class PlaceEntry(TypedDict):
    """Where a Page claims an Expectation."""

    page: str
    line: int
    column: int
    tab: str


class DifferenceEntry(TypedDict):
    """One difference between an Expectation and the output."""

    line: int
    path: str
    message: str


class ExpectationEntry(TypedDict):
    """One Expectation, as the output of one Snippet."""

    id: str
    snippet: str
    origin: str
    line: int
    segments: list[list[int]]
    outcome: Comparison
    reason: str
    places: list[PlaceEntry]
    differences: list[DifferenceEntry]
    rows: list[list[Any]]
    actual: str | None


class RuleFinding(TypedDict):
    """What a rule of ``snipproof check`` reports."""

    rule: str
    message: str


class ReferenceEntry(TypedDict):
    """One block of a Page."""

    page: str
    line: int
    column: int
    source: str | None
    region: str | None
    kind: Literal["snippet", "expectation", "none"]
    suite: str | None
    flavour: str
    language: str
    live: bool
    digest: str
    finding: RuleFinding | None


class RunReport(TypedDict):
    """A whole report."""

    format_version: int
    run: RunEntry
    snippets: list[SnippetEntry]
    expectations: list[ExpectationEntry]
    references: list[ReferenceEntry]


ExpectationKey = tuple[str, str, str]


def key_of(expectation: ExpectationEntry) -> ExpectationKey:
    """Return what identifies an Expectation: its id, the Snippet and the origin."""
    return expectation["id"], expectation["snippet"], expectation["origin"]


def region_of(snippet: SnippetEntry) -> str:
    """Return the id of the Region of ``snippet``, which has the same in all combinations of versions."""
    return f"{snippet['source']}::{snippet['name']}"


NOT_RUN = frozenset(("error",))
"""Outcomes of Snippets that count as not run: the run does not know whether the docs are right."""


def with_snippet(expectation: ExpectationEntry, snippet: str) -> ExpectationEntry:
    """Return ``expectation`` as the output of another Snippet, by its id."""
    return {**expectation, "snippet": snippet}


def known_failure_of(snippet: SnippetEntry) -> str:
    """Return ``known failure: reason``, ``unstable: reason``, or ``""`` if the ledger does not list ``snippet``."""
    listed = snippet["known_failure"]
    if not listed:
        return ""
    return f"{'unstable' if listed['unstable'] else 'known failure'}: {listed['reason']}"


def state_of(snippet: SnippetEntry) -> str:
    """Return what to count ``snippet`` as: its Outcome, or ``known failure`` or ``unstable``."""
    return known_failure_of(snippet).partition(":")[0] or snippet["outcome"]


def diff_lines(compared: ExpectationEntry) -> list[str]:
    """Return the expected text beside the output, line by line, as a diff."""
    lines: list[str] = []
    for kind, _, old, new in compared["rows"]:
        if kind == "skipped":
            lines.append("  …")
        elif kind == "same":
            lines.append(f"  {old}")
        else:
            lines += [f"- {old}"] * (old is not None) + [f"+ {new}"] * (new is not None)
    return lines


def as_lists(segments: Iterable[Segment]) -> list[list[int]]:
    """Return ranges of lines as an entry has them: ``[[3, 9], [12, 12]]``."""
    return [[segment.first, segment.last] for segment in segments]


def missing_of(report: RunReport) -> list[str]:
    """Return the ids of the Snippets that were collected and not run."""
    ran = {snippet["id"] for snippet in report["snippets"] if snippet["outcome"] not in NOT_RUN}
    return [name for name in report["run"]["collected"] if name not in ran]
