"""The class path of a Java Suite: resolved by Maven once, checked against the lock file, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.run.build_cache import BuildKey
from snipproof.run.runner import Pinned, RunnerContext
from snipproof.run.runners.java.javac import Javac
from snipproof.run.toolchain import CommandError, cached_environment, call, find_tool, tool_environment

_BUILD_CLASSPATH = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
_LAUNCHER = Path(__file__).with_name("launcher")
_LAUNCHER_FACTORY = "org/junit/platform/launcher/core/LauncherFactory.class"
_JUPITER_API = "org/junit/jupiter/api/Test.class"
_TEST_ENGINE = "META-INF/services/org.junit.platform.engine.TestEngine"
_WRITE_LOCK = "write it again: mvn io.github.chains-project:maven-lockfile:generate"
_LAUNCHER_JAR, _NAMES = "launcher.jar", "names.txt"
_FOR_JUNIT = ("Tests.java", "Report.java")  # of the launcher
_PROCESSOR = "META-INF/services/javax.annotation.processing.Processor"
_DEPENDENCY = """\
<dependency>
  <groupId>{group}</groupId>
  <artifactId>{artifact}</artifactId>
  <version>{version}</version>
  <scope>test</scope>
</dependency>"""
_PROJECT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>snipproof</groupId><artifactId>junit</artifactId><version>1</version>
<dependencies>
{}
</dependencies>
</project>
"""


@dataclass(frozen=True, slots=True)
class ClassPath:
    """The class path with which the Sources of a Suite are compiled and run.

    :param launcher: the jar with the classes of the launcher.
    :param processes: whether one of the ``jars`` is an annotation processor.
    :param names: the file that lists what is in the ``jars``.
    """

    jars: tuple[Path, ...]
    launcher: Path
    processes: bool
    names: Path | None = None

    def has_any(self, names: Iterable[str]) -> bool:
        """Return whether a jar has a file with one of these names."""
        listed = self.names.read_bytes() if self.names else b""
        return any(f"\n{name}\n".encode() in listed for name in names)

    def add_to(self, key: BuildKey) -> None:
        """Add which jars these are to ``key``: a path may be that of a snapshot, which changes."""
        for jar in self.jars:
            for file in sorted(each for each in jar.rglob("*") if each.is_file()) if jar.is_dir() else [jar]:
                status = file.stat()
                key.add(file, status.st_size, status.st_mtime_ns)


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


def pinned_by(context: RunnerContext, version: str) -> Pinned:
    """Return the manifests and the lock file of the Suite, with the launcher and the version of Java.

    :raises SettingsError: the Suite has no manifest.
    """
    pom = manifest(context)
    files = (*_manifests(pom), context.root / str(context.suite.lock), *_launcher_sources())
    # The number changes when an environment made before cannot be used any more.
    return Pinned(files, f"java {version} {platform.system()} {platform.machine()} 2")


def _launcher_sources() -> list[Path]:
    return sorted(_LAUNCHER.rglob("*.java"))


