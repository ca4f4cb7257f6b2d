"""Runs TypeScript and JavaScript Sources with Node.js, each one whole and in a process of its own.

One call of esbuild turns all Sources of the Suite into programs for Node.js, while one call of the TypeScript compiler
checks their types. Source maps point to the lines of the docs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, ToolchainMissingError
from snipproof.model import Source
from snipproof.redaction import redact
from snipproof.run.build_cache import BuildCache, BuildKey, as_data, read_diagnostics
from snipproof.run.probe import Probed
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.runner import Pinned, Program, Runner, RunnerContext
from snipproof.run.runners.job import passed_variables
from snipproof.run.runners.typescript.packages import Packages
from snipproof.run.runners.typescript.run import NodeRun, WarmPool
from snipproof.run.runners.typescript.stage import Stage
from snipproof.run.runners.typescript.tsc import check_types, has_types, is_about_settings, settings_error
from snipproof.run.source_run import Diagnostic, SourceRun
from snipproof.run.toolchain import CommandError, cached_environment, call, check_options, find_version

_BUILD = Path(__file__).with_name("bundle.mjs")
_MIN_VERSION = 20
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_VARIABLES = ("NODE_OPTIONS", "NODE_PATH", "ESBUILD_BINARY_PATH")
_NODE = f"Node.js {_MIN_VERSION} or newer"


class TypeScriptRunner(Runner):
    """Runs the Sources of a Suite whose lock file, of npm, pnpm or Yarn, pins esbuild."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        self._node = ""
        self._modules = Path()
        self._stage = Stage(context)
        self._built: dict[str, Any] = {}  # the result of bundle.mjs, by the path of the Source
        self._pool = WarmPool(self._start)
        self._warned = False

    def pinned(self) -> Pinned:
        """Return manifest and lock file, with the settings of the package manager and the version of Node.js."""
        self._node, version = find_version("node", _NODE, "--version")
        if int(version.partition(".")[0]) < _MIN_VERSION:
            raise ToolchainMissingError(f"{self._node} is version {version}, which is too old", f"install {_NODE}")
        return Pinned(Packages.of(self.context).files, f"node {version} {sys.platform}")

    def provision(self) -> None:
        """Install the packages of the lock file."""
        context = self.context
        pinned = self.pinned()

        def make(folder: Path) -> None:
            Packages.of(context).install(folder, self._node)

        self._modules = cached_environment(context, pinned, make) / "node_modules"
        check_options(context, self._node, "-e", "")

    def probe(self, source: Source, text: str) -> Probed:
        """Place probes with the grammar of TypeScript."""
        extension = ".tsx" if source.path.endswith("x") else ".ts"
        goes_on = not self.context.suite.stop_on_failure
        return probe_tree(text, source.snippet_regions, "typescript", extension, goes_on=goes_on)

    def build(self, programs: Sequence[Program]) -> None:
        """Build the programs, and check their types at the same time."""
        self._pool.close()
        self._stage.copy_files(self._modules, programs)
        self._built, type_errors = self._build_or_find(programs)
        secrets = passed_variables(self.context)
        self.diagnostics = {
            path: tuple(replace(each, message=redact(each.message, secrets)) for each in found)
            for path, found in _assign(self._built, type_errors).items()
        }
        self._pool.expect([each for each in programs if "program" in self._built[each.source.path]])

    def _build_or_find(self, programs: Sequence[Program]) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return the result of ``bundle.mjs`` for each Source, and the errors of the type checker."""
        typed = self._typed(programs)
        if self._stage.leads_elsewhere():
            return self._compile(programs, typed)
        cache = BuildCache(self.context)
        key = BuildKey(self.context, self._modules.parent.name, *(program.source.path for program in programs))
        key.add_tool(self._node)
        key.add_variables(_VARIABLES)
        key.add_files(self._stage.root, self._stage.files())
        root = self._stage.root
        if found := cache.find(key, root):
            built = _with_places(found["built"], lambda place: str(root / place))
            return built, list(read_diagnostics(found["errors"]))
        built, errors = self._compile(programs, typed)
        whole = [each for each in built.values() if "program" in each]
        files = [
            Path(place) for each in whole for place in (each["program"], f"{each['program']}.map", each["imports"])
        ]
        relative = _with_places(built, lambda place: os.path.relpath(place, root))
        cache.keep(key, {"built": relative, "errors": as_data(errors)}, root, files)
        return built, errors

    def _compile(self, programs: Sequence[Program], typed: Sequence[str]) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Build the programs, and check their types at the same time."""
        with ThreadPoolExecutor(1) as pool:
            checked = pool.submit(check_types, self.context, self._node, self._stage, typed)
            built = self._build(programs)
            type_errors = checked.result()
        errors = [error for result in built.values() for error in _errors(result)]
        if rejected := [error for error in errors if is_about_settings(self._stage, error)]:  # esbuild reads them too
            raise settings_error(self.context, self._stage, dict.fromkeys(rejected))
        return built, type_errors

    def _typed(self, programs: Sequence[Program]) -> list[str]:
        """Return the Sources whose types are checked, with a warning if these cannot be."""
        typed = [program.source.path for program in programs if has_types(program.source.path)]
        if not typed or (self._modules / "typescript").is_dir():
            return typed
        if not self._warned:
            self._warned = True
            self.context.log(f"{self.context.suite.flavour}: types are not checked: no typescript is pinned")
        return []

    def execute(self, program: Program) -> SourceRun:
        """Run one Source."""
        path = program.source.path
        if "program" not in self._built[path]:
            return self.not_built(program)
        run = self._pool.take(program).finish(meanwhile=self._pool.top_up)
        return replace(run, diagnostics=self.diagnostics[path])

    def close(self) -> None:
        """End the processes that wait for their Sources."""
        self._pool.close()

    def _start(self, program: Program) -> NodeRun:
        return NodeRun(self.context, self._node, self._stage.root, program, self._built[program.source.path])

    def _build(self, programs: Sequence[Program]) -> dict[str, Any]:
        """Return the result of esbuild for each Source; see ``bundle.mjs``."""
        stage = self._stage
        request = self.context.scratch("build") / "request.json"
        result = request.with_name("result.json")
        paths = [program.source.path for program in programs]
        entries = {
            "stage": str(stage.root),
            "root": str(self.context.root),
            "folder": str(stage.folder),
            "tsconfig": stage.settings.is_file(),
            "entries": [{"path": path, "bare": path, "probed": stage.probed(path)} for path in paths],
        }
        request.write_text(json.dumps(entries), encoding="utf-8")
        try:
            call(self.context, [self._node, str(_BUILD), str(request), str(result)], cwd=stage.root, name="esbuild")
        except CommandError as error:
            message = f"{self.context.suite.lock}:1:1 esbuild failed: {error}"
            raise InfrastructureError(message, error.tail) from None
        built: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return built


