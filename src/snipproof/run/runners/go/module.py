"""The Go module of a Suite: found next to its lock file; what it requires is downloaded once."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.run.runner import Pinned, RunnerContext
from snipproof.run.toolchain import CommandError, cached_environment, call, find_version

_GO = "Go 1.21 or newer"
_MIN_VERSION = (1, 21)
_MODULE = re.compile(r'^module[ \t]+["`]?([^\s"`]+)', re.MULTILINE)
_NEWER = re.compile(r"requires go >= ([\d.]+)")
_FOLDERS = "folders.json"
# The packages of others that are not in the build cache.
_STALE = "{{if and .Stale (or .Standard (and .Module (not .Module.Main)))}}{{.ImportPath}}{{end}}"
_PARSING = re.compile(r"errors parsing [^\n]*:\n[^\n]*go\.mod:(\d+)(?::(\d+))?: (.*)")


@dataclass(frozen=True, slots=True)
class GoModule:
    """A Go module.

    :param folder: the absolute path of its folder.
    :param go: the path of the program ``go``, ``version`` its version.
    :param flags: arguments for each build.
    :param settings: what ``go env`` prints.
    """

    folder: Path
    name: str
    go: str
    version: str
    flags: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def vendored(self) -> bool:
        """Whether its folder contains the modules that it requires, so that nothing is downloaded."""
        return (self.folder / "vendor" / "modules.txt").exists()

    def pinned(self) -> Pinned | None:
        """Return manifest and lock file, with the version of Go; ``None`` if nothing is downloaded."""
        if self.vendored:
            return None
        files = tuple(file for name in ("go.mod", "go.sum") if (file := self.folder / name).exists())
        # The number changes when an environment made before cannot be used any more.
        return Pinned(files, f"go {self.version} 2")

    def environment(self, scratch: Path) -> dict[str, str]:
        """Return the environment of go: that of the user, with their proxies and caches.

        :param scratch: the folder for go's temporary files, which remain there if go is killed.
        """
        # Only the lock file decides, not a workspace around it. With PWD go prints paths without resolving links.
        temporary = {"GOTMPDIR": str(scratch), "TMPDIR": str(scratch)}
        return {**os.environ, **temporary, "GOWORK": "off", "PWD": str(self.folder)}


def find_module(context: RunnerContext) -> GoModule:
    """Return the module that the Suite's lock file belongs to.

    :raises ToolchainMissingError: go is not installed, or too old.
    :raises SettingsError: the Suite has no lock file of a module.
    """
    go, version = find_version("go", _GO, "version")
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < _MIN_VERSION:
        raise ToolchainMissingError(f"{go} is version {version}, which is too old", f"install {_GO}")
    suite = context.suite
    lock = Path(suite.lock or "")
    if lock.name not in ("go.mod", "go.sum"):
        hint = "add `lock: go.sum`, or `lock: go.mod` if the module requires nothing"
        raise SettingsError(f"{suite.path}:1:1 a Go Suite requires the lock file of its module", hint)
    manifest = (lock.parent / "go.mod").as_posix()
    try:
        text = (context.root / manifest).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{manifest}:1:1 cannot be read: {error}", "make it with `go mod init`") from None
    name = _MODULE.search(text)
    if name is None:
        raise SettingsError(f"{manifest}:1:1 the module has no name", "add a line `module example.org/docs`")
    module = GoModule((context.root / lock).parent, name[1], go, version)
    module = replace(module, settings=json.loads(_go(context, module, "env", "-json")))
    if "-mod=mod" not in module.settings.get("GOFLAGS", ""):
        return module
    # GOFLAGS lets go complete go.mod; here it must not be written, and everything must be pinned.
    return replace(module, flags=("-mod=vendor" if module.vendored else "-mod=readonly",))


def download(context: RunnerContext, module: GoModule) -> None:
    """Download what ``module`` requires into the user's module cache, once for the same lock file.

    What is in the module cache is checked against ``go.sum``. A damaged module is downloaded again.

    :raises InfrastructureError: the download failed, or a module is damaged again after that.
    :raises SettingsError: ``go.mod`` is not valid.
    """
    pinned = module.pinned()
    if pinned is None:
        return

    def make(folder: Path) -> None:
        # go completes go.sum: let it work with a copy.
        for file in pinned.files:
            shutil.copyfile(file, folder / file.name)
        modfile = f"-modfile={folder / 'go.mod'}"
        for command in ("download", "verify"):
            try:
                _go(context, module, "mod", command, modfile)
            except InfrastructureError:
                if not _remove_damaged(context, module, modfile):
                    raise
                _go(context, module, "mod", "download", modfile)
                _go(context, module, "mod", "verify", modfile)
        folders = [each["Dir"] for each in _modules(context, module, modfile) if each.get("Dir")]
        (folder / _FOLDERS).write_text(json.dumps(folders), encoding="utf-8")

    cached_environment(context, pinned, make, _folders)


def shared_folders(context: RunnerContext, module: GoModule) -> list[Path]:
    """Return the caches of go itself: of modules and of builds."""
    found = _go(context, module, "env", "GOMODCACHE", "GOCACHE").splitlines()
    return [Path(line) for line in found if Path(line).is_absolute()]  # GOCACHE may be "off"


def is_compiled(context: RunnerContext, module: GoModule) -> bool:
    """Return whether go's build cache has all packages that the Sources of the Suite import, those of Go included."""
    sources = [context.root / path for path in context.suite.sources]
    folders = dict.fromkeys(f"./{os.path.relpath(source.parent, module.folder)}" for source in sources)
    command = [
        module.go,
        "list",
        "-e",
        "-deps",
        "-test",
        f"-f={_STALE}",
        *module.flags,
        *context.suite.options,
        *folders,
    ]
    env = module.environment(context.scratch("tmp"))
    try:
        return not call(context, command, cwd=module.folder, env=env, name="go list").strip()
    except CommandError:  # go builds with options that it does not list with, for example
        return False


