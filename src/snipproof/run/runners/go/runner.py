"""Runs Go Sources: tests, all of one package in one binary, and programs with a ``main``.

The compiler reads the probed Sources through an overlay: nothing is written into their folders, and no line moves. The
tests of a Source are the test functions in its file; each Source has its own process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from snipproof.model import Source
from snipproof.run.build_cache import BuildCache
from snipproof.run.probe import Probed
from snipproof.run.probe.plan import Signal
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.runner import Pinned, Program, Runner, RunnerContext
from snipproof.run.runners.go.build import GoBuild
from snipproof.run.runners.go.build_key import build_key
from snipproof.run.runners.go.module import GoModule, download, find_module, is_compiled, shared_folders
from snipproof.run.runners.go.report import failures, left_by_panic, panicked, read_report, running, skipped, unfinished
from snipproof.run.runners.go.trace import fatal_message, read_panic, stopped_at
from snipproof.run.runners.job import Job
from snipproof.run.source_run import Crash, SourceRun, Termination

_FATAL = re.compile(r"\.Fatal(?:f|ln)?\(")
_TEST_LEFT = "testing.tRunner.func1"
_PROBE_VARIABLE = "SNIPPROOF_PROBE"
_NO_TEST = "go finds no test in this file: add a function such as `func TestSearch(t *testing.T)`"


class GoRunner(Runner):
    """Runs Go Sources."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        self._module: GoModule | None = None
        self._build: GoBuild | None = None
        self._builds = 0

    def pinned(self) -> Pinned | None:
        """Return manifest and lock file of the module, with the version of Go."""
        return find_module(self.context).pinned()

    def shared_folders(self) -> Sequence[Path]:
        """Return the caches of go itself: of modules and of builds."""
        return shared_folders(self.context, find_module(self.context))

    def provision(self) -> None:
        """Download the modules that the lock file pins into the user's module cache."""
        self._module = find_module(self.context)
        download(self.context, self._module)

    def probe(self, source: Source, text: str) -> Probed:
        """Place probes with the grammar of Go."""
        return probe_tree(text, source.snippet_regions, "go")

    def is_build_cached(self) -> bool:
        """Return whether go's build cache has the packages that the Sources import."""
        assert self._module, "provision comes first"
        return is_compiled(self.context, self._module)

    def build(self, programs: Sequence[Program]) -> None:
        """Build one binary for each package of tests and for each program."""
        assert self._module, "provision comes first"
        self._builds += 1
        folder = self.context.scratch(f"build-{self._builds}")
        self._build = GoBuild(self.context, self._module, programs, folder)
        cache = BuildCache(self.context)
        key = build_key(self.context, self._module, programs)
        if key and (found := cache.find(key, folder)):
            self._build.restore(found)
        else:
            self._build.run()
            if key:
                cache.keep(key, self._build.result(), folder, set(self._build.binaries.values()))
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
            command += [f"-test.run=^({'|'.join(tests)})$", "-test.count=1", "-test.parallel=1"]
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
    fatal = fatal_message(job.read(job.stderr, _printed_before(job))) if code == 1 else ""
    hang = stopped_at(job.read(job.folder / "hang"), path)
    crashes = (panic,) if panic else ()
    if not tests:
        return _explained(job, job.result(termination, code, stderr=stderr, crashes=crashes, stopped_at=hang), fatal)
    report = read_report(job.read(job.stdout), job.separator)
    # A panic that leaves a test is raised again by `testing`; one of another goroutine is not.
    left = panicked(report) if panic and _TEST_LEFT in stderr else []
    if panic and left:
        crashes = (left_by_panic(panic, report, left),)
    source = job.program.source
    found = (
        *failures(report, source, left),
        *unfinished(report, tests, ended=code == 0 and termination is Termination.EXITED),
    )
    run = job.result(termination, code, stdout=report.text, stderr=stderr, crashes=(*found, *crashes), stopped_at=hang)
    return _explained(job, replace(run, skipped=tuple(skipped(report, source)), unfinished=running(report)), fatal)


def _printed_before(job: Job) -> int:
    """Return how many bytes were on standard error before the statement that ran last."""
    sizes = [event["stderr"] for event in job.read_events() if event.get("signal") == Signal.AT and "stderr" in event]
    return sizes[-1] if sizes and isinstance(sizes[-1], int) else 0


def _explained(job: Job, run: SourceRun, fatal: str) -> SourceRun:
    """Return ``run`` with the error of ``log.Fatal``, and without a panic that a Region announces.

    :param fatal: what ``log.Fatal`` printed, if that is what ended the process.
    """
    plan, lines = job.program.probed.plan, job.program.source.lines
    announced = {crash.lines[-1:] for crash in run.crashes if crash.region}
    crashes = tuple(c for c in run.crashes if c.region or c.type != "panic" or c.lines[-1:] not in announced)
    last = next((event for event in reversed(run.events) if event.signal in (Signal.AT, Signal.EXIT)), None)
    line = plan.lines.get(last.line, 0) if plan and last and last.signal is Signal.AT else 0
    if run.exit_code == 1 and not crashes and line and _FATAL.search(lines[line - 1]):
        crashes = (Crash("log.Fatal", fatal, (line,), run.stderr),)
    return replace(run, crashes=crashes)
