"""One run of one Source: its folder, its environment, its limits and its results."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from snipproof.processes.events import parse_events
from snipproof.processes.process import Process
from snipproof.redaction import read_variables, redact
from snipproof.run.probe.plan import Signal
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.source_run import Crash, ProbeEvent, SourceRun, Termination, cut
from snipproof.run.suite_files import copy_files
from snipproof.text import printable

_INHERITED = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
# What output may depend on is the same on every machine, whatever the user's own settings are.
_FIXED = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "80", "LINES": "24", "PYTHONHASHSEED": "0"}
_POLL_INTERVAL = 0.02
_GRACE = 0.25  # seconds for the Source's own process to write where it hangs
_GRACE_INSIDE = 1.0  # a process in a network of its own starts later


@dataclass(frozen=True, slots=True)
class Job:
    """One run of ``program``, with a folder of its own.

    Every probe that the run passes writes a line ``{"line": number, "time": seconds}`` to the file ``events`` and
    ``separator + number + separator`` to stdout, both unbuffered. A crash is the line ``{"error": {"type", "message",
    "lines", "traceback"}}`` in ``events``; ``lines`` are lines of the Source, outermost first. Each line of ``events``
    begins with the separator, since the Source may write anything to that file, too.

    :param folder: gets all files of the run; :meth:`result` removes it.
    :param work: the working directory.
    :param separator: marks the passing of probes in standard output.
    """

    context: RunnerContext
    program: Program
    folder: Path
    work: Path
    separator: str = field(default_factory=lambda: f"\x1e{secrets.token_hex(8)}\x1e")

    @classmethod
    def begin(cls, context: RunnerContext, program: Program, work: Path | None = None) -> Job:
        """Make the folder, and the working directory with copies of the Suite's files.

        :param work: an existing working directory to use instead of a new one; it is emptied first.
        """
        folder = context.jobs() / secrets.token_hex(4)
        folder.mkdir(mode=0o700)
        work = work or folder / "cwd"
        empty(work)
        copy_files(context, work)
        return cls(context, program, folder, work)

    @property
    def source(self) -> Path:
        """The absolute path of the docs source."""
        return self.context.root / self.program.source.path

    @property
    def events(self) -> Path:
        """The file for events."""
        return self.folder / "events"

    @property
    def token(self) -> str:
        """What every line of ``events`` begins with."""
        return self.separator

    @property
    def stdout(self) -> Path:
        """The file for standard output."""
        return self.folder / "stdout"

    @property
    def stderr(self) -> Path:
        """The file for standard error."""
        return self.folder / "stderr"

    @property
    def timeout(self) -> float:
        """Seconds the Source may run."""
        return self.context.suite.timeout or self.context.settings.run.timeout

    @property
    def output_limit(self) -> int:
        """Bytes the Source may print."""
        return self.context.settings.run.output_limit

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the process."""
        return environment(self.context, self.folder)

    def record(self) -> None:
        """Let the recorder, if there is one, record from now on. To be called just before the Source begins."""
        if self.context.recorder:
            self.context.recorder.record(self.events, self.token)

    def run(
        self, command: Sequence[str], env: Mapping[str, str], readable: Sequence[Path] = ()
    ) -> tuple[Termination, int | None]:
        """Run ``command`` and kill everything that it started.

        :param readable: what it needs in addition to what every Source can read, see
            :meth:`~snipproof.run.runner.RunnerContext.inside`.
        :return: how it ended, and its exit code if it ended by itself.
        """
        self.record()
        process = Process.start(
            self.context.inside(command, self.work, (self.folder, self.work), readable),
            session=self.context.session,
            env=env,
            cwd=self.work,
            stdout=self.stdout,
            stderr=self.stderr,
        )
        try:
            termination = self.watch(process)
            return termination, process.poll() if termination is Termination.EXITED else None
        finally:
            process.stop()

    def watch(self, process: Process) -> Termination:
        """Wait until ``process`` ends or reaches the time limit or the output limit."""
        return self.watch_until(lambda seconds: process.wait(seconds) is not None)

    def watch_until(self, ended: Callable[[float], bool], printed: Callable[[], int] | None = None) -> Termination:
        """Wait until ``ended`` returns true, or until the time limit or the output limit is reached.

        :param ended: may wait for as many seconds as its argument.
        :param printed: returns the number of bytes printed so far, if that is not the size of the job's files.
        """
        deadline = time.monotonic() + self.timeout + (_GRACE_INSIDE if self.context.network else _GRACE)
        while True:
            over = ended(_POLL_INTERVAL)
            if (printed() if printed else _size(self.stdout, self.stderr)) > self.output_limit:
                return Termination.FLOODED
            if over:
                return Termination.EXITED
            if time.monotonic() > deadline:
                return Termination.TIMED_OUT

    def read(self, path: Path, begin: int = 0) -> str:
        """Return the text of a file of the run from byte ``begin``, up to the output limit, as the Source wrote it."""
        if not path.exists():
            return ""
        with path.open("rb") as file:
            file.seek(begin)
            return file.read(self.output_limit).decode("utf-8", errors="replace")

    def redact(self, text: str) -> str:
        """Return ``text`` for a message: without the values of the environment variables that the Source gets."""
        return redact(text, passed_variables(self.context))

    def result(
        self,
        termination: Termination,
        exit_code: int | None,
        *,
        stdout: str | None = None,
        stderr: str | None = None,
        crashes: tuple[Crash, ...] = (),
        stopped_at: int | None = None,
        failure_reason: str = "",
    ) -> SourceRun:
        """Read the events and the output, remove the folder, and return the facts, with secrets in them.

        :param stdout: standard output, if it is not the whole file; ``stderr`` likewise.
        :param crashes: those that are not among the events.
        :param stopped_at: the line at which the Source hung, ignored unless it timed out.
        """
        exchanges = self.context.recorder.recorded() if self.context.recorder else ()
        events, reported = self._probe_events()
        marks, texts = cut(self.read(self.stdout) if stdout is None else stdout, self.separator)
        run = SourceRun(
            termination=termination,
            exit_code=exit_code,
            events=tuple(events),
            chunks=_chunks(events, marks, texts),
            stderr=self.read(self.stderr) if stderr is None else stderr,
            limit=f"{self.timeout:g} s" if termination is Termination.TIMED_OUT else f"{self.output_limit:,} bytes",
            crashes=(*reported, *crashes),
            stopped_at=stopped_at if termination is Termination.TIMED_OUT else None,
            failure_reason=failure_reason,
            exchanges=exchanges,
        )
        shutil.rmtree(self.folder, ignore_errors=True)
        return run

    def _probe_events(self) -> tuple[list[ProbeEvent], list[Crash]]:
        events: list[ProbeEvent] = []
        crashes = []
        for event in self.read_events():
            match event:
                case {"line": int(line), "time": int() | float() as time}:
                    events.append(_probe_event(event, line, time))
                case {
                    "error": {"type": str(kind), "message": str(message), "lines": [*lines], "traceback": str(trace)}
                }:
                    numbers = tuple(line for line in lines if isinstance(line, int))
                    texts = [printable(text) for text in (kind, message, trace)]
                    crash = Crash(texts[0], texts[1], numbers, texts[2], len(events))
                    crashes.append(_with_facts(crash, event))
        return events, crashes

    def read_events(self) -> list[dict[str, Any]]:
        """Return the events so far; what the Source itself wrote to the file is ignored."""
        try:
            return parse_events(self.events.read_bytes(), self.token)
        except FileNotFoundError:  # no probe was passed, or the Source removed it
            return []


