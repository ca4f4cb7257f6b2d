"""What is in the cache: environments, builds and server binaries, with their sizes and last use; and how it is bounded.

Only folders that snipproof made itself count: they have the name, and the lock file or record, that it gives them.
All else that a user keeps in the same folder is neither listed nor removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from snipproof.processes.cache_folder import builds_folder, environments_folder, servers_folder
from snipproof.processes.usage import is_used, last_use, mark_of, unused

ENVIRONMENT_RECORD = "complete"
"""The record of what was installed, in the folder of an environment. Without it the folder is not used."""

BUILD_RECORD = "complete"
"""The record of the files of a build, in its folder. Without it the folder is not used."""

SERVER_RECORD = "record.json"
"""The record of a server binary, beside it. Without it the binary is not used."""

SERVER_LOCK = "lock"
_ENVIRONMENT = re.compile(r".+-[0-9a-f]{16}")
_BUILD = re.compile(r".+-[0-9a-f]{8}-[0-9a-f]{32}")


class CacheEntry(NamedTuple):
    """One environment, one build, or one server binary.

    :param folder: its folder.
    :param name: the path of the folder in the cache.
    :param size: bytes of all files.
    :param used: when its last use began, in seconds since 1970.
    """

    folder: Path
    name: str
    size: int
    used: float


def cache_entries(cache: Path) -> list[CacheEntry]:
    """Return what is in the folder ``cache``, by last use: the oldest first."""
    folders = [
        *_environments(environments_folder(cache)),
        *_builds(builds_folder(cache)),
        *_servers(servers_folder(cache)),
    ]
    found = [CacheEntry(each, each.relative_to(cache).as_posix(), size_of(each), last_use(each)) for each in folders]
    return sorted(found, key=lambda entry: (entry.used, entry.name))


def _environments(folder: Path) -> Iterator[Path]:
    for each in _folders(folder):
        if _ENVIRONMENT.fullmatch(each.name) and _lock_of(each).is_file():
            yield each


def _builds(folder: Path) -> Iterator[Path]:
    for each in _folders(folder):
        if _BUILD.fullmatch(each.name) and ((each / BUILD_RECORD).is_file() or mark_of(each).is_file()):
            yield each


def _servers(folder: Path) -> Iterator[Path]:
    for version in _folders(folder):
        for each in _folders(version):
            if (each / SERVER_LOCK).is_file():
                yield each


def _folders(folder: Path) -> list[Path]:
    try:
        return [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.is_symlink()]
    except OSError:  # there is none yet
        return []


def _lock_of(environment: Path) -> Path:
    return environment.with_name(f"{environment.name}.lock")


def size_of(folder: Path) -> int:
    """Return the bytes of all files below ``folder``; links count by themselves."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # removed meanwhile
                size += Path(place, name).lstat().st_size
    return size


def prune(
    entries: Iterable[CacheEntry],
    *,
    max_size: float,
    oldest: float,
    remove: Callable[[CacheEntry], bool],
) -> Iterator[tuple[CacheEntry, bool]]:
    """Remove what was used least recently; yield each entry that had to go, and whether it is gone.

    :param max_size: bytes that all that is left may have.
    :param oldest: the time, in seconds since 1970, before which nothing that is left was used last.
    :param remove: removes an entry and returns ``True``; returns ``False`` if a process uses it.
    """
    ordered = sorted(entries, key=lambda entry: (entry.used, entry.name))
    total = sum(entry.size for entry in ordered)
    for entry in ordered:
        if total <= max_size and entry.used >= oldest:
            return
        gone = remove(entry)
        total -= entry.size if gone else 0
        yield entry, gone


def remove_entry(entry: CacheEntry) -> bool:
    """Remove ``entry``, unless a process uses it; return whether it is gone.

    The record goes first, so that nobody takes what is left of a removal that was cut short for the whole.

    :raises OSError: it cannot be removed.
    """
    folder = entry.folder
    with unused(folder) as is_free:
        if not is_free:
            return False
        for record in (ENVIRONMENT_RECORD, BUILD_RECORD, SERVER_RECORD):
            (folder / record).unlink(missing_ok=True)
        shutil.rmtree(folder)
        # A process that waits for this lock holds the mark, which is ours now.
        _lock_of(folder).unlink(missing_ok=True)
        mark_of(folder).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another system's binary of this version
        if folder.parent.parent.name == servers_folder(Path()).name:
            folder.parent.rmdir()
    return True


def would_remove(entry: CacheEntry) -> bool:
    """Return whether :func:`remove_entry` would remove ``entry``."""
    return not is_used(entry.folder)
