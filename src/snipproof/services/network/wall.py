"""What a Source can see of this machine's files and processes in the documented network, and what it can change."""

from __future__ import annotations

import contextlib
import os
import pwd
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_PACKAGE = Path(__file__).parents[2]
# Other programs listen below these, or share files there.
_SHARED = ("/tmp", "/var/tmp", "/run", "/var/run")  # noqa: S108 (they are covered)
_NAMES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")


class View(NamedTuple):
    """What a process behind a wall sees: paths without links.

    :param covered: folders that are empty, and its own; ``kept`` what it can read nevertheless, ``writable`` where it
        can write.
    """

    covered: tuple[str, ...]
    kept: tuple[str, ...]
    writable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall around one process of a Suite's runtime.

    :param readable: files and folders that it needs; those outside of home and temporary folders are readable anyway.
    :param writable: the only folders in which it can change anything that outlives it.
    """

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()

    def view(self, environment: Mapping[str, str] = os.environ) -> View:
        """Return what is to be set up for it.

        :param environment: that of this process: its ``PATH`` leads to toolchains, which may be in a home.
        """
        private, kept = _of_machine(environment.get("HOME", ""), environment.get("PATH", ""), tempfile.gettempdir())
        readable = _with_links(self.readable)
        # A checkout may be a home.
        hidden = {path for path in private if not any(path.is_relative_to(each) for each in readable)}
        covered = {path for path in hidden if not any(parent in hidden for parent in path.parents)}
        kept |= readable
        needed = {path for path in kept if any(path.is_relative_to(cover) for cover in covered)}
        # What is below another one comes with it.
        outer = {path for path in needed if not any(parent in needed for parent in path.parents)}
        writable = {path for each in self.writable if (path := _real(each))}
        return View(*(tuple(sorted(map(str, paths))) for paths in (covered, outer, writable)))


@lru_cache(maxsize=8)
def _of_machine(home: str, programs: str, temporary: str) -> tuple[frozenset[Path], frozenset[Path]]:
    """Return home and temporary folders, with those in which other programs listen, and what is needed in them.

    :param programs: the variable ``PATH``.
    """
    homes = [home]
    with contextlib.suppress(KeyError):  # in a container, a user may have no name
        homes.append(pwd.getpwuid(os.geteuid()).pw_dir)
    given = {path for each in (*_SHARED, temporary, *homes) if each and (path := _real(Path(each)))}
    private = frozenset(path for path in given if path.is_dir() and path != Path("/"))
    tops = frozenset(top for each in _programs(programs) if (top := _top(each, private)))
    return private, tops | _with_links((*_own(), *map(Path, _NAMES)))


def _with_links(paths: Iterable[Path]) -> frozenset[Path]:
    """Return those of ``paths`` that exist, as they are and without links."""
    return frozenset(path for each in paths if (real := _real(each)) for path in (real, each.absolute()))


def _own() -> Iterable[Path]:
    """Return where this package and the Python that runs it are."""
    return (_PACKAGE, Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).parent)


def _programs(search_path: str) -> Iterable[Path]:
    """Return the folders of programs, and where the links in them lead."""
    folders = [Path(each) for each in search_path.split(os.pathsep) if each.startswith("/")]
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
