"""What one run of a watcher found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest

from snipproof.model import Source
from snipproof.pytest_plugin.items import SnippetItem

_PASSED = ("passed", "updated")
_WORDS = {"unreached": "skipped", "updated": "passed"}


@dataclass(frozen=True, slots=True)
class SnippetResult:
    """The Outcome of one Snippet.

    :param outcome: ``passed``, ``failed``, ``blocked``, ``skipped`` or ``not executed``.
    :param message: the text of the failure, or the reason of the skip.
    :param is_infrastructure: whether the failure is not one of the docs.
    """

    snippet: str
    outcome: str
    message: str = ""
    is_infrastructure: bool = False

    @property
    def failed(self) -> bool:
        """Whether the docs are not proven."""
        return self.outcome not in ("passed", "skipped", "known failure")


@dataclass(slots=True)
class RunResults:
    """The Outcomes of one run, by the id of the Snippet, and what else went wrong.

    :param items: the items of the Snippets that have run.
    """

    snippets: dict[str, SnippetResult] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    items: Mapping[str, SnippetItem] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> SnippetResult | None:
        """Add a report of pytest, and return the Outcome of the Snippet if it is one."""
        known = dict(report.user_properties)
        name = str(known.get("snippet", ""))
        if not name or (report.when != "call" and report.passed):
            return None
        if report.when == "teardown":
            self.errors.append(f"{name}: {report.longreprtext}")
            return None
        found = SnippetResult(
            name, _outcome(report, known), _message(report), bool({"infrastructure", "settings"} & known.keys())
        )
        self.snippets[name] = found
        return found

    def sources(self) -> list[Source]:
        """Return the Sources that have run, as they were then."""
        return list({item.file.source.path: item.file.source for item in self.items.values()}.values())

    def without(self, paths: Collection[str]) -> RunResults:
        """Return the Outcomes of other Sources only."""
        snippets = {name: each for name, each in self.snippets.items() if name.partition("::")[0] not in paths}
        items = {name: each for name, each in self.items.items() if each.file.source.path not in paths}
        return RunResults(snippets, self.errors, items)

    def joined(self, later: RunResults) -> RunResults:
        """Return these and those of a later run."""
        return RunResults(self.snippets | later.snippets, self.errors + later.errors, {**self.items, **later.items})

    def can_update(self, result: SnippetResult) -> bool:
        """Return whether nothing but the output of a Snippet differs."""
        item = self.items.get(result.snippet)
        return item is not None and item.reported is not None and item.reported.only_differs

    @property
    def failed(self) -> list[SnippetResult]:
        """Those that did not pass."""
        return [each for each in self.snippets.values() if each.failed]

    def summary(self) -> str:
        """Return how many Snippets had which Outcome: ``2 passed, 1 failed``."""
        counts: dict[str, int] = {}
        for each in self.snippets.values():
            counts[each.outcome] = counts.get(each.outcome, 0) + 1
        order = sorted(counts, key=lambda outcome: (outcome != "passed", outcome != "failed", outcome))
        parts = [f"{counts[outcome]} {outcome}" for outcome in order]
        if self.errors:
            parts.append(f"{len(self.errors)} error{'s' if len(self.errors) > 1 else ''}")
        return ", ".join(parts) or "nothing to prove"


def _outcome(report: pytest.TestReport, known: Mapping[str, object]) -> str:
    if hasattr(report, "wasxfail"):
        return "known failure"
    outcome = str(known.get("outcome", ""))
    if report.when != "call" or not outcome:
        return "skipped" if report.skipped else "failed"
    if report.failed and outcome in _PASSED:
        return "failed"  # a known failure that passed
    return _WORDS.get(outcome, outcome)


def _message(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return report.longreprtext
