"""A lock between processes. Waiting for it is reported, with the id of the process that holds it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import psutil

from snipproof.errors import InfrastructureError

_PATIENCE = 2.0  # seconds before the wait is reported
_HEARTBEAT = 30.0  # seconds until it is reported again


@contextlib.contextmanager
def locked(
    path: Path, what: str, doing: str, log: Callable[[str], None], closing: threading.Event | None = None
) -> Iterator[None]:
    """Hold the lock file ``path``, which the operating system releases when this process dies.

    :param what: what the lock protects, for the log: ``the server binary``.
    :param doing: what its holder does with that: ``making``.
    :param log: called with a line after 2 seconds of waiting, and again every 30 seconds.
    :param closing: ends the wait when it is set.
    :raises InfrastructureError: ``closing`` was set.
    :raises OSError: the lock file cannot be written.
    """
    lock = filelock.FileLock(path)
    owner = path.with_name(f"{path.name}.pid")  # a file of its own: the lock file is emptied by every attempt
    waited = 0.0
    while True:
        try:
            lock.acquire(timeout=_PATIENCE)
            break
        except filelock.Timeout:
            if closing and closing.is_set():
                raise InfrastructureError("interrupted") from None
            if waited % _HEARTBEAT == 0:
                log(f"waiting for {what}, which {_process(owner)} is {doing}")
            waited += _PATIENCE
    try:
        with contextlib.suppress(OSError):
            owner.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with contextlib.suppress(OSError):
            owner.unlink()
        lock.release()


def _process(owner: Path) -> str:
    try:
        pid = int(owner.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return "another process"
    return f"process {pid}" if psutil.pid_exists(pid) else "another process"
