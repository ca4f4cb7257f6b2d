"""The hooks of a pytest session that has Suites: services around the tests, reports, the summary, the exit code."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.languages import runnable
from snipproof.model import Outcome, Suite
from snipproof.pytest_plugin.items import SnippetItem, SourceFile
from snipproof.pytest_plugin.tally import Tally
from snipproof.run.bindings import check_bindings
from snipproof.run.page_expectations import PageExpectations, read_pages
from snipproof.run.prover import Prover
from snipproof.site.source import read_text


def _files(items: Iterable[SnippetItem]) -> list[SourceFile]:
    return list({item.file.source.path: item.file for item in items}.values())


class SnippetPlugin:
    """The hooks of a session that has Suites."""

    def __init__(self, config: pytest.Config, settings: Settings, suites: Sequence[Suite]) -> None:
        self.config = config
        self.settings = settings
        self._suites = {path: suite for suite in suites for path in suite.sources}
        self._prover: Prover | None = None
        self._selected: list[SourceFile] = []
        self._trouble: InfrastructureError | None = None
        self._told: SnipproofError | None = None  # shown in full once
        self.tally = Tally()
        self._checked: dict[str, SnipproofError | None] = {}  # by Suite

    @property
    def prover(self) -> Prover:
        """The running Prover."""
        self.require_services()
        assert self._prover is not None
        return self._prover

    def check_bindings(self, suite: Suite) -> None:
        """Check the Bindings of ``suite`` once.

        :raises SnipproofError: a Binding matches nothing, or a Source cannot be read; again for each of its Sources.
        """
        if suite.path not in self._checked:
            try:
                check_bindings(suite, {path: read_text(self.settings.root, path) for path in suite.sources})
                self._checked[suite.path] = None
            except SnipproofError as error:
                self._checked[suite.path] = error
        if known := self._checked[suite.path]:
            raise known

    @cached_property
    def pages(self) -> PageExpectations:
        """What the PageExpectations say."""
        return read_pages(self.settings)

    def require_services(self) -> None:
        """Raise the InfrastructureError that kept the Services from starting, if there was one."""
        if self._trouble:
            raise self._trouble
        if self._prover is None:
            raise InfrastructureError("the services of snipproof run only while Snippets are proven")

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Collect a Source as a Source only: to import it as a test module would run it."""
        collected = yield
        root = self.settings.root
        suite = self._suites.get(file_path.relative_to(root).as_posix()) if file_path.is_relative_to(root) else None
        if suite is None:
            return collected
        node: SourceFile = SourceFile.from_parent(parent, path=file_path)
        node.plugin = self
        node.suite = suite
        return [node]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put languages without a compiler first: they are proven while the compilers of the others work.

        Everything else stays where it is; who sorts or shuffles items after this has the last word.
        """
        places = [index for index, item in enumerate(items) if isinstance(item, SnippetItem)]
        ours = [item for item in items if isinstance(item, SnippetItem)]
        order = list(runnable())
        ours.sort(key=lambda item: order.index(item.file.suite.language))
        for place, item in zip(places, ours, strict=True):
            items[place] = item

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run the Services while tests run, if any of them is a Snippet."""
        items = [item for item in session.items if isinstance(item, SnippetItem)]
        self._selected = _files(items)
        stopped = session.testsfailed and not self.config.getoption("continue_on_collection_errors")
        if not items or stopped or self.config.getoption("collectonly"):
            return (yield)
        try:
            self._start()
            return (yield)
        finally:
            self._close()

    def _start(self) -> None:
        """Begin to build all Suites and start the Services meanwhile; trouble is kept for the items to tell."""
        try:
            # Under pytest-xdist a worker does not know yet which of all Sources it gets.
            recorder = self.pages.needs_recorder(file.source for file in self._selected)
            self._prover = Prover(self.settings, self._say, self.pages, recorder=recorder)
            if not self._is_worker:  # which Sources a worker gets is not known yet
                for file in self._selected:
                    self._prepare(file)
            self._prover.start()
        except InfrastructureError as error:
            self._trouble = error
        except SettingsError as error:
            raise pytest.UsageError(str(error)) from None

    @property
    def _is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    def _prepare(self, file: SourceFile) -> None:
        """Begin to build the Suite of ``file``: all of its Sources that were selected, at once."""
        assert self._prover is not None
        selected = [other.source for other in self._selected if other.suite is file.suite]
        self._prover.prepare(file.suite, selected)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Let what the next Source needs be built while this one runs."""
        if self._prover is not None and self._trouble is None:
            for each in (item, nextitem):
                if isinstance(each, SnippetItem):
                    self._prepare(each.file)

    def _close(self) -> None:
        if self._prover is not None:
            try:
                self._prover.close()
            except InfrastructureError as error:  # such as a given server that is gone: no reason for a traceback
                self.tally.troubles += 1
                self._say(error.message)

    def _say(self, line: str) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"snipproof: {line}")
            reporter.flush()  # a sign of life must not wait in a buffer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give a report the Snippet's own duration, and mark trouble that is no defect of the docs."""
        report = yield
        if isinstance(item, SnippetItem):
            error = call.excinfo.value if call.excinfo else None
            if isinstance(error, SnipproofError):  # in the set-up too, where pytest does not ask repr_failure
                report.longrepr = error.message if error is self._told else str(error)
                self._told = error
            if isinstance(error, InfrastructureError):
                report.user_properties.append(("infrastructure", error.message))
            elif call.when == "call":
                report.duration = item.file.verdict(item.name).duration
            if report.skipped and isinstance(report.longrepr, tuple):  # its place is the Snippet, not our own code
                path, line, _ = item.reportinfo()
                report.longrepr = (str(path), line + 1, report.longrepr[2])
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Tell blocked and not executed Snippets from failed ones."""
        outcome = dict(report.user_properties).get("outcome") if report.when == "call" else None
        if outcome == Outcome.BLOCKED:
            return "blocked", "B", "BLOCKED"
        if outcome == Outcome.NOT_EXECUTED:
            return "failed", "N", "NOT EXECUTED"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count."""
        self.tally.add(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell trouble around the docs from defects by the exit code; nothing executed is never green."""
        tally = self.tally
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return  # interrupted, or wrong usage: pytest's own word stands
        if tally.outcomes and not self._is_worker:
            tally.unread = self.pages.unread
            tally.missing = self.pages.missing
        if tally.troubles and not tally.defects:
            session.exitstatus = InfrastructureError.exit_code
        elif tally.all_skipped or tally.unread:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """End with what was proven."""
        self.tally.write(terminalreporter)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep each Source on one worker where pytest-xdist would hand out single items."""
        if config.getvalue("dist") not in ("load", "worksteal"):
            return None
        from snipproof.pytest_plugin.sharding import SourceScheduling

        return SourceScheduling(config, log, self._suites, shared=self.settings.weaviate.is_given)
