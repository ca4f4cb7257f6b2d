"""The embedded server, and a server given by its address: what is chosen, and what is said when it does not work."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate import embedded
from snipproof.services.weaviate.embedded import EmbeddedWeaviate
from snipproof.services.weaviate.ports import ServerPorts, choose_ports
from snipproof.services.weaviate.server import WeaviateAddress

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[SessionFolder]:
    """A Run."""
    with SessionFolder.begin(tmp_path / "runs") as begun:
        yield begun


def given(tmp_path: Path, address: WeaviateAddress, **more: str) -> Settings:
    """Settings that name a running server."""
    overrides = {
        "weaviate.mode": "url",
        "weaviate.url": address.url,
        "weaviate.grpc": f"{address.grpc_host}:{address.grpc_port}",
        "weaviate.start-timeout": "3",
    }
    return load_settings(tmp_path, environ={}, overrides=overrides | {f"weaviate.{k}": v for k, v in more.items()})


@pytest.mark.parametrize("taken", ["rest", "grpc"])
def test_another_servers_port_is_never_taken_for_ours(
    weaviate: WeaviateAddress,
    binary: Path,
    settings: Settings,
    run: SessionFolder,
    monkeypatch: pytest.MonkeyPatch,
    taken: str,
) -> None:
    """When two workers choose the same port, the loser notices, though a Weaviate answers there, and takes others."""
    ports = {"rest": weaviate.port, "grpc": weaviate.grpc_port}
    chosen: list[ServerPorts] = []

    def choose() -> ServerPorts:
        chosen.append(choose_ports() if chosen else replace(choose_ports(), **{taken: ports[taken]}))
        return chosen[-1]

    monkeypatch.setattr(embedded, "choose_ports", choose)
    said: list[str] = []
    server = EmbeddedWeaviate.start(binary, settings, run, vectorizer_of(weaviate), "", said.append)
    try:
        assert (server.address.port, server.address.grpc_port) == (chosen[1].rest, chosen[1].grpc)
        assert said == ["a port was taken before the server could use it: trying others"]
    finally:
        server.stop()


def vectorizer_of(address: WeaviateAddress) -> str:
    """Return the address of anything that answers like a ready vectorizer."""
    return f"{address.url}/v1"  # its /v1/.well-known/ready


def test_a_server_that_ends_early_shows_its_log_at_once(tmp_path: Path, settings: Settings, run: SessionFolder) -> None:
    """Nobody waits for a dead server; the end of its own log is the hint."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(InfrastructureError, match="did not start: the server ended") as caught:
        EmbeddedWeaviate.start(program, settings, run, NOWHERE, "", lambda _: None)
    assert caught.value.hint == "the disk is on fire"


def test_a_given_server_is_used_past_the_proxy_and_its_version_is_told(
    tmp_path: Path, weaviate: WeaviateAddress, run: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy leads to this machine; another version than the pinned one is said."""
    for name in ("HTTP_PROXY", "http_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    said: list[str] = []
    services = Services.start(given(tmp_path, weaviate, version="1.2.3"), run, said.append)
    services.stop()
    assert (services.weaviate.mode, services.weaviate.version) == ("url", weaviate.version)
    assert said[-1] == f"weaviate: the server says that it is {weaviate.version}, not 1.2.3 as set"


@pytest.mark.parametrize(
    ("url", "grpc"),
    [
        ("", ""),
        ("https://127.0.0.1:8080", ""),
        ("http://127.0.0.1:8080/path", ""),
        ("http://me@127.0.0.1:8080", ""),
        ("http://127.0.0.1:port", ""),
        ("http://[::1", ""),
        ("http://127.0.0.1:8080", "127.0.0.1:port"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, run: SessionFolder, url: str, grpc: str) -> None:
    """What could only be half understood is an error of the settings, and nothing is asked."""
    overrides = {"weaviate.mode": "url", "weaviate.url": url, "weaviate.grpc": grpc}
    with pytest.raises(SettingsError, match="url"):
        Services.start(load_settings(tmp_path, environ={}, overrides=overrides), run, lambda _: None)


def test_an_ipv6_address_keeps_its_brackets() -> None:
    """A URL with an address of colons is one that clients can read."""
    assert WeaviateAddress("::1", 8080, "::1", 50051, "", "url", "").url == "http://[::1]:8080"


def test_a_server_that_is_no_weaviate_is_an_error_in_words(
    tmp_path: Path, weaviate: WeaviateAddress, run: SessionFolder
) -> None:
    """What is ready but gives no version, since it wants a key or is another program, is named with its reply."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path.endswith("ready") else 401)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        other = replace(weaviate, port=server.server_address[1])
        with pytest.raises(InfrastructureError, match="/v1/meta says 401 and no version"):
            Services.start(given(tmp_path, other), run, lambda _: None)
    finally:
        server.shutdown()
        server.server_close()
