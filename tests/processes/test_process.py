"""Processes under their keeper: what a command inherits, and that a stop never waits for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from snipproof.processes.process import Process
from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder


def start(session: SessionFolder, *command: str) -> Process:
    work = session.subfolder("work")
    return Process.start(command, session=session, env={"PATH": os.environ["PATH"]}, cwd=work, stdout=work / "out")


def test_a_command_gets_the_usual_signals_and_the_given_environment(tmp_path: Path) -> None:
    """A broken pipe ends a program as it does in a shell; the environment is the given one and the session's id."""
    with SessionFolder.begin(tmp_path) as session:
        out = session.subfolder("work") / "out"
        assert start(session, "sh", "-c", "yes | head -n 1").wait(10) == 0
        assert out.read_text() == "y\n"  # and no error of ``yes`` about the pipe
        assert start(session, "sh", "-c", "env").wait(10) == 0
        assert f"{RUN_VARIABLE}={session.id}" in out.read_text().splitlines()
        assert "HOME" not in out.read_text()


@pytest.mark.slow
def test_a_stop_right_after_the_start_does_not_wait_for_the_command(tmp_path: Path) -> None:
    """Each stop kills at once, also a command that has not yet made its process group."""
    with SessionFolder.begin(tmp_path) as session:
        for _ in range(60):
            process = start(session, "sleep", "60")
            begin = time.monotonic()
            process.stop()
            assert time.monotonic() - begin < 10
            assert process.poll() == -signal.SIGKILL


def test_a_wait_that_times_out_returns_none(tmp_path: Path) -> None:
    """``poll`` and a ``wait`` that times out return ``None``; both can be called again."""
    with SessionFolder.begin(tmp_path) as session:
        process = start(session, "sleep", "60")
        assert process.poll() is None
        begin = time.monotonic()
        assert process.wait(0.2) is None
        assert 0.2 <= time.monotonic() - begin < 5
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
        assert process.poll() == -signal.SIGTERM


def test_a_folder_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    """A working directory that does not exist raises, and no process is left."""
    with SessionFolder.begin(tmp_path) as session, pytest.raises(FileNotFoundError):
        Process.start(["true"], session=session, env={}, cwd=tmp_path / "none", stdout=tmp_path / "out")
