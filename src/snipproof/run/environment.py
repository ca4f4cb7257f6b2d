"""What lock files pin, made on first use and kept in the cache while those files are unchanged."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from snipproof.errors import InfrastructureError
from snipproof.processes.cache_folder import cache_folder
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner_context import RunnerContext

_BEAT = 10.0  # seconds between signs of life
_TICK = 0.2


def cached_environment(context: RunnerContext, files: Sequence[Path], facts: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that ``make`` fills, called only where that has not happened yet for the same input.

    :param files: the files whose bytes decide what is made: manifest and lock file.
    :param facts: what else decides it, such as the version of the toolchain.
    :param make: fills an empty folder; where it raises, nothing is kept.
    :raises InfrastructureError: one of ``files`` cannot be read.
    """
    key = hashlib.sha256(facts.encode())
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InfrastructureError(f"{file}: cannot be read: {error.strerror or error}") from None
        key.update(hashlib.sha256(data).digest())
    folder = cache_folder(context.settings) / "environments" / f"{context.suite.flavour}-{key.hexdigest()[:16]}"
    complete = folder / "complete"
    if complete.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if complete.exists():
            return folder
        context.say(f"{context.suite.flavour}: installing what {context.suite.lock} pins (once)")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            make(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        complete.touch()
    return folder


class CommandError(Exception):
    """A program of a toolchain failed; ``output`` is all that it printed."""

    def __init__(self, program: str, code: int, output: str) -> None:
        super().__init__(f"{program} failed with exit code {code}")
        self.program = program
        self.code = code
        self.output = output

    @property
    def tail(self) -> str:
        """The last lines of the output."""
        return "\n".join(self.output.strip().splitlines()[-12:])


def call(
    context: RunnerContext, command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, name: str = ""
) -> str:
    """Run one program of a toolchain to its end, under a keeper, so that it ends with us; returns what it printed.

    :param env: its environment, ours unless given: package managers find their settings there.
    :param name: how the program is called in messages, by default its first word.
    :raises CommandError: its exit code is not 0.
    :raises InfrastructureError: the Run ended meanwhile.
    """
    name = name or Path(command[0]).name
    log = context.scratch("logs") / f"{name.replace(' ', '-')}-{time.monotonic_ns()}"
    step = Process.start(command, run=context.run, env=os.environ if env is None else env, cwd=cwd, stdout=log)
    begin = beat = time.monotonic()
    try:
        while (code := step.wait(_TICK)) is None:
            _require_open(context.run)
            if time.monotonic() - beat > _BEAT:
                beat = time.monotonic()
                context.say(f"{context.suite.flavour}: {name}, {beat - begin:.0f} s so far")
    finally:
        step.stop()
    output = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    if code:
        raise CommandError(name, code, output)
    return output


def _require_open(run: SessionFolder) -> None:
    if run.closing.is_set():
        raise InfrastructureError("interrupted")
