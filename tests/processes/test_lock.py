"""Waiting for a lock: it is reported, with the process that holds it, and can be ended."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from snipproof.errors import InfrastructureError
from snipproof.processes import lock
from snipproof.processes.lock import locked


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.05)


def held(place: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock until its standard input ends."""
    code = f"""
        from pathlib import Path
        from snipproof.processes.lock import locked
        with locked(Path({str(place)!r}), "", "", print):
            print("held", flush=True)
            input()
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    return child


def test_a_lock_that_is_free_is_taken_in_silence(tmp_path: Path) -> None:
    """Nothing is logged, and only the lock file stays."""
    logged: list[str] = []
    with locked(tmp_path / "lock", "it", "making", logged.append):
        assert (tmp_path / "lock.pid").exists()
    assert logged == []
    assert not (tmp_path / "lock.pid").exists()


def test_a_wait_is_reported_once_with_the_process_that_holds_the_lock(tmp_path: Path) -> None:
    """It goes on when that process ends, also by SIGKILL: then its id is there still, but not alive."""
    place = tmp_path / "lock"
    logged: list[str] = []
    with held(place) as child:

        def log(line: str) -> None:
            logged.append(line)
            child.kill()

        with locked(place, "the server", "making", log):
            assert logged == [f"waiting for the server, which process {child.pid} is making"]


def test_a_wait_ends_with_the_session(tmp_path: Path) -> None:
    """A session that is about to end waits no longer."""
    closing = threading.Event()
    with held(tmp_path / "lock") as child:
        with (
            pytest.raises(InfrastructureError, match="interrupted"),
            locked(tmp_path / "lock", "it", "making", lambda _: closing.set(), closing),
        ):
            pytest.fail("two processes hold the lock")
        child.kill()
