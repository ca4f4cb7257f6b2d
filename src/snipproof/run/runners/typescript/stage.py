"""The folder in which a TypeScript Suite is built: what lies beside its Sources, and the packages of its lock file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from snipproof.run.runner_context import RunnerContext
from snipproof.run.runners.job import empty
from snipproof.run.runners.runner import Program

_MOST = 1 << 20  # bytes of a file that is copied: a text that can be imported is smaller
_LEFT_OUT = frozenset(("node_modules", "dist", "build", "out", "coverage"))
_PROJECT = ("package.json", "tsconfig*.json")


class Stage:
    """A copy of the Suite's folder, at the same path below ``root`` as below the docs' own root.

    Modules, packages and settings are found in it as in the writer's own checkout, and a path in a message is that of
    the docs once ``root`` is taken off. Each Source is there twice: as it is, for the type checker and for whatever
    imports it, and with its probes.
    """

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self.root = context.scratch("stage").resolve()
        self.folder = self.root / context.folder.relative_to(context.root)

    @property
    def settings(self) -> Path:
        """The ``tsconfig.json`` of the Suite, which need not exist."""
        return self.folder / "tsconfig.json"

    def own(self, text: str) -> str:
        """Return a text that names files of the stage with the names that they have in the docs."""
        return text.replace(str(self.root), str(self._context.root))

    def probed(self, path: str) -> str:
        """Return the path of a Source's text with probes, relative to the root as ``path`` is."""
        suffix = Path(path).suffix
        return f"{path.removesuffix(suffix)}.snipproof{suffix}"

    def lay(self, modules: Path, programs: Sequence[Program]) -> None:
        """Copy what is needed, from scratch.

        :param modules: the ``node_modules`` folder with the packages.
        """
        empty(self.root)
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (*_beside(self._context.folder), *self._above()):
            target = self.root / path.relative_to(self._context.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        (self.folder / "node_modules").symlink_to(modules, target_is_directory=True)
        for program in programs:
            place = program.source.path
            for name, text in ((place, program.bare), (self.probed(place), program.probed.text)):
                target = self.root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="")

    def _above(self) -> Iterator[Path]:
        """Yield the settings that those of the Suite may extend."""
        folder = self._context.folder
        while folder != self._context.root:
            folder = folder.parent
            for pattern in _PROJECT:
                yield from (path for path in folder.glob(pattern) if path.is_file())


def _beside(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder`` that a Source may import or read."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.is_file() and path.stat().st_size <= _MOST:
                yield path
