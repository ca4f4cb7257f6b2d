"""What a run has read, so that a later run can find out whether anything has changed."""

from __future__ import annotations

from pathlib import Path

_WILDCARDS = frozenset("*?[")


class Dependencies:
    """The files and folders, relative to the root, that were read, listed or checked for, and the globs used.

    Each of ``globs`` is the folder that it is relative to, the pattern, and the files found.
    """

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.globs: list[tuple[str, str, list[str]]] = []


def place_glob(folder: str, pattern: str, home: str = ".") -> tuple[str, str]:
    """Return the folder and the pattern without ``..`` that together mean ``pattern`` in ``folder``.

    A pattern that begins with ``/`` starts at the root. ``..`` is followed in the text, not through links.

    :param folder: relative to the root; it may itself begin with ``..``, if it is outside.
    :param home: another folder, relative to the root, below which the pattern may lead.
    :return: the folder, relative to the root, and the rest of the pattern.
    :raises ValueError: the pattern leaves the root, or has a ``..`` behind a wildcard.
    """
    base = [part for part in folder.split("/") if part not in ("", ".")]
    if pattern.startswith("/"):
        base = []
    rest: list[str] = []
    for part in pattern.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            rest.append(part)
        elif rest and _WILDCARDS & {*rest[-1]}:
            raise ValueError("has '..' behind a wildcard")
        elif rest:
            rest.pop()
        elif base and base[-1] != "..":
            base.pop()
        else:
            base.append("..")
    above = [part for part in home.split("/") if part not in ("", ".")]
    if ".." in base[base[: len(above)] == above and len(above) :]:
        raise ValueError("is outside the root")
    return "/".join(base) or ".", "/".join(rest)


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
