"""Runs Go Sources: tests, all of one package in one binary, and programs with a ``main``.

The compiler reads the probed Sources through an overlay: nothing is written into their folders, and no line moves. The
tests of a Source are the test functions in its file; each Source has its own process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from snipproof.model import Marker
from snipproof.processes.events import event_line
from snipproof.run.probe import Probed
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.runner import Program, Runner, RunnerContext
from snipproof.run.runners.go.build import GoBuild
from snipproof.run.runners.go.module import GoModule, download, find_module
from snipproof.run.runners.go.report import GoTestReport, failures, read_report
from snipproof.run.runners.go.trace import read_panic, stopped_at
from snipproof.run.runners.job import Job
from snipproof.run.source_run import TEST_ENDED, SourceRun, Termination

_PROBE_VARIABLE = "SNIPPROOF_PROBE"
_NO_TEST = "go finds no test in this file: add a function such as `func TestSearch(t *testing.T)`"


class GoRunner(Runner):
    """Runs Go Sources."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        self._module: GoModule | None = None
        self._build: GoBuild | None = None
        self._builds = 0

    def provision(self) -> None:
        """Download the modules that the lock file pins into the user's module cache."""
        self._module = find_module(self.context)
        download(self.context, self._module)

    def probe(self, path: str, text: str, markers: Iterable[Marker]) -> Probed:  # noqa: ARG002 (all are Go)
        """Place probes with the grammar of Go."""
        return probe_tree(text, markers, "go")

    def build(self, programs: Sequence[Program]) -> None:
        """Build one binary for each package of tests and for each program."""
        assert self._module, "provision comes first"
        self._builds += 1
        folder = self.context.scratch(f"build-{self._builds}")
        self._build = GoBuild(self.context, self._module, programs, folder)
        self._build.run()
        self.diagnostics = self._build.diagnostics

    def execute(self, program: Program) -> SourceRun:
        """Run the tests of one Source, or its ``main``."""
        path = program.source.path
        assert self._build, "build comes first"
        if path not in self._build.binaries:
            return self.not_built(program)
        command = [str(self._build.binaries[path])]
        diagnostics = self.diagnostics.get(path, ())
        tests: tuple[str, ...] = ()
        if path.endswith("_test.go"):
            tests = self._build.files[path].tests
            if not tests:
                return SourceRun(Termination.EXITED, 0, diagnostics=diagnostics, failure_reason=_NO_TEST)
            command += [f"-test.run=^({'|'.join(tests)})$", "-test.count=1"]
            command += ["-test.paniconexit0", "-test.v=test2json"]
        job = Job.begin(self.context, program)
        termination, code = self._start(job, command)
        return replace(_read(job, termination, code, tests), diagnostics=diagnostics)

    def _start(self, job: Job, command: Sequence[str]) -> tuple[Termination, int | None]:
        request = (job.source, job.events, job.separator, job.folder / "hang", job.timeout)
        return job.run(command, job.environment() | {_PROBE_VARIABLE: "\n".join(str(word) for word in request)})


def _read(job: Job, termination: Termination, code: int | None, tests: Sequence[str]) -> SourceRun:
    """Read the results of a run.

    :param tests: the test functions that should have run, none for a program.
    """
    path = str(job.source)
    stderr = job.read(job.stderr)
    panic = read_panic(stderr, path) if code else None
    hang = stopped_at(job.read(job.folder / "hang"), path)
    crashes = (panic,) if panic else ()
    if not tests:
        return job.result(termination, code, stderr=stderr, crashes=crashes, stopped_at=hang)
    report = read_report(job.read(job.stdout), job.separator, panicked=panic is not None)
    _add_ends(job, report.ends)
    run = job.result(
        termination,
        code,
        stdout=report.text,
        stderr=stderr,
        crashes=(*failures(report, job.program.source, panicked=panic is not None), *crashes),
        stopped_at=hang,
        failure_reason="" if code or termination is not Termination.EXITED else _failure_reason(report, tests),
    )
    exchanges = tuple(replace(e, after=_count_with_ends(e.after, report.ends)) for e in run.exchanges)
    return replace(run, exchanges=exchanges)


def _count_with_ends(after: int, ends: Sequence[int]) -> int:
    """Return the number of events before a request, with the ends of tests.

    :param after: the number without them, since they were unknown when the request arrived. A request that arrived at
        the event at which a test ended belongs to that test.
    """
    for end in ends:
        after += end < after
    return after


def _add_ends(job: Job, ends: Sequence[int]) -> None:
    """Add the ends of tests to the events, which hold only those of probes."""
    events = job.read_events()
    for place in ends:
        time = events[min(place, len(events)) - 1]["time"] if place and events else 0.0
        events.insert(place, {"line": TEST_ENDED, "time": time})
    job.events.write_text("".join(event_line(event, job.token) for event in events), encoding="ascii")


def _failure_reason(report: GoTestReport, tests: Sequence[str]) -> str:
    """Return why a run failed although its process exited with 0: a test that proved nothing."""
    for test in report.ended("SKIP"):
        messages = report.messages(test)
        return f"{test} was skipped{f': {messages[-1].message}' if messages else ''}"
    for test in tests:
        if test not in report.tests:
            return f"{test} was not run: a build constraint or a `TestMain` excludes it"
    for test, end in report.tests.items():
        if end is None:
            return f"{test} never ended: it ended the process"
    return ""
