"""Update in place: collects what workers propose, and writes it at the end of the session, on the controller alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snipproof.config import Settings
from snipproof.errors import SnipproofError
from snipproof.model import Outcome, Suite
from snipproof.pytest_plugin.items import SourceFile
from snipproof.pytest_plugin.tally import Tally
from snipproof.run.verdict import Verdict
from snipproof.site.source import read_text
from snipproof.update.proposal import Proposal, Refusal, resolve_conflicts
from snipproof.update.propose import propose
from snipproof.update.review import proposal_diff, review
from snipproof.update.write import write_proposals

_TERMINAL = Path("/dev/tty")


def begin_updates(
    config: pytest.Config, settings: Settings, suites: Sequence[Suite], tally: Tally, mode: str
) -> UpdatePlugin:
    """Return the hooks of an update run.

    :param mode: ``write``, or ``review`` to be asked about each change.
    :raises UsageError: it runs under CI, or there is nobody to ask.
    """
    plugin = UpdatePlugin(config, settings, suites, tally, asks=mode == "review")
    if plugin.is_worker:
        return plugin
    if os.environ.get("CI"):
        raise pytest.UsageError(
            "--snippets-update writes into your Sources, which is never done under CI (the environment variable CI is "
            "set): run it on your own machine and commit what it changed"
        )
    if plugin.asks and not _has_terminal():
        raise pytest.UsageError(
            "--snippets-update=review asks about each change and needs a terminal: run it in one, or write all changes "
            "with --snippets-update and look at them with `git diff`"
        )
    return plugin


def _has_terminal() -> bool:
    try:
        with _TERMINAL.open():
            return sys.stdout.isatty()
    except OSError:
        return False


class UpdatePlugin:
    """The hooks of an update run; ``asks`` says whether each change is shown and asked about."""

    def __init__(
        self, config: pytest.Config, settings: Settings, suites: Sequence[Suite], tally: Tally, *, asks: bool
    ) -> None:
        self.asks = asks
        self._tally = tally
        self._config = config
        self._settings = settings
        self._allowed = [path for suite in suites for path in suite.sources]
        self._made: dict[str, list[dict[str, Any]]] = {}  # what this process proposes, by the id of the Snippet
        self._proposals: list[Proposal] = []
        self._written: list[Proposal] = []
        self._refused: list[Refusal] = []
        self._lost = 0

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker of pytest-xdist, which writes nothing."""
        return hasattr(self._config, "workerinput")

    @property
    def _secrets(self) -> dict[str, str]:
        return {name: os.environ.get(name, "") for name in self._settings.run.env}

    def settle(self, file: SourceFile, verdict: Verdict) -> Verdict:
        """Return the Verdict on a Snippet as it is once its Expectations are updated.

        One that failed for another reason stays as it is, and so does one of which something cannot be written.
        """
        differs = verdict.only_differs
        if not differs and verdict.outcome is not Outcome.PASSED:
            return verdict
        found = propose(verdict.snippet, verdict.expectations, lambda path: self._text(file, path), self._secrets)
        refusals = [each for each in found if isinstance(each, Refusal)]
        if refusals and differs:
            first = refusals[0]
            reason = f"{verdict.reason}; not updated: {first.reason}"
            told = "\n".join(map(str, refusals))
            return replace(verdict, reason=reason, details=f"{verdict.details.rstrip()}\n\n{told}")
        self._made[verdict.snippet.id] = [each.to_json() for each in found if isinstance(each, Proposal)]
        return replace(verdict, outcome=Outcome.UPDATED) if differs else verdict

    def _text(self, file: SourceFile, path: str) -> str:
        """Return the text of a Source as it was collected; the block may stand in another one than the Snippet."""
        if path == file.source.path:
            return file.source.text
        holder = file.plugin.pages.holders.get(path)
        return holder.text if holder else read_text(self._settings.root, path)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let proposals travel with the report of the Snippet; they are no property, so no other report shows them."""
        report = yield
        if call.when == "call" and report.passed and self._made:
            report.__dict__["snippet_updates"] = self._made.pop(str(dict(item.user_properties).get("snippet")), [])
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Tell updated Snippets from those that were right."""
        if report.when == "call" and dict(report.user_properties).get("outcome") == Outcome.UPDATED:
            return "updated", "U", "UPDATED"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect."""
        self._proposals += [Proposal.from_json(each) for each in getattr(report, "snippet_updates", ())]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write, or ask and write; what is not written makes the run red."""
        if self.is_worker or not any(each.changes for each in self._proposals):
            return
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, 69):
            self._lost = len({each.region for each in self._proposals if each.changes})
            return
        agreed, self._refused = resolve_conflicts(self._proposals)
        agreed.sort(key=lambda each: (each.path, each.line))
        accepted = self._review(agreed) if self.asks and agreed else agreed
        self._refused += [
            Refusal(each.path, each.line, each.region, "you declined it") for each in agreed if each not in accepted
        ]
        self._written, refused = write_proposals(self._settings.root, accepted, self._allowed)
        self._refused += refused
        if self._refused:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._take_back({each.region for each in self._refused})

    def _take_back(self, regions: set[str]) -> None:
        """Let Snippets that were reported as updated count as failed: what they gave to ``regions`` is not written."""
        lost = {each.proposed_by for each in self._proposals if each.changes and each.region in regions}
        self._tally.not_updated(len(lost))
        if reporter := self._config.pluginmanager.get_plugin("terminalreporter"):
            updated = reporter.stats.get("updated", [])
            failed = [report for report in updated if dict(report.user_properties).get("snippet") in lost]
            reporter.stats["updated"] = [report for report in updated if report not in failed]
            reporter.stats.setdefault("failed", []).extend(failed)

    def _review(self, proposals: list[Proposal]) -> list[Proposal]:
        """Ask on the terminal itself: pytest has taken standard input and output."""
        if reporter := self._config.pluginmanager.get_plugin("terminalreporter"):
            reporter.ensure_newline()
            reporter.flush()
        with ExitStack() as stack:
            answers = stack.enter_context(_TERMINAL.open(encoding="utf-8", errors="replace"))
            screen = stack.enter_context(_TERMINAL.open("w", encoding="utf-8", errors="backslashreplace"))

            def say(text: str) -> None:
                screen.write(text)
                screen.flush()

            def ask(question: str) -> str:
                say(question)
                return answers.readline()

            return review(proposals, self._shown, say, ask)

    def _shown(self, proposal: Proposal) -> str:
        try:
            return proposal_diff(read_text(self._settings.root, proposal.path), proposal)
        except (SnipproofError, ValueError):
            return f"{proposal.path}:{proposal.line} changed since it was read"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """End with what was written and what was not."""
        for refusal in self._refused:
            terminalreporter.write_line(f"snipproof: {refusal}", red=True)
        if self._lost:
            terminalreporter.write_line(f"snipproof: {_count(self._lost)} not updated: the run was stopped", red=True)
        if self._written:
            files: dict[str, list[int]] = {}
            for change_of in self._written:
                counts = files.setdefault(change_of.path, [0, 0])
                counts[0] += sum(len(change.new) for change in change_of.changes)
                counts[1] += sum(len(change.old) for change in change_of.changes)
            shown = ", ".join(f"{path} (+{plus} -{minus})" for path, (plus, minus) in sorted(files.items()))
            plural = "s" * (len(files) != 1)
            text = f"{_count(len(self._written))} updated in {len(files)} file{plural}: {shown}"
            terminalreporter.write_line(f"snipproof: {text}")


def _count(expectations: int) -> str:
    return f"{expectations} expectation{'s' * (expectations != 1)}"
