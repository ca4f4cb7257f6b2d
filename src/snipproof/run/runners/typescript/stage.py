"""The folder in which a TypeScript Suite is built: its Sources, the files next to them, and the locked packages."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from snipproof.errors import InfrastructureError
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.job import empty

_MAX_FILE_SIZE = 1 << 20  # bytes; larger files are not copied: no text to import is that large
_SKIPPED_FOLDERS = frozenset(("node_modules", "dist", "build", "out", "coverage"))
_CODE = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_ABSOLUTE_IMPORT = re.compile(rb"\b(?:from|import|require|path|types)\b\s*[(=]?\s*[\"'`](?:/|file:)")
_ABSOLUTE_PATH = re.compile(rb"[\"'](?:/|file:)")
_PROJECT = ("package.json", "tsconfig*.json")


class Stage:
    """A copy of the Suite's folder, at the same path below ``root`` as below the root of the docs.

    Imports and settings are found in it as in the writer's checkout, and a path in a message relative to ``root`` is
    that of the docs. Each Source is there twice: without probes, for the type checker and for other files that import
    it, and with its probes.
    """

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self.root = context.scratch("stage").resolve()
        relative = context.folder.relative_to(context.root)
        self._is_outside = ".." in relative.parts
        #: The folder of the Suite; that of a Suite outside the root is merged with the root.
        self.folder = self.root if self._is_outside else self.root / relative

    @property
    def settings(self) -> Path:
        """The ``tsconfig.json`` of the Suite, which may not exist."""
        return self.folder / "tsconfig.json"

    def settings_text(self) -> str:
        """Return the text of :attr:`settings`, ``""`` without any."""
        return self.settings.read_text(encoding="utf-8", errors="replace") if self.settings.is_file() else ""

    def docs_paths(self, text: str) -> str:
        """Return a text with the paths of the stage replaced by those of the docs."""
        return text.replace(str(self.root), str(self._context.root))

    def probed(self, path: str) -> str:
        """Return the path of a Source's text with probes, relative to the root as ``path`` is."""
        suffix = Path(path).suffix
        return f"{path.removesuffix(suffix)}.snipproof{suffix}"

    def copy_files(self, modules: Path, programs: Sequence[Program]) -> None:
        """Empty the stage, and copy the files and the Sources to it.

        :param modules: the ``node_modules`` folder with the packages.
        :raises InfrastructureError: the compilers cannot use a folder with this name.
        """
        if odd := {"*", "\\"} & {*str(self.root)}:
            message = f"esbuild and tsc cannot use {self.root}: the name of a folder contains {odd.pop()!r}"
            raise InfrastructureError(message, "set TMPDIR to a folder with another name")
        empty(self.root)
        self.folder.mkdir(parents=True, exist_ok=True)
        outside = self._folders_outside(programs)
        places = {path: self.root / path.relative_to(self._context.root) for path in self._above()}
        for path in itertools.chain(*map(_siblings, outside)):
            places[path] = self.root / path.relative_to(self._context.root)
        for path in _siblings(self._context.folder):
            places[path] = self.folder / path.relative_to(self._context.folder)
        for path, target in places.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        (self.folder / "node_modules").symlink_to(modules, target_is_directory=True)
        if outside and not self._is_outside:  # packages are looked for in the folders above a file
            (self.root / "node_modules").symlink_to(modules, target_is_directory=True)
        for program in programs:
            place = program.source.path
            for name, text in ((place, program.bare), (self.probed(place), program.probed.text)):
                target = self.root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="")

    def files(self) -> Iterator[Path]:
        """Yield all files, but not those of packages."""
        for place, _, names in os.walk(self.root):
            yield from (Path(place, name) for name in names)

    def leads_elsewhere(self) -> bool:
        """Return whether settings or code name a file by its absolute path: what the compilers read then is unknown."""
        for file in self.files():
            if file.suffix in _CODE and _ABSOLUTE_IMPORT.search(file.read_bytes()):
                return True
            if file.match(_PROJECT[1]) and _ABSOLUTE_PATH.search(file.read_bytes()):
                return True
        return False

    def _folders_outside(self, programs: Sequence[Program]) -> list[Path]:
        """Return the folders of Sources that are not below the Suite's folder."""
        folders = dict.fromkeys((self._context.root / program.source.path).parent for program in programs)
        return [folder for folder in folders if not folder.is_relative_to(self._context.folder)]

    def _above(self) -> Iterator[Path]:
        """Yield the settings above the Suite's folder, which those of the Suite may extend."""
        folder = self._context.root if self._is_outside else self._context.folder
        while folder != self._context.root:
            folder = folder.parent
            for pattern in _PROJECT:
                yield from (path for path in folder.glob(pattern) if path.is_file())


def _siblings(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder`` that a Source may import or read."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.is_file() and path.stat().st_size <= _MAX_FILE_SIZE:
                yield path
