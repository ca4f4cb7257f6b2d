"""Proposes Suites for all Sources that Pages show: one for each language and lock file, older clients apart."""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.errors import UnreadableError
from snipproof.init.collectable import find_uncollectable
from snipproof.init.needs import Needs, without_comments
from snipproof.languages import of_file, runnable
from snipproof.site.dependencies import find_files
from snipproof.site.source import read_text
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from snipproof.languages import Language
    from snipproof.site.docs_site import Site

_SPECIAL = frozenset("*?[]")
FOLDER = "proofs"
"""The folder of Suites whose Sources are spread over the whole site."""

_OLDER = {
    # The flavour of an older client, what its Sources contain, and what those of the newer one do.
    "python": (
        "python-v3",
        re.compile(r"\bweaviate\.Client\("),
        re.compile(r"\bweaviate\.(?:use_async_|connect_to_|classes\b)"),
    ),
    "typescript": (
        "typescript-v2",
        re.compile(r"""(?:from|require\()\s*["']weaviate-ts-client["']"""),
        re.compile(r"""(?:from|require\()\s*["']weaviate-client["']"""),
    ),
}
_PIN = {
    "python": "pin what they need: uv pip compile --generate-hashes requirements.in -o requirements.lock",
    "typescript": "write a package.json, and install esbuild, typescript and what they import, for a lock file",
    "go": "write a go.mod beside them, and its go.sum: go mod tidy",
    "java": "write a pom.xml beside them",
}


@dataclass(frozen=True, slots=True)
class ProposedSuite:
    """A Suite for some Sources.

    :param path: of its file.
    :param members: its Sources, sorted.
    :param sources: the globs of them, relative to the folder of the file, or with ``/`` in front to the root.
    :param lock: the lock file, written in the same way; ``""`` if nothing pins its Sources.
    :param missing: what to do before it can be run; ``""`` if nothing is missing.
    :param left_out: Sources that a run could not collect, with the reasons.
    """

    path: str
    flavour: str
    language: Language
    members: tuple[str, ...]
    sources: tuple[str, ...]
    lock: str
    missing: str
    left_out: dict[str, str] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)

    @property
    def title(self) -> str:
        """Its Sources in words: ``13 Python Sources (python-v3)``."""
        flavour = "" if self.flavour == self.language.name else f" ({self.flavour})"
        return plural(len(self.members), f"{self.language.title} Source") + flavour

    @property
    def is_written(self) -> bool:
        """Whether its file is written: its lock file exists, or its language needs none."""
        return bool(self.lock) or not self.language.lock_files

    @property
    def folder(self) -> str:
        """The folder of its file."""
        return posixpath.dirname(self.path)


def existing_suites(site: Site) -> tuple[str, ...]:
    """Return the suite files in the folders of the Sources of ``site`` or above them, sorted."""
    folders = {folder for path in site.sources for folder in _ancestors(path) if folder}
    paths = (posixpath.join(folder, "suite.yaml") for folder in folders)
    return tuple(sorted(path for path in paths if site.exists(path)))


def propose_suites(site: Site) -> list[ProposedSuite]:
    """Return Suites for the Sources that Pages show and that are in none, those with the most References first."""
    counts: dict[str, int] = defaultdict(int)
    for reference in site.references:
        if reference.source in site.sources and reference.source not in site.suite_of:
            counts[reference.source] += 1
    groups: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    texts: dict[str, str] = {}
    for path in counts:
        language = runnable().get(of_file(path))
        if language is None or (text := _text(site.settings.root, path)) is None:
            continue
        texts[path] = text
        groups[language.name, _nearest_lock(site, path, language), _is_older(text, language)].append(path)
    by_language: dict[str, list[str]] = defaultdict(list)
    for (name, _, _), members in groups.items():
        by_language[name] += members
    wrong = find_uncollectable(site.settings, by_language)
    taken = {suite.path for suite in site.suites}
    found = []
    for (name, lock, older), members in sorted(groups.items(), key=lambda each: -sum(map(counts.__getitem__, each[1]))):
        usable = sorted(path for path in members if path not in wrong)
        if not usable:
            continue
        apart = older and (name, lock, False) in groups
        suite = _propose(site, runnable()[name], lock, usable, older=apart, taken=taken)
        suite.left_out.update({path: wrong[path] for path in sorted(members) if path in wrong})
        taken.add(suite.path)
        for path in suite.members:
            suite.needs.add(path, texts[path], suite.language)
        found.append(suite)
    return found


def _propose(
    site: Site, language: Language, lock: str, members: list[str], *, older: bool, taken: set[str]
) -> ProposedSuite:
    top = "" if site.settings.site_root == "." else site.settings.site_root
    own = posixpath.dirname(lock)
    folder = own if own not in ("", top) else _common_folder(members)
    folder = "" if folder == top else folder
    flavour = _OLDER[language.name][0] if older else _flavour(language, own if own == folder else "")
    path = posixpath.join(folder, "suite.yaml") if folder and not older else ""
    if not path or path in taken or site.exists(path):
        path = posixpath.join(folder or posixpath.join(top, FOLDER), f"{flavour}.suite.yaml")
    folder = posixpath.dirname(path)
    missing = _missing(site, language, lock)
    if older:
        missing, lock = f"pin the client of {flavour} in a lock file of their own", ""
    return ProposedSuite(
        path=path,
        flavour=flavour,
        language=language,
        members=tuple(members),
        sources=tuple(sorted(_relative(glob, folder) for glob in exact_globs(site.settings.root, members))),
        lock=_relative(lock, folder) if lock else "",
        missing=missing,
    )


