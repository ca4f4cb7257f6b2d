"""Collection: Sources become files of pytest, and what pytest's own settings hide is found or reported.

``norecursedirs`` was not made for docs: its default hides ``build`` and ``.code``, and sites add ``_*``. A Suite that
the settings name is collected in spite of it. ``testpaths`` and ``collect_ignore`` are choices of the project: they are
respected, and a Suite that they hide is reported. What the command line chooses or ignores is not reported.

With ``--snippets``, nothing but Sources is collected, only the command line can leave out any of them, and a Source
that cannot be collected keeps no other one from being proven.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from snipproof.pytest_plugin.items import SourceFile
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.text import plural

_SEEN = "snipproof_seen"
_FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


class CollectionHooks:
    """The hooks that collect the Sources of all Suites."""

    def __init__(self, config: pytest.Config, proving: ProvingSession) -> None:
        self._config = config
        self._proving = proving
        self._root = proving.settings.root
        self._opened: set[Path] = set()  # folders that only their Sources are collected of
        self._seen: set[str] = set()
        self._complete = False
        self._only_sources = bool(config.getoption("--snippets"))
        if self._only_sources:
            config.option.continue_on_collection_errors = True
        if self._only_sources and config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = [str(self._root)]

    @cached_property
    def _folders(self) -> set[Path]:
        """All folders that contain Sources, at any depth."""
        return {folder for path in self._proving.tree.suites for folder in (self._root / path).parents}

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(self, collection_path: Path) -> Generator[None, bool | None, bool | None]:
        """Open a folder that ``norecursedirs`` hides, for the Sources in it only."""
        ignored = yield
        has_sources = collection_path in self._folders or self._path(collection_path) in self._proving.tree.suites
        if self._only_sources:
            return not has_sources or self._is_ignored_by_option(collection_path)
        if ignored and has_sources and self._is_hidden_by_name(collection_path):
            self._opened.add(collection_path)
            return False
        if any(folder in self._opened for folder in collection_path.parents):
            return ignored or not has_sources
        return ignored

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Collect a Source as a Source only: importing it as a test module would run it."""
        collected = yield
        path = self._path(file_path)
        suite = self._proving.tree.suites.get(path)
        if suite is None:
            return collected
        self._seen.add(path)
        # Outside of its root directory, pytest gives all files that the command line names the same id.
        outside: Any = {} if file_path.is_relative_to(self._config.rootpath) else {"nodeid": path}
        node: SourceFile = SourceFile.from_parent(parent, path=file_path, **outside)
        node.proving = self._proving
        node.suite = suite
        return [node]

    def pytest_collection_finish(self) -> None:
        """Note that everything was collected that will be."""
        self._complete = True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send what was collected to the controller of pytest-xdist; with ``--snippets``, require all."""
        if self._proving.is_worker and self._complete:
            session.config.workeroutput[_SEEN] = sorted(self._seen)  # type: ignore[attr-defined]
        elif self._only_sources and session.exitstatus in _FINISHED and self._missed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Receive what a worker of pytest-xdist has collected."""
        if (seen := getattr(node, "workeroutput", {}).get(_SEEN)) is not None:
            self._seen |= set(seen)
            self._complete = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report Suites that were to be collected but are hidden."""
        for reason, paths in self._by_reason(self._missed).items():
            by_suite: dict[str, int] = {}
            for path in paths:
                suite = self._proving.tree.suites[path].path
                by_suite[suite] = by_suite.get(suite, 0) + 1
            names = ", ".join(f"{suite} ({plural(count, 'Source')})" for suite, count in by_suite.items())
            hint = "" if self._only_sources else "; to prove all Suites: pytest --snippets"
            line = f"snipproof: not collected: {names}: {reason}{hint}"
            terminalreporter.write_line(line, red=self._only_sources, yellow=not self._only_sources)

    @property
    def _missed(self) -> list[str]:
        """The Sources that were to be collected and were not, as far as that is known."""
        if not self._complete:
            return []
        return [path for path in self._proving.tree.suites if path not in self._seen and self._is_wanted(path)]

    def _path(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else ""

    def _is_hidden_by_name(self, folder: Path) -> bool:
        """Return whether ``norecursedirs`` hides ``folder``, and nothing that names it on purpose does."""
        patterns = self._config.getini("norecursedirs")
        return any(folder.match(pattern) for pattern in patterns) and not (
            self._is_ignored_by_option(folder) or self._is_ignored_by_conftest(folder)
        )

    def _is_ignored_by_option(self, path: Path) -> bool:
        here = self._config.invocation_params.dir
        ignored = [here / name for name in self._config.getoption("ignore") or ()]
        globs = [str(here / name) for name in self._config.getoption("ignore_glob") or ()]
        return any(Path(os.path.normpath(each)) in (path, *path.parents) for each in ignored) or any(
            fnmatch.fnmatch(str(each), glob) for each in (path, *path.parents) for glob in globs
        )

    def _is_ignored_by_conftest(self, path: Path) -> bool:
        for plugin in self._config.pluginmanager.get_plugins():
            file = Path(getattr(plugin, "__file__", None) or "")
            if file.name == "conftest.py":
                names = [str(file.parent / name) for name in getattr(plugin, "collect_ignore", ())]
                globs = [str(file.parent / glob) for glob in getattr(plugin, "collect_ignore_glob", ())]
                if str(path) in names or any(fnmatch.fnmatch(str(path), glob) for glob in globs):
                    return True
        return False

    @property
    def _arguments(self) -> list[Path]:
        """The files and folders that pytest was called with, or that stand for no argument."""
        here = self._config.invocation_params.dir
        return [Path(os.path.normpath(here / argument.partition("::")[0])) for argument in self._config.args]

    def _is_wanted(self, path: str) -> bool:
        """Return whether a Source belongs to what pytest was called for."""
        place = self._root / path
        if self._is_ignored_by_option(place):
            return False
        if self._is_elsewhere:
            return True
        return self._uses_testpaths or any(place.is_relative_to(argument) for argument in self._arguments)

    @property
    def _is_elsewhere(self) -> bool:
        """Whether the docs tree is not the folder of the settings, nor in what pytest collects without arguments."""
        given = self._config.args_source is pytest.Config.ArgsSource.ARGS
        moved = self._proving.settings.home != self._root
        return moved and not given and not any(self._root.is_relative_to(argument) for argument in self._arguments)

    @property
    def _uses_testpaths(self) -> bool:
        return self._config.args_source is pytest.Config.ArgsSource.TESTPATHS

    def _by_reason(self, missed: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in missed:
            outside = not any((self._root / path).is_relative_to(argument) for argument in self._arguments)
            reason = (
                "a plugin or a `conftest.py` hides them"
                if self._only_sources
                else "the docs tree is another folder"
                if self._is_elsewhere
                else "`testpaths` names other folders"
                if outside
                else "pytest ignores the folder (`collect_ignore`, or a virtual environment)"
            )
            found.setdefault(reason, []).append(path)
        return found
