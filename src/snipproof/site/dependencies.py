"""What a run looked at, so that it can be told whether anything has changed since."""

from __future__ import annotations

from pathlib import Path


class Dependencies:
    """Files and folders, relative to the root, that were read, listed or looked for; and globs with what they found."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.globs: list[tuple[str, str, list[str]]] = []


def find_files(folder: Path, pattern: str) -> list[Path]:
    """Return the files below ``folder`` that fit, sorted; an impossible pattern fits none."""
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return []
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except ValueError:
        return []


def names_below(folder: Path, found: list[Path]) -> list[str]:
    """Return the paths of what was ``found``, relative to ``folder``."""
    return [path.relative_to(folder).as_posix() for path in found]
