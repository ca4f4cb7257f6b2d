"""Type checks the TypeScript Sources of one Suite: one call of the compiler that its lock file pins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from snipproof.errors import InfrastructureError
from snipproof.run.environment import CommandError, call
from snipproof.run.runner_context import RunnerContext
from snipproof.run.runners.typescript.stage import Stage
from snipproof.run.source_run import Diagnostic

_TYPED = (".ts", ".tsx", ".mts", ".cts")
_CONFIG = "tsconfig.snipproof.json"
_ERROR = re.compile(r"(?:(?P<path>\S.*?)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<text>.*)")
# For a Suite without settings: what Node and today's bundlers have in common.
_USUAL = {
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "strict": True,
    "esModuleInterop": True,
    "resolveJsonModule": True,
    "allowImportingTsExtensions": True,
}
# Each Source is a module of its own when it runs, and declarations of packages are not the writer's.
_ALWAYS = {
    "noEmit": True,
    "composite": False,
    "incremental": False,
    "moduleDetection": "force",
    "skipLibCheck": True,
}


def has_types(path: str) -> bool:
    """Whether the language of a Source has types to check."""
    return path.endswith(_TYPED)


def check_types(context: RunnerContext, node: str, stage: Stage, paths: Iterable[str]) -> list[Diagnostic]:
    """Return what the compiler says of the Sources ``paths`` and of what they import.

    :raises InfrastructureError: the compiler itself did not work.
    """
    left = list(paths)
    found: list[Diagnostic] = []
    while left:
        problems = _check(context, node, stage, left)
        found += problems
        # Where there is an error of syntax, the compiler does not look for any other kind, in no file.
        broken = {p.path for p in problems if re.match(r"TS1\d{3}:", p.message)} & set(left)
        if not broken:
            break
        left = [path for path in left if path not in broken]
    return list(dict.fromkeys(found))


def _check(context: RunnerContext, node: str, stage: Stage, paths: list[str]) -> list[Diagnostic]:
    config = stage.folder / _CONFIG
    config.write_text(json.dumps(_settings(stage, paths)), encoding="utf-8")
    compiler = stage.folder / "node_modules" / "typescript" / "bin" / "tsc"
    command = [node, str(compiler), "--project", str(config), "--pretty", "false"]
    try:
        call(context, command, cwd=stage.root, name="tsc")
    except CommandError as error:
        problems = list(_problems(context, stage, error.output))
        if not problems:
            place = (context.folder / "package.json").relative_to(context.root).as_posix()
            raise InfrastructureError(f"{place}:1:1 the type checker does not work: {error}", error.tail) from None
        return problems
    return []


def _settings(stage: Stage, paths: list[str]) -> dict[str, object]:
    own = stage.settings.is_file()
    declarations = sorted(str(path) for path in stage.folder.rglob("*.d.*ts"))
    usual = {} if own else _USUAL | {"types": _ambient(stage.folder / "node_modules" / "@types")}
    return {
        **({"extends": f"./{stage.settings.name}"} if own else {}),
        "compilerOptions": usual | _ALWAYS,
        "files": [*(str(stage.root / path) for path in paths), *declarations],
        "include": [],
        "references": [],
    }


def _ambient(folder: Path) -> list[str]:
    """Return the packages whose declarations hold everywhere: all of them, which newer compilers want to be told."""
    return sorted(path.name for path in folder.iterdir() if "__" not in path.name) if folder.is_dir() else []


def _problems(context: RunnerContext, stage: Stage, output: str) -> Iterable[Diagnostic]:
    """Yield the errors in the compiler's output; lines that are indented go on with the one before."""
    current: list[str] = []
    for line in output.splitlines():
        if line.startswith(" ") and current:
            current.append(line.strip())
            continue
        if current:
            yield _problem(context, stage, " ".join(current))
        current = [line] if _ERROR.match(line) else []
    if current:
        yield _problem(context, stage, " ".join(current))


def _problem(context: RunnerContext, stage: Stage, text: str) -> Diagnostic:
    match = _ERROR.fullmatch(text)
    assert match  # it was matched before
    path = match["path"]
    if not path or Path(path).name == _CONFIG or path.startswith(("/", "..")):
        own = stage.settings.is_file()
        path = stage.settings.relative_to(stage.root).as_posix() if own else context.suite.path
    message = stage.own(f"{match['code']}: {match['text']}")
    return Diagnostic("tsc", path, int(match["line"] or 1), int(match["column"] or 1), message)
