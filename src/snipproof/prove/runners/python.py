"""Runs Python Sources: each one whole, in a fresh interpreter of its Suite's environment."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snipproof.config import RunSettings
from snipproof.model import Source, Suite
from snipproof.prove.probe import PROBE_FUNCTION, Probed
from snipproof.prove.process import Process
from snipproof.prove.run import Run
from snipproof.prove.source_run import Crash, Ending, Hit, SourceRun, cut, redact

_MAIN = Path(__file__).with_name("python_main.py")
_ALLOWED = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
_TICK = 0.02


@dataclass(frozen=True, slots=True)
class PythonRunner:
    """Runs Sources of one Suite.

    :param root: the folder all paths are relative to.
    :param interpreter: the Python of the Suite's environment.
    """

    root: Path
    interpreter: Path
    suite: Suite
    settings: RunSettings
    run: Run

    def execute(self, source: Source, probed: Probed) -> SourceRun:
        """Run ``source``, whose runnable text is ``probed.text``, and report what happened.

        Never raises for anything the Source does: hanging, flooding, crashing and leaving children are all results.
        """
        folder = self.run.subfolder(f"{self.suite.flavour}-{secrets.token_hex(4)}")
        work = self._working_directory(folder)
        separator = f"\x1e{secrets.token_hex(8)}\x1e"
        timeout = self.suite.timeout or self.settings.timeout
        events, stdout, stderr, hang = (folder / name for name in ("events", "stdout", "stderr", "hang"))
        job = folder / "job.json"
        job.write_text(
            json.dumps(
                {
                    "path": str(self.root / source.path),
                    "text": probed.text,
                    "function": PROBE_FUNCTION,
                    "events": str(events),
                    "hang": str(hang),
                    "separator": separator,
                    "timeout": timeout,
                }
            ),
            encoding="utf-8",
        )
        given = {name: os.environ[name] for name in self.settings.env if name in os.environ}
        begin = time.monotonic()
        process = Process.start(
            [str(self.interpreter), "-B", "-X", "utf8", str(_MAIN), str(job)],
            run=self.run,
            env=self._environment(folder) | given,
            cwd=work,
            stdout=stdout,
            stderr=stderr,
        )
        try:
            ending = self._watch(process, (stdout, stderr), begin + timeout + 0.25)
            exit_code = process.poll() if ending is Ending.EXITED else None
        finally:
            process.stop()
        hits, crash = _read_events(events, given)
        lines, chunks = cut(redact(_read(stdout, self.settings.output_limit), given), separator)
        result = SourceRun(
            ending=ending,
            exit_code=exit_code,
            hits=tuple(hits),
            # A Source that sends its stdout elsewhere, or is killed, leaves fewer separators than events.
            chunks=(*chunks, *[""] * (len(hits) - len(lines))),
            stderr=redact(_read(stderr, self.settings.output_limit), given),
            limit=f"{timeout:g} s" if ending is Ending.TIMED_OUT else f"{self.settings.output_limit:,} bytes",
            crash=crash,
            stopped_at=_stopped_at(hang, self.root / source.path) if ending is Ending.TIMED_OUT else None,
        )
        shutil.rmtree(folder, ignore_errors=True)
        return result

    def _working_directory(self, folder: Path) -> Path:
        """Return a new folder with copies of the Suite's files, so that no run can change them for the next."""
        work = folder / "cwd"
        work.mkdir()
        for place, origin in self.suite.files:
            target = work / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if (self.root / origin).is_dir():
                shutil.copytree(self.root / origin, target, dirs_exist_ok=True)
            else:
                shutil.copyfile(self.root / origin, target)
        return work

    @staticmethod
    def _environment(folder: Path) -> dict[str, str]:
        env = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
        # One hash seed, so that a set prints the same in every run; places of its own, so that nothing is left in ours.
        return env | {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}

    def _watch(self, process: Process, outputs: tuple[Path, ...], deadline: float) -> Ending:
        """Wait for the process's end, its time limit or its output limit, whichever comes first."""
        while True:
            code = process.wait(_TICK)
            if sum(path.stat().st_size for path in outputs if path.exists()) > self.settings.output_limit:
                return Ending.FLOODED
            if code is not None:
                return Ending.EXITED
            if time.monotonic() > deadline:
                return Ending.TIMED_OUT


def _read(path: Path, limit: int) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return file.read(limit).decode("utf-8", errors="replace")


def _read_events(path: Path, given: Mapping[str, str]) -> tuple[list[Hit], Crash | None]:
    hits = []
    crash = None
    for line in _read(path, -1).splitlines():
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            break  # killed, or the disk full, while it was written
        if "error" in event:
            error = event["error"]
            crash = Crash(
                error["type"],
                redact(error["message"], given),
                tuple(error["lines"]),
                redact(error["traceback"], given),
            )
        else:
            hits.append(Hit(event["line"], event["time"]))
    return hits, crash


def _stopped_at(hang: Path, source: Path) -> int | None:
    """Return the innermost line of ``source`` in the dump that faulthandler wrote at the time-out."""
    dump = _read(hang, 1_000_000).rpartition("Thread 0x")[2]  # the main thread comes last
    match = re.search(rf'File "{re.escape(str(source))}", line ([0-9]+)', dump)
    return int(match[1]) if match else None
