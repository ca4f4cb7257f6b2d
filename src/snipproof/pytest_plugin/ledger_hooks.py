"""The ledger of known failures: listed Snippets are strict xfails, and a complete run checks the ledger as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from snipproof.errors import DocsError, SnipproofError
from snipproof.model import Finding, Outcome
from snipproof.pytest_plugin.items import AFTER_ERROR, TOOLCHAIN, KnownFailureError, SnippetItem
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.report.ledger import RunResult, count_changes, find_contradiction, find_shortfalls, update_ledger
from snipproof.report.ledger_file import save_ledger
from snipproof.run.verdict import Verdict
from snipproof.site.combinations import labels_of
from snipproof.site.known_failures import KnownFailure, Ledger, find_vanished, load_ledger
from snipproof.text import plural

OPTION = "--snippets-update-ledger"


def begin_ledger(config: pytest.Config, proving: ProvingSession) -> LedgerHooks | None:
    """Return the hooks of a session with a ledger of known failures, ``None`` if the settings name none.

    :raises UsageError: the ledger cannot be used, or it is to be written and must not be.
    """
    updates = bool(config.getoption(OPTION))
    if updates and not proving.is_worker:
        if not proving.settings.known_failures:
            raise pytest.UsageError(f"{OPTION} requires the name of the file: set `known-failures` in the settings")
        if os.environ.get("CI"):
            raise pytest.UsageError(
                f"{OPTION} accepts what fails, which is never done under CI (the environment variable CI is set): run "
                "it on your own machine and commit what it changed"
            )
        if proving.tree.is_matrix:
            raise pytest.UsageError(
                f"{OPTION} cannot be used with --snippets-matrix: list what fails with one combination of versions by "
                "the id of that item, such as `path::name[1.37.14]`"
            )
        if config.getoption("snippets_update"):
            raise pytest.UsageError(f"{OPTION} cannot be used with --snippets-update: update the Expectations first")
    try:
        ledger = load_ledger(proving.settings, is_updated=updates)
    except SnipproofError as error:
        raise pytest.UsageError(str(error)) from None
    return LedgerHooks(config, proving, ledger, updates=updates) if ledger else None


class LedgerHooks:
    """The hooks of a session with a ledger.

    :param updates: whether the ledger is written at the end.
    """

    def __init__(self, config: pytest.Config, proving: ProvingSession, ledger: Ledger, *, updates: bool) -> None:
        #: What is wrong with the ledger as a whole, after a complete run.
        self.problems: list[DocsError] = []
        self._config = config
        self._proving = proving
        self._ledger = ledger
        self._updates = updates
        self._results: dict[str, RunResult] = {}
        self._written = ""

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Mark listed Snippets, so that ``-m xfail`` selects them, too."""
        if isinstance(item, SnippetItem) and (entry := self._listed(item)):
            strict = not entry.unstable
            mark = pytest.mark.xfail(reason=entry.reason, raises=KnownFailureError, strict=strict)
            item.add_marker(mark)

    def entry_of(self, item: SnippetItem) -> KnownFailure | None:
        """Return the entry of a Snippet, ``None`` if it has none or with ``--runxfail``."""
        return None if self._config.getoption("runxfail", False) else self._listed(item)

    def _listed(self, item: SnippetItem) -> KnownFailure | None:
        found = self._ledger.entry_of(item.snippet.id, item.suite.combination.label)
        return found[1] if found else None

    def contradiction(self, item: SnippetItem, verdict: Verdict) -> DocsError | None:
        """Return what is wrong if the Snippet of ``item`` is listed with another Outcome than that of ``verdict``."""
        suite = item.suite
        result = RunResult(
            item.snippet.id, suite.path, verdict.outcome, verdict.kind, combination=suite.combination.label
        )
        return find_contradiction(self._ledger, result)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Refuse to write the ledger from a selection, before anything runs; workers have all items."""
        if self._updates and not self._proving.is_worker and not session.testsfailed:
            items = {
                item.suite.combination.named(item.snippet.id) for item in session.items if isinstance(item, SnippetItem)
            }
            if left := [name for name in self._all_snippets() if name not in items]:
                raise pytest.UsageError(f"{OPTION} requires a complete run, and this one leaves out {_named(left)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what is known about a Snippet."""
        known = {name: str(value) for name, value in report.user_properties}
        label = known.get("combination", "")
        snippet = known.get("snippet", "").removesuffix(f"[{label}]")
        suite = self._proving.tree.suites.get(snippet.partition("::")[0])
        if suite is None:
            return
        if report.when == "call" and "outcome" in known:
            numbers = int(known["expectations"])
            outcome = Outcome(known["outcome"])
            result = RunResult(snippet, suite.path, outcome, known.get("kind", ""), known["reason"], numbers, label)
            self._results[result.name] = result
        elif report.skipped and AFTER_ERROR not in str(report.longrepr):
            outcome_or_none = None if TOOLCHAIN in known else Outcome.SKIPPED
            result = RunResult(snippet, suite.path, outcome_or_none, combination=label)
            self._results[result.name] = result

    @pytest.hookimpl(tryfirst=True)  # before the run report is written
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Check the ledger as a whole after a complete run, or write it."""
        if self._proving.is_worker or self._config.getoption("collectonly"):
            return
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        left = [name for name in self._all_snippets() if name not in self._results]
        if self._updates:
            self._write(left)
        elif not left and self._is_readable:
            self.problems += [DocsError(str(each), each.hint) for each in self._vanished()]
            self.problems += find_shortfalls(self._ledger, self._results.values())
        if self.problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what is wrong with the ledger, or what was written."""
        for problem in self.problems:
            terminalreporter.write_line(f"snipproof: {problem}", red=True)
        if self._written:
            terminalreporter.write_line(f"snipproof: {self._written}")

    def _write(self, left: list[str]) -> None:
        name = self._ledger.name
        if left or not self._is_readable:
            why = f"{_named(left)} not run" if left else "a Source cannot be read"
            self.problems.append(DocsError(f"{name}: not written, since the run is incomplete: {why}"))
            return
        ledger = update_ledger(self._ledger, self._results.values())
        try:
            save_ledger(self._proving.settings.home, ledger)
        except SnipproofError as error:
            self.problems.append(DocsError(error.message, error.hint))
            return
        changes = [f"{count} {what}" for what, count in count_changes(self._ledger, ledger).items()]
        entries = plural(len(ledger.failures), "entry", "entries")
        self._written = f"{name}: {entries}" + (f" ({', '.join(changes)})" if changes else "")
        if empty := [name for name, entry in ledger.failures.items() if not entry.reason]:
            self._written += f"; write a reason for {_named(empty)}"

    def _vanished(self) -> Iterator[Finding]:
        suites = list({suite.path: suite for suite in self._proving.tree.suites.values()}.values())
        return find_vanished(self._ledger, suites, self._names_in, labels_of(self._proving.settings, suites))

    def _names_in(self, path: str) -> list[str] | None:
        try:
            return [snippet.name for snippet in self._proving.tree.source(path).snippets]
        except SnipproofError:
            return None  # collecting has reported it

    @property
    def _is_readable(self) -> bool:
        return all(self._names_in(path) is not None for path in self._proving.tree.suites)

    def _all_snippets(self) -> list[str]:
        return [
            each.combination.named(f"{path}::{name}")
            for path, suite in self._proving.tree.suites.items()
            for each in self._proving.tree.combinations(suite)
            for name in self._names_in(path) or ()
        ]


def _named(snippets: list[str]) -> str:
    """Return ``a.py::b``, or with others ``a.py::b and 2 more``."""
    return snippets[0] + (f" and {len(snippets) - 1} more" if len(snippets) > 1 else "")
