"""Runs Bash Sources, each one whole and in a process of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from snipproof.api import Crash, Diagnostic, Job, Runner, Signal, SourceRun, ToolchainMissingError
from snipproof_shell.probes import probe_shell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from snipproof.api import Probed, Program, Source

_OLDEST = (5, 0)
_SYNTAX = re.compile(r"^.*?: line (\d+): (.*)$", re.MULTILINE)
# What curl prints about its progress, which differs from run to run.
_PROGRESS = re.compile(
    r" +% Total .*\n +Dload .*\n|\r *\d+ +\S+ +\d+ +\S+ +\d+ +\S+ +\S+ +\S+(?: +[\d:-]+){3} +\d+[\d.kMGTP]*\n?"
)


class ShellRunner(Runner):
    """Runs the Sources of a Suite with the Bash on the ``PATH``; nothing is installed."""

    def provision(self) -> None:
        """Find Bash."""
        self._bash = find_bash()

    def probe(self, source: Source, text: str) -> Probed:
        """Place probes with the grammar of Bash."""
        return probe_shell(text, source.snippet_regions)

    def build(self, programs: Sequence[Program]) -> None:
        """Check the syntax of each Source, without and with probes."""
        for program in programs:
            path = program.source.path
            found = [Diagnostic("bash", path, line, 1, text) for line, text in self._errors(program.bare)]
            if not found:
                found = [
                    Diagnostic("snipproof-shell", path, line, 1, f"a probe cannot stand here: {text}")
                    for line, text in self._errors(program.probed.text)
                ]
            self.diagnostics[path] = tuple(found)

    def execute(self, program: Program) -> SourceRun:
        """Run one Source."""
        if self.diagnostics[program.source.path]:
            return self.not_built(program)
        job = Job.begin(self.context, program)
        script = job.folder / "source"
        script.write_text(program.probed.text, encoding="utf-8", newline="")
        prelude = job.folder / "prelude"
        prelude.write_text(prelude_text(job.source, job.separator, job.folder), encoding="utf-8")
        command = [self._bash, "--noprofile", "--norc", *self.context.suite.options, str(script)]
        termination, code = job.run(command, {**job.environment(), "BASH_ENV": str(prelude)})
        events = job.read_events()
        stderr = _PROGRESS.sub("", job.read(job.stderr).replace(str(script), str(job.source)))
        line = _line(program, events)
        crashes = _crashes(job, program, events, code, line, stderr)
        return job.result(
            termination, code, stderr=_without_marks(stderr, job.separator), crashes=crashes, stopped_at=line
        )

    def _errors(self, text: str) -> list[tuple[int, str]]:
        """Return line and text of the first syntax error, if there is one."""
        done = subprocess.run(
            [self._bash, "-n"], input=text, capture_output=True, text=True, errors="replace", check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        if not done.returncode:
            return []
        found = _SYNTAX.search(done.stderr)
        last = text.count("\n") + 1
        return [(min(int(found[1]), last), found[2])] if found else [(last, done.stderr.strip())]


def find_bash() -> str:
    """Return the path of Bash.

    :raises ToolchainMissingError: it is not on the ``PATH``, or too old.
    """
    bash = shutil.which("bash")
    hint = f"install bash {'.'.join(map(str, _OLDEST))} or newer, and put it on the PATH"
    if bash is None:
        raise ToolchainMissingError("bash is not on the PATH", hint)
    command = [bash, "-c", 'echo "${BASH_VERSINFO[0]} ${BASH_VERSINFO[1]}"']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    version = tuple(map(int, re.findall(r"\d+", done.stdout)))
    if version < _OLDEST:
        raise ToolchainMissingError(f"{bash} is version {'.'.join(map(str, version))}, which is too old", hint)
    return bash


def prelude_text(source: Path, separator: str, folder: Path) -> str:
    """Return the text that Bash reads before a Source.

    :param source: the path that ``$0`` has.
    :param separator: of the :class:`~snipproof.api.Job`.
    :param folder: gets the file ``events``, and others.
    """
    values = {
        "@SOURCE@": str(source),
        "@TOKEN@": separator,
        "@EVENTS@": str(folder / "events"),
        "@FAILED@": str(folder / "failed"),
        "@RETURNED@": str(folder / "returned"),
    }
    text = files("snipproof_shell").joinpath("prelude.bash").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(name, shlex.quote(value))
    return text


def _line(program: Program, events: list[dict[str, Any]]) -> int | None:
    """Return the line of the shown statement that began last, unless hidden code has begun since."""
    number = next((event.get("line") for event in reversed(events) if event.get("signal") == Signal.AT), None)
    plan = program.probed.plan
    return plan.lines.get(number) if plan and isinstance(number, int) else None


def _crashes(
    job: Job, program: Program, events: list[dict[str, Any]], code: int | None, line: int | None, stderr: str
) -> tuple[Crash, ...]:
    """Return the failure that ended the Source, if any."""
    failed = next((event for event in events if "status" in event), None)
    if failed is not None:
        status, lines = int(failed["status"]), tuple(map(int, failed["lines"]))
    elif code:
        status, lines = code, (line,) if line else ()
    else:
        return ()
    text = stderr.rpartition(job.separator)[2]
    name = f"exit code {status}" if status >= 0 else f"signal {-status}"
    shown = program.source.lines[lines[-1] - 1].strip() if lines else ""
    message = job.redact(_message(text, job.source) or f"`{shown}` failed" if shown else f"bash ended with {name}")
    return (Crash(name, message, lines, job.redact(_without_marks(stderr, job.separator)).strip()),)


def _message(text: str, source: Path) -> str:
    """Return what a command printed to standard error, without the place that Bash prints before it."""
    return re.sub(rf"(?m)^{re.escape(str(source))}: line \d+: ", "", text).strip()


def _without_marks(text: str, separator: str) -> str:
    return re.sub(f"{re.escape(separator)}-?[0-9]+{re.escape(separator)}", "", text)
