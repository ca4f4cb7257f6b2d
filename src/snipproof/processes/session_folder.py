"""One Run: everything a pytest process (each xdist worker is its own) starts and stores, in one folder, under one lock.

The lock is the operating system's and dies with the process, so a folder whose lock can be taken belongs to a dead
Run. Every process we start carries ``SNIPPROOF_RUN`` in its environment and every container a label with the same id,
so the next Run finds what a SIGKILL left behind.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import psutil

from snipproof.errors import InfrastructureError

RUN_VARIABLE = "SNIPPROOF_RUN"
CONTAINER_LABEL = "snipproof.run"
_LOCK = "lock"
_RUN_ID = re.compile(r"[0-9a-f]{12}")
_CONTAINERS = "containers"


class SessionFolder:
    """A folder that no other user can read, locked as long as this process lives."""

    def __init__(self, base: Path, run_id: str, lock: filelock.FileLock) -> None:
        self.id = run_id
        self.folder = base / run_id
        self._lock = lock
        self._pid = os.getpid()
        #: Set when the Run is about to end: whatever works for it in another thread must stop.
        self.closing = threading.Event()

    @classmethod
    def begin(cls, base: Path | None = None) -> SessionFolder:
        """Sweep what dead Runs left behind, then start a new one.

        :param base: the folder of all Runs, by default one for each user in the system's temporary folder.
        :raises InfrastructureError: no folder can be made there, or the one that is there is not ours.
        """
        base = base or Path(tempfile.gettempdir()) / f"snipproof-{os.getuid()}"
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = base.lstat()
            # In a folder that everybody may write to, somebody else can have put a link or a folder of his there.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise PermissionError("it is a link, or belongs to another user")
            return cls._begin(base)
        except OSError as error:
            raise InfrastructureError(
                f"no folder for this run can be made in {base}: {error}", "TMPDIR names another place"
            ) from None

    @classmethod
    def _begin(cls, base: Path) -> SessionFolder:
        # One at a time: a folder that is being made has no lock yet and must not be taken for a dead one.
        with filelock.FileLock(base / "sweep.lock"):
            _sweep(base)
            run_id = secrets.token_hex(6)
            (base / run_id).mkdir(mode=0o700)
            lock = filelock.FileLock(base / run_id / _LOCK)
            lock.acquire()
        run = cls(base, run_id, lock)
        atexit.register(run.end)
        return run

    def subfolder(self, name: str) -> Path:
        """Return a folder of this Run, made if it is not there."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def will_use_containers(self) -> None:
        """Note that containers with this Run's label may exist, so that a sweep asks the engine for them."""
        (self.folder / _CONTAINERS).touch()

    def end(self) -> None:
        """Remove the folder and give up the lock. A second call, or one in a forked child, does nothing."""
        atexit.unregister(self.end)
        if os.getpid() == self._pid and self._lock.is_locked:
            # A container that cannot be removed now keeps its folder, so that the next Run's sweep asks again.
            if not (self.folder / _CONTAINERS).exists() or remove_containers(self.id):
                _remove(self.folder)
            self._lock.release()

    def __enter__(self) -> Self:
        """Return the Run itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the Run."""
        self.end()


def _sweep(base: Path) -> None:
    """End every dead Run below ``base``: its processes, its containers, then its folder."""
    dead = []
    for folder in base.iterdir():
        if not _RUN_ID.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
            continue  # whatever it is, it is no Run's
        lock = filelock.FileLock(folder / _LOCK, timeout=0)
        try:
            with lock:
                dead.append(folder)
        except (filelock.Timeout, OSError):
            continue
    if not dead:
        return
    ids = {folder.name for folder in dead}
    _kill(ids)
    for folder in dead:
        if (folder / _CONTAINERS).exists() and not remove_containers(folder.name):
            continue  # no engine answers now: the folder stays, so that a later sweep asks again
        _remove(folder)


def _kill(ids: set[str]) -> None:
    """Kill every process that was started by one of the Runs ``ids``, until none is left."""
    for _ in range(10):
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(RUN_VARIABLE) in ids and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        if not found:
            return
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)


def remove_containers(run_id: str) -> bool:
    """Remove all containers of a Run, started or not; returns whether the engine could be asked."""
    try:
        import docker

        from snipproof.processes.container_engine import engine_answers
    except ImportError:
        return False
    if not engine_answers():
        return False
    try:
        with contextlib.closing(docker.from_env(timeout=30)) as client:
            for container in client.containers.list(all=True, filters={"label": f"{CONTAINER_LABEL}={run_id}"}):
                container.remove(force=True, v=True)
    except (docker.errors.DockerException, OSError):
        return False
    return True


def _remove(folder: Path) -> None:
    """Remove a folder, also when a process that is being killed still writes to it."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
