"""The record of what was installed: a checksum of each file, so that damage is found before the files are used.

A file whose size, times and inode are those of the record is not read again: every write changes one of them, as does
setting the times back. All others are read, for example those that a CI cache restored.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from snipproof.files import write_whole

_FORMAT = 1
Row = list[int | str]
"""The checksum (of a link: its target), then what ``lstat`` returns."""


class InstalledFiles:
    """The record in the file ``place`` of all files below ``folders``."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def write(self, folders: Iterable[Path]) -> None:
        """Record the files below ``folders``, and those among ``folders``.

        :raises OSError: one of them cannot be read, or the record cannot be written.
        """
        rows = {str(path): _row(path) for path in _files(folders) if path != self._place}
        self._save(rows)

    def damaged(self) -> Path | None:
        """Return the first file that is missing or differs from the record, ``None`` if all are as they were.

        A file that is equal, but was copied or restored, is recorded again. A damaged record counts as a damaged file.
        """
        try:
            rows = self._read()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return self._place
        renewed = False
        for name, known in rows.items():
            path = Path(name)
            try:
                if _facts(path.lstat()) == known[1:]:
                    continue
                row = _row(path)
            except OSError:
                return path
            if row[0] != known[0]:
                return path
            rows[name] = row
            renewed = True
        if renewed:
            with contextlib.suppress(OSError):  # a cache that is only read
                self._save(rows)
        return None

    def _read(self) -> dict[str, Row]:
        data = json.loads(self._place.read_bytes())
        if data["format"] != _FORMAT:
            raise ValueError("another format")
        return {str(self._place.parent / name): row for name, row in data["files"].items()}

    def _save(self, rows: dict[str, Row]) -> None:
        # Relative, so that a cache may be restored in another place.
        home = f"{self._place.parent}{os.sep}"
        data = {"format": _FORMAT, "files": {name.removeprefix(home): row for name, row in rows.items()}}
        write_whole(self._place, json.dumps(data).encode("ascii"))


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_symlink() or not folder.is_dir():
            yield folder
            continue
        for place, below, names in os.walk(folder):
            for name in (*names, *(each for each in below if Path(place, each).is_symlink())):
                yield Path(place, name)


def _row(path: Path) -> Row:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return [str(path.readlink()), *_facts(status)]
    with path.open("rb") as file:
        return [hashlib.file_digest(file, "sha256").hexdigest(), *_facts(status)]


def _facts(status: os.stat_result) -> Row:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
