"""The docs tree of an open session: which files it has, and which Sources a change concerns."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from snipproof.watch.selection import concerned_sources, is_below, needs_restart, watched_sources

if TYPE_CHECKING:
    from snipproof.watch.loop import OpenSession


class WatchedTree:
    """What is watched.

    :param chosen: the paths that narrow which Sources are run, relative to the root; all if empty.
    """

    def __init__(self, session: OpenSession, chosen: Collection[str]) -> None:
        self._session = session
        self.chosen = chosen

    def sources(self) -> list[str]:
        """Return the paths of the Sources that may be run."""
        return watched_sources(self.chosen, self._session.site, self._session.suites)

    def concerned(self, changed: Collection[str]) -> list[str]:
        """Return the paths of the Sources that may be run and that the ``changed`` files concern."""
        watched = set(self.sources())
        return [p for p in concerned_sources(changed, self._session.site, self._session.suites) if p in watched]

    def files(self) -> set[str]:
        """Return the paths of the Pages, Suites and Sources."""
        found = {path for suite in self._session.suites for path in (suite.path, *suite.sources)}
        if site := self._session.site:
            found |= {page.path for page in site.pages} | site.sources.keys()
        return found

    def is_beside_sources(self, path: str) -> bool:
        """Return whether a file is at or below the folder of a Suite."""
        return any(is_below(path, posixpath.dirname(suite.path)) for suite in self._session.suites)

    def relative(self, paths: Iterable[Path]) -> set[str]:
        """Return ``paths`` relative to the root, without those of no interest.

        The settings file, and the ``conftest.py`` beside it, may be above the root.
        """
        root, home = self._session.root, self._session.proving.settings.home
        found = {path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root)}
        return found | {path.as_posix() for path in paths if path.parent == home and home != root}

    def restart_reasons(self, changed: Iterable[str]) -> list[str]:
        """Return those of the ``changed`` files that were read when the session began, in order."""
        modules = _modules_below(self._session.root)
        file = self._session.proving.settings.file
        return sorted(
            path
            for path in changed
            if needs_restart(path, self._session.suites, modules) or self._session.root / path == file
        )

    def folders(self) -> set[Path]:
        """Return the folders of all files that count."""
        session, root = self._session, self._session.root
        names = self.files()
        names |= {file for suite in session.suites for _, files in suite.seed for file in files}
        names |= {suite.lock for suite in session.suites if suite.lock}
        names |= {origin for suite in session.suites for _, origin in suite.files}
        if session.site:
            names |= session.site.dependencies.paths
        # os.path is quicker, and there are thousands of names.
        holding = {name if os.path.isdir(f"{root}/{name}") else posixpath.dirname(name) for name in names}  # noqa: PTH112
        # A conftest.py may stand in each folder on the way.
        folders = {folder for each in map(PurePosixPath, holding) for folder in (each, *each.parents)}
        return {session.proving.settings.home, root, *(root / folder for folder in folders)}


def _modules_below(root: Path) -> set[str]:
    """Return the files of imported modules in the docs tree, relative to it."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {Path(file).relative_to(root).as_posix() for file in files if file and Path(file).is_relative_to(root)}
