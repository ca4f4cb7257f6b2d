"""The start of the Services."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.support.services import log

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.container_engine import engine_elsewhere
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.startup import Services
from snipproof.services.weaviate.obtain import obtain_server
from snipproof.services.weaviate.server import WeaviateAddress, call


def test_the_libraries_of_the_vectorizer_are_loaded_when_it_starts() -> None:
    """A session with a server given by its address has no vectorizer, and does not wait for its imports."""
    code = (
        "import sys, snipproof.pytest_plugin.hooks\n"
        "print(*sorted({'PIL', 'docker', 'grpc', 'numpy', 'onnxruntime'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('mode = "url"', "snipproof.toml:2:1 mode url requires an address"),
        ('mode = "url"\nurl = "http://x:port"', "snipproof.toml:3:1 weaviate.url or weaviate.grpc is not an address"),
        ('url = "https://x"', "snipproof.toml:2:1 weaviate.url: http://HOST:PORT expected, not 'https://x'"),
    ],
)
def test_an_error_in_an_address_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    """As any other error in the settings does."""
    (tmp_path / "snipproof.toml").write_text(f"[weaviate]\n{text}\n")
    settings = load_settings(tmp_path, environ={})
    with SessionFolder.begin(tmp_path / "session") as session, pytest.raises(SettingsError) as error:
        Services.start(settings, session, lambda _: None)
    assert error.value.message.startswith(message)


def test_a_server_of_another_version_takes_over_the_address() -> None:
    """So a Source is built once for all versions. The settings' name is that of the version in use."""
    recorder = Recorder()
    try:
        servers = {
            name: WeaviateAddress("127.0.0.1", port, "127.0.0.1", port + 1, version, "embedded", "")
            for name, port, version in (("weaviate@1.39.0", 1000, "1.39.0"), ("weaviate@1.37.14", 2000, "1.37.14"))
        }
        gone = InfrastructureError("unknown version")
        services = Services(contextlib.ExitStack(), {**servers, "weaviate@9": gone}, "", "", recorder)
        addresses = services.placeholders()
        door = recorder._doors["weaviate", 0]
        for name, address in servers.items():
            services.use((name,))
            assert door.upstream == address == services.weaviate == services.server("weaviate")
            assert services.placeholders() == addresses
        assert addresses["weaviate.port"] == str(door.ports[0])
        with pytest.raises(InfrastructureError, match="unknown version"):
            services.use(("weaviate@9",))
    finally:
        recorder.stop()


@pytest.mark.slow
def test_a_given_server_with_a_key(tmp_path: Path, settings: Settings) -> None:
    """The key is that of a root user. Without a right one, the error gives the reason, and others are used."""
    text = "[services.rbac]\napi-keys = { other-key = 'reader', root-key = 'root' }\nroot-users = ['root']\n"
    own = tmp_path / "own"
    given = tmp_path / "given"
    own.mkdir()
    given.mkdir()
    (own / "snipproof.toml").write_text(text)
    overrides = {"weaviate.mode": "embedded", "weaviate.binary": settings.weaviate.binary}
    with SessionFolder.begin(tmp_path / "session") as session:
        first = Services.start(load_settings(own, overrides=overrides), session, log, names=["rbac"])
        try:
            rbac = first.server("rbac")
            address = f"url = '{rbac.url}'\ngrpc = '127.0.0.1:{rbac.grpc_port}'\n"
            (given / "snipproof.toml").write_text(f"{text}{address}[services.wrong]\n{address}")
            second = Services.start(load_settings(given), session, log, names=["rbac", "wrong"])
            assert (second.server("rbac").mode, second.server("rbac").key) == ("url", "root-key")
            assert "root" in {role["name"] for role in call(second.server("rbac"), "GET", "/v1/authz/roles")}
            with pytest.raises(InfrastructureError, match="requires an API key, or another one: set `api-keys`"):
                second.server("wrong")
        finally:
            first.stop()


def test_a_server_that_needs_no_key_gets_none(tmp_path: Path, weaviate: WeaviateAddress) -> None:
    """It would reject requests that have one."""
    url, grpc = weaviate.url, f"127.0.0.1:{weaviate.grpc_port}"
    (tmp_path / "snipproof.toml").write_text(f"[weaviate]\nurl = '{url}'\ngrpc = '{grpc}'\napi-keys = {{ k = 'u' }}\n")
    with SessionFolder.begin(tmp_path / "session") as session:
        services = Services.start(load_settings(tmp_path, environ={}), session, log)
    assert services.weaviate.key == ""
    call(services.weaviate, "GET", "/v1/schema")


def test_an_address_has_one_node(tmp_path: Path) -> None:
    (tmp_path / "snipproof.toml").write_text("[services.a]\nurl = 'http://127.0.0.1:9'\nnodes = 2\n")
    settings = load_settings(tmp_path, environ={})
    with SessionFolder.begin(tmp_path / "session") as session, pytest.raises(SettingsError) as error:
        Services.start(settings, session, log, names=["a"])
    assert error.value.message == "snipproof.toml:3:1 services.a.nodes: a server given by its address has one node"


@pytest.mark.parametrize("host", ["tcp://192.0.2.1:2375", "ssh://root@192.0.2.1", "tcp://[2001:db8::1]:2375"])
def test_an_engine_on_another_machine_cannot_reach_the_vectorizer(
    tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Nothing is sent to it: ``auto`` has the reason at once, and ``container`` fails with it."""
    monkeypatch.setenv("DOCKER_HOST", host)
    reason = f"the containers of the engine at {host} cannot reach the vectorizer on this machine"
    settings = load_settings(tmp_path, overrides={"weaviate.binary": str(binary)})
    with SessionFolder.begin(tmp_path / "session") as session:
        found = obtain_server(settings, log, session)
        assert (found.binary, found.reason) == (binary, reason)
        by_name = settings._replace(weaviate=settings.weaviate._replace(mode="container"))
        with pytest.raises(InfrastructureError) as error:
            obtain_server(by_name, log, session)
    assert error.value.message == f"mode container: {reason}"


@pytest.mark.parametrize(
    ("host", "elsewhere"),
    [
        ("", False),
        ("unix:///x.sock", False),
        ("tcp://127.0.0.1:2375", False),
        ("tcp://localhost:2375", False),
        ("tcp://[::1", False),
        ("tcp://192.0.2.1:2375", True),
        ("tcp://no..such-host:2375", True),
    ],
)
def test_where_an_engine_is(monkeypatch: pytest.MonkeyPatch, host: str, *, elsewhere: bool) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert engine_elsewhere() == (host if elsewhere else "")


def test_an_interrupt_ends_the_wait_for_all_servers(tmp_path: Path) -> None:
    """None of them is ready, and one waits for the first node of its cluster."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    (tmp_path / "snipproof.toml").write_text("[services.a]\nnodes = 2\n[services.b]\n")
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "embedded", "weaviate.binary": str(program)})
    with SessionFolder.begin(tmp_path / "session") as session:
        timer = threading.Timer(1.0, session.closing.set)
        timer.start()
        began = time.monotonic()
        with pytest.raises(InfrastructureError, match="did not start"):
            Services.start(settings, session, log, names=["weaviate", "a", "b"])
        assert time.monotonic() - began < 8  # much less than the time for a cluster and for a start
        timer.join()
