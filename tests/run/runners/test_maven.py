"""The class path of a Java Suite: resolved once, checked against the lock file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.support.java_suite import FOLDER, GOOD, JUPITER, LAUNCHER, in_main, make_mini, pom
from tests.support.mini import Mini, passed

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.java.maven import local_repository
from snipproof.run.runners.java.runner import JavaRunner
from snipproof.run.toolchain import find_version

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("javac", "java", "mvn")]


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings) -> Mini:
    """A Suite that Maven resolves."""
    return make_mini(session, plain_settings)


@pytest.fixture
def maven(mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A replacement for Maven: returns a recorded class path, and logs each call."""
    runner = mini.runner()
    assert isinstance(runner, JavaRunner)
    jars = os.pathsep.join(map(str, runner._class_path.jars))
    mini.settings = mini.settings._replace(cache_dir=str(tmp_path / "cache"))
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "jars").write_text(jars)
    for tool in ("java", "javac"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    (folder / "mvn").write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/calls\n'
        f'for word; do case $word in -Dmdep.outputFile=*) cp {folder}/jars "${{word#*=}}"; esac; done\n'
    )
    (folder / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def without(folder: Path, tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only what is in ``folder`` on the PATH, without ``tool``."""
    (folder / tool).unlink()
    monkeypatch.setenv("PATH", str(folder))


def locked(jars: Iterable[Path], **changes: str) -> str:
    """Return a lock file as maven-lockfile writes it, each jar a child of the one before.

    :param changes: what is wrong in the entry of opentest4j.
    """
    entries: list[dict[str, object]] = []
    for jar in jars:
        *group, artifact, version, _ = jar.parts[jar.parts.index("repository") + 1 :]
        entry = {
            "groupId": ".".join(group),
            "artifactId": artifact,
            "version": version,
            "checksumAlgorithm": "SHA-256",
            "checksum": hashlib.sha256(jar.read_bytes()).hexdigest(),
        }
        entries = [{**entry, **(changes if artifact == "opentest4j" else {}), "children": entries}]
    return json.dumps({"lockFileVersion": 1, "dependencies": entries})


def test_maven_is_called_once(mini: Mini, maven: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second Runner needs no Maven; a jar that is gone, or another manifest, is resolved again."""
    jars = (maven / "jars").read_text().split(os.pathsep)
    copy = maven / "copy.jar"
    shutil.copyfile(jars[0], copy)
    (maven / "jars").write_text(os.pathsep.join([str(copy), *jars[1:]]))
    assert passed(mini.prove(GOOD))
    mini.runner()
    assert (maven / "calls").read_text().count("\n") == 1
    assert "java: installing what java/pom.xml pins (once)" in mini.logged
    copy.unlink()
    (maven / "jars").write_text(os.pathsep.join(jars))
    mini.runner()
    assert (maven / "calls").read_text().count("\n") == 2
    without(maven, "mvn", monkeypatch)
    mini.runner()
    mini.write("java/pom.xml", pom(JUPITER, LAUNCHER) + "\n")
    with pytest.raises(ToolchainMissingError, match="no 'mvn' on the PATH"):
        mini.runner()


def test_a_damaged_jar_is_downloaded_again(mini: Mini, maven: Path) -> None:
    """Before the first use by the checksum beside it, later by that of the first use; once, then it is an error."""
    jars = (maven / "jars").read_text().split(os.pathsep)
    good, repository = Path(jars[0]), maven / "repository"
    repository.mkdir()
    jar = repository / good.name
    (maven / "jars").write_text(os.pathsep.join([str(jar), *jars[1:]]))
    script = (maven / "mvn").read_text()
    (maven / "mvn").write_text(f"{script}test -e {jar} || cp {good} {jar}; echo {sha1(good)} > {jar}.sha1\n")
    jar.write_bytes(good.read_bytes()[:-100])
    Path(f"{jar}.sha1").write_text(sha1(good))
    assert passed(mini.prove(GOOD))
    assert mini.logged[-1] == f"java: {jar} is damaged: Maven downloads it again"
    jar.write_bytes(b"PK\x03\x04 damaged")
    mini.runner()
    assert jar.read_bytes() == good.read_bytes()
    assert f"java: {jar} is damaged: installing what java/pom.xml pins again" in mini.logged
    (maven / "mvn").write_text(f"{script}cp {jars[1]} {jar}; echo {sha1(good)} > {jar}.sha1\n")
    jar.write_bytes(b"")
    with pytest.raises(InfrastructureError, match=r"java/pom.xml:1:1 \S+\.jar is damaged in the Maven repository"):
        mini.runner()


def test_a_jar_that_was_installed_by_hand_is_never_removed(mini: Mini, maven: Path) -> None:
    """Nothing could download it again; the checksums in the jar itself show the damage."""
    jars = (maven / "jars").read_text().split(os.pathsep)
    own = maven / "own.jar"
    own.write_bytes(Path(jars[0]).read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03", 1))
    (maven / "jars").write_text(os.pathsep.join([*jars, str(own)]))
    with pytest.raises(InfrastructureError, match=r"own\.jar is damaged") as caught:
        mini.runner()
    assert caught.value.hint == f"remove {own}"
    assert own.exists()


def sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


def test_a_parent_manifest_counts(mini: Mini, maven: Path) -> None:
    """Another version in the manifest that this one inherits from is another class path."""
    inherits = "<parent><relativePath>../parent</relativePath></parent><dependencies>"
    mini.write("java/pom.xml", pom(JUPITER, LAUNCHER).replace("<dependencies>", inherits, 1))
    for text, calls in (("1", 1), ("1", 1), ("2", 2)):
        mini.write("parent/pom.xml", text)
        mini.runner()
        assert (maven / "calls").read_text().count("\n") == calls


@pytest.mark.parametrize("tool", ["java", "javac"])
def test_a_missing_toolchain(mini: Mini, maven: Path, monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    """The error names the missing program and what to install."""
    without(maven, tool, monkeypatch)
    with pytest.raises(ToolchainMissingError, match=f"no '{tool}' on the PATH") as error:
        mini.runner()
    assert "JDK" in error.value.hint


@pytest.mark.parametrize(("printed", "found"), [("17.0.15", "17.0.15"), ("25", "25"), ("1.8.0_392", None)])
def test_versions_of_java(maven: Path, mini: Mini, printed: str, found: str | None) -> None:
    """A new Java has no dots in its version; one that is too old is as good as none."""
    (maven / "java").unlink()
    (maven / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{printed}\" 2023-09-19' >&2\n")
    (maven / "java").chmod(0o755)
    assert find_version("java", "a JDK", "-version")[1] == (found or printed)
    if not found:
        with pytest.raises(ToolchainMissingError, match=r"java is version 1\.8\.0_392"):
            mini.runner()


def test_every_jar_must_be_the_locked_one(mini: Mini, maven: Path) -> None:
    """A lock file with all checksums passes; one that is wrong or missing is named."""
    jars = [Path(jar) for jar in (maven / "jars").read_text().split(os.pathsep)]
    mini.suite = mini.suite._replace(lock="java/lockfile.json")
    mini.write("java/lockfile.json", locked(jars))
    mini.runner()
    mini.write("java/lockfile.json", locked(jars, checksum="0" * 64))
    with pytest.raises(
        InfrastructureError, match=r"java/lockfile.json:1:1 org.opentest4j:opentest4j:\S+: the checksum"
    ):
        mini.runner()
    mini.write("java/lockfile.json", locked(jars, version="0.1"))
    with pytest.raises(
        SettingsError, match=r"java/lockfile.json:1:1 opentest4j-\S+ is on the class path, but not lock"
    ):
        mini.runner()
    mini.write("java/lockfile.json", "[]")
    with pytest.raises(SettingsError, match=r"java/lockfile.json:1:1 not a lock file of maven-lockfile"):
        mini.runner()


def test_what_the_manifest_must_have(mini: Mini, maven: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an engine, a manifest or the key, or the launcher in a lock file, the error names what to add."""
    jars = (maven / "jars").read_text().split(os.pathsep)
    for missing, artifact in (("platform-launcher", "junit-platform-launcher"), ("jupiter-engine", "junit-jupiter")):
        left = [jar for jar in jars if missing not in jar]
        (maven / "jars").write_text(os.pathsep.join(left))
        mini.suite = mini.suite._replace(lock="java/lockfile.json")
        mini.write("java/lockfile.json", locked(map(Path, left)))
        with pytest.raises(SettingsError, match=r"java/pom.xml:1:1 .* on the class path") as error:
            mini.runner()
        assert f"<artifactId>{artifact}</artifactId>" in error.value.hint
        assert "14.4</version>" in error.value.hint
    mini.suite = mini.suite._replace(lock="java/pom.xml")
    (maven / "mvn").write_text("#!/bin/sh\necho '[ERROR] no such artifact'\nexit 1\n")
    with pytest.raises(InfrastructureError, match=r"java/pom.xml:1:1 the class path could not be resolved") as failed:
        mini.runner()
    assert failed.value.hint == "[ERROR] no such artifact"
    mini.suite = mini.suite._replace(lock="java/lockfile.json")
    (mini.root / "java/pom.xml").rename(mini.root / "java/lockfile.json")
    with pytest.raises(SettingsError, match=r"java/lockfile.json:1:1 no pom.xml next to it"):
        mini.runner()
    mini.suite = mini.suite._replace(lock=None)
    with pytest.raises(SettingsError, match=r"java/suite.yaml:1:1 a Java Suite requires the key 'lock'"):
        mini.runner()


def test_what_runs_the_tests_is_added(mini: Mini, maven: Path) -> None:
    """Launcher and engine in the version of the API, as Maven itself does; nothing that is there already."""
    jars = (maven / "jars").read_text().split(os.pathsep)
    script = (maven / "mvn").read_text().replace(f"cp {maven}/jars", f'cp "{maven}/$(basename "$5")"')
    (maven / "mvn").write_text(script)
    added = {"launcher": ["platform-launcher"], "engine": ["jupiter-engine"], "both": ["launcher", "engine"]}
    for case, missing in added.items():
        left = [jar for jar in jars if not any(f"junit-{m}" in jar or f"-{m}-" in jar for m in missing)]
        assert len(left) < len(jars)
        (maven / "pom.xml").write_text(os.pathsep.join(left))
        (maven / "junit.xml").write_text(os.pathsep.join(jars))
        mini.write("java/pom.xml", pom(JUPITER) + f"<!-- {case} -->")
        runner = mini.runner()
        assert isinstance(runner, JavaRunner)
        assert sorted(map(str, runner._class_path.jars)) == sorted(jars), case
        required = (runner._class_path.launcher.parent / "junit.xml").read_text()
        assert ("<version>1.14.4</version>" in required) == ("platform-launcher" not in "".join(left)), required
        assert ("<version>5.14.4</version>" in required) == ("jupiter-engine" not in "".join(left)), required
    assert passed(mini.prove(GOOD))


def test_programs_need_no_junit(mini: Mini) -> None:
    """Without JUnit, the launcher is compiled without it; a file without a `main` is an error of that file."""
    mini.write("java/pom.xml", pom())
    body = ("// START a", 'System.out.print("a");', "// END a")
    found = mini.prove(
        in_main("Main", *body) | {f"{FOLDER}/Other.java": "class Other {\n// START b\nint b;\n// END b\n}\n"}
    )
    assert [str(verdict.outcome) for verdict in found.values()] == ["passed", "failed"]
    assert found[f"{FOLDER}/Main.java::a"].output == "a"
    assert "no class has a `public static void main(String[])`" in found[f"{FOLDER}/Other.java::b"].reason


@pytest.mark.parametrize(
    ("variables", "settings", "place"),
    [
        ({}, "", "{home}/.m2/repository"),
        ({}, "<settings><!-- <localRepository>/a</localRepository> --></settings>", "{home}/.m2/repository"),
        ({}, "<settings><localRepository> ${user.home}/r </localRepository></settings>", "{home}/r"),
        ({"MAVEN_OPTS": "-Xmx1g -Dmaven.repo.local=/b -X"}, "<localRepository>/a</localRepository>", "/b"),
        ({"MAVEN_OPTS": "-Dmaven.repo.local=/b", "MAVEN_ARGS": "-Dmaven.repo.local=/c"}, "", "/c"),
    ],
)
def test_the_repository_of_maven_is_found(
    variables: dict[str, str], settings: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Maven itself finds it: by its options, then by the user's settings."""
    for name in ("MAVEN_OPTS", "MAVEN_ARGS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**variables, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    if settings:
        (tmp_path / ".m2").mkdir()
        (tmp_path / ".m2" / "settings.xml").write_text(settings, encoding="utf-8")
    assert local_repository() == Path(place.replace("{home}", str(tmp_path)))
