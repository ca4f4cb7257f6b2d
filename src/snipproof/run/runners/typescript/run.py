"""Runs of single Sources in Node.js processes that are started ahead of time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from snipproof.processes.process import Process
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.job import Job
from snipproof.run.runners.typescript.hang import OPTION, stopped_at, without_debugger_output
from snipproof.run.source_run import Crash, SourceRun, Termination

_PRELUDE = Path(__file__).with_name("prelude.mjs")
_UNSETTLED = 13  # the exit code of Node.js for a top-level `await` that never settles
_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'])([^"'\n]+)\1""")


class NodeRun:
    """A process for one Source. It imports the packages that the Source imports, then waits before it runs it."""

    def __init__(
        self, context: RunnerContext, node: str, stage: Path, program: Program, built: Mapping[str, Any]
    ) -> None:
        """Start the process.

        :param built: the result of ``bundle.mjs`` for the Source.
        """
        self.job = Job.begin(context, program)
        self._file = Path(built["program"])
        # Paths of built files, and the paths of the docs that replace them in messages.
        self._names = [(str(self._file), str(self.job.source)), (str(stage), str(context.root))]
        self._environment = self.job.environment()
        gate, self._gate = os.pipe()
        request = {
            "events": str(self.job.events),
            "separator": self.job.separator,
            "source": str(self.job.source),
            "names": self._names,
            "imports": built["imports"],
            "gate": gate,
        }
        options = ("--enable-source-maps", OPTION, *context.suite.options, "--import", _PRELUDE.as_uri())
        try:
            self._process = Process.start(
                context.inside([node, *options, str(self._file)], self.job.work, (self.job.folder,)),
                session=context.session,
                env=self._environment | {"SNIPPROOF_JOB": json.dumps(request)},
                cwd=self.job.work,
                stdout=self.job.stdout,
                stderr=self.job.stderr,
                pass_fds=(gate,),
            )
        except BaseException:
            os.close(self._gate)
            raise
        finally:
            os.close(gate)

    def fits(self, program: Program) -> bool:
        """Whether a process started now for ``program`` would be the same."""
        return self.job.program is program and self._environment == self.job.environment()

    def discard(self) -> None:
        """End the process before it runs the Source."""
        os.close(self._gate)
        self._process.stop()
        shutil.rmtree(self.job.folder, ignore_errors=True)

    def finish(self, meanwhile: Callable[[], None]) -> SourceRun:
        """Run the Source, wait for its end, and return the facts.

        :param meanwhile: called while the Source runs.
        """
        job = self.job
        line = None
        job.record()
        try:
            with contextlib.suppress(BrokenPipeError):  # it ended while it imported its packages
                os.write(self._gate, b"1")
            os.close(self._gate)
            meanwhile()
            termination = job.watch(self._process)
            exit_code = self._process.poll() if termination is Termination.EXITED else None
            if termination is Termination.TIMED_OUT:
                network = job.context.network
                inside = (network.namespace.connect,) if network else ()
                line = stopped_at(self._process.pid, partial(job.read, job.stderr), self._file, job.source, *inside)
        finally:
            self._process.stop()
        stderr = self._located(self._renamed(without_debugger_output(job.read(job.stderr))))
        crashes = _unsettled(job, exit_code, stderr)
        run = job.result(termination, exit_code, stderr=stderr, crashes=crashes, stopped_at=line)
        found = [replace(crash, traceback=self._located(crash.traceback)) for crash in run.crashes]
        return replace(run, crashes=tuple(_located(crash, job, stderr) for crash in found))

    def _located(self, text: str) -> str:
        """Return ``text`` with the columns of the docs source instead of those of its text with probes."""
        probed = self.job.program.probed

        def column(match: re.Match[str]) -> str:
            return f"{match[1]}:{match[2]}:{probed.column(int(match[2]), int(match[3]))}"

        return re.sub(rf"({re.escape(str(self.job.source))}):(\d+):(\d+)", column, text)

    def _renamed(self, text: str) -> str:
        for built, docs in self._names:
            text = text.replace(Path(built).as_uri(), docs).replace(built, docs)
        return text


class WarmPool:
    """Processes that are started ahead of time, so that no Source waits for the import of its packages.

    Each process still runs one Source only.
    """

    def __init__(self, start: Callable[[Program], NodeRun]) -> None:
        self._start = start
        self._waiting: dict[str, NodeRun] = {}
        self._upcoming: list[Program] = []
        self._size = min(2, os.cpu_count() or 1)

    def expect(self, programs: Sequence[Program]) -> None:
        """Start a process for the first of ``programs``, which will probably run in this order; end those that wait."""
        self.close()
        self._upcoming = list(programs)
        self._top_up(1)

    def take(self, program: Program) -> NodeRun:
        """Return the process for ``program``."""
        self._upcoming = [each for each in self._upcoming if each is not program]
        ready = self._waiting.pop(program.source.path, None)
        if ready and not ready.fits(program):
            ready.discard()
            ready = None
        return ready or self._start(program)

    def top_up(self) -> None:
        """Start the processes of the programs that come next."""
        self._top_up(self._size)

    def close(self) -> None:
        """End all processes that were not taken."""
        while self._waiting:
            self._waiting.popitem()[1].discard()

    def _top_up(self, count: int) -> None:
        for program in self._upcoming[:count]:
            if program.source.path not in self._waiting:
                self._waiting[program.source.path] = self._start(program)


def _unsettled(job: Job, exit_code: int | None, stderr: str) -> tuple[Crash, ...]:
    """Return a Crash for a Source that Node.js ended at a pending ``await``, which raises no exception."""
    idle = [event["idle"] for event in job.read_events() if "idle" in event]
    if exit_code != _UNSETTLED or idle[-1:] != [0]:  # else the Source itself chose that code
        return ()
    message = "an await at the top level never ends: nothing is left that could settle its promise"
    # Node.js 22 and newer print the place.
    match = re.search(rf"unsettled top-level await at {re.escape(str(job.source))}:(\d+)", stderr)
    return (Crash("unsettled await", message, (int(match[1]),) if match else (), stderr),)


def _located(crash: Crash, job: Job, stderr: str) -> Crash:
    """Return a Crash with a line of the Source, even if its stack has none."""
    if crash.lines:
        return crash
    # An error thrown in a callback has no frame of the Source; Node.js prints where it was thrown.
    thrown = list(re.finditer(rf"^{re.escape(str(job.source))}:(\d+)$", stderr, re.MULTILINE))
    if thrown:
        return replace(crash, lines=(int(thrown[-1][1]),), traceback=stderr[thrown[-1].start() :].strip())
    package = re.search(r"package '([^']+)'|node_modules/((?:@[^/]+/)?[^/]+)/", crash.message)
    name = (package[1] or package[2]) if package else ""
    for found in _IMPORT.finditer(job.program.bare):
        if name and (found[2] == name or found[2].startswith(f"{name}/")):
            return replace(crash, lines=(job.program.bare.count("\n", 0, found.start(2)) + 1,))
    return crash
