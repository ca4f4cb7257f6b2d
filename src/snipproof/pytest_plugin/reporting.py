"""The run report: workers record each Snippet, and the controller writes the file at the end of the session."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import time
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from snipproof import __version__
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.model import Outcome, Suite
from snipproof.pytest_plugin.commit import commit_of
from snipproof.pytest_plugin.items import AFTER_ERROR, SnippetItem
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.pytest_plugin.shard_selection import select_shard
from snipproof.report.assemble import assemble, unique_errors
from snipproof.report.entries import ErrorEntry, RunEntry, RunReport, ServiceEntry, missing_of
from snipproof.report.last_run import keep_last_run
from snipproof.report.line_coverage import coverage_lines, is_below_floor
from snipproof.report.report_file import is_report, write_report
from snipproof.run.snippet_record import SnippetRecord, record_error, record_verdict
from snipproof.server_settings import DEFAULT_SERVICE
from snipproof.text import plural, printable

_RECORD = "snippet_record"
_RUN = "snipproof_run"


def begin_report(config: pytest.Config, proving: ProvingSession, suites: Sequence[Suite]) -> None:
    """Register the hooks that the options for reports, coverage and shards require.

    :raises UsageError: an option is wrong, or the file cannot be written or read.
    """
    getoption = config.getoption
    try:
        shard = select_shard(config, proving, suites)
        file = _file(config) if getoption("--snippets-report") else None
    except SnipproofError as error:
        raise pytest.UsageError(str(error)) from None
    floor = proving.settings.run.coverage_floor if getoption("--snippets-coverage") else None
    hooks = ReportHooks(config, proving, file, str(shard) if shard else None, floor)
    config.pluginmanager.register(hooks, "snipproof-report")


def _file(config: pytest.Config) -> Path:
    """Return the file for the report, which can be written. A report of an earlier run is removed."""
    path: Path = config.invocation_params.dir / config.getoption("--snippets-report")
    if hasattr(config, "workerinput"):
        return path
    try:
        if path.is_dir():
            raise SettingsError(f"--snippets-report {path}: this is a folder", "name a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            if not is_report(path):
                raise SettingsError(f"--snippets-report {path}: the file is not a run report", "name another file")
            path.unlink()  # if this run is killed, nobody shall take an old report for its own
    except OSError as error:
        raise SettingsError(f"--snippets-report {path}: cannot be written: {error.strerror or error}") from None
    return path


class ReportHooks:
    """The hooks of a session that makes a run report.

    :param file: where to write it; ``None`` if only what is made of it is needed.
    :param shard: the shard that is run: ``2/5``.
    :param coverage_floor: the percentage of shown statements that has to run, ``None`` if nobody wants to know.
    """

    def __init__(
        self,
        config: pytest.Config,
        proving: ProvingSession,
        file: Path | None,
        shard: str | None,
        coverage_floor: float | None,
    ) -> None:
        proving.tree.wants_report = True
        self.report: RunReport | None = None
        self._config = config
        self._proving = proving
        self._file = file
        self._shard = shard
        self._floor = coverage_floor
        self._began = time.monotonic()
        self._date = datetime.now(UTC)
        self._records: dict[str, SnippetRecord] = {}
        self._errors: list[ErrorEntry] = []
        self._weaviate = ""
        self._services: dict[str, ServiceEntry] = {}
        self._phases: dict[str, float] = {}
        self._sources: dict[str, float] = {}
        self._suites: dict[str, dict[str, float]] = {}

    @property
    def _is_wanted(self) -> bool:
        """Whether an option requires the report; otherwise only the last Outcomes are kept."""
        return self._file is not None or self._floor is not None

    def pytest_sessionstart(self) -> None:
        """Read the tree before anything runs: with pytest-xdist, the controller would read it at the end."""
        if self._is_wanted and not self._proving.is_worker:
            with contextlib.suppress(SnipproofError):  # collecting reports it
                _ = self._proving.tree.pages

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the record of a Snippet to its report; not as a property, so that no other plugin shows it."""
        report = yield
        if isinstance(item, SnippetItem):
            record = self._record(item, call, report)
            if record is not None:
                report.__dict__[_RECORD] = record
        return report

    def _record(
        self, item: SnippetItem, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> SnippetRecord | None:
        suite, snippet = item.suite, item.snippet
        if call.when == "call" and item.reported is not None:
            file, secrets = item.file, self._proving.secrets
            record = record_verdict(suite, file.source, item.reported, file.text_of, secrets)
            if listed := item.listed:
                record["snippet"]["known_failure"] = {"reason": listed.reason, "unstable": listed.unstable}
            weaviate = self._proving.prover.services.server(suite.services[0])
            record["snippet"]["server"] = {"name": "Weaviate", "version": weaviate.version}
            return record
        if call.when == "teardown" or report.passed:
            return None
        reason = self._proving.redact(_last_line(report.longrepr))
        is_skip = report.skipped and AFTER_ERROR not in reason
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, SnipproofError):
            reason = self._proving.redact(printable(error.message))
        return record_error(suite, snippet, "skipped" if is_skip else "error", reason)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the record of a Snippet, and errors outside of the docs."""
        known = dict(report.user_properties)
        kinds = {"infrastructure", "settings"}
        for kind in ("infrastructure", "settings"):
            if kind in known and report.failed:
                self._errors.append({"kind": kind, "message": str(known[kind]), "path": None, "line": None})
        if report.when == "call" and "ledger" in known:
            self._add_ledger_error(str(known["ledger"]))
        record: SnippetRecord | None = getattr(report, _RECORD, None)
        if record is not None:
            if known.get("outcome") == Outcome.FAILED and record["snippet"]["outcome"] == "updated":
                # Its change was not written in the end.
                failure = {"line": record["snippet"]["line"], "reason": str(known["reason"])}
                record["snippet"]["outcome"] = "failed"
                record["snippet"]["error"] = {**failure, "details": "", "excerpt": []}  # type: ignore[typeddict-item]
            self._records[record["snippet"]["id"]] = record
            if report.failed and record["snippet"]["outcome"] == "error" and not kinds & known.keys():
                self._add_other_error(report)
            self._weaviate = str(known.get("weaviate", self._weaviate))
        elif report.failed and not kinds & known.keys():
            self._add_other_error(report)

    def _add_ledger_error(self, message: str) -> None:
        """Note what is wrong with an entry of the ledger of known failures: ``file:line:column text``."""
        file = self._proving.settings.known_failures
        found = re.match(rf"{re.escape(file)}:(\d+):", message)
        self._errors.append(
            {"kind": "ledger", "message": message, "path": file, "line": int(found[1]) if found else None}
        )

    def _add_other_error(self, report: pytest.TestReport) -> None:
        """Note an error that belongs to no Snippet: a crashed worker, the end of a fixture, another test."""
        if report.nodeid not in self._records and report.nodeid.partition("::")[0] not in self._proving.tree.suites:
            return
        text = self._proving.redact(_last_line(report.longrepr))
        path = report.nodeid.partition("::")[0]
        self._errors.append({"kind": "other", "message": f"{report.nodeid}: {text}", "path": path, "line": None})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a Source that cannot be collected."""
        if report.failed and report.nodeid.partition("::")[0] in self._proving.tree.suites:
            text = self._proving.redact(printable(str(report.longrepr))).strip()
            path = report.nodeid.partition("::")[0]
            self._errors.append({"kind": "collection", "message": text.split("\n")[0], "path": path, "line": None})

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Receive the times of a worker of pytest-xdist."""
        if (run := getattr(node, "workeroutput", {}).get(_RUN)) is not None:
            self._services |= run["services"]
            self._add_times(run["phases"], run["sources"], run["suites"])

    def _add_times(
        self, phases: Mapping[str, float], sources: Mapping[str, float], suites: Mapping[str, Mapping[str, float]]
    ) -> None:
        self._sources |= sources
        for name, seconds in phases.items():
            self._phases[name] = self._phases.get(name, 0.0) + seconds
        for suite, times in suites.items():
            known = self._suites.setdefault(suite, {})
            for name, seconds in times.items():
                known[name] = known.get(name, 0.0) + seconds

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report; a worker of pytest-xdist sends its times instead."""
        times = self._proving.times
        if self._proving.is_worker:
            run = {"phases": times.phases, "sources": times.sources, "suites": times.suites}
            run["services"] = self._proving.servers
            session.config.workeroutput[_RUN] = run  # type: ignore[attr-defined]
            return
        if self._config.getoption("collectonly") or not (self._is_wanted or self._records):
            return
        self._services |= self._proving.servers
        self._add_times(times.phases, times.sources, times.suites)
        ledger = self._config.pluginmanager.get_plugin("snipproof-ledger")
        for problem in ledger.problems if ledger else ():
            self._add_ledger_error(printable(problem.message))
        self.report = self._assemble()
        if not self._proving.tree.is_matrix:  # an editor shows one Outcome of each Snippet
            keep_last_run(self._proving.settings.home, self.report)
        if is_below_floor(self.report) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._file is None:
            return
        try:
            write_report(self._file, self.report)
        except InfrastructureError as error:
            self._proving.log.line(error.message)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = InfrastructureError.exit_code

    @pytest.hookimpl(trylast=True)  # below what was proven
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the coverage, and where the report is."""
        if self.report is None:
            return
        if self._floor is not None:
            self._write_coverage(terminalreporter, self.report)
        if self._file is not None and self._file.exists():
            missing = missing_of(self.report)
            what = "" if self.report["run"]["complete"] else f" (incomplete: {plural(len(missing), 'Snippet')} not run)"
            shown = os.path.relpath(self._file, self._config.invocation_params.dir)
            terminalreporter.write_line(f"snipproof: report{what}: {shown}")

    def _write_coverage(self, terminal: pytest.TerminalReporter, report: RunReport) -> None:
        for line in coverage_lines(report):
            terminal.write_line(line)
        if is_below_floor(report):
            terminal.write_line(f"snipproof: the coverage is below `run.coverage-floor`, {self._floor:g} %", red=True)
        elif self._floor and not report["run"]["complete"]:
            text = "`run.coverage-floor` was not checked, since not every Snippet was run"
            terminal.write_line(f"snipproof: {text}", yellow=True)

    def _assemble(self) -> RunReport:
        facts = self._proving.tree.facts
        for suite in facts.suites:
            suite["times"] = _rounded(self._suites.get(suite["path"], {}))
        records = self._records.values()
        return assemble(
            facts,
            self._run(),
            [record["snippet"] for record in records],
            [each for record in records for each in record["expectations"]],
            self._sources,
        )

    def _run(self) -> RunEntry:
        root = self._proving.settings.root
        commit, changed = commit_of(root)
        versions = {"snipproof": __version__, "python": platform.python_version(), "pytest": pytest.__version__}
        version, _, mode = self._weaviate.partition(" ") if not self._proving.tree.is_matrix else ("", "", "")
        versions |= {"weaviate": version, "weaviate mode": mode.strip("()")} if version else {}
        if default := self._services.get(DEFAULT_SERVICE):
            versions |= {"weaviate": default["version"], "weaviate mode": default["mode"]}
        arguments = " ".join(["pytest", *map(str, self._config.invocation_params.args)])
        return {
            "commit": commit,
            "changed": changed,
            "date": self._date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "command": self._proving.redact(printable(arguments)),
            "complete": False,
            "shard": self._shard,
            "parts": 1,
            "coverage_floor": self._floor,
            "versions": versions,
            "services": self._services,
            "times": _rounded({"total": time.monotonic() - self._began, **self._phases}),
            "suites": [],
            "sources": [],
            "collected": [],
            "errors": unique_errors(self._errors),
        }


def _last_line(longrepr: Any) -> str:
    """Return what a report of pytest gives as the reason: of a skip, of an exception, or the end of a text."""
    if isinstance(longrepr, tuple):
        return printable(str(longrepr[2]).removeprefix("Skipped: "))
    crash = getattr(longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(longrepr)
    return printable(text.strip().split("\n")[0 if crash is not None else -1])


def _rounded(times: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in times.items()}