def _folders(environment: Path) -> list[Path]:
    """Return the folders of all modules in the module cache."""
    return [Path(folder) for folder in json.loads((environment / _FOLDERS).read_text(encoding="utf-8"))]


def _modules(context: RunnerContext, module: GoModule, modfile: str) -> list[dict[str, str]]:
    """Return what ``go mod download -json`` reports about each module, even if it fails."""
    env = module.environment(context.scratch("tmp"))
    command = [module.go, "mod", "download", "-json", modfile]
    try:
        output = call(context, command, cwd=module.folder, env=env, name="go mod")
    except CommandError as error:
        output = error.output
    return [json.loads(text) for text in re.findall(r"^\{$.*?^\}$", output, re.MULTILINE | re.DOTALL)]


def _remove_damaged(context: RunnerContext, module: GoModule, modfile: str) -> bool:
    """Remove the modules that are damaged from the module cache; return whether there were any."""
    try:
        _go(context, module, "mod", "verify", modfile)
        output = ""
    except InfrastructureError as error:
        output = error.hint
    removed = False
    for each in _modules(context, module, modfile):
        if "Error" not in each and f"{each['Path']} {each['Version']}: " not in output:
            continue
        files = [Path(each[key]) for key in ("Zip", "Dir") if each.get(key)]
        if "GoMod" in each:  # the archive of a module that cannot be unpacked is not reported
            files.append(Path(each["GoMod"]).with_suffix(".zip"))
        for file in files:
            removed = _remove(file) or removed
            _remove(file.with_suffix(".ziphash"))
    return removed


def _remove(path: Path) -> bool:
    """Remove a file or a folder, which go makes read-only; return whether it was there."""
    if not path.is_dir():
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    for folder, _, _ in os.walk(path):
        Path(folder).chmod(0o755)
    shutil.rmtree(path)
    return True


def _go(context: RunnerContext, module: GoModule, *arguments: str) -> str:
    env = module.environment(context.scratch("tmp"))
    try:
        return call(context, [module.go, *arguments], cwd=module.folder, env=env, name=f"go {arguments[0]}")
    except CommandError as error:
        if wrong := _PARSING.search(error.output):
            manifest = (module.folder / "go.mod").relative_to(context.root).as_posix()
            raise SettingsError(f"{manifest}:{wrong[1]}:{wrong[2] or 1} {wrong[3]}") from None
        if newer := _NEWER.search(error.output):
            message = f"{context.suite.lock}:1:1 it requires Go {newer[1]}, but {module.go} is {module.version}"
            raise ToolchainMissingError(message, f"install Go {newer[1]} or newer") from None
        message = f"{context.suite.lock}:1:1 its modules could not be downloaded: {error.program} failed"
        raise InfrastructureError(message, error.tail) from None