def _flavour(language: Language, folder: str) -> str:
    """Return the name of the folder that has its own lock file, else that of the language."""
    name = posixpath.basename(folder)
    return name if name.strip() and name.isprintable() else language.name


def _text(root: Path, path: str) -> str | None:
    try:
        return read_text(root, path)
    except UnreadableError:
        return None  # `check` reports it, and no Suite can collect it


def _is_older(text: str, language: Language) -> bool:
    if language.name not in _OLDER:
        return False
    _, older, newer = _OLDER[language.name]
    code = without_comments(text, language)
    return bool(older.search(code)) and not newer.search(code)


def _nearest_lock(site: Site, path: str, language: Language) -> str:
    """Return the lock file for a Source: in the nearest folder that has one, ``""`` if there is none."""
    for folder in _ancestors(path):
        for name in language.lock_files:
            if site.exists(place := posixpath.join(folder, name)):
                return place
        if language.name == "python" and (place := _hashed_requirements(site.settings.root, folder)):
            return place
    return ""


def _hashed_requirements(root: Path, folder: str) -> str:
    """Return a ``requirements*.txt`` with hashes in ``folder``, since pip accepts no other as a lock file."""
    for file in sorted((root / folder).glob("requirements*.txt")):
        place = file.relative_to(root).as_posix()
        if file.is_file() and "--hash=" in (_text(root, place) or ""):
            return place
    return ""


def _missing(site: Site, language: Language, lock: str) -> str:
    """Return what a Suite with this lock file lacks."""
    if not lock:
        return _PIN.get(language.name, "write a lock file") if language.lock_files else ""
    if lock.endswith("go.mod") and "require" in (_text(site.settings.root, lock) or ""):
        return f"write the go.sum of {lock}: go mod tidy"
    if language.name != "typescript":
        return ""
    manifest = posixpath.join(posixpath.dirname(lock), "package.json")
    if not site.exists(manifest):
        return f"write {manifest}, which {lock} requires"
    # npm installs what its lock file names, also what another package needs; the others only what the manifest lists.
    pinned = lock if lock.endswith("package-lock.json") else manifest
    if "esbuild" in _packages(_text(site.settings.root, pinned) or ""):
        return ""
    return f"add esbuild to the development dependencies in {manifest}"


def _packages(text: str) -> set[str]:
    """Return the names of the packages in a ``package.json`` or ``package-lock.json``."""
    try:
        tables = json.loads(text)
        keys = ("dependencies", "devDependencies", "packages")
        return {name.removeprefix("node_modules/") for key in keys for name in tables.get(key, {})}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return set()


def exact_globs(root: Path, members: Sequence[str]) -> Iterator[str]:
    """Yield globs that find exactly ``members``: one for all folders below another, if these have no further file."""
    for ending in sorted({posixpath.splitext(path)[1] for path in members}):
        own = {path for path in members if posixpath.splitext(path)[1] == ending}
        yield from _globs_below(root, _common_folder(sorted(own)), ending, own)


def _globs_below(root: Path, folder: str, ending: str, members: set[str]) -> Iterator[str]:
    below = {path for path in members if not folder or path.startswith(f"{folder}/")}
    inside = {path for path in below if posixpath.dirname(path) == folder}
    if folder and not set(folder) & _SPECIAL:
        if len(below) > len(inside) and _files(root, folder, f"**/*{ending}") == below:
            yield posixpath.join(folder, f"**/*{ending}")
            return
        if inside and _files(root, folder, f"*{ending}") == inside:
            yield posixpath.join(folder, f"*{ending}")
            inside = set()
    yield from (re.sub(r"([*?[])", r"[\1]", path) for path in inside)
    start = len(folder) + 1 if folder else 0
    for name in sorted({path[start:].split("/")[0] for path in below if "/" in path[start:]}):
        yield from _globs_below(root, posixpath.join(folder, name), ending, members)


def _files(root: Path, folder: str, glob: str) -> set[str]:
    return {file.relative_to(root).as_posix() for file in find_files(root / folder, glob)}


def _relative(path: str, folder: str) -> str:
    """Return ``path`` as a Suite in ``folder`` names it."""
    return posixpath.relpath(path, folder) if path.startswith(f"{folder}/") else f"/{path}"


def _common_folder(paths: list[str]) -> str:
    return posixpath.commonpath([posixpath.dirname(path) for path in paths])


def _ancestors(path: str) -> Iterator[str]:
    """Yield the folders above ``path``, the nearest first and the root, which is ``""``, last."""
    while path:
        path = posixpath.dirname(path)
        yield path
