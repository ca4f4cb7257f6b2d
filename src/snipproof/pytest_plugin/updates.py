"""Update in place: workers propose changes, and the controller writes them at the end of the session."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.model import Outcome
from snipproof.pytest_plugin.items import SourceFile
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.pytest_plugin.tally import Tally
from snipproof.run.verdict import Verdict
from snipproof.site.source import read_text
from snipproof.text import plural
from snipproof.update.proposal import Proposal, Refusal, resolve_conflicts
from snipproof.update.propose import propose
from snipproof.update.review import proposal_diff, review
from snipproof.update.write import writable, write_proposals

_TERMINAL = Path("/dev/tty")


def begin_updates(config: pytest.Config, proving: ProvingSession, tally: Tally, mode: str) -> UpdateHooks:
    """Return the hooks of a session with ``--snippets-update``.

    :param mode: ``write``, or ``review`` to confirm each change.
    :raises UsageError: it runs under CI, or a review has no terminal.
    """
    hooks = UpdateHooks(config, proving, tally, interactive=mode == "review")
    if proving.is_worker:
        return hooks
    if os.environ.get("CI"):
        raise pytest.UsageError(
            "--snippets-update writes into your Sources, which is never done under CI (the environment variable CI is "
            "set): run it on your own machine and commit what it changed"
        )
    if hooks.interactive and not _has_terminal():
        raise pytest.UsageError(
            "--snippets-update=review confirms each change on a terminal: run it in one, or write all changes with "
            "--snippets-update and review them with `git diff`"
        )
    return hooks


def _has_terminal() -> bool:
    try:
        with _TERMINAL.open():
            return sys.stdout.isatty()
    except OSError:
        return False


class UpdateHooks:
    """The hooks of a session with ``--snippets-update``.

    :param interactive: whether the user confirms each change.
    """

    def __init__(self, config: pytest.Config, proving: ProvingSession, tally: Tally, *, interactive: bool) -> None:
        self.interactive = interactive
        self._config = config
        self._proving = proving
        self._tally = tally
        self._made: dict[str, list[dict[str, Any]]] = {}  # the proposals of this process, by the id of the Snippet
        self._known: list[Proposal] = []  # the proposals of this process
        self._proposals: list[Proposal] = []
        self._reports: list[pytest.TestReport] = []  # of Snippets that are reported as updated
        self._written: list[Proposal] = []
        self._refused: list[Refusal] = []
        self._not_written = 0  # Expectations, because the session was stopped

    @property
    def _settings(self) -> Settings:
        return self._proving.settings

    def settle(self, file: SourceFile, verdict: Verdict, snippet: str) -> Verdict:
        """Return the Verdict on a Snippet after its Expectations are updated.

        It is unchanged if the Snippet failed for another reason, and still a failure if a change cannot be written.

        :param snippet: the id of the Snippet, with the combination of versions in which it ran.
        """
        differs = verdict.only_differs
        if not differs and verdict.outcome is not Outcome.PASSED:
            return verdict
        if differs and verdict.spoiled:
            return replace(verdict, reason=f"{verdict.reason}; not updated: correct that Source first")
        found = propose(verdict.snippet, verdict.expectations, file.text_of, self._proving.secrets)
        refusals = [each for each in found if isinstance(each, Refusal)]
        if refusals and differs:
            first = refusals[0]
            reason = f"{verdict.reason}; not updated: {first.reason}"
            details = "\n".join([verdict.details.rstrip(), "", *map(str, refusals)])
            return replace(verdict, reason=reason, details=details)
        proposals = [replace(each, proposed_by=snippet) for each in found if isinstance(each, Proposal)]
        refusal = self._cannot_write(proposals) if differs else None
        # Even if it is refused: another Snippet with another output must not be written either.
        self._made[snippet] = [each.to_json() for each in proposals]
        self._known += proposals
        if refusal:
            details = "\n".join([verdict.details.rstrip(), "", str(refusal)])
            return replace(verdict, reason=f"{verdict.reason}; not updated: {refusal.reason}", details=details)
        return replace(verdict, outcome=Outcome.UPDATED) if differs else verdict

    def _cannot_write(self, proposals: list[Proposal]) -> Refusal | None:
        """Return why one of ``proposals`` will not be written, as far as this process knows by now."""
        changing = [each for each in proposals if each.changes]
        refused = writable(self._settings.root, changing, list(self._proving.tree.suites))
        if refused:
            return refused[0]
        regions = {each.region for each in changing}
        paths = {each.path for each in changing}
        _, conflicts = resolve_conflicts([*(each for each in self._known if each.path in paths), *proposals])
        return next((each for each in conflicts if each.region in regions), None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach proposals to the report of the Snippet; not as a property, so that no other plugin shows them."""
        report = yield
        if call.when == "call" and self._made:
            report.__dict__["snippet_updates"] = self._made.pop(str(dict(item.user_properties).get("snippet")), [])
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Give updated Snippets a status of their own."""
        if report.when == "call" and dict(report.user_properties).get("outcome") == Outcome.UPDATED:
            return "updated", "U", "UPDATED"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the proposals of a report."""
        self._proposals += [Proposal.from_json(each) for each in getattr(report, "snippet_updates", ())]
        if report.when == "call" and dict(report.user_properties).get("outcome") == Outcome.UPDATED:
            self._reports.append(report)

    @pytest.hookimpl(tryfirst=True)  # other plugins write their reports in this hook
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the changes, after a review if requested. A change that is not written makes the session fail."""
        if self._proving.is_worker or not any(each.changes for each in self._proposals):
            return
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, InfrastructureError.exit_code):
            self._not_written = len({each.region for each in self._proposals if each.changes})
            self._take_back({each.region: "the run was stopped" for each in self._proposals})
            return
        agreed, self._refused = resolve_conflicts(self._proposals)
        agreed.sort(key=lambda each: (each.path, each.line))
        accepted = self._review(agreed) if self.interactive and agreed else agreed
        self._refused += [
            Refusal(each.path, each.line, each.region, "you declined it") for each in agreed if each not in accepted
        ]
        self._written, refused = write_proposals(self._settings.root, accepted, list(self._proving.tree.suites))
        self._refused += refused
        if self._refused:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._take_back({each.region: str(each) for each in self._refused})

    def _take_back(self, reasons: dict[str, str]) -> None:
        """Report Snippets that were reported as updated as failed, since their change is not written.

        :param reasons: why not, by the id of the Region.
        """
        snippets: dict[str, list[str]] = {}
        for each in self._proposals:
            if each.changes and each.region in reasons:
                snippets.setdefault(each.proposed_by, []).append(reasons[each.region])
        stats = getattr(self._config.pluginmanager.get_plugin("terminalreporter"), "stats", {})
        for report in self._reports:
            known = dict(report.user_properties)
            if known["snippet"] not in snippets:
                continue
            stats["updated"] = [each for each in stats.get("updated", []) if each is not report]
            self._tally.not_updated(report)
            failed = copy(report)
            failed.outcome = "failed"
            reason = "; ".join(dict.fromkeys(snippets[str(known["snippet"])]))
            failed.longrepr = f"{report.location[0]}:{(report.location[1] or 0) + 1}:1 FAILED {reason}"
            changed = {"outcome": Outcome.FAILED.value, "reason": reason}
            failed.user_properties = [(name, changed.get(name, value)) for name, value in report.user_properties]
            self._config.hook.pytest_runtest_logreport(report=failed)

    def _review(self, proposals: list[Proposal]) -> list[Proposal]:
        """Review on the terminal itself: pytest captures standard input and output."""
        if reporter := self._config.pluginmanager.get_plugin("terminalreporter"):
            reporter.ensure_newline()
            reporter.flush()
        with ExitStack() as stack:
            keyboard = stack.enter_context(_TERMINAL.open(encoding="utf-8", errors="replace"))
            screen = stack.enter_context(_TERMINAL.open("w", encoding="utf-8", errors="backslashreplace"))

            def show(text: str) -> None:
                screen.write(text)
                screen.flush()

            def prompt(question: str) -> str:
                show(question)
                return keyboard.readline()

            return review(proposals, self._shown, show, prompt)

    def _shown(self, proposal: Proposal) -> str:
        try:
            return proposal_diff(read_text(self._settings.root, proposal.path), proposal)
        except (SnipproofError, ValueError):
            return f"{proposal.path}:{proposal.line} has changed since it was read"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what was updated and what was not."""
        for refusal in self._refused:
            terminalreporter.write_line(f"snipproof: {refusal}", red=True)
        if self._not_written:
            text = f"{plural(self._not_written, 'expectation')} not updated: the run was stopped"
            terminalreporter.write_line(f"snipproof: {text}", red=True)
        if self._written:
            files: dict[str, list[int]] = {}
            for proposal in self._written:
                counts = files.setdefault(proposal.path, [0, 0])
                counts[0] += sum(len(change.new) for change in proposal.changes)
                counts[1] += sum(len(change.old) for change in proposal.changes)
            shown = ", ".join(f"{path} (+{plus} -{minus})" for path, (plus, minus) in sorted(files.items()))
            text = f"{plural(len(self._written), 'expectation')} updated in {plural(len(files), 'file')}: {shown}"
            terminalreporter.write_line(f"snipproof: {text}")