def environment(context: RunnerContext, home: Path) -> dict[str, str]:
    """Return the environment of a Source's process: a few variables, and those that the settings pass.

    Locale, time zone, width of the terminal and hash seed are the same on every machine.

    :param home: the folder for its home and its temporary files.
    """
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # Folders of its own, so that nothing is left in those of the user.
    trust = context.network.environment() if context.network else {}
    env |= _FIXED | plain_variables(context) | trust
    return env | {"HOME": str(home), "TMPDIR": str(home)} | passed_variables(context)


def empty(folder: Path) -> None:
    """Make ``folder`` if it does not exist, and remove everything in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def passed_variables(context: RunnerContext) -> dict[str, str]:
    """Return the environment variables that the settings pass to Sources of the Suite; their values are secrets."""
    names = context.suite.secrets
    return read_variables(context.settings.run.env if names is None else names)


def plain_variables(context: RunnerContext) -> dict[str, str]:
    """Return the environment variables of the Suite, with the tokens of this run in place of their placeholders."""
    known = context.network.addresses if context.network else {}
    tokens = {f"{{{name}}}": value for name, value in known.items() if name.startswith("oidc.")}
    return {name: tokens.get(value, value) for name, value in context.suite.env}


def _probe_event(event: Mapping[str, Any], line: int, time: float) -> ProbeEvent:
    """Return the event of a probe."""
    if event.get("signal") not in list(Signal):
        return ProbeEvent(line, time)
    mark = event.get("mark")
    found = mark if isinstance(mark, int) and "child" not in event else None
    return ProbeEvent(
        line, time, Signal(event["signal"]), str(event.get("frame", "")), found, event.get("background") is True
    )


def _with_facts(crash: Crash, event: Mapping[str, Any]) -> Crash:
    """Return ``crash`` with what only some languages report."""
    test, region, types = event.get("test"), event.get("region"), event["error"].get("types")
    cause = event.get("cause")
    return replace(
        crash,
        if_shown="if_shown" in event,
        test=test if isinstance(test, str) else "",
        region=region if isinstance(region, str) else "",
        cause=cause if isinstance(cause, str) else None,
        types=tuple(map(str, types)) if isinstance(types, list) else (),
    )


def _chunks(events: Sequence[ProbeEvent], marks: Sequence[int], texts: Sequence[str]) -> tuple[str, ...]:
    """Return what was printed before the first event, and after each.

    A Source that sends its standard output elsewhere loses some of the marks that the probes print.

    :param marks: those in standard output, with the texts around them: one more than marks.
    """
    if any(event.signal is None for event in events):  # the marks are lines, which may repeat
        return (*texts, *[""] * (len(events) - len(marks)))
    found = dict(zip(marks, texts[1:], strict=True))
    return (texts[0], *(found.get(event.mark, "") if event.mark is not None else "" for event in events))


def _size(*paths: Path) -> int:
    return sum(path.stat().st_size for path in paths if path.exists())
