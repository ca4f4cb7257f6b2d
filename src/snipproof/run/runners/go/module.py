"""The Go module of a Suite: found beside its lock file, and what it requires, downloaded once."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.run.environment import CommandError, cached_environment, call
from snipproof.run.runner_context import RunnerContext
from snipproof.run.toolchain import find_version

_WHAT = "Go 1.21 or newer"
_OLDEST = (1, 21)
_MODULE = re.compile(r'^module[ \t]+["`]?([^\s"`]+)', re.MULTILINE)
_NEWER = re.compile(r"requires go >= ([\d.]+)")
_PARSING = re.compile(r"errors parsing [^\n]*:\n[^\n]*go\.mod:(\d+)(?::(\d+))?: (.*)")


@dataclass(frozen=True, slots=True)
class GoModule:
    """A module in ``folder``; ``go`` is the program, ``version`` its version, ``flags`` what each build is given."""

    folder: Path
    name: str
    go: str
    version: str
    flags: tuple[str, ...] = ()

    @property
    def vendored(self) -> bool:
        """Whether what it requires is in a folder of its own, so that nothing is downloaded."""
        return (self.folder / "vendor" / "modules.txt").exists()

    def environment(self, scratch: Path) -> dict[str, str]:
        """Return the environment of go: the user's, with his proxies and caches.

        :param scratch: where go puts temporary files, which it leaves behind where it is killed.
        """
        # The lock file alone decides, not a workspace around it. With PWD go spells paths as we do, links and all.
        return {**os.environ, "GOTMPDIR": str(scratch), "GOWORK": "off", "PWD": str(self.folder)}


def find_module(context: RunnerContext) -> GoModule:
    """Return the module that the Suite's lock file belongs to.

    :raises ToolchainMissingError: there is no go, or one that is too old.
    :raises SettingsError: the Suite names no lock file of a module.
    """
    go, version = find_version("go", _WHAT, "version")
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < _OLDEST:
        raise ToolchainMissingError(f"{go} is {version}, which is too old", f"install {_WHAT}")
    suite = context.suite
    lock = Path(suite.lock or "")
    if lock.name not in ("go.mod", "go.sum"):
        hint = "add `lock: go.sum`, or `lock: go.mod` where the module requires nothing"
        raise SettingsError(f"{suite.path}:1:1 a Suite of Go needs the lock file of its module", hint)
    manifest = (lock.parent / "go.mod").as_posix()
    try:
        text = (context.root / manifest).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{manifest}:1:1 cannot be read: {error}", "make it with `go mod init`") from None
    name = _MODULE.search(text)
    if name is None:
        raise SettingsError(f"{manifest}:1:1 no module is named", "add a line `module example.org/docs`")
    module = GoModule((context.root / lock).parent, name[1], go, version)
    if "-mod=mod" not in _go(context, module, "env", "GOFLAGS"):
        return module
    # The user lets go complete his go.mod; here it must not be written, and all that is used must be pinned.
    return replace(module, flags=("-mod=vendor" if module.vendored else "-mod=readonly",))


def download(context: RunnerContext, module: GoModule) -> None:
    """Download what ``module`` requires into the user's module cache, once for the same lock file.

    :raises InfrastructureError: that failed.
    :raises SettingsError: ``go.mod`` is wrong.
    """
    if module.vendored:
        return
    files = [file for name in ("go.mod", "go.sum") if (file := module.folder / name).exists()]

    def make(folder: Path) -> None:
        # go completes the go.sum that it works with: a copy.
        for file in files:
            shutil.copyfile(file, folder / file.name)
        _go(context, module, "mod", "download", f"-modfile={folder / 'go.mod'}")

    cached_environment(context, files, f"go {module.version}", make)


def _go(context: RunnerContext, module: GoModule, *arguments: str) -> str:
    env = module.environment(context.scratch("tmp"))
    try:
        return call(context, [module.go, *arguments], cwd=module.folder, env=env, name=f"go {arguments[0]}")
    except CommandError as error:
        if wrong := _PARSING.search(error.output):
            manifest = (module.folder / "go.mod").relative_to(context.root).as_posix()
            raise SettingsError(f"{manifest}:{wrong[1]}:{wrong[2] or 1} {wrong[3]}") from None
        if newer := _NEWER.search(error.output):
            message = f"{context.suite.lock}:1:1 it requires Go {newer[1]}, and {module.go} is {module.version}"
            raise ToolchainMissingError(message, f"install Go {newer[1]} or newer") from None
        message = f"{context.suite.lock}:1:1 its modules could not be had: {error.program} failed"
        raise InfrastructureError(message, error.tail) from None
