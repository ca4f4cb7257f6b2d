"""The last result of ``snipproof check``, kept so that a run in which nothing changed reads no file again.

A result is a file in ``.snipproof-cache`` of the root: the lines and the exit code, and with them the stamp of every
file and folder that was looked at, including settings, and the result of every glob. It is used again while all of
these, the options, the environment, the installed distributions, this package and the interpreter are the same. A stamp
has the size, the time, and what no program can set: the time of the last change by the system's clock, and the inode.
With ``by_content``, the stamp of a file is a checksum of its text and the place that its links lead to, and that of a
folder one of its entries: for a fresh checkout and installation, to which CI restores the result of an earlier job.
A result that cannot be read or does not fit is ignored: everything is read again. This module loads as little as
possible, since the start takes most of the time of such a run.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.site.dependencies import Dependencies

FOLDER = ".snipproof-cache"
# A file that changed so shortly before a run may change again and keep its time, since the clocks of file systems tick
# slowly. The result of such a run is not kept.
TICK_NS = 50_000_000
# What decides how findings are printed, in addition to the variables that are settings.
_ENVIRONMENT = ("NO_COLOR", "FORCE_COLOR", "TERM", "GITHUB_WORKSPACE")
_PACKAGE = Path(__file__).parent.parent
# The parts of this package that decide what is found, with the modules at its top.
_PARTS = ("lint", "site", "syntax", "compare")
_DISTRIBUTIONS = (".dist-info", ".egg-info")


class ResultCache:
    """The result of one check, with these ``options``, of the site in ``root``.

    :param by_content: whether files count as unchanged that have the same content, whatever their times are.
    """

    def __init__(self, root: Path, options: tuple[object, ...], *, by_content: bool = False) -> None:
        self._root = root.absolute()
        self._stamp_of = _content if by_content else _stamp
        request = repr((options, by_content, _environment(), os.getcwd()))  # noqa: PTH109 (as it is, to be compared)
        name = zlib.crc32(request.encode("utf-8", "backslashreplace"))
        self._file = self._root / FOLDER / f"check-{name:08x}.json"
        self._key = request + (_contents_of_versions() if by_content else _versions()) + str(self._root)
        self._began = time.time_ns()

    def load(self) -> tuple[list[str], int] | None:
        """Return the lines and the exit code of the last run, ``None`` if anything has changed."""
        try:
            kept = json.loads(self._file.read_bytes())
            lines, code = kept["lines"], kept["code"]
            if (
                kept["key"] == self._key
                and code in (0, 1)
                and all(isinstance(line, str) for line in lines)
                and all(self._stamp(path) == stamp for path, stamp in kept["stamps"].items())
                and all(self._found(folder, pattern) == found for folder, pattern, found in kept["globs"])
            ):
                return lines, code
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            pass  # corrupt, or another program's
        return None

    def save(self, inputs: Dependencies, others: Iterable[Path], lines: list[str], code: int) -> None:
        """Keep the result of a run that looked at ``inputs`` and at the files ``others``, if that is possible."""
        paths = sorted({*inputs.paths, *map(str, others), *_files_of_added_languages()})
        if any(self._changed(path) >= self._began - TICK_NS for path in paths):
            return
        stamps = {path: self._stamp(path) for path in paths}
        kept = {"key": self._key, "stamps": stamps, "globs": inputs.globs, "lines": lines, "code": code}
        try:
            from snipproof.files import write_into_cache

            write_into_cache(self._root, self._file, json.dumps(kept).encode())
        except (OSError, ValueError):
            pass  # a checkout that cannot be written to can still be checked

    def _found(self, folder: str, pattern: str) -> list[str]:
        from snipproof.site.dependencies import find_files, names_below

        return names_below(self._root / folder, find_files(self._root / folder, pattern))

    def _stamp(self, path: str) -> list[int] | str | None:
        """Return the stamp of ``path``, ``None`` if it does not exist; a folder's time is that of its entries."""
        return self._stamp_of(os.path.join(self._root, path))  # noqa: PTH118 (for thousands of files)

    def _changed(self, path: str) -> int:
        """Return when ``path`` changed last, by the system's own clock, which no program sets back."""
        try:
            status = os.stat(self._root / path)  # noqa: PTH116 (for thousands of files)
        except (OSError, ValueError):
            return 0
        return max(status.st_ctime_ns, status.st_mtime_ns)


