"""Runs Python Sources, each one whole and in a process of its own, in the interpreter of its Suite's environment.

A worker process has imported the clients once and forks for each Source, so that a Source starts in milliseconds. Where
a fork is impossible, or a Suite requires ``fresh`` processes, a new interpreter is started for each Source.
"""

from __future__ import annotations

import ast
import base64
import json
import os
import re
import sys
import sysconfig
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from snipproof.errors import InfrastructureError
from snipproof.model import Source
from snipproof.run.probe import PROBE_FUNCTION, Probed
from snipproof.run.probe.python_probes import probe_python
from snipproof.run.runner import Pinned, Program, Runner, RunnerContext
from snipproof.run.runners.job import Job, environment
from snipproof.run.runners.python.uv_lock import read_uv_lock
from snipproof.run.runners.worker_process import WorkerProcess
from snipproof.run.source_run import SourceRun, Termination
from snipproof.run.toolchain import CommandError, cached_environment, call, check_options
from snipproof.syntax.python_code import parse_python

_MAIN = Path(__file__).with_name("main.py")
_OTHER_HASH = "DO NOT MATCH THE HASHES"  # in pip's message
_OPTIMIZE = re.compile(r"-[A-Za-z]*O+[A-Za-z]*")
_START_TIMEOUT = 60.0  # seconds for the worker to import the clients


