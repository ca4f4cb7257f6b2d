"""Counts what a session proved, from the reports of its Snippets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from snipproof.errors import InfrastructureError
from snipproof.model import Finding, Outcome
from snipproof.text import plural

# The property of a report, and what to count the Snippet as.
_LISTED = {"known failure": "known failure", "unstable": "unstable", "ledger": "not as listed"}


@dataclass(slots=True)
class Tally:
    """The totals of a session; under pytest-xdist only the controller has them all.

    :param not_compared: the number of Expectations whose data came from a stand-in for a model provider.
    :param skipped: the number of skipped Snippets by reason.
    :param listed: the number of Snippets in the ledger of known failures that were run, by how they did:
        ``known failure``, ``unstable`` or ``not as listed``. They are in no other number.
    :param infrastructure_errors: the number of reports that failed for a reason outside the docs.
    :param settings_errors: the number of reports that failed because the settings are wrong.
    :param defects: the number of all other reports that failed.
    :param unreadable: Findings of Pages that cannot be read.
    :param missing: why there are no Pages although the settings name some, else ``""``.
    """

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    expectations: int = 0
    not_compared: int = 0
    servers: dict[str, None] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    listed: dict[str, int] = field(default_factory=dict)
    infrastructure_errors: int = 0
    settings_errors: int = 0
    defects: int = 0
    unreadable: Sequence[Finding] = ()
    missing: str = ""

    @property
    def all_skipped(self) -> bool:
        """Whether there were Snippets and all of them were skipped."""
        return bool(self.outcomes) and not self.listed and self.outcomes.keys() <= {Outcome.SKIPPED, Outcome.UNREACHED}

    def add(self, report: pytest.TestReport) -> None:
        """Count ``report``."""
        known = dict(report.user_properties)
        if report.failed:
            if "settings" in known:
                self.settings_errors += 1
            elif "infrastructure" in known:
                self.infrastructure_errors += 1
            else:
                self.defects += 1
        state = next((words for name, words in _LISTED.items() if name in known), "")
        if state and report.when == "call":
            self.listed[state] = self.listed.get(state, 0) + 1
            self.servers[str(known["weaviate"])] = None
        elif report.skipped and "snippet" in known:
            self._count(Outcome(str(known.get("outcome", Outcome.SKIPPED))))
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[reason] = self.skipped.get(reason, 0) + 1
        elif report.when == "call" and "outcome" in known:
            outcome = Outcome(str(known["outcome"]))
            self._count(outcome)
            self.expectations += int(str(known["expectations"]))
            self.not_compared += int(str(known["not_compared"]))
            self.servers[str(known["weaviate"])] = None
            if outcome is Outcome.BLOCKED:
                self.blocked.append(f"BLOCKED {known['snippet']} - {known['reason']}")

    def not_updated(self, report: pytest.TestReport) -> None:
        """Forget the ``report`` of an updated Snippet whose change is not written: it is reported again as failed."""
        known = dict(report.user_properties)
        self.outcomes[Outcome.UPDATED] -= 1
        self.outcomes = {outcome: count for outcome, count in self.outcomes.items() if count}
        self.expectations -= int(str(known["expectations"]))

    def _count(self, outcome: Outcome) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def summary(self) -> str:
        """Return what was proven, in one line."""
        proven = self.outcomes.get(Outcome.PASSED, 0)
        parts = [f"{plural(proven, 'snippet')} proven"]
        parts += [f"{count} {outcome}" for outcome, count in self.outcomes.items() if outcome is not Outcome.PASSED]
        known = self.listed.get("known failure", 0)
        parts += [plural(known, "known failure")] if known else []
        parts += [f"{self.listed[state]} {state}" for state in ("unstable", "not as listed") if state in self.listed]
        parts.append(f"{plural(self.expectations, 'expectation')} matched")
        parts += [f"{self.not_compared} not compared (stand-in)"] if self.not_compared else []
        parts += [f"Weaviate {' and '.join(self.servers)}"] if self.servers else []
        return ", ".join(parts)

    def write(self, terminal: pytest.TerminalReporter) -> None:
        """Write the last lines of a session."""
        for line in self.blocked:
            terminal.write_line(line)
        for reason, count in self.skipped.items():
            terminal.write_line(f"snipproof: {count} skipped: {reason.removeprefix('Skipped: ')}", yellow=True)
        if self.settings_errors:
            code = "" if self.defects else f" (exit code {pytest.ExitCode.USAGE_ERROR.value})"
            terminal.write_line(f"snipproof: the settings are wrong, not the documentation{code}", red=True)
        elif self.infrastructure_errors:
            code = "" if self.defects else f" (exit code {InfrastructureError.exit_code})"
            terminal.write_line(f"snipproof: infrastructure failure, not a documentation error{code}", red=True)
        if self.all_skipped and not (self.settings_errors or self.infrastructure_errors):
            terminal.write_line("snipproof: every Snippet was skipped: nothing is proven", red=True)
        if self.missing:
            terminal.write_line(f"snipproof: no page was compared: {self.missing}", yellow=True)
        for finding in self.unreadable:
            terminal.write_line(f"snipproof: {finding}: the output on this page was not compared", red=True)
        if self.outcomes or self.listed:
            terminal.write_line(f"snipproof: {self.summary()}")
