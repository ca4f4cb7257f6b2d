"""What changed against an earlier report. What vanished comes first: nothing else reports that it is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from snipproof.report.entries import key_of, state_of
from snipproof.report.line_coverage import coverage_of, published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snipproof.report.entries import ExpectationEntry, RunReport

_COMPARED = frozenset(("matched", "differs"))
_SLOWER = 1.5  # times as slow as before
_SLOWER_BY = 1.0  # seconds, at least


class OutcomeChange(NamedTuple):
    """A Snippet with another Outcome than before."""

    snippet: str
    before: str
    now: str


class Slowdown(NamedTuple):
    """A Source that takes clearly longer than before."""

    source: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences of two reports.

    :param vanished: the ids of Snippets that do not exist any more.
    :param vanished_comparisons: what was compared and is not any more, in words.
    :param not_run: the ids of Snippets that were proven before and were not run now.
    :param broken: Snippets that were proven before and are not now; ``fixed`` the other way round.
    :param versions: programs with another version: ``Weaviate 1.38.0 → 1.39.0``.
    :param coverage: the percentage before and now, if it changed.
    """

    vanished: list[str] = field(default_factory=list)
    vanished_comparisons: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    broken: list[OutcomeChange] = field(default_factory=list)
    fixed: list[OutcomeChange] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    slower: list[Slowdown] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    coverage: tuple[float, float] | None = None

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return any(getattr(self, name) for name in self.__slots__)


def find_changes(earlier: RunReport, report: RunReport) -> Changes:
    """Return what changed from ``earlier`` to ``report``; of Outcomes, only those of Snippets that both ran."""
    before = {each["id"]: each for each in earlier["snippets"]}
    now = {each["id"]: each for each in report["snippets"]}
    known, collected = set(earlier["run"]["collected"]), set(report["run"]["collected"])
    changed = [
        OutcomeChange(name, state_of(before[name]), state_of(each))
        for name, each in now.items()
        if name in before and state_of(before[name]) != state_of(each)
    ]
    percent = tuple(coverage_of(published(each)).percent for each in (earlier, report))
    return Changes(
        vanished=[name for name in earlier["run"]["collected"] if name not in collected],
        vanished_comparisons=_vanished_comparisons(earlier, report),
        not_run=[
            name
            for name, each in before.items()
            if each["outcome"] == "passed" and name in collected and name not in now
        ],
        broken=[change for change in changed if change.before == "passed"],
        fixed=[change for change in changed if change.now == "passed"],
        added=[name for name in report["run"]["collected"] if name not in known],
        slower=_slower(earlier, report),
        versions=list(_versions(earlier, report)),
        coverage=(percent[0], percent[1]) if percent[0] != percent[1] else None,
    )


def _vanished_comparisons(earlier: RunReport, report: RunReport) -> list[str]:
    now = {key_of(each): each for each in report["expectations"]}
    found = []
    for each in earlier["expectations"]:
        if each["outcome"] not in _COMPARED:
            continue
        left = now.get(key_of(each))
        if left is None:
            found.append(f"{_words(each)}: it does not exist any more")
        elif left["outcome"] == "excused":
            found.append(f"{_words(each)}: {left['reason']}")
    return found


def _words(each: ExpectationEntry) -> str:
    return f"{each['id']} with the {each['origin']} of {each['snippet']}"


def _slower(earlier: RunReport, report: RunReport) -> list[Slowdown]:
    before = {each["path"]: each["duration"] for each in earlier["run"]["sources"]}
    found = []
    for source in report["run"]["sources"]:
        now, then = source["duration"], before.get(source["path"])
        if now is not None and then is not None and now > _SLOWER * then and now > then + _SLOWER_BY:
            found.append(Slowdown(source["path"], then, now))
    return sorted(found, key=lambda each: each.before - each.now)


def _versions(earlier: RunReport, report: RunReport) -> Iterable[str]:
    before, now = earlier["run"]["versions"], report["run"]["versions"]
    for name in now:
        if name in before and before[name] != now[name]:
            yield f"{name} {before[name]} → {now[name]}"
    clients = {suite["path"]: suite["client"] for suite in earlier["run"]["suites"]}
    for suite in report["run"]["suites"]:
        then, client = clients.get(suite["path"]), suite["client"]
        if client and then and client != then:
            yield f"{suite['flavour']}: {then['name']} {then['version']} → {client['name']} {client['version']}"