def _with_places(built: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return the result of ``bundle.mjs`` with other paths of the files that it wrote."""
    return {
        path: {name: change(value) if name in ("program", "imports") else value for name, value in each.items()}
        for path, each in built.items()
    }


def _errors(built: Mapping[str, Any]) -> Iterable[Diagnostic]:
    """Yield the errors that keep a Source from being built."""
    for error in built.get("errors", ()):
        tool, text = "esbuild", error["text"]
        if built["probes"]:
            tool, text = "snipproof", f"a probe cannot stand here: {text}"
        yield Diagnostic(tool, error["path"], error["line"], error["column"], text)


def _assign(built: Mapping[str, Any], type_errors: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """Return the errors of each Source: those of the files that it imports come first, then its own."""
    found = {path: list(_errors(result)) for path, result in built.items()}
    imported = {path: {e.path for e in found[path]} | set(result.get("files", ())) for path, result in built.items()}
    known = {path: {(e.path, e.line) for e in found[path]} for path in built}
    for error in sorted(type_errors, key=lambda e: e.path in built):
        if error.path in built:
            owners = [error.path]
        else:
            # Settings and declarations belong to all Sources: which of them use these is unknown. So do other files
            # that none was seen to import, unless the imports of some are unknown: those that could not be built.
            owners = [path for path in built if error.path in imported[path]]
            if not owners and not error.path.endswith(_DECLARATIONS):
                owners = [path for path, result in built.items() if "program" not in result]
            owners = owners or list(built)
        for path in owners:
            if (error.path, error.line) not in known[path]:
                found[path].append(error)
    return found
