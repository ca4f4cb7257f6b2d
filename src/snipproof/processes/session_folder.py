"""The folder of one session, with everything that one pytest process (each xdist worker is one) starts and stores.

The folder is locked. The operating system releases the lock when the process dies, so a folder whose lock is free
belongs to a dead session. Every process of a session has the variable ``SNIPPROOF_RUN`` in its environment, and every
container a label with the same id, so the next session finds what a SIGKILL left behind.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import psutil

from snipproof.errors import InfrastructureError
from snipproof.processes.disk import TEMPORARY_HINT
from snipproof.processes.lock import locked
from snipproof.processes.sessions import sessions_folder
from snipproof.processes.usage import hold

RUN_VARIABLE = "SNIPPROOF_RUN"
CONTAINER_LABEL = "snipproof.run"
SERVER_LABEL = "snipproof.server"
"""The label of containers and networks that belong to one server."""
_LOCK = "lock"
_SWEEP = "sweep.lock"
_SERVER_LOCK = re.compile(r"(?:server|watch)-[0-9a-f]{16}\.lock")
_UNUSED = 24 * 3600.0  # seconds after which the lock of a server is removed; each attempt to take it counts as use
_SESSION_ID = re.compile(r"[0-9a-f]{12}")
_CONTAINERS = "containers"


class SessionFolder:
    """The folder of a session: no other user can read it, and it is locked while this process lives."""

    def __init__(self, base: Path, session_id: str, lock: filelock.FileLock) -> None:
        self.id = session_id
        self.folder = base / session_id
        self._lock = lock
        self._pid = os.getpid()
        self._held: list[int] = []  # descriptors
        #: Set when the session is about to end: every thread that works for it must stop.
        self.closing = threading.Event()

    @classmethod
    def begin(cls, base: Path | None = None, log: Callable[[str], None] = lambda _: None) -> SessionFolder:
        """Remove what dead sessions left behind, then begin a new one.

        :param base: the folder of all sessions, by default one for each user in the system's temporary folder.
        :param log: called with a line while it waits for another session that begins.
        :raises InfrastructureError: no folder can be made there, or the existing one belongs to another user.
        """
        base = base or sessions_folder()
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = base.lstat()
            # In a folder that everyone may write to, another user may have put a link or a folder of their own there.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise PermissionError("it is a link, or belongs to another user")
            return cls._begin(base, log)
        except OSError as error:
            message = f"failed to make a folder for this session in {base}: {error}"
            raise InfrastructureError(message, TEMPORARY_HINT) from None

    @classmethod
    def _begin(cls, base: Path, log: Callable[[str], None]) -> SessionFolder:
        # One at a time: a folder that is being made has no lock yet and must not count as dead.
        with locked(base / _SWEEP, str(base), "cleaning up", log):
            _sweep(base)
            session_id = secrets.token_hex(6)
            (base / session_id).mkdir(mode=0o700)
            lock = filelock.FileLock(base / session_id / _LOCK)
            lock.acquire()
        session = cls(base, session_id, lock)
        atexit.register(session.end)
        return session

    def subfolder(self, name: str) -> Path:
        """Return a folder of this session; it is made if it does not exist."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def use(self, folder: Path) -> None:
        """Keep others from removing ``folder``, which is in the cache, until the session ends."""
        descriptor = hold(folder)
        if descriptor is not None:
            self._held.append(descriptor)

    def will_use_containers(self) -> None:
        """Record that containers with this session's label may exist, so that a sweep looks for them."""
        (self.folder / _CONTAINERS).touch()

    def end(self) -> None:
        """Remove the folder and release the lock. A second call, or one in a forked child, does nothing."""
        atexit.unregister(self.end)
        if os.getpid() == self._pid and self._lock.is_locked:
            # A container that cannot be removed now keeps the folder, so that the next session's sweep tries again.
            if not (self.folder / _CONTAINERS).exists() or remove_containers(self.id):
                _remove(self.folder)
            self._lock.release()
            while self._held:
                os.close(self._held.pop())

    def __enter__(self) -> Self:
        """Return the session itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session."""
        self.end()


def _sweep(base: Path) -> None:
    """End every dead session below ``base``: its processes, its containers, then its folder."""
    dead = []
    _remove_unused_locks(base)
    for folder in base.iterdir():
        if not _SESSION_ID.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
            continue  # not the folder of a session
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
            continue  # no engine answers now: the folder stays, so that a later sweep tries again
        _remove(folder)


def _remove_unused_locks(base: Path) -> None:
    """Remove locks of given servers and of watched checkouts, if no session has used them for a day."""
    for file in list(base.iterdir()):
        with contextlib.suppress(filelock.Timeout, OSError):
            if _SERVER_LOCK.fullmatch(file.name) and time.time() - file.lstat().st_mtime > _UNUSED:
                with filelock.FileLock(file, timeout=0):
                    file.with_name(f"{file.name}.pid").unlink(missing_ok=True)  # of a session that was killed
                    file.unlink()


def _kill(ids: set[str]) -> None:
    """Kill every process that belongs to one of the sessions ``ids``, until none is left."""
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


def remove_containers(session_id: str, server: str = "") -> bool:
    """Remove all containers of a session, started or not, and their networks; return whether the engine answered.

    :param server: the value of :data:`SERVER_LABEL` of those to remove, ``""`` for all.
    """
    try:
        import docker

        from snipproof.processes.container_engine import engine_answers
    except ImportError:
        return False
    if not engine_answers():
        return False
    labels = [f"{CONTAINER_LABEL}={session_id}", *([f"{SERVER_LABEL}={server}"] if server else [])]
    try:
        with contextlib.closing(docker.from_env(timeout=30)) as client:
            for container in client.containers.list(all=True, filters={"label": labels}):
                container.remove(force=True, v=True)
            for network in client.networks.list(filters={"label": labels}):
                network.remove()
    except (docker.errors.DockerException, OSError):
        return False
    return True


def _remove(folder: Path) -> None:
    """Remove a folder, even if a process that is being killed still writes to it."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
