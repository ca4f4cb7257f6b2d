"""Runs Java Sources, JUnit tests and programs: one call of the compiler for all of them, one JVM for all runs.

The JVM starts while the compiler works, and runs one Source after the other: its tests, or its ``main`` if it has no
test. A Source gets a JVM of its own if its Suite requires ``fresh`` processes, or if it adds code to run when
the JVM ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.model import Source
from snipproof.run.probe import Probed
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.runner import Pinned, Program, Runner, RunnerContext
from snipproof.run.runners.java.build import JavaBuild
from snipproof.run.runners.java.class_data import ClassData
from snipproof.run.runners.java.javac import Javac, join_class_path
from snipproof.run.runners.java.maven import ClassPath, local_repository, manifest, pinned_by, resolve
from snipproof.run.runners.job import Job, empty, environment
from snipproof.run.runners.worker_process import WorkerProcess
from snipproof.run.source_run import Crash, SkippedTest, SourceRun, Termination, UnfinishedTest
from snipproof.run.toolchain import find_tool, find_version

_MIN_VERSION = 11
_JDK = f"a JDK, version {_MIN_VERSION} or newer"
_START_TIMEOUT = 60.0  # seconds for a JVM to be ready
_END_TIMEOUT = 2.0  # seconds for it to end by itself
_RUNS_AT_END = ".addShutdownHook("
# Most Sources end before a better compiler or a parallel collector pays. No file in the system's temporary folder.
_FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_SERIAL = "-XX:+UseSerialGC"
# The output must not depend on the machine.
_LOCALE = ("-Dfile.encoding=UTF-8", "-Duser.language=en", "-Duser.country=US")


class JavaRunner(Runner):
    """Runs the Sources of a Suite whose class path a ``pom.xml`` defines."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        self._java = ""
        self._javac = Javac(context, "")
        self._class_path = ClassPath((), Path(), processes=False)
        self._build = JavaBuild(context, self._javac)
        self._jvm: WorkerProcess | None = None
        self._is_ready = False
        self._data = ClassData(context)
        self._data_options: list[str] | None = None  # of the JVM that is kept

    def pinned(self) -> Pinned:
        """Return the manifests and the lock file, with the version of Java."""
        return pinned_by(self.context, self._find_java())

    def shared_folders(self) -> Sequence[Path]:
        """Return the repository of Maven."""
        return (local_repository(),)

    def _find_java(self) -> str:
        """Return the version of Java."""
        self._java, version = find_version("java", _JDK, "-version")
        if int(version.partition(".")[0]) < _MIN_VERSION:
            raise ToolchainMissingError(f"{self._java} is version {version}, which is too old", f"install {_JDK}")
        return version

    def provision(self) -> None:
        """Resolve the class path; see :func:`~.maven.resolve`."""
        version = self._find_java()
        self._javac = Javac(self.context, find_tool("javac", _JDK))
        self._class_path = resolve(self.context, self._javac, version)
        self._data.prepare(self._java, version, self._class_path, self._options())

    def probe(self, source: Source, text: str) -> Probed:
        """Place probes with the grammar of Java."""
        return probe_tree(text, source.snippet_regions, "java")

    def build(self, programs: Sequence[Program]) -> None:
        """Compile the Sources together while a JVM starts."""
        self.close()
        self._build = JavaBuild(self.context, self._javac)
        self._build.stage(programs)
        if not self.context.fresh:
            self._data_options = self._find_data(self._build.declared())
            self._start()
        self.diagnostics = self._build.build(programs, self._class_path)
        if self._jvm and self._data_options and not self._find_data(self._build.files()):
            self._data_options = None  # a file of a processor
            self.close()
            self._start()
        if self._jvm:
            self._wait_for(self._jvm)

    def execute(self, program: Program) -> SourceRun:
        """Run the tests of one Source, or its program."""
        if program.source.path in self.diagnostics:
            return self.not_built(program)
        if self.context.fresh or _RUNS_AT_END in program.bare:
            return self._spawn(program)
        return self._run_in(self._ready(), program)

    def close(self) -> None:
        """End the JVM."""
        if self._jvm:
            if self._is_ready and self._data_options and self._data.is_listing and self._jvm.finish(_END_TIMEOUT):
                self._data.keep_list()
            self._jvm.stop()
            self._jvm = None

    def _find_data(self, files: Iterable[Path]) -> list[str] | None:
        """Return the options with which the JVM shares class data, ``None`` if it cannot."""
        resources = (f.relative_to(folder) for folder in self._resources() for f in folder.rglob("*") if f.is_file())
        return self._data.options(file.as_posix() for file in (*files, *resources))

    def _options(self) -> list[str]:
        """Return the options of each JVM."""
        options = self.context.suite.options
        collector = () if any("GC" in option for option in options) else (_SERIAL,)
        return [*_FAST_START, *collector, *_LOCALE, *options]

    def _command(self, home: Path, job_file: Path, work: Path, data: list[str] | None = None) -> list[str]:
        own, jars = (self._build.classes, *self._resources()), self._class_path.jars
        path = (self._class_path.launcher, *((*own, *jars) if data is None else (*jars, *own)))
        return [
            *(self._java, *(data or ()), *self._options()),
            *(f"-Djava.io.tmpdir={home}", f"-Duser.home={home}"),
            *("-cp", join_class_path(self.context, path, work), "snipproof.Launcher", str(job_file)),
        ]

    def _resources(self) -> list[Path]:
        project = manifest(self.context).parent
        folders = [project / "src" / kind / "resources" for kind in ("test", "main")]
        return [folder for folder in folders if folder.is_dir()]

    def _start(self) -> WorkerProcess:
        folder = self.context.scratch("jvm")
        home, work = folder / "home", folder / "cwd"
        empty(home)
        empty(work)
        command = self._command(home, folder / "job", work, self._data_options)
        env = _environment(self.context, home)
        enter = partial(self.context.inside, writable=(folder, self.context.jobs()), readable=self.shared_folders())
        self._jvm = WorkerProcess.start(
            command, session=self.context.session, env=env, cwd=work, folder=folder, enter=enter
        )
        self._is_ready = False
        return self._jvm

    def _ready(self) -> WorkerProcess:
        """Return a JVM that is ready to run a Source."""
        if self._jvm and self._is_ready:
            try:
                self._jvm.receive(0)
            except EOFError:  # code of the last Source that still ran has ended it
                self.close()
        jvm = self._jvm or self._start()
        if not self._is_ready:
            self._wait_for(jvm)
        return jvm

    def _wait_for(self, jvm: WorkerProcess) -> None:
        try:
            self._is_ready = jvm.receive(_START_TIMEOUT) is not None
        except EOFError:
            self._is_ready = False
        if not self._is_ready:
            self.close()
            files = (jvm.folder / name for name in ("stdout", "stderr"))
            output = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files).strip()
            options = self.context.suite.options
            message = f"{self.context.suite.path}:1:1 the JVM failed to start"
            if options:
                raise SettingsError(f"{message} with {options}", output)
            raise InfrastructureError(message, output)

    def _run_in(self, jvm: WorkerProcess, program: Program) -> SourceRun:
        """Run a Source in the JVM that is kept. If the JVM ends with the Source, the next one starts it again."""
        outputs = (jvm.folder / "stdout", jvm.folder / "stderr")
        begins = [output.stat().st_size for output in outputs]
        responses: list[dict[str, Any]] = []
        code: int | None = None

        def ended(seconds: float) -> bool:
            response = jvm.receive(seconds)
            responses.extend([response] if response else [])
            return bool(response)

        def printed() -> int:
            return sum(output.stat().st_size for output in outputs) - sum(begins)

        empty(jvm.folder / "home")
        job = Job.begin(self.context, program, work=jvm.folder / "cwd")
        self._write_job(jvm.folder / "job", job)
        job.record()
        jvm.send({})
        try:
            termination = job.watch_until(ended, printed)
            code = 0 if termination is Termination.EXITED else None
        except EOFError:
            termination = Termination.EXITED
            code = jvm.stop()
        if not (responses and responses[0]["reusable"]):
            self.close()
        stdout, stderr = (job.read(output, begin) for output, begin in zip(outputs, begins, strict=True))
        return self._result(job, termination, code, stdout, stderr)

    def _spawn(self, program: Program) -> SourceRun:
        job = Job.begin(self.context, program)
        job_file = job.folder / "job"
        self._write_job(job_file, job)
        command = self._command(job.folder, job_file, job.work)
        termination, code = job.run(command, _environment(self.context, job.folder), self.shared_folders())
        return self._result(job, termination, code, job.read(job.stdout), job.read(job.stderr))

    def _write_job(self, file: Path, job: Job) -> None:
        """Write the job for the launcher; see ``Launcher.java``."""
        path = job.program.source.path
        lines = (str(job.folder), path, job.separator, str(job.timeout), *self._build.types(path))
        file.write_text("\n".join(lines), encoding="utf-8")

    def _result(self, job: Job, termination: Termination, code: int | None, stdout: str, stderr: str) -> SourceRun:
        all_events = job.read_events()
        events: dict[str, Any] = {}
        for event in all_events:
            events = event | events  # the first of each kind
        ended = {event["ended"] for event in all_events if "ended" in event}
        skipped = tuple(
            SkippedTest(
                event["skipped"]["test"],
                job.redact(f"JUnit did not run {event['skipped']['name']}: {event['skipped']['reason']}"),
                whole=event["skipped"]["test"] not in ended,
            )
            for event in all_events
            if "skipped" in event
        )
        crashes: tuple[Crash, ...] = ()
        failure_reason = ""
        if termination is not Termination.EXITED:
            pass  # the termination is the reason
        elif "program" in events and "summary" not in events:  # it has ended the JVM, which a program may do
            if code and "exit" in events:
                message = f"it ended the program with exit code {code}"
                crashes = (Crash("System.exit", message, tuple(events["exit"]), ""),)
        elif "exit" in events:
            message = f"it ended the JVM with exit code {code} before its tests had ended"
            crashes = (Crash("System.exit", message, tuple(events["exit"]), ""),)
        elif "summary" not in events:
            failure_reason = "the JVM ended before the tests had ended"
        elif not events["summary"]["tests"] and "error" not in events and not skipped:
            failure_reason = "JUnit found no test in this file, and no class has a `public static void main(String[])`"
        hang = job.read(job.folder / "hang")
        run = job.result(
            termination,
            code,
            stdout=stdout,
            stderr=stderr,
            crashes=crashes,
            stopped_at=int(hang) if hang else None,
            failure_reason=failure_reason,
        )
        began = Counter(event["started"] for event in all_events if "started" in event)
        began -= Counter(event["finished"] for event in all_events if "finished" in event)
        return replace(run, skipped=skipped, unfinished=tuple(UnfinishedTest(name) for name in began))


def _environment(context: RunnerContext, home: Path) -> dict[str, str]:
    # The JVM takes the encoding of file names from this variable only.
    return environment(context, home) | {"LC_ALL": "C.UTF-8"}
