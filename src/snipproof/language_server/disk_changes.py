"""Which files of a docs tree change on disk, for clients that do not report it: a stat of each takes milliseconds."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class _Stamp(NamedTuple):
    """The time and size of a file, or the time of a folder and the names in it; editors may write other files there."""

    time: int
    size: int = 0
    names: frozenset[str] | None = None


class DiskChanges:
    """What has changed among the files and folders of one docs tree, from one look to the next."""

    def __init__(self) -> None:
        self._stamps: dict[Path, _Stamp | None] = {}

    def look(self, paths: Iterable[Path]) -> list[tuple[Path, bool]]:
        """Return which of ``paths`` have changed since the last look, each with whether only its content did.

        A folder has changed if it has other names now. What was not looked at before counts as it is now.
        """
        before = self._stamps
        self._stamps = {path: _stamp_of(path, before.get(path)) for path in paths}
        return [
            (path, stamp is not None and stamp.names is None and before[path] is not None)
            for path, stamp in self._stamps.items()
            if path in before and _content(stamp) != _content(before[path])
        ]


def _stamp_of(path: Path, before: _Stamp | None) -> _Stamp | None:
    try:
        found = path.stat()
        if not stat.S_ISDIR(found.st_mode):
            return _Stamp(found.st_mtime_ns, found.st_size)
        if before and before.time == found.st_mtime_ns:
            return before
        return _Stamp(found.st_mtime_ns, names=frozenset(os.listdir(path)))  # noqa: PTH208 (names, and quicker)
    except OSError:
        return None


def _content(stamp: _Stamp | None) -> object:
    return stamp.names if stamp and stamp.names is not None else stamp
