"""Filling the caches ahead: what is obtained, what was there, what failed, and the key of it all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.model import Source, Suite
from snipproof.processes.cache_entries import cache_entries, would_remove
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.probe import Probed
from snipproof.run.provisioning import Provisioned, Provisioning, cache_prefix, select_suites
from snipproof.run.runner import Pinned, Program, Runner
from snipproof.run.source_run import SourceRun
from snipproof.run.toolchain import cached_environment
from snipproof.server_settings import ServiceSettings
from snipproof.services.weaviate import binary
from snipproof.services.weaviate.obtain import ObtainedServer


@dataclass
class Machine:
    """What the toolchain of the fake language does."""

    version: str = "1"
    error: Exception | None = None
    compiled: set[str] = field(default_factory=set)
    installed: int = 0
    built: list[str] = field(default_factory=list)


MACHINE = Machine()


class FakeRunner(Runner):
    """Installs a file, and keeps builds."""

    def pinned(self) -> Pinned | None:
        if isinstance(MACHINE.error, ToolchainMissingError):
            raise MACHINE.error
        lock = self.context.suite.lock
        return Pinned((self.context.root / lock,), MACHINE.version) if lock else None

    def shared_folders(self) -> Sequence[Path]:
        self.pinned()
        return [Path("/shared")]

    def provision(self) -> None:
        if MACHINE.error:
            raise MACHINE.error

        def make(folder: Path) -> None:
            MACHINE.installed += 1
            (folder / "package").write_bytes(bytes(3_000_000))

        if pinned := self.pinned():
            cached_environment(self.context, pinned, make)

    def probe(self, source: Source, text: str) -> Probed:
        assert source.text == text
        return Probed(text)

    def is_build_cached(self) -> bool:
        return self.context.suite.path in MACHINE.compiled

    def build(self, programs: Sequence[Program]) -> None:
        MACHINE.built += [program.source.path for program in programs]
        MACHINE.compiled.add(self.context.suite.path)

    def execute(self, program: Program) -> SourceRun:
        raise AssertionError(program.source.path)  # no Source is run


SUITES = [
    Suite("a/suite.yaml", "ay", "python", ("a/one.py", "a/two.py"), lock="a/lock"),
    Suite("b/suite.yaml", "bee", "python", ("b/three.py",)),
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a tree with two Suites, whose language is the fake one, and of a server that is quick to obtain."""
    MACHINE.__init__()  # type: ignore[misc]
    for name in ("a/lock", "a/one.py", "a/two.py", "b/three.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr("snipproof.run.provisioning.make_runner", FakeRunner)

    def download(_: Settings, part: Path, __: object) -> Path:
        (part / "server").write_bytes(bytes(12_000_000))
        return part / "server"

    monkeypatch.setattr(binary, "_download", download)
    return load_settings(tmp_path, environ={}, overrides={"cache-dir": "cache", "weaviate.mode": "embedded"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SessionFolder]:
    with SessionFolder.begin(tmp_path / "sessions") as begun:
        yield begun


def fill(settings: Settings, session: SessionFolder, suites: Sequence[Suite] = SUITES) -> list[Provisioned]:
    return list(Provisioning(settings, suites, session, lambda _: None).fill())


def key(settings: Settings, session: SessionFolder, suites: Sequence[Suite] = SUITES) -> str:
    return Provisioning(settings, suites, session, lambda _: None).cache_key()


def found(results: Sequence[Provisioned]) -> list[tuple[str, str]]:
    assert all(result.error is None for result in results)
    return [(result.what, result.found) for result in results]


def test_the_second_time_everything_is_there(settings: Settings, session: SessionFolder) -> None:
    """Nothing is obtained, installed or built again, and no Source is run."""
    assert found(fill(settings, session)) == [
        ("weaviate", "1.39.0 obtained, 12 MB"),
        ("ay (a/suite.yaml)", "installed, 3.0 MB, built"),
        ("bee (b/suite.yaml)", "nothing to install, built"),
    ]
    assert sorted(MACHINE.built) == ["a/one.py", "a/two.py", "b/three.py"]
    MACHINE.built.clear()
    assert found(fill(settings, session)) == [
        ("weaviate", "1.39.0 was there, 12 MB"),
        ("ay (a/suite.yaml)", "was there, 3.0 MB"),
        ("bee (b/suite.yaml)", "nothing to install"),
    ]
    assert (MACHINE.installed, MACHINE.built) == (1, [])


def test_each_version_that_a_suite_uses_is_obtained_once(settings: Settings, session: SessionFolder) -> None:
    services = {
        name: ServiceSettings(version=version) for name, version in (("a", ""), ("b", "1.38.0"), ("c", "1.37.0"))
    }
    several = settings._replace(services=services)
    suites = [SUITES[1]._replace(services=("a", "b")), SUITES[1]._replace(path="b.yaml", services=("weaviate",))]
    results = found(fill(several, session, suites))
    assert results[:2] == [("weaviate", "1.39.0 obtained, 12 MB"), ("b", "1.38.0 obtained, 12 MB")]
    assert (
        len({key(several, session, suites), key(several, session, suites[:1]), key(settings, session, suites[1:])}) == 3
    )


def test_what_is_damaged_is_installed_again(settings: Settings, session: SessionFolder) -> None:
    fill(settings, session)
    (environment,) = (settings.root / "cache/environments").glob("python-*/package")
    environment.write_text("")
    (server,) = (settings.root / "cache/weaviate").glob("*/*/weaviate-server")
    server.write_text("")
    assert [text for _, text in found(fill(settings, session))] == [
        "1.39.0 obtained, 12 MB", "installed, 3.0 MB", "nothing to install"
    ]  # fmt: skip


def test_what_was_filled_is_in_use_while_the_session_lasts(settings: Settings, session: SessionFolder) -> None:
    """Nobody prunes it meanwhile."""
    fill(settings, session)
    entries = cache_entries(settings.root / "cache")
    assert len(entries) == 2
    assert not any(map(would_remove, entries))
    session.end()
    assert all(map(would_remove, entries))


@pytest.mark.parametrize(
    "error", [InfrastructureError("no network"), SettingsError("wrong"), ToolchainMissingError("no program")]
)
def test_a_failure_does_not_stop_the_rest(settings: Settings, session: SessionFolder, error: Exception) -> None:
    MACHINE.error = error
    server, *suites = fill(settings, session)
    assert server.error is None
    assert [result.error for result in suites] == [error, error]
    assert [result.is_skipped for result in suites] == [isinstance(error, ToolchainMissingError)] * 2


def test_a_server_that_is_not_kept_in_the_cache(
    settings: Settings, session: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image, and one of the user's own: given by its address, or as a program."""
    given = settings._replace(weaviate=settings.weaviate._replace(mode="url", url="http://127.0.0.1:1"))
    assert fill(given, session, [])[0].found == "given by its address"
    program = settings.root / "mine"
    program.write_text("program")
    program.chmod(0o755)
    own = settings._replace(weaviate=settings.weaviate._replace(binary=str(program)))
    assert fill(own, session, [])[0].found == f"{program}, 0.0 MB"
    image = ObtainedServer("weaviate:1", Path(), "selected")
    monkeypatch.setattr("snipproof.run.provisioning.obtain_server", lambda *_: image)
    assert fill(settings, session, [])[0].found == "image weaviate:1, kept by the container engine (selected)"
    assert not (settings.root / "cache").exists()


def test_the_key_changes_with_what_would_be_obtained(settings: Settings, session: SessionFolder) -> None:
    """And with nothing else: texts of Sources and pages do not count."""
    first = key(settings, session)
    assert first.startswith(cache_prefix())
    (settings.root / "a/one.py").write_text("print(1)")
    other_cache = settings._replace(cache_dir="elsewhere", pages=("docs",))
    assert key(other_cache, session) == first
    assert not (settings.root / "cache").exists()
    keys = {first, key(settings, session, SUITES[:1])}
    for change in ({"version": "1.38.0"}, {"mode": "container"}, {"image": "x"}, {"sha256": {"linux-amd64": "0"}}):
        keys.add(key(settings._replace(weaviate=settings.weaviate._replace(**change)), session))
    (settings.root / "a/lock").write_text("pins")
    keys.add(key(settings, session))
    MACHINE.version = "2"
    keys.add(key(settings, session))
    MACHINE.error = ToolchainMissingError("no program")
    keys.add(key(settings, session))
    assert len(keys) == 9


def test_the_folders_are_named_once(settings: Settings, session: SessionFolder) -> None:
    """Without those of a toolchain that is missing."""
    work = Provisioning(settings, SUITES, session, lambda _: None)
    assert work.folders() == [settings.root / "cache", Path("/shared")]
    MACHINE.error = ToolchainMissingError("no program")
    assert work.folders() == [settings.root / "cache"]


def test_suites_are_selected_by_flavour_and_by_path() -> None:
    assert select_suites(SUITES, []) == SUITES
    assert select_suites(SUITES, ["bee"]) == SUITES[1:]
    assert select_suites(SUITES, ["b/suite.yaml", "ay"]) == SUITES
    with pytest.raises(SettingsError, match="no Suite has the flavour or the path 'be'") as caught:
        select_suites(SUITES, ["be"])
    assert caught.value.hint == "did you mean 'bee'?"


def test_the_key_needs_no_order_of_settings(settings: Settings, session: SessionFolder) -> None:
    """A table of the settings has none."""
    sums = {"a": "1", "b": "2"}
    tables = [dict(sorted(sums.items(), reverse=backwards)) for backwards in (False, True)]
    assert len(set(map(json.dumps, tables))) == 2
    keys = {key(settings._replace(weaviate=settings.weaviate._replace(sha256=table)), session) for table in tables}
    assert len(keys) == 1
