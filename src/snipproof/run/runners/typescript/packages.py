"""The packages of a TypeScript Suite: which package manager installs what its lock file pins, and how."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.run.runner import RunnerContext
from snipproof.run.toolchain import CommandError, call, find_tool, tool_environment

_YARN_PATH = re.compile(r"^yarnPath: *[\"']?([^\"'\n]+)", re.MULTILINE)
_NODE = "Node.js 20 or newer"


@dataclass(frozen=True, slots=True)
class PackageManager:
    """One program that installs what a lock file pins, whether or not the environment is one of development.

    :param name: the name of the program; ``product`` is what to install to get it.
    :param arguments: those that install exactly what the lock file pins, or fail.
    :param settings: globs of files and folders beside the lock file that it reads, too.
    :param add: the command that adds a development dependency.
    :param environment: variables to set.
    """

    name: str
    product: str
    arguments: tuple[str, ...]
    settings: tuple[str, ...]
    add: str
    environment: Mapping[str, str] = field(default_factory=dict)


_NPM = PackageManager(
    "npm",
    _NODE,
    ("ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--no-update-notifier"),
    (".npmrc",),
    "npm install --save-dev",
)
_PNPM = PackageManager(
    "pnpm",
    "pnpm, such as with `npm install --global pnpm`",
    # Copies, so that nothing that changes the store of pnpm later changes them.
    ("install", "--frozen-lockfile", "--prod=false", "--package-import-method=copy"),
    (".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", "patches/*"),
    "pnpm add --save-dev",
    {"CI": "true"},
)
_YARN_1 = PackageManager(
    "yarn",
    "Yarn 1, such as with `npm install --global yarn`",
    ("install", "--frozen-lockfile", "--non-interactive", "--production=false"),
    (".npmrc", ".yarnrc"),
    "yarn add --dev",
)
_YARN = PackageManager(
    "yarn",
    "Yarn 2 or newer, such as with `npm install --global @yarnpkg/cli-dist`",
    ("install", "--immutable"),
    (".yarnrc.yml", ".yarn/releases/*", ".yarn/plugins/**/*", ".yarn/patches/*"),
    "yarn add --dev",
    # Sources find their packages in a folder, as with every other package manager.
    {"YARN_NODE_LINKER": "node-modules", "YARN_ENABLE_TELEMETRY": "0"},
)
_LOCK_FILES = {"package-lock.json": _NPM, "pnpm-lock.yaml": _PNPM, "yarn.lock": _YARN}


@dataclass(frozen=True, slots=True)
class Packages:
    """What the lock file of a Suite pins, which must contain esbuild."""

    context: RunnerContext
    lock: Path
    manager: PackageManager

    @classmethod
    def of(cls, context: RunnerContext) -> Packages:
        """Return those of a Suite.

        :raises SettingsError: it has no lock file, or that of no package manager, or without esbuild.
        """
        place = context.suite.lock
        manager = _LOCK_FILES.get(Path(place).name) if place else None
        if place is None or manager is None:
            raise SettingsError(
                f"{place or context.suite.path}:1:1 a TypeScript Suite requires a package-lock.json",
                "or a pnpm-lock.yaml or yarn.lock: npm install --save-dev esbuild typescript, then add "
                "'lock: package-lock.json' to the suite file",
            )
        lock = context.root / place
        manifest = lock.with_name("package.json")
        name = manifest.relative_to(context.root).as_posix()
        if not manifest.is_file():
            raise SettingsError(f"{name}:1:1 no such file", f"{place} requires it")
        text = _read(lock, place)
        if manager is _YARN and "__metadata:" not in text:
            manager = _YARN_1
        if "esbuild" not in (_locked_by_npm(text, place) if manager is _NPM else _listed(manifest, name)):
            raise SettingsError(f"{name}:1:1 esbuild is not among its packages", f"{manager.add} esbuild")
        return cls(context, lock, manager)

    @property
    def files(self) -> tuple[Path, ...]:
        """Manifest and lock file, with the settings of the package manager beside them."""
        folder = self.lock.parent
        found = (path for glob in self.manager.settings for path in sorted(folder.glob(glob)) if path.is_file())
        return (self.lock.with_name("package.json"), self.lock, *found)

    def install(self, folder: Path, node: str) -> None:
        """Install the packages into ``node_modules`` in ``folder``.

        :param node: the path of Node.js.
        :raises InfrastructureError: the package manager failed.
        :raises ToolchainMissingError: it is not installed, or in a version that cannot read the lock file.
        """
        for file in self.files:
            place = folder / file.relative_to(self.lock.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
        manager = self.manager
        env = {**tool_environment(self.context), **manager.environment}
        env.pop("NODE_ENV", None)
        program = self._program(folder, node, env)
        name = f"{manager.name} {manager.arguments[0]}"
        try:
            call(self.context, [*program, *manager.arguments], cwd=folder, env=env, name=name)
        except CommandError as error:
            message = f"{self.context.suite.lock}:1:1 its packages could not be installed: {name} failed"
            raise InfrastructureError(message, error.tail) from None

    def _program(self, folder: Path, node: str, env: Mapping[str, str]) -> list[str]:
        """Return the command that runs the package manager."""
        settings = folder / ".yarnrc.yml"
        if self.manager is _YARN and settings.is_file():
            found = _YARN_PATH.search(settings.read_text(encoding="utf-8", errors="replace"))
            if found and (folder / found[1].strip()).is_file():
                return [node, found[1].strip()]
        program = find_tool(self.manager.name, self.manager.product)
        if self.manager.name == "yarn":
            self._require_version(program, folder, env)
        return [program]

    def _require_version(self, yarn: str, folder: Path, env: Mapping[str, str]) -> None:
        try:
            version = call(self.context, [yarn, "--version"], cwd=folder, env=env).strip()
        except CommandError as error:
            raise ToolchainMissingError(
                f"{yarn} does not work: {error.tail}", f"install {self.manager.product}"
            ) from None
        if version.startswith(("0.", "1.")) != (self.manager is _YARN_1):
            message = f"{yarn} is version {version}, which cannot use {self.context.suite.lock}"
            raise ToolchainMissingError(message, f"install {self.manager.product}")


def _read(lock: Path, place: str) -> str:
    try:
        return lock.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{place}:1:1 cannot be read: {error}") from None


def _locked_by_npm(text: str, place: str) -> set[str]:
    """Return the names of the packages at the top of ``node_modules``."""
    try:
        return {name.removeprefix("node_modules/") for name in json.loads(text)["packages"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingsError(f"{place}:1:1 not a lock file of npm 7 or newer", "write it again: npm install") from None


def _listed(manifest: Path, name: str) -> set[str]:
    """Return the names of the packages that a manifest lists: others cannot be imported with every package manager."""
    try:
        data: Any = json.loads(manifest.read_text(encoding="utf-8"))
        return {package for kind in ("dependencies", "devDependencies") for package in data.get(kind, {})}
    except (OSError, ValueError, TypeError, AttributeError):
        raise SettingsError(f"{name}:1:1 cannot be read as a package.json") from None
