"""Builds that are kept in the cache: what was compiled and checked once is not compiled again until something changes.

An entry is found by a key of everything that decides its content: the texts, the lock file, options, the toolchain and
this package itself. It is copied into the folder of the session before it is used: Sources never run in the cache, and
nobody needs an entry for longer than that. Each file has its checksum in the record, which is written last, and has a
checksum itself: what is copied is what was kept, or nothing is. Results of runs are not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import shutil
import stat
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from snipproof.processes.cache_entries import BUILD_RECORD, CacheEntry, remove_entry, size_of
from snipproof.processes.cache_folder import builds_folder, cache_folder
from snipproof.processes.usage import hold, last_use
from snipproof.redaction import find_secret, read_variables, redact
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.source_run import Diagnostic
from snipproof.text import as_file_name

_CODE = Path(__file__).parent
_CODE_SUFFIXES = (".py", ".mjs", ".java", ".txt")
_KEPT = 12  # builds of one Suite, such as those before an edit that is undone, with other addresses, or of one Source
_KEPT_BYTES = 1 << 30  # of one Suite, but the last build is kept whatever its size
_FORGOTTEN = 30 * 86_400.0  # seconds after which a build is removed, such as that of a checkout that is gone
_LEFT_OVER = 3600.0  # seconds after which the folder of a process that died is removed
_FILES = "files"
_NAMES_FILES = re.compile(r"[/\\@]")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class BuildKey:
    """The key of a build. Everything that decides what a compiler makes of the Sources is added to it.

    This package, the Suite, its options and the folder of the docs tree count always.
    """

    def __init__(self, context: RunnerContext, *facts: object) -> None:
        self.state = hashlib.sha256()
        #: Whether it covers everything. Else nothing is found and nothing is kept.
        self.is_complete = True
        suite = context.suite
        self.add(_own_version(), context.root, suite.path, suite.language, suite.lock)
        self.add(*suite.options)
        self.add(*facts)

    def add(self, *facts: object) -> None:
        """Add plain facts, in their order."""
        self.state.update(len(facts).to_bytes(8, "big"))
        for fact in facts:
            self._add(str(fact).encode("utf-8", errors="surrogatepass"))

    def add_variables(self, names: Iterable[str]) -> None:
        """Add those environment variables that change what a toolchain does; one may name files, such as ``@file``."""
        values = {name: os.environ.get(name) for name in names}
        self.add(*(f"{name}={value!r}" for name, value in values.items()))
        self.is_complete = self.is_complete and not any(_NAMES_FILES.search(value or "") for value in values.values())

    def add_programs(self, programs: Iterable[Program]) -> None:
        """Add the texts of Sources."""
        for program in programs:
            self.add(program.source.path, program.bare, program.probed.text)

    def add_tool(self, program: str) -> None:
        """Add which file the path of a tool leads to; ``""`` for one that is missing."""
        place = Path(program).resolve() if program else None
        if place and place.is_file():
            self.add(place, place.stat().st_size, place.stat().st_mtime_ns)
        else:
            self.add(program, "missing")

    def add_files(self, folder: Path, files: Iterable[Path]) -> None:
        """Add the paths of files relative to ``folder``, and their content.

        :raises OSError: one of them cannot be read.
        """
        for file in sorted(files):
            self.add(os.path.relpath(file, folder))
            self._add(file.read_bytes())

    def _add(self, data: bytes) -> None:
        self.state.update(len(data).to_bytes(8, "big"))
        self.state.update(data)

    def of(self, part: str) -> BuildKey:
        """Return the key of one of several entries that the same facts decide."""
        found = copy(self)
        found.state = self.state.copy()
        found.add(part)
        return found

    def __str__(self) -> str:
        """Return the key."""
        return self.state.hexdigest()[:32]


class BuildCache:
    """The builds of one Suite that are kept."""

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._folder = builds_folder(cache_folder(context.settings))
        suite = context.suite
        place = zlib.crc32(f"{context.root}\n{suite.path}".encode())
        self._prefix = f"{as_file_name(suite.flavour)}-{place:08x}-"

    def find(self, key: BuildKey, into: Path) -> dict[str, Any] | None:
        """Copy the files of a build into the folder ``into``, and return its result; ``None`` if there is none.

        What is damaged counts as missing.
        """
        if not self._is_used_with(key):
            return None
        entry = self._entry(key)
        if not (entry / BUILD_RECORD).exists():
            return None
        held = hold(entry)  # nobody removes it meanwhile, and this is its last use
        copied: list[Path] = []
        try:
            result, files = _read_record(entry)
            for name, mode, data in _read_files(entry, files):
                place = into / name
                place.parent.mkdir(parents=True, exist_ok=True)
                copied.append(place)
                place.write_bytes(data)
                place.chmod(mode)
        except (OSError, ValueError):
            for place in copied:  # the compilers must not find half of a build
                place.unlink(missing_ok=True)
            return None
        else:
            return result
        finally:
            if held is not None:
                os.close(held)

    def keep(self, key: BuildKey, result: Mapping[str, Any], folder: Path, files: Iterable[Path]) -> None:
        """Keep a build. A cache that cannot be written, or is full, is left as it is.

        :param result: what the compilers reported, as JSON.
        :param files: those that they wrote, below ``folder``. One that contains the path of the session's folder
            would be of no use in another session: then nothing is kept.
        """
        if not self._is_used_with(key):
            return
        home = self._context.session.folder
        folders = {os.fsencode(home), os.fsencode(home.resolve())}
        text = json.dumps(result, ensure_ascii=False)
        secrets = read_variables(self._context.settings.run.env)
        if find_secret(text, secrets) or any(f"<{name}>" in text for name in secrets):
            return  # another session may have other values to hide
        entry = self._entry(key)
        part = entry.with_name(f"{entry.name}.{os.urandom(4).hex()}.part")
        try:
            if any(os.fsdecode(folder) in text for folder in folders):
                return
            (part / _FILES).mkdir(parents=True)
            rows: dict[str, list[int | str]] = {}
            for file in files:
                data, mode = file.read_bytes(), stat.S_IMODE(file.stat().st_mode)
                if any(folder in data for folder in folders):
                    return
                name = file.relative_to(folder).as_posix()
                place = part / _FILES / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
                rows[name] = [mode, _checksum(data)]
            _write_record(part, result, rows)
            _replace(part, entry)
            if (held := hold(entry)) is not None:  # this is its first use
                os.close(held)
            self._bound()
        except OSError:
            return
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _is_used_with(self, key: BuildKey) -> bool:
        return self._context.settings.run.build_cache and key.is_complete

    def _entry(self, key: BuildKey) -> Path:
        return self._folder / f"{self._prefix}{key}"

    def _bound(self) -> None:
        """Remove the builds of this Suite that were used least recently, those that nobody uses, and what is left."""
        now = time.time()
        entries = [each for each in self._folder.iterdir() if each.is_dir()]
        parts = [each for each in entries if each.suffix == ".part"]
        whole = sorted((each for each in entries if each.suffix != ".part"), key=last_use, reverse=True)
        own = [each for each in whole if each.name.startswith(self._prefix)]
        sums = list(itertools.accumulate(map(size_of, own)))
        kept = max(1, min(_KEPT, sum(each <= _KEPT_BYTES for each in sums)))
        old = [each for each in whole if now - last_use(each) > _FORGOTTEN]
        for each in dict.fromkeys((*own[kept:], *old)):
            with contextlib.suppress(OSError):  # another process removes it, too
                remove_entry(CacheEntry(each, each.name, 0, 0.0))
        for each in parts:
            with contextlib.suppress(OSError):
                if now - each.stat().st_mtime > _LEFT_OVER:
                    shutil.rmtree(each)


def as_data(diagnostics: Iterable[Diagnostic]) -> list[list[Any]]:
    """Return diagnostics as JSON."""
    return [[each.tool, each.path, each.line, each.column, each.message] for each in diagnostics]


def read_diagnostics(data: Iterable[Sequence[Any]], hidden: Mapping[str, str] = _NOTHING) -> tuple[Diagnostic, ...]:
    """Return what :func:`as_data` was given.

    :param hidden: the values to hide by the names of their variables: others than when the diagnostics were kept.
    """
    return tuple(Diagnostic(tool, path, line, column, redact(text, hidden)) for tool, path, line, column, text in data)


def _write_record(entry: Path, result: Mapping[str, Any], rows: Mapping[str, list[int | str]]) -> None:
    """Write the result of a build with the mode and the checksum of each of its files."""
    body = json.dumps({"result": result, "files": rows}).encode("ascii")
    (entry / BUILD_RECORD).write_bytes(f"{_checksum(body)}\n".encode() + body)


def _read_record(entry: Path) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what :func:`_write_record` was given.

    :raises OSError: there is none.
    :raises ValueError: it is damaged.
    """
    checksum, _, body = (entry / BUILD_RECORD).read_bytes().partition(b"\n")
    if _checksum(body).encode() != checksum:
        raise ValueError("damaged")
    data = json.loads(body)
    return data["result"], data["files"]


