"""A server given by its address is used by one session at a time.

Two sessions on one server would see, and delete, what the other one stored. A lock keeps them apart: other runs on this
machine, and other workers of pytest-xdist, wait. The operating system releases it when a process dies.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator

import filelock

from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.server import WeaviateAddress

_PATIENCE = 2.0  # seconds of waiting before a line explains it


@contextlib.contextmanager
def claimed(address: WeaviateAddress, session: SessionFolder, log: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other session on this machine uses the server, and keep others from using it meanwhile.

    :param log: called with a line, if that takes longer than a moment.
    """
    host = "127.0.0.1" if address.host == "localhost" else address.host
    name = hashlib.sha256(f"{host}:{address.port}".encode()).hexdigest()[:16]
    holder = session.folder.parent / f"server-{name}.pid"
    lock = filelock.FileLock(holder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        try:
            pid = f" {holder.read_text(encoding='ascii')}"
        except (OSError, ValueError):
            pid = ""
        log(f"weaviate: waiting for process{pid}, which proves on {address.url}")
        lock.acquire()
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()
