"""Reads ``uv.lock``: what of it this Python needs, as requirements with hashes, which pip checks."""

from __future__ import annotations

import platform
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from snipproof.errors import SettingsError

_WRITE_LOCK = "write it again: uv lock"
_OWN = ("virtual", "editable", "directory")
_DEFAULT_GROUP = "dev"
_Package = Mapping[str, Any]


def read_uv_lock(file: Path, name: str) -> str:
    """Return the dependencies of the project of a lock file, with its group ``dev``, as ``uv sync`` installs them.

    The project itself is not among them, and neither are packages that this system or this Python does not need.

    :param file: the lock file, named ``name`` in messages.
    :return: a requirements file: one line a package, with the hashes of its files.
    :raises SettingsError: it cannot be read, it is for another Python, or a package in it has no hash.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
        _require_python(data, name)
        return "".join(_line(package, name, text) for package in _needed(data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, InvalidMarker, RecursionError):
        raise SettingsError(f"{name}:1:1 not a lock file of uv", _WRITE_LOCK) from None


def _require_python(data: Mapping[str, Any], name: str) -> None:
    required, found = data.get("requires-python", ""), platform.python_version()
    try:
        fits = SpecifierSet(required).contains(found, prereleases=True)
    except InvalidSpecifier:
        fits = True
    if not fits:
        message = f"{name}:1:1 it requires Python {required}, and this is {found}"
        raise SettingsError(message, "run pytest with such a Python")


def _needed(data: Mapping[str, Any]) -> list[_Package]:
    """Return the packages that the project needs on this system, in the order of the file."""
    packages: list[_Package] = data["package"]
    # Another package of the workspace is in a folder below that of the lock file.
    project = next(package for package in packages if "." in (package["source"].get(kind) for kind in _OWN))
    group = project.get("dev-dependencies", {}).get(_DEFAULT_GROUP, [])
    waiting = [*project.get("dependencies", []), *group]
    found: dict[int, _Package] = {}
    seen = set()
    while waiting:
        dependency = waiting.pop()
        if not _applies(dependency):
            continue
        package = _find(packages, dependency)
        for extra in ("", *dependency.get("extra", ())):
            if (id(package), extra) in seen:
                continue
            seen.add((id(package), extra))
            found[id(package)] = package
            more = package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
            waiting += more
    return [package for package in packages if id(package) in found and package is not project]


def _applies(dependency: Mapping[str, Any]) -> bool:
    marker = dependency.get("marker")
    return marker is None or Marker(marker).evaluate({"extra": ""})


def _find(packages: Iterable[_Package], dependency: Mapping[str, Any]) -> _Package:
    """Return the package that a dependency names; its version and source stand there only if there are several."""
    return next(
        package
        for package in packages
        if all(package.get(key) == dependency[key] for key in ("name", "version", "source") if key in dependency)
    )


def _line(package: _Package, name: str, text: str) -> str:
    hashes = sorted(set(_hashes(package)))
    if not hashes:
        line = text.partition(f'\nname = "{package["name"]}"\n')[0].count("\n") + 2
        origin = next(iter(package["source"]))
        message = f"{name}:{line}:1 {package['name']} has no hash, so it cannot be checked: its source is {origin}"
        raise SettingsError(message, "depend on a release of it, or write a requirements.lock without it")
    url = package["source"].get("url")
    version = f" @ {url}" if url else f"=={package['version']}"
    return " \\\n    ".join((f"{package['name']}{version}", *(f"--hash={each}" for each in hashes))) + "\n"


def _hashes(package: _Package) -> Iterator[str]:
    for file in (package.get("sdist", {}), *package.get("wheels", ())):
        if "hash" in file:
            yield file["hash"]