def _read_files(entry: Path, rows: Mapping[str, list[Any]]) -> Iterator[tuple[str, int, bytes]]:
    """Yield name, mode and content of each file of a build.

    :raises OSError: one is missing.
    :raises ValueError: one is damaged.
    """
    for name, (mode, checksum) in rows.items():
        data = (entry / _FILES / name).read_bytes()
        if _checksum(data) != checksum:
            raise ValueError("damaged")
        yield name, mode, data


def _is_intact(entry: Path) -> bool:
    try:
        return all(True for _ in _read_files(entry, _read_record(entry)[1]))
    except (OSError, ValueError):
        return False


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _replace(part: Path, entry: Path) -> None:
    """Move ``part`` to ``entry`` in one step. An intact entry that another process has made meanwhile stays.

    :raises OSError: it cannot be moved.
    """
    try:
        part.rename(entry)
    except OSError:
        if not entry.is_dir() or _is_intact(entry):
            raise
        entry.rename(part.with_suffix(".damaged.part"))
        shutil.rmtree(part.with_suffix(".damaged.part"), ignore_errors=True)
        part.rename(entry)


@cache
def _own_version() -> str:
    """Return what changes with this package's own probes, launchers and readers of compilers' output."""
    files = [file for file in sorted(_CODE.rglob("*")) if file.suffix in _CODE_SUFFIXES]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(_CODE)}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
