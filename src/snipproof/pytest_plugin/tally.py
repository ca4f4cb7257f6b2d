"""What a session proved, added up from the reports of its Snippets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from snipproof.errors import InfrastructureError
from snipproof.model import Finding, Outcome


@dataclass(slots=True)
class Tally:
    """What the reports of a session add up to; kept by the controller alone under pytest-xdist.

    :param troubles: reports that failed for what is no defect of the docs; ``defects`` are all others that failed.
    :param unread: Findings of PageExpectations that cannot be read.
    :param missing: why there are no PageExpectations, if there should be some.
    """

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    expectations: int = 0
    weaviate: str = ""
    blocked: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)  # by reason
    troubles: int = 0
    defects: int = 0
    unread: Sequence[Finding] = ()
    missing: str = ""

    @property
    def all_skipped(self) -> bool:
        """Whether there were Snippets and every one was skipped."""
        return self.outcomes.keys() == {Outcome.SKIPPED}

    def add(self, report: pytest.TestReport) -> None:
        """Count what ``report`` says."""
        known = dict(report.user_properties)
        if report.failed:
            if "infrastructure" in known:
                self.troubles += 1
            else:
                self.defects += 1
        if report.skipped and "snippet" in known:
            self._count(Outcome.SKIPPED)
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[reason] = self.skipped.get(reason, 0) + 1
        elif report.when == "call" and "outcome" in known:
            outcome = Outcome(str(known["outcome"]))
            self._count(outcome)
            self.expectations += int(str(known["expectations"]))
            self.weaviate = str(known["weaviate"])
            if outcome is Outcome.BLOCKED:
                self.blocked.append(f"BLOCKED {known['snippet']} - {known['reason']}")

    def not_updated(self, snippets: int) -> None:
        """So many Snippets that count as updated are not: what they gave could not be written, or was declined."""
        for outcome, more in ((Outcome.UPDATED, -snippets), (Outcome.FAILED, snippets)):
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + more
        self.outcomes = {outcome: count for outcome, count in self.outcomes.items() if count}
        self.defects += snippets

    def _count(self, outcome: Outcome) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def summary(self) -> str:
        """Return what was proven, in one line."""
        proven = self.outcomes.get(Outcome.PASSED, 0)
        parts = [f"{proven} snippet{'s' * (proven != 1)} proven"]
        parts += [f"{count} {outcome}" for outcome, count in self.outcomes.items() if outcome is not Outcome.PASSED]
        parts.append(f"{self.expectations} expectation{'s' * (self.expectations != 1)} matched")
        parts += [f"Weaviate {self.weaviate}"] if self.weaviate else []
        return ", ".join(parts)

    def write(self, terminal: pytest.TerminalReporter) -> None:
        """Write the lines with which a session ends."""
        for line in self.blocked:
            terminal.write_line(line)
        for reason, count in self.skipped.items():
            terminal.write_line(f"snipproof: {count} skipped: {reason.removeprefix('Skipped: ')}", yellow=True)
        if self.troubles:
            code = "" if self.defects else f" (exit code {InfrastructureError.exit_code})"
            terminal.write_line(f"snipproof: trouble around the docs, not a defect of them{code}", red=True)
        if self.all_skipped:
            terminal.write_line("snipproof: every Snippet was skipped: nothing is proven", red=True)
        if self.missing:
            terminal.write_line(f"snipproof: no page is compared: {self.missing}", yellow=True)
        for finding in self.unread:
            terminal.write_line(f"snipproof: {finding}: what this page shows is not compared", red=True)
        if self.outcomes:
            terminal.write_line(f"snipproof: {self.summary()}")