def _environment() -> int:
    """Return a checksum of the variables that are settings or change how findings are printed.

    They are not written down themselves: addresses may contain passwords.
    """
    names = (name for name in os.environ if name.startswith("SNIPPROOF_") or name in _ENVIRONMENT)
    return zlib.crc32(repr([(name, os.environ[name]) for name in sorted(names)]).encode("utf-8", "backslashreplace"))


def _versions() -> str:
    """Return what decides what is found: this package as it is, what is installed beside it, and the interpreter.

    Other distributions count since parsers and languages are used if they are installed.
    """
    ours = sorted(modules())
    installed = [each for folder in dict.fromkeys(sys.path) for each in sorted(_distributions(folder or os.curdir))]
    checksum = zlib.crc32(repr((ours, installed)).encode("utf-8", "backslashreplace"))
    return repr((__version__, sys.version, len(ours), len(installed), checksum))


def _contents_of_versions() -> str:
    """Return what :func:`_versions` does, the same for each installation of the same files."""
    ours = [(path, _content(path)) for path, *_ in sorted(modules())]
    installed = [
        (name, _content(os.path.join(folder, name, "RECORD")))  # noqa: PTH118 (the folder of a wheel has its checksums)
        for folder in dict.fromkeys(sys.path)
        for name, _ in sorted(_distributions(folder or os.curdir))
    ]
    checksum = zlib.crc32(repr((ours, installed)).encode("utf-8", "backslashreplace"))
    return repr((__version__, sys.version, len(ours), len(installed), checksum))


def modules() -> Iterator[tuple[str, int, int, int]]:
    """Yield path, size and times of every module of this package that decides what is found."""
    yield from _modules(_PACKAGE, recursive=False)
    for part in _PARTS:
        yield from _modules(_PACKAGE / part, recursive=True)


def _modules(folder: Path | str, *, recursive: bool) -> Iterator[tuple[str, int, int, int]]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        elif recursive and entry.name != "__pycache__" and entry.is_dir():
            yield from _modules(entry.path, recursive=True)


def _distributions(folder: str) -> Iterator[tuple[str, int]]:
    """Yield the distributions in a folder of ``sys.path``, by name and version, and when each was installed."""
    try:
        for entry in os.scandir(folder):
            if entry.name.endswith(_DISTRIBUTIONS):
                yield entry.name, entry.stat().st_mtime_ns
    except OSError:
        return  # an archive, or missing


def _files_of_added_languages() -> Iterator[str]:
    """Yield the modules in which other distributions define languages: one that is being written changes in place."""
    from importlib.metadata import entry_points

    from snipproof.languages import ENTRY_POINT_GROUP

    for point in entry_points(group=ENTRY_POINT_GROUP):
        file = getattr(sys.modules.get(point.module), "__file__", None)
        if file and not Path(file).is_relative_to(_PACKAGE):
            yield str(Path(file).absolute())


def _content(path: str) -> str | None:
    """Return a checksum of the text of a file, or of the entries of a folder, and of where it really is."""
    import hashlib

    digest = hashlib.blake2b(os.path.realpath(path).encode("utf-8", "surrogateescape"), digest_size=16)
    try:
        if os.path.isdir(path):  # noqa: PTH112 (for thousands of files)
            entries = sorted((entry.name, entry.is_dir(), entry.is_symlink()) for entry in os.scandir(path))
            digest.update(repr(entries).encode("utf-8", "backslashreplace"))
        else:
            with open(path, "rb") as file:  # noqa: PTH123 (likewise)
                digest.update(b"\0" + file.read())
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


def _stamp(path: str) -> list[int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 (quicker than Path.stat, for thousands of files)
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
