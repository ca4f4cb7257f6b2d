"""Which Sources a saved file concerns, and which files the whole session depends on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from snipproof.model import Suite
from snipproof.site.docs_site import Site

_SESSION_FILES = frozenset(
    ("conftest.py", "pyproject.toml", "snipproof.toml", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
)
_MANIFESTS = frozenset(("package.json", "tsconfig.json", "go.mod", "go.sum", "pom.xml"))


def needs_restart(path: str, suites: Iterable[Suite], modules: Collection[str]) -> bool:
    """Return whether a session has to begin again when ``path`` changes: it was read when the session began.

    :param path: relative to the root, as all others.
    :param modules: the files of the modules that the session has imported.
    """
    name = posixpath.basename(path)
    if name in _SESSION_FILES or path in modules:
        return True
    for suite in suites:
        seeds = {file for _, files in suite.seed for file in files}
        if path == suite.lock or path in seeds:
            return True
        if name in _MANIFESTS and is_below(path, posixpath.dirname(suite.path)) and path not in suite.sources:
            return True
    return False


def concerned_sources(changed: Collection[str], site: Site | None, suites: Sequence[Suite]) -> list[str]:
    """Return the Sources that the ``changed`` files concern, in the order of their Suites.

    A Page concerns the Sources that it and its partials show; a Suite, and a file that it copies, all of its Sources;
    another file beside Sources those that name it.

    :param site: ``None`` if there are no Pages.
    """
    found = set(changed)
    if site:
        pages = site.with_partials(page for page in site.pages if page.path in changed)
        found |= {each.source for page in pages for each in page.references if each.source}
    for suite in suites:
        if any(_is_of(suite, path) for path in changed):
            found |= set(suite.sources)
        if site:
            found |= _naming(changed, site, suite)
    return [path for suite in suites for path in suite.sources if path in found]


def watched_sources(chosen: Collection[str], site: Site | None, suites: Sequence[Suite]) -> list[str]:
    """Return the Sources at or below the ``chosen`` paths, and those that the Pages there show; all if none is given.

    :param chosen: paths relative to the root.
    :param site: ``None`` if there are no Pages.
    """
    every = [path for suite in suites for path in suite.sources]
    if not chosen:
        return every
    pages = {page.path for page in (site.pages if site else ()) if any(is_below(page.path, each) for each in chosen)}
    shown = set(concerned_sources(pages, site, suites)) if pages else set()
    suites_there = {path for suite in suites if suite.path in chosen for path in suite.sources}
    return [path for path in every if path in shown | suites_there or any(is_below(path, each) for each in chosen)]


def _is_of(suite: Suite, path: str) -> bool:
    return path == suite.path or any(is_below(path, origin) for _, origin in suite.files)


def _naming(changed: Iterable[str], site: Site, suite: Suite) -> set[str]:
    """Return the Sources of ``suite`` whose text has the name of a ``changed`` file that is not a Source itself."""
    folder = posixpath.dirname(suite.path)
    others = [path for path in changed if path not in suite.sources and is_below(path, folder)]
    names = {re.escape(PurePosixPath(path).stem) for path in others if path != suite.path}
    if not names:
        return set()
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    return {path for path in suite.sources if (source := site.sources.get(path)) and pattern.search(source.text)}


def is_below(path: str, folder: str) -> bool:
    """Return whether ``path`` is ``folder``, or a file or folder below it; ``""`` is the root."""
    return path == folder or folder in ("", ".") or path.startswith(f"{folder}/")
