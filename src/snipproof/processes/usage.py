"""Who uses a folder of the cache: a lock that live processes share, in a file whose time is that of the last use.

The operating system releases the lock when a process dies. The file stands beside the folder and is removed with it, so
a process that waited for the lock may get that of a removed file: it then begins again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def mark_of(folder: Path) -> Path:
    """Return the file that is locked while ``folder`` is used."""
    return folder.with_name(f"{folder.name}.used")


def hold(folder: Path) -> int | None:
    """Mark ``folder``, which may not exist yet, as used now; wait while another process removes it.

    :return: the descriptor whose closing ends the use, or ``None`` if the file of the lock cannot be written: what
        nobody can write to, nobody can remove.
    """
    place = mark_of(folder)
    while True:
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if _is_same(descriptor, place):
                with contextlib.suppress(OSError):  # a file of another user
                    os.utime(descriptor)
                return descriptor
        except OSError:  # a file system without locks
            os.close(descriptor)
            return None
        os.close(descriptor)


@contextlib.contextmanager
def unused(folder: Path) -> Iterator[bool]:
    """Keep others from using ``folder`` meanwhile, and yield ``True``; if a process uses it, yield ``False``.

    :raises OSError: the file of the lock cannot be written.
    """
    place = mark_of(folder)
    descriptor = os.open(place, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        yield _locks(descriptor) and _is_same(descriptor, place)
    finally:
        os.close(descriptor)


def is_used(folder: Path) -> bool:
    """Return whether a live process uses ``folder``; nothing is written."""
    try:
        descriptor = os.open(mark_of(folder), os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _locks(descriptor)
    finally:
        os.close(descriptor)


def last_use(folder: Path) -> float:
    """Return when the use of ``folder`` last began, in seconds since 1970; for one without a mark, when it changed."""
    for place in (mark_of(folder), folder):
        with contextlib.suppress(OSError):
            return place.stat().st_mtime
    return 0.0


def _locks(descriptor: int) -> bool:
    """Lock an open file against all others, and return whether nobody held it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_same(descriptor: int, place: Path) -> bool:
    """Return whether the open file still stands at ``place``."""
    try:
        return os.path.samestat(os.fstat(descriptor), place.stat())
    except FileNotFoundError:
        return False
