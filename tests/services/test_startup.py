"""A server given by its address, and what the startup reports if it does not work."""

from __future__ import annotations

import http.server
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate.server import WeaviateAddress

NOWHERE = "http://127.0.0.1:9"


def given(tmp_path: Path, address: WeaviateAddress, **more: str) -> Settings:
    """Settings that name a running server."""
    overrides = {
        "weaviate.mode": "url",
        "weaviate.url": address.url,
        "weaviate.grpc": f"{address.grpc_host}:{address.grpc_port}",
        "weaviate.start-timeout": "3",
    }
    return load_settings(tmp_path, environ={}, overrides=overrides | {f"weaviate.{k}": v for k, v in more.items()})


def test_a_given_server_is_used_without_a_proxy_and_another_version_is_reported(
    tmp_path: Path, weaviate: WeaviateAddress, session: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy leads to this machine."""
    for name in ("HTTP_PROXY", "http_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    logged: list[str] = []
    services = Services.start(given(tmp_path, weaviate, version="1.2.3"), session, logged.append)
    services.stop()
    assert (services.weaviate.mode, services.weaviate.version) == ("url", weaviate.version)
    assert logged[-1] == f"weaviate: the server has version {weaviate.version}, the settings 1.2.3"


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
def test_an_invalid_address_is_an_error_of_the_settings(
    tmp_path: Path, session: SessionFolder, url: str, grpc: str
) -> None:
    """Nothing connects to it."""
    overrides = {"weaviate.mode": "url", "weaviate.url": url, "weaviate.grpc": grpc}
    with pytest.raises(SettingsError, match="url"):
        Services.start(load_settings(tmp_path, environ={}, overrides=overrides), session, lambda _: None)


def test_a_server_that_gives_no_version_is_an_error(
    tmp_path: Path, weaviate: WeaviateAddress, session: SessionFolder
) -> None:
    """It may require a key, or be another program; the error contains its response."""

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
        with pytest.raises(InfrastructureError, match="/v1/meta returned 401 and no version"):
            Services.start(given(tmp_path, other), session, lambda _: None)
    finally:
        server.shutdown()
        server.server_close()
