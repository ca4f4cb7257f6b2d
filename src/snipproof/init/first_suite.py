"""Chooses the first Suite of a site: the folder whose Sources can be run as they are, since a lock file pins them."""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.languages import of_file, runnable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.languages import Language
    from snipproof.site.docs_site import Site


@dataclass(frozen=True, slots=True)
class FirstSuite:
    """A Suite to begin with. ``lock`` is ``""`` if nothing pins its Sources: then it is only an example."""

    folder: str
    language: str
    sources: tuple[str, ...]
    lock: str

    @property
    def path(self) -> str:
        """The path of its file."""
        return posixpath.join(self.folder, "suite.yaml")

    @property
    def text(self) -> str:
        """The text of its file."""
        patterns = [json.dumps(pattern, ensure_ascii=False) for pattern in self.sources]
        lines = [f"flavour: {json.dumps(_flavour(self), ensure_ascii=False)}", f"language: {self.language}"]
        lines += [f"sources: [{patterns[0]}]"] if len(patterns) == 1 else ["sources:", *(f"  - {p}" for p in patterns)]
        lines += [f"lock: {self.lock}"] if self.lock else []
        return "\n".join(lines) + "\n"


def existing_suites(site: Site) -> tuple[str, ...]:
    """Return the suite files in the folders of the Sources of ``site`` or above them, sorted."""
    folders = {folder for path in site.sources for folder in _ancestors(path)}
    paths = (posixpath.join(folder, "suite.yaml") for folder in folders)
    return tuple(sorted(path for path in paths if site.exists(path)))


def first_suite(site: Site) -> FirstSuite | None:
    """Return the Suite with the most References, those with a lock file first; ``None`` if no Source can be run."""
    counts: Counter[tuple[str, str, str]] = Counter()
    members: dict[tuple[str, str, str], set[str]] = {}
    for reference in site.references:
        path = reference.source
        language = runnable().get(of_file(path)) if path else None
        if path is None or language is None or path not in site.sources:
            continue
        folder, lock = _pinned(site, path, language) or (posixpath.dirname(path), "")
        if not folder:
            continue  # the root itself belongs to the site, not to a Suite
        suite = (folder, language.name, lock)
        counts[suite] += 1
        members.setdefault(suite, set()).add(path)
    if not counts:
        return None
    best = max(counts, key=lambda suite: (bool(suite[2]), counts[suite], suite))
    folder, name, lock = best
    relative = (posixpath.relpath(path, folder) for path in members[best])
    patterns = {posixpath.join(posixpath.dirname(path), "*" + posixpath.splitext(path)[1]) for path in relative}
    return FirstSuite(folder, name, tuple(sorted(patterns)), lock)


def _pinned(site: Site, path: str, language: Language) -> tuple[str, str] | None:
    """Return the nearest folder above a Source with a lock file of its language, and the name of that file."""
    for folder in _ancestors(path):
        for lock in language.lock_files:
            if site.exists(posixpath.join(folder, lock)):
                return folder, lock
    return None


def _ancestors(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _flavour(suite: FirstSuite) -> str:
    return posixpath.basename(suite.folder) if suite.lock else suite.language
