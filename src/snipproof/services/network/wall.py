"""What a Source can see of this machine's files and processes in the documented network, and what it can change."""

from __future__ import annotations

import os
import pwd
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
# Other programs listen below these, or share files there.
_SHARED = ("/tmp", "/var/tmp", "/run", "/var/run")  # noqa: S108 (they are covered)
_NAMES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall around one process of a Suite's runtime.

    :param readable: files and folders that it needs; those outside of home and temporary folders are readable anyway.
    :param writable: the only folders in which it can change anything that outlives it.
    """

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()

    def view(self, environment: Mapping[str, str] = os.environ, *, processes: bool = True) -> dict[str, object]:
        """Return what ``walled.py`` has to set up.

        :param environment: that of this process: its ``PATH`` leads to toolchains, which may be in a home.
        :param processes: whether the platform allows process ids of its own.
        """
        private = _private(environment)
        covered = [path for path in private if not any(parent in private for parent in path.parents)]
        kept = {top for each in _programs(environment) if (top := _top(each, private))}
        for each in (*self.readable, *_own(), *map(Path, _NAMES)):
            if path := _real(each):
                kept |= {path, each.absolute()}
        needed = {path for path in kept if any(path.is_relative_to(cover) for cover in covered)}
        # What is below another one comes with it.
        outer = {path for path in needed if not any(parent in needed for parent in path.parents)}
        writable = {path for each in self.writable if (path := _real(each))}
        return {
            "covered": sorted(map(str, covered)),
            "kept": sorted(map(str, outer - set(covered))),
            "writable": sorted(map(str, writable)),
            "processes": processes,
        }


def _private(environment: Mapping[str, str]) -> set[Path]:
    """Return home and temporary folders, and those in which other programs listen."""
    homes = [environment.get("HOME", ""), pwd.getpwuid(os.geteuid()).pw_dir]
    given = {path for each in (*_SHARED, tempfile.gettempdir(), *homes) if each and (path := _real(Path(each)))}
    return {path for path in given if path.is_dir() and path != Path("/")}


def _own() -> Iterable[Path]:
    """Return where this package and the Python that runs it are."""
    return (_PACKAGE, Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).parent)


def _programs(environment: Mapping[str, str]) -> Iterable[Path]:
    """Return the folders of programs, and where the links in them lead."""
    folders = [Path(each) for each in environment.get("PATH", "").split(os.pathsep) if each.startswith("/")]
    for folder in folders:
        yield folder
        if real := _real(folder):
            yield real
        for name in ("node", "java", "go", "python3", "sh"):
            if real := _real(folder / name):
                yield real


def _top(path: Path, private: Iterable[Path]) -> Path | None:
    """Return the folder right below a private one that holds ``path``, such as ``~/.nvm``."""
    around = [folder for folder in private if path.is_relative_to(folder) and path != folder]
    if not around:
        return None
    inner = max(around, key=lambda folder: len(folder.parts))
    top = inner / path.relative_to(inner).parts[0]
    return top if top.exists() else None


def _real(path: Path) -> Path | None:
    """Return ``path`` without links, ``None`` if it does not exist."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
