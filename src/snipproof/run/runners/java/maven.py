"""The class path of a Java Suite: resolved by Maven once, checked against the lock file, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.run.runner import RunnerContext
from snipproof.run.runners.java.javac import Javac
from snipproof.run.toolchain import CommandError, cached_environment, call, find_tool

_BUILD_CLASSPATH = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
_LAUNCHER = Path(__file__).with_name("launcher")
_LAUNCHER_FACTORY = "org/junit/platform/launcher/core/LauncherFactory.class"
_TEST_ENGINE = "META-INF/services/org.junit.platform.engine.TestEngine"
_PROCESSOR = "META-INF/services/javax.annotation.processing.Processor"
_DEPENDENCY = """\
add to its dependencies:
<dependency>
  <groupId>{group}</groupId>
  <artifactId>{artifact}</artifactId>
  <version>{version}</version>
  <scope>test</scope>
</dependency>"""


@dataclass(frozen=True, slots=True)
class ClassPath:
    """The class path with which the Sources of a Suite are compiled and run.

    :param launcher: the folder with the classes of the launcher.
    :param processes: whether one of the ``jars`` is an annotation processor.
    """

    jars: tuple[Path, ...]
    launcher: Path
    processes: bool


def manifest(context: RunnerContext) -> Path:
    """Return the ``pom.xml`` of the Suite: its lock file, or next to it.

    :raises SettingsError: the Suite has none.
    """
    lock = context.suite.lock
    if lock is None:
        hint = "add `lock: pom.xml`, or `lock: lockfile.json` if maven-lockfile writes one"
        raise SettingsError(f"{context.suite.path}:1:1 a Java Suite requires the key 'lock'", hint)
    pom = (context.root / lock).with_name("pom.xml")
    if not pom.is_file():
        raise SettingsError(f"{lock}:1:1 no pom.xml next to it", "Maven requires it to resolve the class path")
    return pom


def resolve(context: RunnerContext, javac: Javac, version: str) -> ClassPath:
    """Return the class path of the Suite.

    The jars are those of the user's Maven repository. Neither Maven nor the network is used while they exist and
    manifest and lock file are unchanged.

    :param version: that of Java.
    :raises InfrastructureError: it could not be resolved, or an artifact differs from the locked one.
    :raises SettingsError: the manifest lacks what running tests requires, or the lock file lacks an artifact.
    :raises ToolchainMissingError: Maven is required and not installed.
    """
    pom = manifest(context)
    lock = context.root / str(context.suite.lock)
    parts = sorted(_LAUNCHER.rglob("*.java"))

    def make(folder: Path) -> None:
        jars = _call_maven(context, pom, folder / "classpath")
        if lock != pom:
            _require_locked(context, lock, jars)
        names = _entries(jars)
        _require_junit(context, pom, jars, names)
        javac.compile_launcher(parts, jars, folder / "launcher")
        data = {"jars": [str(jar) for jar in jars], "processes": _PROCESSOR in names}
        (folder / "classpath.json").write_text(json.dumps(data), encoding="utf-8")

    facts = f"java {version} {platform.system()} {platform.machine()}"
    for _ in range(2):
        folder = cached_environment(context, [*_manifests(pom), lock, *parts], facts, make)
        data = json.loads((folder / "classpath.json").read_text(encoding="utf-8"))
        jars = tuple(Path(jar) for jar in data["jars"])
        if all(jar.exists() for jar in jars):
            break
        (folder / "complete").unlink(missing_ok=True)  # the user's Maven repository was cleaned
    return ClassPath(jars, folder / "launcher", data["processes"])


def _manifests(pom: Path) -> list[Path]:
    """Return ``pom`` with the manifests that it inherits from, as far as they are local files."""
    found: list[Path] = []
    while pom.is_file() and pom not in found:
        found.append(pom)
        parent = re.search(r"<parent>.*?</parent>", pom.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
        if parent:
            named = re.search(r"<relativePath>\s*(.*?)\s*</relativePath>", parent[0])
            pom = Path(os.path.normpath(pom.parent / (named[1] if named else "../pom.xml")))
            pom = pom / "pom.xml" if pom.is_dir() else pom
    return found


def _call_maven(context: RunnerContext, pom: Path, output: Path) -> list[Path]:
    mvn = find_tool("mvn", "Apache Maven")
    command = [mvn, "-q", "-B", "-Dstyle.color=never", "-f", str(pom), _BUILD_CLASSPATH]
    try:
        call(context, [*command, f"-Dmdep.outputFile={output}", "-DincludeScope=test"], cwd=pom.parent)
    except CommandError as error:
        message = f"{context.suite.lock}:1:1 the class path could not be resolved: mvn failed"
        raise InfrastructureError(message, error.tail) from None
    text = output.read_text(encoding="utf-8") if output.exists() else ""
    return [Path(place) for place in text.strip().split(os.pathsep) if place]


def _entries(jars: Iterable[Path]) -> set[str]:
    names: set[str] = set()
    for jar in jars:
        if zipfile.is_zipfile(jar):
            with zipfile.ZipFile(jar) as archive:
                names.update(archive.namelist())
    return names


def _require_junit(context: RunnerContext, pom: Path, jars: Iterable[Path], names: set[str]) -> None:
    place = f"{pom.relative_to(context.root).as_posix()}:1:1"
    found = [re.fullmatch(r"junit-platform-\w+-(\d.*)\.jar", jar.name) for jar in jars]
    version = next((match[1] for match in found if match), "1.14.4")
    if _LAUNCHER_FACTORY not in names:
        hint = _DEPENDENCY.format(group="org.junit.platform", artifact="junit-platform-launcher", version=version)
        raise SettingsError(f"{place} junit-platform-launcher, which runs the tests, is not on the class path", hint)
    if _TEST_ENGINE not in names:
        # Jupiter 5 belongs to platform 1; since version 6 both have the same version.
        version = re.sub(r"^1\.", "5.", version)
        hint = _DEPENDENCY.format(group="org.junit.jupiter", artifact="junit-jupiter", version=version)
        raise SettingsError(f"{place} no test engine is on the class path", hint)


def _require_locked(context: RunnerContext, lock: Path, jars: Iterable[Path]) -> None:
    """Check every jar against a lock file of the maven-lockfile plugin."""
    place = f"{context.suite.lock}:1:1"
    hint = "write it again: mvn io.github.chains-project:maven-lockfile:generate"
    try:
        locked = _checksums(json.loads(lock.read_text(encoding="utf-8"))["dependencies"])
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{place} not a lock file of maven-lockfile", hint) from None
    for jar in jars:
        # A repository has a jar in group/artifact/version; each part of the group's name is a folder.
        parts = jar.parent.parts
        name = next((name for i in range(len(parts)) if (name := "/".join(parts[i:])) in locked), None)
        if name is None:
            raise SettingsError(f"{place} {jar.name} is on the class path, but not locked", hint)
        if not any(_digest(jar, algorithm) == checksum for algorithm, checksum in locked[name]):
            *group, artifact, version = name.split("/")
            coordinates = f"{'.'.join(group)}:{artifact}:{version}"
            message = f"{place} {coordinates}: the checksum differs from the locked one"
            raise InfrastructureError(message, f"check {jar}")


def _checksums(dependencies: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return the algorithms and checksums of all locked artifacts, by their folders in a Maven repository."""
    locked: dict[str, list[tuple[str, str]]] = {}
    for entry in _flat(dependencies):
        folder = "/".join((*entry["groupId"].split("."), entry["artifactId"], entry["version"]))
        locked.setdefault(folder, []).append((entry["checksumAlgorithm"], entry["checksum"]))
    return locked


def _flat(dependencies: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for entry in dependencies:
        yield entry
        yield from _flat(entry.get("children", ()))


def _digest(file: Path, algorithm: str) -> str:
    """Return the checksum of ``file``; ``algorithm`` has the name that Java gives it: SHA-256, SHA3-256."""
    name = algorithm.lower().replace("sha-", "sha").replace("-", "_")
    if name not in hashlib.algorithms_available:
        return ""
    with file.open("rb") as data:
        return hashlib.file_digest(data, name).hexdigest()
