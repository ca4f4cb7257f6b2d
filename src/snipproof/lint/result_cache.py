"""What ``snipproof check`` said last time, kept so that a run in which nothing changed reads no file again.

An answer is a file in ``.snipproof-cache`` of the root: the lines and the exit code, and beside them the size and the
time of every file and folder that was looked at, settings too, and the result of every glob. It is given again while
all of these, what was asked, the environment, the rules themselves and the interpreter are the same. Whatever cannot be
read or does not fit is left alone: then everything is read anew. This module loads as little as it can, since the start
is most of what such a run does.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snipproof.site.dependencies import Dependencies

FOLDER = ".snipproof-cache"
# A file that changed so shortly before a run may change again without its time telling, since the clocks of file
# systems tick slowly. The answer of such a run is not kept.
TICK_NS = 50_000_000
# What rules use where it is installed, so that its coming and going changes what they find.
_PARSERS = ("tree_sitter", "tree_sitter_go", "tree_sitter_java", "tree_sitter_typescript")
# What decides how findings are told, beside the variables that are settings.
_ENVIRONMENT = ("NO_COLOR", "FORCE_COLOR", "TERM", "GITHUB_WORKSPACE")


class ResultCache:
    """The kept answer to what was ``asked`` about the site in ``root``."""

    def __init__(self, root: Path, asked: tuple[object, ...]) -> None:
        self._root = root.absolute()
        question = repr((asked, _environment(), os.getcwd()))  # noqa: PTH109 (as it is, to be compared)
        name = zlib.crc32(question.encode("utf-8", "backslashreplace"))
        self._file = self._root / FOLDER / f"check-{name:08x}.json"
        self._key = question + _versions() + str(self._root)
        self._began = time.time_ns()

    def load(self) -> tuple[list[str], int] | None:
        """Return the lines and the exit code of last time, ``None`` when anything is not as it was."""
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
        """Keep the answer of a run that looked at ``inputs`` and at the files ``others``, where that is possible."""
        paths = sorted({*inputs.paths, *map(str, others)})
        if any(self._changed(path) >= self._began - TICK_NS for path in paths):
            return
        stamps = {path: self._stamp(path) for path in paths}
        kept = {"key": self._key, "stamps": stamps, "globs": inputs.globs, "lines": lines, "code": code}
        try:
            from snipproof.files import write_whole

            ignored = self._file.with_name(".gitignore")
            if not ignored.exists():
                write_whole(ignored, b"*\n")
            write_whole(self._file, json.dumps(kept).encode())
        except (OSError, ValueError):
            pass  # a checkout that cannot be written to is checked all the same

    def _found(self, folder: str, pattern: str) -> list[str]:
        from snipproof.site.dependencies import find_files, names_below

        return names_below(self._root / folder, find_files(self._root / folder, pattern))

    def _stamp(self, path: str) -> list[int] | None:
        """Return size and time of ``path``, ``None`` where nothing is; for a folder the time is that of its entries."""
        return _stamp(os.path.join(self._root, path))  # noqa: PTH118 (for thousands of files)

    def _changed(self, path: str) -> int:
        """Return when ``path`` changed last, by the system's own clock, which no program sets back."""
        try:
            status = os.stat(self._root / path)  # noqa: PTH116 (for thousands of files)
        except (OSError, ValueError):
            return 0
        return max(status.st_ctime_ns, status.st_mtime_ns)


def _environment() -> int:
    """Return a checksum of the variables that are settings or change how findings are told.

    They are not written down themselves: addresses may hold passwords.
    """
    names = (name for name in os.environ if name.startswith("SNIPPROOF_") or name in _ENVIRONMENT)
    return zlib.crc32(repr([(name, os.environ[name]) for name in sorted(names)]).encode("utf-8", "backslashreplace"))


def _versions() -> str:
    """Return what finds the findings: this package as it stands, its parsers and the interpreter."""
    parsers = [name for name in _PARSERS if PathFinder.find_spec(name) is not None]
    package = Path(__file__).parent
    rules = sorted(
        (entry.path, *(_stamp(entry.path) or ()))
        for folder in (
            package.parent,
            package,
            package / "rules",
            package / "formats",
            *(package.parent / name for name in ("site", "site/mdx", "syntax", "compare", "compare/notation")),
        )
        for entry in os.scandir(folder)
        if entry.name.endswith(".py")
    )
    return repr((__version__, sys.version, parsers, rules))


def _stamp(path: str) -> list[int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 (quicker than Path.stat, for thousands of files)
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns]
