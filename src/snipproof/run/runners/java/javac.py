"""The Java compiler: one call for all files; when some do not compile, the others are compiled without them."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from snipproof.errors import InfrastructureError
from snipproof.run.runner import RunnerContext
from snipproof.run.runners.job import empty
from snipproof.run.toolchain import CommandError, call
from snipproof.syntax.grammar import load_parser

VARIABLES = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVAC_OPTIONS")
"""Environment variables that change what the compiler does."""

# English messages in UTF-8, whatever the locale of the machine; a fast start.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
_FAST_START = ("-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-J-Dfile.encoding=UTF-8", "-J-Duser.language=en")
_COMMON = ("-g", "-nowarn", "-encoding", "UTF-8", "-implicit:none", "-Xmaxerrs", "100000", "-Xmaxwarns", "1")
_HEAD = re.compile(r"(.+):([0-9]+): (?:(error)|warning): (.*)")
_CARET = re.compile(r"\s*\^\s*")


@dataclass(frozen=True, slots=True)
class JavacDiagnostic:
    """An error of the compiler; ``needs`` is the path of the broken file that causes it, if it is another one."""

    path: str
    line: int
    column: int
    message: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class JavaUnit:
    """One file to compile: its path relative to the root, and the types that it declares."""

    path: str
    package: str
    types: tuple[str, ...]

    @classmethod
    def read(cls, path: str, text: str) -> JavaUnit:
        """Read what a file declares at its top with the grammar.

        :raises ToolchainMissingError: the grammars are not installed.
        """
        package = ""
        types = []
        for node in load_parser("java")(text.encode()).root_node.named_children:
            name = node.child_by_field_name("name")
            if node.type == "package_declaration":
                package = "".join(node.named_children[-1].text.decode().split())
            elif name is not None:
                types.append(name.text.decode())
        return cls(path, package, tuple(types))

    @property
    def full_names(self) -> list[str]:
        """The names of the types for the JVM."""
        return [f"{self.package}.{name}" if self.package else name for name in self.types]

    def is_missed_by(self, message: str) -> bool:
        """Return whether a message of the compiler is about a missing name that this file declares."""
        names = "|".join(map(re.escape, self.types))
        missing = rf"\b(?:{names})\b" if names else "(?!)"
        return bool(re.search(missing, message)) or message == f"package {self.package} does not exist"


@dataclass(frozen=True, slots=True)
class Javac:
    """The compiler at the path ``program``."""

    context: RunnerContext
    program: str

    def compile_launcher(self, files: Sequence[Path], jars: Iterable[Path], classes: Path) -> None:
        """Compile the launcher.

        :raises InfrastructureError: it does not compile.
        """
        try:
            self._call(map(str, files), jars, classes, ["-proc:none"], files[0].parent)
        except CommandError as error:
            message = f"{self.context.suite.lock}:1:1 its JUnit cannot be used: javac failed"
            raise InfrastructureError(message, error.tail) from None

    def compile(
        self, folder: Path, paths: Sequence[str], class_path: Iterable[Path], classes: Path, options: Sequence[str]
    ) -> list[JavacDiagnostic]:
        """Compile files together and return the errors; without errors the class files are in ``classes``.

        :param folder: what the ``paths`` are relative to.
        :raises InfrastructureError: the compiler failed without an error in one of the files.
        """
        empty(classes)
        try:
            self._call(paths, class_path, classes, options, folder)
        except CommandError as error:
            found = list(parse(error.output, set(paths)))
            if found:
                return found
            raise InfrastructureError(f"{self.context.suite.path}:1:1 javac failed", error.tail) from None
        return []

    def _call(
        self, files: Iterable[str], class_path: Iterable[Path], classes: Path, options: Sequence[str], cwd: Path
    ) -> None:
        arguments = [
            *_COMMON,
            *options,
            "-cp",
            join_class_path(self.context, class_path, cwd) or ".",
            "-d",
            str(classes),
        ]
        listed = self.context.scratch("javac") / "arguments"
        quoted = (argument.replace("\\", "\\\\").replace('"', '\\"') for argument in (*arguments, *files))
        listed.write_text("".join(f'"{argument}"\n' for argument in quoted), encoding="utf-8")
        env = {**os.environ, **_ENVIRONMENT}
        call(self.context, [self.program, *_FAST_START, f"@{listed}"], cwd=cwd, env=env, name="javac")


def join_class_path(context: RunnerContext, entries: Iterable[Path], cwd: Path) -> str:
    """Return ``entries`` as a class path. One whose path contains the separator is named by a link.

    :param cwd: the working directory of the program that gets it.
    :raises InfrastructureError: the path of the link contains the separator too.
    """
    texts = []
    for entry in entries:
        text = str(entry)
        if os.pathsep in text:
            link = context.scratch("links") / f"{zlib.crc32(text.encode()):08x}{entry.suffix}"
            if not link.is_symlink():
                link.symlink_to(entry)
            text = os.path.relpath(link, cwd)
        if os.pathsep in text:
            message = f"Java cannot use {entry} in a class path: the name of a folder contains {os.pathsep!r}"
            raise InfrastructureError(message, "set TMPDIR to a folder with another name")
        texts.append(text)
    return os.pathsep.join(texts)


def parse(output: str, paths: set[str]) -> Iterable[JavacDiagnostic]:
    """Yield the errors in the output of javac; only files in ``paths`` count.

    A message is a head, a line of the file, a caret below the column, and indented lines with details.
    """
    lines = output.splitlines()
    heads = [
        (index, match)
        for index, line in enumerate(lines)
        if (match := _HEAD.fullmatch(line)) and (match[1] in paths or match[3] is None)
    ]
    ends = [index for index, _ in heads[1:]] + [len(lines)]
    for (index, match), end in zip(heads, ends, strict=True):
        if match[3] is None:
            continue
        body = lines[index + 1 : end]
        carets = [number for number, line in enumerate(body) if number and _CARET.fullmatch(line)]
        column = body[carets[0]].index("^") + 1 if carets else 1
        more = [line for number, line in enumerate(body) if not carets or number not in (carets[0], carets[0] - 1)]
        details = [" ".join(line.split()) for line in more if line.startswith(" ")]
        yield JavacDiagnostic(match[1], int(match[2]), column, "; ".join((match[4], *details)))


def compile_most(
    units: Mapping[str, JavaUnit], run: Callable[[list[str]], list[JavacDiagnostic]]
) -> dict[str, list[JavacDiagnostic]]:
    """Compile all files except those that are broken and those that need a broken one.

    :param run: compiles some of the ``units``, given by their paths.
    :return: the errors of each file that is not compiled.
    """
    left = list(units)
    refused: dict[str, list[JavacDiagnostic]] = {}
    while left and (found := run(left)):
        before = [units[path] for path in refused]
        for path in dict.fromkeys(diagnostic.path for diagnostic in found):
            own = [_explain(diagnostic, before) for diagnostic in found if diagnostic.path == path]
            # Other errors of a file that needs a broken one mostly follow from that.
            refused[path] = [diagnostic for diagnostic in own if diagnostic.needs] or own
        left = [path for path in left if path not in refused]
    return refused


def _explain(diagnostic: JavacDiagnostic, left_out: Iterable[JavaUnit]) -> JavacDiagnostic:
    """Add the broken file that causes a message, if there is one."""
    for unit in left_out:
        if unit.is_missed_by(diagnostic.message):
            message = f"{diagnostic.message}; {unit.path}, which it needs, does not compile"
            return replace(diagnostic, message=message, needs=unit.path)
    return diagnostic
