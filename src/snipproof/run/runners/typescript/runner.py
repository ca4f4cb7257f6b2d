"""Runs TypeScript and JavaScript Sources with Node.js, each one whole and in a process of its own.

One call of esbuild turns all Sources of the Suite into programs that Node.js runs as they are, and one call of the
TypeScript compiler checks the types beside it. Source maps lead to the docs' own lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.model import Marker
from snipproof.run.environment import CommandError, cached_environment, call
from snipproof.run.probe import Probed
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.run.runner_context import RunnerContext
from snipproof.run.runners.job import given
from snipproof.run.runners.runner import Program, Runner
from snipproof.run.runners.typescript.run import NodeRun, WarmPool
from snipproof.run.runners.typescript.stage import Stage
from snipproof.run.runners.typescript.tsc import check_types, has_types
from snipproof.run.source_run import Diagnostic, SourceRun
from snipproof.run.toolchain import find_tool, find_version
from snipproof.text import redact

_BUILD = Path(__file__).with_name("bundle.mjs")
_OLDEST = 20
_NODE = f"Node.js {_OLDEST} or newer"
_NPM_CI = ("ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--no-update-notifier")


class TypeScriptRunner(Runner):
    """Runs the Sources of a Suite whose lock file is a ``package-lock.json`` that pins esbuild."""

    def __init__(self, context: RunnerContext) -> None:
        super().__init__(context)
        self._node = ""
        self._modules = Path()
        self._stage = Stage(context)
        self._built: dict[str, Any] = {}  # what the Sources became, by their paths
        self._ahead = WarmPool(self._start)
        self._said_unchecked = False

    def provision(self) -> None:
        """Install the packages of the lock file with ``npm ci``."""
        context = self._context
        self._node, version = find_version("node", _NODE, "--version")
        if int(version.partition(".")[0]) < _OLDEST:
            raise ToolchainMissingError(f"{self._node} is version {version}: {_NODE} is needed", f"install {_NODE}")
        lock = _lock(context)
        files = [lock.with_name("package.json"), lock, *lock.parent.glob(".npmrc")]

        def make(folder: Path) -> None:
            npm = find_tool("npm", _NODE)
            for file in files:
                (folder / file.name).write_bytes(file.read_bytes())
            try:
                call(context, [npm, *_NPM_CI], cwd=folder, name="npm ci")
            except CommandError as error:
                message = f"{context.suite.lock}:1:1 its packages could not be installed: npm ci failed"
                raise InfrastructureError(message, error.tail) from None

        facts = f"node {version} {sys.platform}"
        self._modules = cached_environment(context, files, facts, make) / "node_modules"

    def probe(self, path: str, text: str, markers: Iterable[Marker]) -> Probed:
        """Ask the grammar of TypeScript, in which JavaScript is valid as well."""
        return probe_tree(text, markers, "typescript", ".tsx" if path.endswith("x") else ".ts")

    def build(self, programs: Sequence[Program]) -> None:
        """Build the programs, and check types at the same time."""
        self._ahead.close()
        self._stage.lay(self._modules, programs)
        typed = [program.source.path for program in programs if has_types(program.source.path)]
        if typed and not (self._modules / "typescript").is_dir():
            typed = []
            if not self._said_unchecked:
                self._said_unchecked = True
                self._context.say(f"{self._context.suite.flavour}: types are not checked: no typescript is pinned")
        with ThreadPoolExecutor(1) as pool:
            checked = pool.submit(check_types, self._context, self._node, self._stage, typed)
            self._built = self._build(programs)
            problems = checked.result()
        secrets = given(self._context)
        self._problems = {
            path: tuple(replace(each, message=redact(each.message, secrets)) for each in found)
            for path, found in _assign(self._built, problems).items()
        }
        self._ahead.expect([each for each in programs if "program" in self._built[each.source.path]])

    def execute(self, program: Program) -> SourceRun:
        """Run one Source."""
        path = program.source.path
        if "program" not in self._built[path]:
            return self.not_built(program)
        run = self._ahead.take(program).finish(meanwhile=self._ahead.top_up)
        return replace(run, problems=self._problems[path])

    def close(self) -> None:
        """End the processes that wait for their turn."""
        self._ahead.close()

    def _start(self, program: Program) -> NodeRun:
        return NodeRun(self._context, self._node, self._stage.root, program, self._built[program.source.path])

    def _build(self, programs: Sequence[Program]) -> dict[str, Any]:
        """Return what esbuild made of each Source: see ``bundle.mjs``."""
        stage = self._stage
        request = self._context.scratch("build") / "request.json"
        result = request.with_name("result.json")
        paths = [program.source.path for program in programs]
        order = {
            "stage": str(stage.root),
            "root": str(self._context.root),
            "folder": str(stage.folder),
            "tsconfig": stage.settings.is_file(),
            "entries": [{"path": path, "bare": path, "probed": stage.probed(path)} for path in paths],
        }
        request.write_text(json.dumps(order), encoding="utf-8")
        try:
            call(self._context, [self._node, str(_BUILD), str(request), str(result)], cwd=stage.root, name="esbuild")
        except CommandError as error:
            message = f"{self._context.suite.lock}:1:1 esbuild does not work: {error}"
            raise InfrastructureError(message, error.tail) from None
        told: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return told


def _lock(context: RunnerContext) -> Path:
    """Return the lock file, which must pin esbuild.

    :raises SettingsError: it does not, or there is none.
    """
    place = context.suite.lock
    if place is None or Path(place).name != "package-lock.json":
        where = place or context.suite.path
        raise SettingsError(
            f"{where}:1:1 a TypeScript Suite needs a package-lock.json",
            "npm install --save-dev esbuild typescript, then add 'lock: package-lock.json' to the suite file",
        )
    lock = context.root / place
    manifest = lock.with_name("package.json")
    name = manifest.relative_to(context.root).as_posix()
    if not manifest.is_file():
        raise SettingsError(f"{name}:1:1 no such file", f"it belongs to {place}")
    try:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{place}:1:1 not a lock file of npm 7 or newer", "write it again: npm install") from None
    if "node_modules/esbuild" not in packages:
        raise SettingsError(f"{name}:1:1 esbuild is not among its packages", "npm install --save-dev esbuild")
    return lock


def _errors(told: Mapping[str, Any]) -> Iterable[Diagnostic]:
    """Yield the errors that keep a Source from being built."""
    for error in told.get("errors", ()):
        tool, text = "esbuild", error["text"]
        if told["probes"]:
            tool, text = "snipproof", f"a probe cannot stand here: {text}"
        yield Diagnostic(tool, error["path"], error["line"], error["column"], text)


def _assign(built: Mapping[str, Any], checked: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """Return the problems of each Source: its own, and those of the files that it needs, which come first."""
    found = {path: list(_errors(told)) for path, told in built.items()}
    needed = {path: {p.path for p in found[path]} | set(told.get("files", ())) for path, told in built.items()}
    known = {path: {(p.path, p.line) for p in found[path]} for path in built}
    for problem in sorted(checked, key=lambda p: p.path in built):
        if problem.path in built:
            owners = [problem.path]
        else:
            # Nobody knows who needs the settings, or declarations: they are everybody's.
            owners = [path for path in built if problem.path in needed[path]] or list(built)
        for path in owners:
            if (problem.path, problem.line) not in known[path]:
                found[path].append(problem)
    return found
