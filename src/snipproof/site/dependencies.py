"""What a run has read, so that a later run can find out whether anything has changed."""

from __future__ import annotations

from pathlib import Path


class Dependencies:
    """The files and folders, relative to the root, that were read, listed or checked for, and the globs used.

    Each of ``globs`` is the folder that it is relative to, the pattern, and the files found.
    """

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.globs: list[tuple[str, str, list[str]]] = []


def find_files(folder: Path, pattern: str) -> list[Path]:
    """Return the files below ``folder`` that match ``pattern``, sorted; none if the pattern is invalid."""
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return []
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except (ValueError, OSError, NotImplementedError):
        return []


def names_below(folder: Path, found: list[Path]) -> list[str]:
    """Return the paths of the ``found`` files, relative to ``folder``."""
    return [path.relative_to(folder).as_posix() for path in found]
