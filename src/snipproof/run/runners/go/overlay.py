"""The overlay of a Go module: the compiler reads it in place of the files, so that nothing is written into the module.

Each Source has a probed text and a bare one. Each package with probes gets one more file, which declares the function
that they call; it calls a package that exists only in the overlay.

A Source outside of the folder of the module is shown to go in a folder inside, which exists only in the overlay: it
uses what the module requires, and other Sources of its folder, but no other files there. ``go vet`` requires a real
folder.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from snipproof.run.probe import PROBE_FUNCTION
from snipproof.run.runner import Program
from snipproof.run.runners.go.file import GoFile, read_go
from snipproof.run.runners.go.module import GoModule

_PACKAGE = "snipproof_probe"
_OUTSIDE = "snipproof_outside"
_SEPARATORS = (";", "=>")
_PROBE = Path(__file__).with_name("probe.go.txt")
_DECLARATION = """package {package}

import __snipproof__ "{module}/{probe}"

func {function}(number int) *__snipproof__.Frame {{ return __snipproof__.Enter(number) }}
"""


@dataclass(frozen=True, slots=True)
class GoUnit:
    """Sources of one folder that become one binary: the tests of a package, or one program.

    :param folder: relative to the module.
    :param members: the paths of the Sources.
    :param bare: the paths of members that are built without probes.
    :param by_files: whether no other file of the folder belongs to it.
    """

    folder: str
    members: tuple[str, ...]
    bare: frozenset[str] = frozenset()
    by_files: bool = False


class Overlay:
    """The texts of all Sources of a module, by path, in a folder of their own."""

    def __init__(self, root: Path, module: GoModule, folder: Path, programs: Iterable[Program]) -> None:
        self._root = root
        self._module = module
        self._folder = folder
        self._numbers = itertools.count()
        self._originals: dict[str, str] = {}
        self._probed: dict[str, Path] = {}
        self._bare: dict[str, Path] = {}
        #: Sources that do not compile and are not selected to run: they are hidden from the whole module.
        self.dropped: set[str] = set()
        self.files: dict[str, GoFile] = {}
        for number, program in enumerate(programs):
            path = program.source.path
            self.files[path] = read_go(program.bare)
            self._probed[path] = self._write(f"{number}.go", program.probed.text, path)
            self._bare[path] = self._write(f"{number}_bare.go", program.bare, path)
        self._probe = self._write("probe.go", _PROBE.read_text(encoding="utf-8"))
        self._declarations = {
            package: self._write(
                f"{package}.decl",
                _DECLARATION.format(package=package, module=module.name, probe=_PACKAGE, function=PROBE_FUNCTION),
            )
            for package in {file.package for file in self.files.values()}
        }

    def folder_of(self, path: str) -> str:
        """Return the folder of a Source, relative to the module."""
        return os.path.relpath(self._place(path).parent, self._module.folder)

    def is_real(self, unit: GoUnit) -> bool:
        """Return whether the folder of ``unit`` exists."""
        return (self._module.folder / unit.folder).is_dir()

    def _place(self, path: str) -> Path:
        """Return where go finds a Source."""
        place = self._root / path
        if place.is_relative_to(self._module.folder):
            return place
        folder = hashlib.sha256(str(place.parent).encode()).hexdigest()[:12]
        return self._module.folder / _OUTSIDE / f"x{folder}" / place.name

    def is_test(self, path: str) -> bool:
        """Return whether a Source is one of the files that ``go test`` adds to a package."""
        return path.endswith("_test.go")

    def locate(self, name: str) -> str:
        """Return the path relative to the root of a file that go names ``name``; ``""`` if it is outside."""
        place = os.path.normpath(self._module.folder / name)
        place = self._originals.get(place, place)
        path = Path(place)
        known = path.is_relative_to(self._root) and (path.exists() or place in self._originals.values())
        return path.relative_to(self._root).as_posix() if known else ""

    def write(self, units: Sequence[GoUnit], *, probes: bool = True) -> Path:
        """Write the overlay for ``units``, which are in different folders; return its path.

        :param probes: whether it holds the texts with probes.
        """
        places = {str(self._place(path)): "" for path in self.dropped}
        by_folder = {unit.folder: unit for unit in units}
        for path in self.files:
            unit = by_folder.get(self.folder_of(path))
            with_probes = probes and unit is not None and path in unit.members and path not in unit.bare
            text = self._probed[path] if with_probes else self._bare[path]
            places[str(self._place(path))] = "" if unit and self._is_hidden(path, unit) else str(text)
        if probes:
            places[str(self._module.folder / _PACKAGE / "probe.go")] = str(self._probe)
            for unit in units:
                places.update(self._declared(unit))
        overlay = self._folder / f"overlay-{next(self._numbers)}.json"
        overlay.write_text(json.dumps({"Replace": places}), encoding="utf-8")
        return overlay

    def arguments(self, unit: GoUnit, *, probes: bool = True) -> list[str]:
        """Return the arguments that name ``unit`` on go's command line."""
        if not unit.by_files:
            return [f"./{unit.folder}"]
        names = [str(self._place(path)) for path in unit.members]
        return [*names, *self._declared(unit)] if probes else names

    def _is_hidden(self, path: str, unit: GoUnit) -> bool:
        """Return whether a Source in the folder of ``unit`` is hidden from its package, since they conflict."""
        if path in unit.members:
            return False
        programs = [p for p, file in self.files.items() if file.is_program and self.folder_of(p) == unit.folder]
        # The tests of a program need it; another program, and other tests, are units of their own.
        return self.is_test(path) or (path in programs and programs != [path])

    def _declared(self, unit: GoUnit) -> dict[str, str]:
        """Return the files that declare the probe function, one for each package clause, with their texts."""
        found = {}
        for path in unit.members:
            package = self.files[path].package
            # No part of the name may be that of an operating system, which would be a build constraint.
            name = f"{_PACKAGE}{'_x' * package.endswith('_test')}{'_test' * self.is_test(path)}.go"
            found[str(self._place(path).with_name(name))] = str(self._declarations[package])
        return found

    def _write(self, name: str, text: str, original: str = "") -> Path:
        file = self._folder / name
        if original:
            place = str(self._root / original)
            self._originals[str(file)] = place
            if any(part in f"{place}{file}" for part in _SEPARATORS) or str(self._place(original)) != place:
                # go replaces the path of this file by that of the overlay, and separates both by these.
                text = f"/*line {place}:1:1*/{text}"
        file.write_text(text, encoding="utf-8", newline="")
        return file
