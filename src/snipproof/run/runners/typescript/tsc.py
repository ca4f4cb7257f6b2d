"""Type checks the TypeScript Sources of one Suite with the compiler that its lock file pins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.run.runner import RunnerContext
from snipproof.run.runners.typescript.stage import Stage
from snipproof.run.source_run import Diagnostic
from snipproof.run.toolchain import CommandError, call

_TYPED = (".ts", ".tsx", ".mts", ".cts")
_CONFIG = "tsconfig.snipproof.json"
_ERROR = re.compile(r"(?:(?P<path>\S.*?)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<text>.*)")
# For a Suite without settings: the common ground of Node.js and current bundlers.
_DEFAULTS = {
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "strict": True,
    "esModuleInterop": True,
    "resolveJsonModule": True,
    "allowImportingTsExtensions": True,
}
# Each Source runs as a module of its own, and errors in declarations of packages are not the writer's.
_ALWAYS = {
    "noEmit": True,
    "composite": False,
    "incremental": False,
    "moduleDetection": "force",
    "skipLibCheck": True,
    # Nothing is written, so these have no effect, but some are refused together with those above.
    **dict.fromkeys(
        (
            *("rootDir", "outFile", "tsBuildInfoFile", "emitDeclarationOnly"),
            *("declaration", "declarationDir", "declarationMap", "isolatedDeclarations"),
            *("sourceMap", "inlineSourceMap", "inlineSources", "sourceRoot", "mapRoot"),
        )
    ),
}
_MAX_SHOWN = 5


def has_types(path: str) -> bool:
    """Whether a Source is TypeScript, by its extension."""
    return path.endswith(_TYPED)


def check_types(context: RunnerContext, node: str, stage: Stage, paths: Iterable[str]) -> list[Diagnostic]:
    """Return the errors of the compiler in the Sources ``paths`` and in what they import.

    :raises SettingsError: the compiler rejects ``tsconfig.json``.
    :raises InfrastructureError: the compiler itself failed.
    """
    left = list(paths)
    found: list[Diagnostic] = []
    while left:
        errors = _check(context, node, stage, left)
        found += errors
        # After a syntax error, the compiler does not look for other errors in any file.
        broken = {e.path for e in errors if re.match(r"TS1\d{3}:", e.message)} & set(left)
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
        errors = list(_diagnostics(context, stage, error.output))
        if rejected := [each for each in errors if is_about_settings(stage, each)]:
            raise settings_error(context, stage, rejected) from None
        if not errors:
            place = (context.folder / "package.json").relative_to(context.root).as_posix()
            raise InfrastructureError(f"{place}:1:1 the type checker does not work: {error}", error.tail) from None
        return errors
    return []


def is_about_settings(stage: Stage, diagnostic: Diagnostic) -> bool:
    """Return whether a message is about ``tsconfig.json`` or a file that it extends, not about code."""
    name = PurePosixPath(diagnostic.path).name
    if diagnostic.path == "" or re.fullmatch(r"tsconfig.*\.json", name):
        return True
    return name.endswith(".json") and name in stage.settings_text()


def settings_error(context: RunnerContext, stage: Stage, rejected: Iterable[Diagnostic]) -> SettingsError:
    """Return one error for all messages about the settings of the compiler, at the place of the first."""
    # Those without a place often follow from the others.
    first, *others = sorted(rejected, key=lambda each: each.path == "")
    place = f"{first.path}:{first.line}:{first.column}"
    own = stage.settings.relative_to(stage.root).as_posix()
    if first.path == "" and stage.settings.is_file():
        place = f"{own}:{_line_of(stage.settings_text(), first.message)}:1"
    elif first.path == "":
        place = f"{context.suite.lock}:1:1"
    hint = "\n".join(str(each.message) for each in others[:_MAX_SHOWN])
    way_out = (
        f"correct it, or add the package that it names to the package.json of the Suite, or move {context.suite.path}\n"
        f"to a folder with a tsconfig.json of its own"
        if stage.settings.is_file()
        else "pin a newer typescript, or add a tsconfig.json beside the suite file"
    )
    return SettingsError(f"{place} {first.tool}: {first.message}", f"{hint}\n{way_out}".lstrip("\n"))


def _line_of(text: str, message: str) -> int:
    """Return the line of ``text`` that has one of the words that ``message`` quotes, 1 if none has."""
    for word in re.findall(r"'([^']+)'", message):
        for name in (word, PurePosixPath(word).name):
            if (offset := text.find(f'"{name}"')) >= 0 or (offset := text.find(f'/{name}"')) >= 0:
                return text.count("\n", 0, offset) + 1
    return 1


def _settings(stage: Stage, paths: list[str]) -> dict[str, object]:
    own = stage.settings.is_file()
    declarations = sorted(str(path) for path in stage.folder.rglob("*.d.*ts"))
    defaults = {} if own else _DEFAULTS | {"types": _ambient(stage.folder / "node_modules" / "@types")}
    return {
        **({"extends": f"./{stage.settings.name}"} if own else {}),
        "compilerOptions": defaults | _ALWAYS,
        "files": [*(str(stage.root / path) for path in paths), *declarations],
        "include": [],
        "references": [],
    }


def _ambient(folder: Path) -> list[str]:
    """Return the packages whose declarations apply everywhere: all of them; newer compilers require the list."""
    return sorted(path.name for path in folder.iterdir() if "__" not in path.name) if folder.is_dir() else []


def _diagnostics(context: RunnerContext, stage: Stage, output: str) -> Iterable[Diagnostic]:
    """Yield the errors in the compiler's output; an indented line continues the one before."""
    current: list[str] = []
    for line in output.splitlines():
        if line.startswith(" ") and current:
            current.append(line.strip())
            continue
        if current:
            yield _diagnostic(context, stage, " ".join(current))
        current = [line] if _ERROR.match(line) else []
    if current:
        yield _diagnostic(context, stage, " ".join(current))


def _diagnostic(context: RunnerContext, stage: Stage, text: str) -> Diagnostic:
    match = _ERROR.fullmatch(text)
    assert match  # it was matched before
    path = match["path"] or ""
    if Path(path).name == _CONFIG:  # about settings that it inherits
        return Diagnostic("tsc", "", 1, 1, stage.docs_paths(f"{match['code']}: {match['text']}"))
    if path.startswith(("/", "..")):
        own = stage.settings.is_file()
        path = stage.settings.relative_to(stage.root).as_posix() if own else context.suite.path
    message = stage.docs_paths(f"{match['code']}: {match['text']}")
    return Diagnostic("tsc", path, int(match["line"] or 1), int(match["column"] or 1), message)