def local_repository() -> Path:
    """Return the folder in which Maven keeps what it downloads: of its options, its settings, or the usual one."""
    home = Path.home() / ".m2"
    for name in ("MAVEN_ARGS", "MAVEN_OPTS"):
        if given := re.search(r"-Dmaven\.repo\.local=(\S+)", os.environ.get(name, "")):
            return Path(given[1])
    try:
        text = (home / "settings.xml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    if given := re.search(r"<localRepository>\s*(.*?)\s*</localRepository>", text, re.DOTALL):
        return Path(given[1].replace("${user.home}", str(Path.home())))
    return home / "repository"


def resolve(context: RunnerContext, javac: Javac, version: str) -> ClassPath:
    """Return the class path of the Suite.

    The jars are those of the user's Maven repository. Neither Maven nor the network is used while they exist and
    manifest and lock file are unchanged.

    :param version: that of Java.
    :raises InfrastructureError: it could not be resolved, or an artifact differs from the locked one.
    :raises SettingsError: the manifest lacks a test engine, or the lock file lacks an artifact.
    :raises ToolchainMissingError: Maven is required and not installed.
    """
    pom = manifest(context)
    lock = context.root / str(context.suite.lock)

    def make(folder: Path) -> None:
        checksums = _locked_checksums(context, lock) if lock != pom else None
        jars = _intact_jars(context, pom, folder / "classpath")
        if checksums is not None:
            _require_locked(context, checksums, jars)
        elif missing := _missing_of_junit(jars, _entries(jars)):
            # As Maven itself does before it runs tests.
            junit = folder / "junit.xml"
            junit.write_text(_PROJECT.format("\n".join(missing)), encoding="utf-8")
            there = {jar.parent.parent for jar in jars}
            jars += [jar for jar in _intact_jars(context, junit, folder / "junit") if jar.parent.parent not in there]
        names = _entries(jars)
        _require_junit(context, pom, jars, names)
        files = [f for f in _launcher_sources() if _LAUNCHER_FACTORY in names or f.name not in _FOR_JUNIT]
        with tempfile.TemporaryDirectory(dir=folder) as classes:
            javac.compile_launcher(files, jars, Path(classes))
            _pack(Path(classes), folder / _LAUNCHER_JAR)
        (folder / _NAMES).write_text("".join(f"\n{name}" for name in sorted(names)) + "\n", encoding="utf-8")
        data = {"jars": [str(jar) for jar in jars], "processes": _PROCESSOR in names}
        (folder / "classpath.json").write_text(json.dumps(data), encoding="utf-8")

    folder = cached_environment(context, pinned_by(context, version), make, _jars)
    return ClassPath(tuple(_jars(folder)), folder / _LAUNCHER_JAR, _read(folder)["processes"], folder / _NAMES)


def _pack(folder: Path, jar: Path) -> None:
    """Make a jar: class data is shared of jars only."""
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted(folder.rglob("*.class")):
            archive.write(file, file.relative_to(folder))


def _read(environment: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((environment / "classpath.json").read_text(encoding="utf-8"))
    return data


def _jars(environment: Path) -> list[Path]:
    """Return the jars of the class path, which are in the user's Maven repository."""
    return [Path(jar) for jar in _read(environment)["jars"]]


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
        arguments = [*command, f"-Dmdep.outputFile={output}", "-DincludeScope=test"]
        call(context, arguments, cwd=pom.parent, env=_environment(context))
    except CommandError as error:
        message = f"{context.suite.lock}:1:1 the class path could not be resolved: mvn failed"
        raise InfrastructureError(message, error.tail) from None
    text = output.read_text(encoding="utf-8") if output.exists() else ""
    return [Path(place) for place in text.strip().split(os.pathsep) if place]


def _intact_jars(context: RunnerContext, pom: Path, output: Path) -> list[Path]:
    """Return the class path of ``pom``; a damaged jar is downloaded again.

    :raises InfrastructureError: it could not be resolved, or a jar stays damaged.
    """
    jars = _call_maven(context, pom, output)
    if [jar for jar in jars if _is_damaged(jar) and _remove_downloaded(context, jar)]:
        jars = _call_maven(context, pom, output)
    for jar in jars:
        if _is_damaged(jar):
            message = f"{context.suite.lock}:1:1 {jar.name} is damaged in the Maven repository"
            raise InfrastructureError(message, f"remove {jar}")
    return jars


def _environment(context: RunnerContext) -> dict[str, str]:
    """Return the environment of Maven, whose JVM has its own idea of where temporary files go."""
    env = tool_environment(context)
    options = [env.get("MAVEN_OPTS", ""), "-XX:-UsePerfData"]
    if len(env["TMPDIR"].split()) == 1:  # the script of Maven cuts its options at spaces
        options.append(f"-Djava.io.tmpdir={env['TMPDIR']}")
    return {**env, "MAVEN_OPTS": " ".join(options).strip()}


def _entries(jars: Iterable[Path]) -> set[str]:
    names: set[str] = set()
    for jar in jars:
        if zipfile.is_zipfile(jar):
            with zipfile.ZipFile(jar) as archive:
                names.update(archive.namelist())
    return names


def _missing_of_junit(jars: Iterable[Path], names: set[str]) -> list[str]:
    """Return the dependencies without which the tests of JUnit 5 do not run, for a manifest that has only its API."""
    missing = []
    if _TEST_ENGINE not in names and _JUPITER_API in names:
        missing.append(_dependency("org.junit.jupiter", "junit-jupiter-engine", _version_of(jars, "jupiter")))
    if _LAUNCHER_FACTORY not in names and (missing or _TEST_ENGINE in names):
        missing.append(_dependency("org.junit.platform", "junit-platform-launcher", _version_of(jars, "platform")))
    return missing


def _dependency(group: str, artifact: str, version: str) -> str:
    return _DEPENDENCY.format(group=group, artifact=artifact, version=version)


def _version_of(jars: Iterable[Path], part: str) -> str:
    """Return the version of JUnit's ``part``, ``platform`` or ``jupiter``, that fits what is on the class path."""
    found = [re.fullmatch(r"junit-(platform|jupiter)-\w+-(\d.*)\.jar", jar.name) for jar in jars]
    version = next((match[2] for match in found if match), "1.14.4")
    # Jupiter 5 belongs to platform 1; since version 6 both have the same version.
    return re.sub(r"^[15]\.", "1." if part == "platform" else "5.", version)


def _require_junit(context: RunnerContext, pom: Path, jars: Iterable[Path], names: set[str]) -> None:
    """Require what runs tests, if there is anything of JUnit: programs do not need it."""
    if not any(name.startswith("org/junit/") for name in names):
        return
    place = f"{pom.relative_to(context.root).as_posix()}:1:1"
    if _LAUNCHER_FACTORY not in names:
        dependency = _dependency("org.junit.platform", "junit-platform-launcher", _version_of(jars, "platform"))
        message = f"{place} junit-platform-launcher, which runs the tests, is not on the class path"
        raise SettingsError(message, f"add to its dependencies:\n{dependency}")
    if _TEST_ENGINE not in names:
        dependency = _dependency("org.junit.jupiter", "junit-jupiter", _version_of(jars, "jupiter"))
        raise SettingsError(f"{place} no test engine is on the class path", f"add to its dependencies:\n{dependency}")


Checksums = Mapping[str, list[tuple[str, str]]]
"""The algorithms and checksums of artifacts, by their folders in a Maven repository."""


def _locked_checksums(context: RunnerContext, lock: Path) -> Checksums:
    """Return the checksums of a lock file of the maven-lockfile plugin."""
    try:
        return _checksums(json.loads(lock.read_text(encoding="utf-8"))["dependencies"])
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{context.suite.lock}:1:1 not a lock file of maven-lockfile", _WRITE_LOCK) from None


def _require_locked(context: RunnerContext, checksums: Checksums, jars: Iterable[Path]) -> None:
    """Check every jar against the lock file."""
    place = f"{context.suite.lock}:1:1"
    for jar in jars:
        # A repository has a jar in group/artifact/version; each part of the group's name is a folder.
        parts = jar.parent.parts
        name = next((name for i in range(len(parts)) if (name := "/".join(parts[i:])) in checksums), None)
        if name is None:
            raise SettingsError(f"{place} {jar.name} is on the class path, but not locked", _WRITE_LOCK)
        if not any(_digest(jar, algorithm) == checksum for algorithm, checksum in checksums[name]):
            *group, artifact, version = name.split("/")
            coordinates = f"{'.'.join(group)}:{artifact}:{version}"
            message = f"{place} {coordinates}: the checksum differs from the locked one"
            raise InfrastructureError(message, f"check {jar}")


def _is_damaged(jar: Path) -> bool:
    """Return whether a jar differs from the checksum that Maven stored beside it, else from those inside of it."""
    if jar.is_dir() or jar.suffix != ".jar":  # the classes of a module of the same build
        return False
    try:
        stored = jar.with_name(f"{jar.name}.sha1")
        words = stored.read_text(encoding="ascii", errors="replace").split() if stored.is_file() else []
        if words and re.fullmatch(r"[0-9a-fA-F]{40}", words[0]):
            return _digest(jar, "SHA-1") != words[0].lower()
        with zipfile.ZipFile(jar) as archive:
            return archive.testzip() is not None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError):
        return True


def _remove_downloaded(context: RunnerContext, jar: Path) -> bool:
    """Remove a jar that Maven downloaded, so that it does so again; what was installed by hand stays.

    :return: whether it was removed.
    """
    stored = jar.with_name(f"{jar.name}.sha1")
    if not (stored.exists() or jar.with_name("_remote.repositories").exists()):
        return False
    context.log(f"{context.suite.flavour}: {jar} is damaged: Maven downloads it again")
    jar.unlink(missing_ok=True)
    stored.unlink(missing_ok=True)
    return True


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
