"""Builds the Sources of a Java Suite together, except those that do not compile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from snipproof.redaction import redact
from snipproof.run.build_cache import BuildCache, BuildKey, as_data, read_diagnostics
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.java.javac import VARIABLES, Javac, JavacDiagnostic, JavaUnit, compile_most
from snipproof.run.runners.java.maven import ClassPath, manifest
from snipproof.run.runners.job import empty, passed_variables
from snipproof.run.source_run import Diagnostic

_CODE = ("src/main/java", "src/test/java")
_MODULE = "module-info.java"  # tests run on the class path


class JavaBuild:
    """One build: the Sources with their probes, and the other files of the project that they may use."""

    def __init__(self, context: RunnerContext, javac: Javac) -> None:
        self._context = context
        self._javac = javac
        self._folder = context.scratch("build")
        self._units: dict[str, JavaUnit] = {}
        #: The folder of the classes.
        self.classes = self._folder / "classes"

    def types(self, path: str) -> list[str]:
        """Return the full names of the types that a Source declares."""
        return self._units[path].full_names

    def files(self) -> list[Path]:
        """Return what the compiler and its processors wrote, relative to the folder of the classes."""
        return [file.relative_to(self.classes) for file in self.classes.rglob("*") if file.is_file()]

    def declared(self) -> list[Path]:
        """Return the files of all types at the top of staged files, before they are compiled."""
        names = (name for unit in self._units.values() for name in unit.full_names)
        return [Path(f"{name.replace('.', '/')}.class") for name in names]

    def stage(self, programs: Sequence[Program]) -> None:
        """Copy everything to compile: the ``programs`` with their probes, and the files that they may use."""
        stage = self._folder / "probed"
        empty(stage)
        empty(self.classes)
        self._units = {}
        for program in programs:
            self._add(stage, program.source.path, program.probed.text.encode())
        for path in self._helpers({program.source.path for program in programs}):
            self._add(stage, path, (self._context.root / path).read_bytes())

    def build(self, programs: Sequence[Program], class_path: ClassPath) -> dict[str, tuple[Diagnostic, ...]]:
        """Compile all staged ``programs``; return the errors of those that do not compile, by path.

        :raises InfrastructureError: the compiler itself failed.
        """
        cache = BuildCache(self._context)
        key = self._key(programs, class_path)
        if found := cache.find(key, self.classes):
            hidden = passed_variables(self._context)
            others = read_diagnostics(found["others"], hidden)
            diagnostics = {path: read_diagnostics(data, hidden) for path, data in found["diagnostics"].items()}
        else:
            others, diagnostics = self._compile(programs, class_path, self._folder / "probed")
            kept = {path: as_data(each) for path, each in diagnostics.items()}
            files = [self.classes / file for file in self.files()]
            cache.keep(key, {"others": as_data(others), "diagnostics": kept}, self.classes, files)
        for each in others:
            self._context.log(str(each))
        return diagnostics

    def _compile(
        self, programs: Sequence[Program], class_path: ClassPath, stage: Path
    ) -> tuple[tuple[Diagnostic, ...], dict[str, tuple[Diagnostic, ...]]]:
        """Compile the files of ``stage``.

        :return: an error of each file of the project that does not compile, and the errors of ``programs`` by path.
        """
        refused = compile_most(self._units, self._compiler(stage, class_path, self.classes, class_path.jars))
        sources = {program.source.path for program in programs}
        others = tuple(self._diagnostic(refused[path][0]) for path in sorted(set(refused) - sources))
        return others, self._explain(programs, class_path, refused) if refused else {}

    def _key(self, programs: Sequence[Program], class_path: ClassPath) -> BuildKey:
        """Return what decides the result of a build."""
        key = BuildKey(self._context, class_path.launcher.parent.name, class_path.processes)
        key.add_tool(self._javac.program)
        key.add_variables(VARIABLES)
        class_path.add_to(key)
        stage = self._folder / "probed"
        key.add_files(stage, (stage / path for path in self._units))
        key.add_programs(programs)
        return key

    def _add(self, stage: Path, path: str, text: bytes) -> None:
        place = stage / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)
        self._units[path] = JavaUnit.read(path, text.decode("utf-8", errors="replace"))

    def _helpers(self, sources: set[str]) -> Iterable[str]:
        """Return the files of the project that are not among the ``sources``."""
        root = self._context.root
        project = manifest(self._context).parent
        for folder in _CODE:
            for file in sorted((project / folder).rglob("*.java")):
                path = file.relative_to(root).as_posix()
                if path not in sources and file.name != _MODULE:
                    yield path

    def _compiler(
        self, stage: Path, class_path: ClassPath, classes: Path, places: Iterable[Path]
    ) -> Callable[[list[str]], list[JavacDiagnostic]]:
        generated = self._folder / "generated"
        empty(generated)
        options = ["-s", str(generated)] if class_path.processes else ["-proc:none"]
        wanted = [class_path.launcher, *places]
        return lambda paths: self._javac.compile(stage, paths, wanted, classes, options)

    def _explain(
        self, programs: Sequence[Program], class_path: ClassPath, refused: Mapping[str, list[JavacDiagnostic]]
    ) -> dict[str, tuple[Diagnostic, ...]]:
        """Return why Sources do not compile: because of themselves, of a probe, or of another file."""
        suspects = [
            program
            for program in programs
            if program.source.path in refused and not any(found.needs for found in refused[program.source.path])
        ]
        stage = self._folder / "bare"
        empty(stage)
        for program in suspects:
            self._add(stage, program.source.path, program.bare.encode())
        places = [self.classes, *class_path.jars]
        compiler = self._compiler(stage, class_path, self._folder / "bare-classes", places)
        guilty = compile_most({p.source.path: self._units[p.source.path] for p in suspects}, compiler)
        innocent = {p.source.path for p in suspects} - set(guilty)
        diagnostics = {}
        for path in (p.source.path for p in programs if p.source.path in refused):
            if path in innocent and not refused[path][0].message.startswith("duplicate class"):
                found = [self._diagnostic(d, "snipproof", "a probe cannot stand here: ") for d in refused[path]]
            else:
                # With the columns of the text without probes.
                found = [self._diagnostic(d) for d in guilty.get(path, refused[path])]
            others = {d.needs for d in refused[path] if d.needs} - {p.source.path for p in programs}
            found += [self._diagnostic(d) for other in sorted(others) for d in refused[other]]
            diagnostics[path] = tuple(found)
        return diagnostics

    def _diagnostic(self, found: JavacDiagnostic, tool: str = "javac", prefix: str = "") -> Diagnostic:
        message = redact(prefix + found.message, passed_variables(self._context))
        return Diagnostic(tool, found.path, found.line, found.column, message)