class PythonRunner(Runner):
    """Runs Python Sources; a Suite without a lock file uses the interpreter that runs snipproof."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        #: The Python that runs the Sources; after ``provision`` that of the lock file.
        self.interpreter = Path(sys.executable)
        self._modules: list[str] = []
        self._worker: WorkerProcess | None = None
        self._fresh = context.fresh or not hasattr(os, "fork")

    def pinned(self) -> Pinned | None:
        """Return the lock file, with the Python that runs snipproof; it makes the environment."""
        if self.context.suite.lock is None:
            return None
        facts = f"{sys.version} {sysconfig.get_platform()}"
        return Pinned((self.context.root / self.context.suite.lock,), facts)

    def provision(self) -> None:
        """Make the environment of the lock file, which must have hashes: pip rejects anything else.

        :raises SettingsError: a ``uv.lock`` cannot be used.
        """
        context = self.context
        if pinned := self.pinned():
            self._install(pinned)
        check_options(context, str(self.interpreter), "-c", "")
        if context.network:
            context.network.trust_in(self.interpreter.parent.parent)

    def _install(self, pinned: Pinned) -> None:
        context = self.context

        def make(folder: Path) -> None:
            interpreter = folder / "bin" / "python"
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
            (requirements,) = pinned.files
            if requirements.name == "uv.lock":
                text = read_uv_lock(requirements, str(context.suite.lock))
                requirements = context.scratch("uv") / "requirements.lock"
                requirements.write_text(text, encoding="utf-8")
                install.append("--no-deps")  # uv has resolved them, perhaps with overrides that pip does not know
            try:
                call(context, [sys.executable, "-m", "venv", str(folder)], cwd=folder, name="venv")
                command = [str(interpreter), *install, "-r", str(requirements)]
                try:
                    call(context, command, cwd=folder, name="pip")
                except CommandError as error:
                    if _OTHER_HASH not in error.output:
                        raise
                    # A damaged file in pip's cache, perhaps: pip neither removes it nor looks elsewhere.
                    call(context, [*command, "--no-cache-dir"], cwd=folder, name="pip")
            except CommandError as error:
                message = f"{context.suite.lock}:1:1 failed to make the environment: {error.program} failed"
                raise InfrastructureError(message, error.tail) from None

        self.interpreter = cached_environment(context, pinned, make) / "bin" / "python"

    def probe(self, source: Source, text: str) -> Probed:
        """Place probes with Python's own parser."""
        # The interpreter of the Suite is the one that runs snipproof, or that of an environment made by it.
        optimize = min(
            2, sum(option.count("O") for option in self.context.suite.options if _OPTIMIZE.fullmatch(option))
        )
        path, goes_on = str(self.context.root / source.path), not self.context.suite.stop_on_failure
        return probe_python(text, source.snippet_regions, path, optimize, goes_on=goes_on)

    def build(self, programs: Sequence[Program]) -> None:
        """Start the worker: it imports what the Sources import while the Services start."""
        self._modules = sorted({name for program in programs for name in _imports(program.bare)})
        if not self._fresh and self._worker is None:
            self._worker = self._start_worker()

    def execute(self, program: Program) -> SourceRun:
        """Run one Source."""
        job = Job.begin(self.context, program)
        request = {
            "path": str(job.source),
            "text": program.probed.text,
            "program": base64.b64encode(program.probed.program).decode("ascii"),
            "function": PROBE_FUNCTION,
            "separator": job.separator,
            "timeout": job.timeout,
            "cwd": str(job.work),
            **{name: str(job.folder / name) for name in ("events", "stdout", "stderr", "hang")},
        }
        worker = self._ready_worker()
        termination, exit_code = self._fork(worker, job, request) if worker else self._spawn(job, request)
        return job.result(termination, exit_code, stopped_at=_stopped_at(job))

    def close(self) -> None:
        """End the worker."""
        if self._worker:
            self._worker.stop()
            self._worker = None

    def _start_worker(self) -> WorkerProcess:
        context = self.context
        folder = context.scratch("worker")
        command = [str(self.interpreter), *context.suite.options, "-B", "-X", "utf8", str(_MAIN)]
        env = _environment(context, folder)
        enter = partial(context.inside, writable=(folder, context.jobs()))
        worker = WorkerProcess.start(command, session=context.session, env=env, cwd=folder, folder=folder, enter=enter)
        worker.send({"modules": self._modules})
        return worker

    def _ready_worker(self) -> WorkerProcess | None:
        """Return the worker once it has imported the clients; ``None`` if each Source needs a fresh process."""
        if self._fresh:
            return None
        begun = self._worker or self._start_worker()
        self._worker = begun
        begun.send({"ready": True})
        try:
            response = begun.receive(_START_TIMEOUT)
        except EOFError:
            response = None
        if response and response.get("ready"):
            return begun
        reason = response["reason"] if response else "it ended while it imported the clients"
        self.context.log(f"{self.context.suite.flavour}: a fresh process for each Source: {reason}")
        self.close()
        self._fresh = True
        return None

    def _fork(self, worker: WorkerProcess, job: Job, request: dict[str, object]) -> tuple[Termination, int | None]:
        """Let the worker fork for the job. If the worker ends with the job, the next job starts it again."""
        status: list[int] = []

        def ended(seconds: float) -> bool:
            response = worker.receive(seconds)
            if response:
                status.append(response["status"])
            return bool(response)

        job.record()
        worker.send(request)
        try:
            termination = job.watch_until(ended)
        except EOFError:
            self.close()
            return Termination.EXITED, -9  # the Source killed its parent, and the keeper everything else
        if termination is Termination.EXITED:
            return termination, os.waitstatus_to_exitcode(status[0])
        self.close()
        return termination, None

    def _spawn(self, job: Job, request: dict[str, object]) -> tuple[Termination, int | None]:
        place = job.folder / "job.json"
        place.write_text(json.dumps(request), encoding="utf-8")
        options = self.context.suite.options
        command = [str(self.interpreter), *options, "-B", "-X", "utf8", str(_MAIN), str(place)]
        return job.run(command, _environment(self.context, job.folder))


def _environment(context: RunnerContext, home: Path) -> dict[str, str]:
    return environment(context, home) | {"PYTHONDONTWRITEBYTECODE": "1"}


def _imports(text: str) -> set[str]:
    """Return the modules that a Source imports by absolute names, anywhere in its code."""
    try:
        tree = parse_python(text)
    except (SyntaxError, ValueError):
        return set()
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def _stopped_at(job: Job) -> int | None:
    """Return the innermost line of the Source in the dump that faulthandler wrote at the timeout."""
    dump = job.read(job.folder / "hang").rpartition("Thread 0x")[2]  # the main thread comes last
    match = re.search(rf'File "{re.escape(str(job.source))}", line ([0-9]+)', dump)
    return int(match[1]) if match else None
