"""The hooks of a pytest session with Suites: services around the tests, reports, summary, exit code."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.model import Outcome, Source, Suite
from snipproof.pytest_plugin.items import SnippetItem
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.pytest_plugin.tally import Tally
from snipproof.text import printable


class SnippetHooks:
    """The hooks of a session that has Suites."""

    def __init__(self, config: pytest.Config, proving: ProvingSession, tally: Tally) -> None:
        self._config = config
        self._proving = proving
        self._tally = tally

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run the Services while tests run, if any of them is a Snippet."""
        items = [item for item in session.items if isinstance(item, SnippetItem)]
        sources = {item.file.source.path: item.file.source for item in items}
        suites = {(item.suite.path, item.suite.combination): item.suite for item in items}
        stopped = session.testsfailed and not self._config.getoption("continue_on_collection_errors")
        if not sources or stopped or self._config.getoption("collectonly"):
            return (yield)
        try:
            self._start(sources, [*suites.values()])
            return (yield)
        finally:
            self._close()

    def _start(self, sources: dict[str, Source], suites: list[Suite]) -> None:
        try:
            self._proving.start(sources, suites)
        except SettingsError as error:
            raise pytest.UsageError(str(error)) from None

    def _close(self) -> None:
        try:
            self._proving.close()
        except InfrastructureError as error:  # such as a given server that is gone: not worth a traceback
            self._tally.infrastructure_errors += 1
            self._proving.log.line(error.message)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Prepare what the next Source needs while this one runs."""
        for each in (item, nextitem):
            if isinstance(each, SnippetItem):
                self._proving.prepare(each.suite)

    def pytest_runtest_logstart(self) -> None:
        """Keep lines about progress until the test has ended."""
        self._proving.log.hold()

    def pytest_runtest_logfinish(self) -> None:
        """Show the lines about progress that the test caused."""
        self._proving.log.show()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
        """Restore what a chain has changed behind the last of its Sources that runs, before fixtures end."""
        try:
            if isinstance(item, SnippetItem) and not (
                isinstance(nextitem, SnippetItem)
                and nextitem.suite.combination == item.suite.combination
                and self._proving.tree.is_in_one_chain(item.file.source, nextitem.file.source)
            ):
                self._proving.end_chain()
        finally:
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give a report the Snippet's own duration, and mark an infrastructure failure."""
        report = yield
        if isinstance(item, SnippetItem):
            error = call.excinfo.value if call.excinfo else None
            if isinstance(error, SnipproofError):  # in the set-up too, where pytest does not call repr_failure
                report.longrepr = printable(str(error))
            if isinstance(error, SettingsError):
                report.user_properties.append(("settings", printable(self._proving.redact(error.message))))
            elif isinstance(error, InfrastructureError):
                report.user_properties.append(("infrastructure", printable(self._proving.redact(error.message))))
            elif call.when == "call":
                report.duration = item.verdict.duration
            if report.skipped and isinstance(report.longrepr, tuple):  # at the place of the Snippet, not of the plugin
                path, line, _ = item.reportinfo()
                report.longrepr = (str(path), line + 1, report.longrepr[2])
            self._redact(report)
        return report

    def _redact(self, report: pytest.TestReport) -> None:
        """Hide secrets in a report, whatever failed: a Verdict is redacted, a fixture or a package manager is not."""
        redact = self._proving.redact
        if isinstance(report.longrepr, tuple):
            report.longrepr = (*report.longrepr[:2], redact(report.longrepr[2]))
        elif report.longrepr is not None:
            shown = str(report.longrepr)
            hidden = redact(shown)
            report.longrepr = report.longrepr if hidden == shown else hidden
        report.sections = [(name, redact(text)) for name, text in report.sections]

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Give blocked and not executed Snippets a status of their own.

        Those that the ledger of known failures lists are pytest's xfails, or failures whose text names the entry.
        """
        if report.when != "call" or hasattr(report, "wasxfail"):
            return None
        known = dict(report.user_properties)
        outcome = known.get("outcome") if "ledger" not in known else None
        if outcome == Outcome.BLOCKED:
            return "blocked", "B", "BLOCKED"
        if outcome == Outcome.NOT_EXECUTED:
            return "failed", "N", "NOT EXECUTED"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the report to the tally."""
        self._tally.add(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Set the exit code: infrastructure failures have their own, and a session without a proof is never green."""
        tally = self._tally
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return  # interrupted, or wrong usage: keep pytest's exit code
        if tally.outcomes and not self._proving.is_worker:
            tally.unreadable = self._proving.tree.pages.unreadable
            tally.missing = self._proving.tree.pages.missing
        if tally.settings_errors and not tally.defects:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif tally.infrastructure_errors and not tally.defects:
            session.exitstatus = InfrastructureError.exit_code
        elif tally.all_skipped or tally.unreadable:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """End with what was proven."""
        self._tally.write(terminalreporter)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep each Source and each chain on one worker where pytest-xdist would distribute their items."""
        from snipproof.pytest_plugin.sharding import make_scheduler

        return make_scheduler(config, log, self._proving.tree.suites, shared=self._proving.tree.uses_given_server)
