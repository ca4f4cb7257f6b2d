"""Builds the Sources of a Go module with as few builds as possible; one broken file never hides the others.

All tests of a package become one binary. If that fails, the files that the compiler names are left out until the rest
can be built; each of those is then built alone.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.redaction import redact
from snipproof.run.build_cache import as_data, read_diagnostics
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.go.file import GoFile
from snipproof.run.runners.go.messages import GoMessage, is_environment_error, read_messages, read_vet
from snipproof.run.runners.go.module import GoModule
from snipproof.run.runners.go.overlay import GoUnit, Overlay
from snipproof.run.runners.job import passed_variables
from snipproof.run.source_run import Diagnostic
from snipproof.run.toolchain import CommandError, call, options_error

# All errors, not just the first ten; no debug tables, which take time; full paths.
_FLAGS = ("-gcflags=-e", "-ldflags=-s", "-trimpath=false")
# Those that `go test` runs too.
_ANALYZERS = (
    *("-atomic", "-bool", "-buildtags", "-directive", "-errorsas", "-ifaceassert", "-nilfunc", "-printf"),
    *("-stringintconv", "-tests"),
)
_REFUSED = re.compile(r"^usage: go \w+ \[", re.MULTILINE)
_EMPTY = "build constraints exclude all Go files"
_NOT_RUNNABLE = "go finds neither a test nor a program in it: name it `…_test.go`, or add a `func main`"


class GoBuild:
    """One build of ``programs`` in ``folder``: ``binaries`` and ``diagnostics`` by the path of the Source."""

    def __init__(self, context: RunnerContext, module: GoModule, programs: Sequence[Program], folder: Path) -> None:
        self.binaries: dict[str, Path] = {}
        self.diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
        self._context = context
        self._module = module
        self._folder = folder
        self._programs = {program.source.path: program for program in programs}
        self._overlay = Overlay(context.root, module, folder, programs)
        self._numbers = itertools.count()
        self._secrets = passed_variables(context)
        self._options = context.suite.options

    @property
    def files(self) -> Mapping[str, GoFile]:
        """What each Source declares."""
        return self._overlay.files

    def run(self) -> None:
        """Build all Sources, and run `go vet` on those that could be built.

        :raises InfrastructureError: go failed for a reason outside the Sources.
        """
        units = list(self._units())
        # One `go vet` for all of them, during the build; its overlay can hold only one unit per folder.
        vetted = list({unit.folder: unit for unit in units if self._is_vetted(unit)}.values())
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            vetting = pool.submit(self._vet, vetted)
            built = [unit for found in pool.map(self._build, units) for unit in found]
            known = vetting.result()
            tests = [unit for unit in built if self._is_vetted(unit)]
            findings = pool.map(
                lambda unit: self._vet_alone(unit) if known is None or unit not in vetted else known, tests
            )
            for unit, found in zip(tests, findings, strict=True):
                self._note(unit, found)

    def result(self) -> dict[str, Any]:
        """Return what was built and what was reported, as JSON."""
        return {
            "binaries": {path: binary.name for path, binary in self.binaries.items()},
            "diagnostics": {path: as_data(found) for path, found in self.diagnostics.items()},
        }

    def restore(self, result: Mapping[str, Any]) -> None:
        """Take the :meth:`result` of an earlier build, whose binaries are in the folder, instead of building."""
        self.binaries = {path: self._folder / name for path, name in result["binaries"].items()}
        found = result["diagnostics"].items()
        self.diagnostics = {path: read_diagnostics(data, self._secrets) for path, data in found}

    def _units(self) -> Iterable[GoUnit]:
        tests: dict[tuple[str, str], list[str]] = {}
        for path, file in self.files.items():
            folder = self._overlay.folder_of(path)
            if self._overlay.is_test(path):
                tests.setdefault((folder, file.package.removesuffix("_test")), []).append(path)
            elif file.is_program:
                yield GoUnit(folder, (path,))
            else:
                self.diagnostics[path] = (Diagnostic("snipproof", path, 1, 1, _NOT_RUNNABLE),)
        yield from (GoUnit(folder, tuple(paths)) for (folder, _), paths in tests.items())

    def _is_test(self, unit: GoUnit) -> bool:
        return self._overlay.is_test(unit.members[0])

    def _is_vetted(self, unit: GoUnit) -> bool:
        return self._is_test(unit) and self._overlay.is_real(unit)

    def _build(self, unit: GoUnit) -> list[GoUnit]:
        """Build as much of ``unit`` as possible; return the units that were built."""
        built = []
        left: dict[str, list[GoMessage]] = {}
        rest = unit
        while rest.members:
            outcome = self._compile(rest)
            if isinstance(outcome, Path):
                built.append(self._accept(rest, outcome))
                break
            if self._drop(outcome):
                continue
            blamed = {message.path for message in outcome} & set(rest.members)
            explained = self._explain(outcome, tuple(left))
            for path in blamed or rest.members:
                left[path] = [message for message in explained if message.path == path or not blamed]
            rest = replace(rest, members=tuple(path for path in rest.members if path not in left))
        for path, messages in left.items():
            built += self._build_alone(unit, rest, path, messages)
        return built

    def _drop(self, messages: Iterable[GoMessage]) -> bool:
        """Exclude those Sources in ``messages`` that are not selected to run; return whether there were any."""
        others = set(self._context.suite.sources) - set(self.files) - self._overlay.dropped
        found = others & {message.path for message in messages}
        self._overlay.dropped |= found
        return bool(found)

    def _build_alone(self, unit: GoUnit, rest: GoUnit, path: str, messages: list[GoMessage]) -> list[GoUnit]:
        """Build one Source that was left out of ``unit``, or report why it cannot be built.

        :param rest: the part of ``unit`` that was built.
        :param messages: those about the Source.
        """
        if any(message.is_clash for message in messages):
            alone = GoUnit(unit.folder, (path,))
            for attempt in (alone, replace(alone, by_files=True)):
                outcome = self._compile(attempt) if attempt != unit else None
                if isinstance(outcome, Path):
                    return [self._accept(attempt, outcome)]
        program = self._programs[path]
        bare = replace(rest, members=(*rest.members, path), bare=frozenset((path,)))
        if program.probed.text != program.bare and isinstance(self._compile(bare), Path):
            whole = replace(bare, bare=frozenset())
            outcome = self._compile(whole)
            if isinstance(outcome, Path):  # only another Source that was left out conflicted with it
                return [self._accept(whole, outcome)]
            messages = [replace(message, text=f"a probe cannot stand here: {message.text}") for message in messages]
            self._report("snipproof", path, messages)
        else:
            self._report("go", path, messages)
        return []

    def _accept(self, unit: GoUnit, binary: Path) -> GoUnit:
        self.binaries.update(dict.fromkeys(unit.members, binary))
        return unit

    def _explain(self, messages: Iterable[GoMessage], left: Collection[str]) -> list[GoMessage]:
        """Add to messages about an undefined name the Source that declares it, if that is one of ``left``."""
        return [
            replace(message, text=f"{message.text} ({owners[0]} declares it, which does not compile)")
            if (owners := [path for path in left if message.undefined in self.files[path].declared])
            else message
            for message in messages
        ]

    def _report(self, tool: str, path: str, messages: Iterable[GoMessage]) -> None:
        found = [Diagnostic(tool, m.path or path, m.line, m.column, redact(m.text, self._secrets)) for m in messages]
        self.diagnostics[path] = tuple(dict.fromkeys((*self.diagnostics.get(path, ()), *found)))

    def _compile(self, unit: GoUnit) -> Path | list[GoMessage]:
        """Return the binary of ``unit``, or the messages of the compiler if it fails."""
        binary = self._folder / f"{next(self._numbers)}.test"
        step = ("test", "-c", "-vet=off") if self._is_test(unit) else ("build",)
        overlay = self._overlay.write([unit])
        try:
            self._go(
                *step, *_FLAGS, *self._options, f"-overlay={overlay}", "-o", str(binary), *self._overlay.arguments(unit)
            )
        except CommandError as error:
            messages = read_messages(error.output, self._overlay.locate)
            if is_environment_error(error.output) or not messages or _REFUSED.search(error.output):
                raise self._infrastructure_error(error) from None
            return [self._in_source(message, unit) for message in messages]
        return binary if binary.exists() else [GoMessage("", 1, 1, "go finds no test in it")]

    def _in_source(self, message: GoMessage, unit: GoUnit) -> GoMessage:
        """Return ``message`` with the column of the docs source instead of that of its text with probes."""
        program = self._programs.get(message.path)
        if program is None or message.path in unit.bare:
            return message
        return replace(message, column=program.probed.column(message.line, message.column))

    def _vet(self, units: Sequence[GoUnit]) -> list[GoMessage] | None:
        """Return the findings of ``go vet`` for ``units``; ``None`` if it failed."""
        try:
            return self._run_vet(units) if units else []
        except CommandError:
            return None

    def _vet_alone(self, unit: GoUnit) -> list[GoMessage]:
        try:
            return self._run_vet([unit])
        except CommandError as error:
            messages = read_vet(error.output, self._overlay.locate)
            # Without the files that declare the probes, a package may be empty.
            if not any(message.path for message in messages) and _EMPTY not in error.output:
                raise self._infrastructure_error(error) from None
            return messages

    def _run_vet(self, units: Sequence[GoUnit]) -> list[GoMessage]:
        # The texts without probes: findings about these would not concern the writer.
        overlay = self._overlay.write(units, probes=False)
        targets = [name for unit in units for name in self._overlay.arguments(unit, probes=False)]
        output = self._go("vet", "-json", *_ANALYZERS, *self._options, f"-overlay={overlay}", *targets)
        return read_vet(output, self._overlay.locate)

    def _note(self, unit: GoUnit, findings: Iterable[GoMessage]) -> None:
        """Report the findings of ``go vet``; those in other files belong to all Sources of the package."""
        for path in unit.members:
            self._report(
                "go vet",
                path,
                [
                    finding
                    for finding in findings
                    if finding.path == path
                    or (finding.path not in self.files and self._overlay.folder_of(finding.path) == unit.folder)
                ],
            )

    def _go(self, step: str, *arguments: str) -> str:
        command = [self._module.go, step, *self._module.flags, *arguments]
        env = self._module.environment(self._context.scratch("tmp"))
        return call(self._context, command, cwd=self._module.folder, env=env, name=f"go {step}")

    def _infrastructure_error(self, error: CommandError) -> SnipproofError:
        if self._options and _REFUSED.search(error.output):
            return options_error(self._context, error)
        message = f"{self._context.suite.lock}:1:1 the Sources could not be built: {error.program} failed"
        return InfrastructureError(message, redact(error.tail, self._secrets))
