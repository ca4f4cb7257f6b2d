"""Waits for the end of processes.

SIGKILL is asynchronous: a killed process lives on for a moment, and then is a zombie until its parent collects it. The
first process of a container may never do that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from snipproof.processes.session_folder import SessionFolder


def living(where: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """Return the processes, from any parent and no zombies, for which ``where`` is true."""
    found = []
    for process in psutil.process_iter():
        try:
            if where(process) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):  # it has ended, or belongs to another user
            continue
    return found


def with_variable(name: str, prefix: str) -> Callable[[psutil.Process], bool]:
    """Return the condition that the environment variable ``name`` begins with ``prefix``."""
    return lambda process: process.environ().get(name, "").startswith(prefix)


def with_argument(part: str) -> Callable[[psutil.Process], bool]:
    """Return the condition that the command line contains ``part``."""
    return lambda process: part in " ".join(process.cmdline())


def with_pid(pid: int) -> Callable[[psutil.Process], bool]:
    """Return the condition that the process has this id."""
    return lambda process: process.pid == pid


def left_running(where: Callable[[psutil.Process], bool], timeout: float = 10.0) -> list[psutil.Process]:
    """Wait until ``where`` is true for no process; return those that still run after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while (found := living(where)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def sweep(base: Path, timeout: float = 10.0) -> list[str]:
    """Begin and end sessions in ``base`` until the folders of dead ones are gone; return the names of what is left.

    A fork that had not executed its program when its parent was killed holds the parent's lock for a moment.
    """
    deadline = time.monotonic() + timeout
    while True:
        SessionFolder.begin(base).end()
        left = sorted(path.name for path in base.iterdir())
        if left == ["sweep.lock"] or time.monotonic() > deadline:
            return left
        time.sleep(0.02)
