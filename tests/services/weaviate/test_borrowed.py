"""The servers of a watcher, as another run uses them; the watcher here is a socket with prepared answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.services import local_address
from tests.support.watching import temporary_folder

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.borrowed import BorrowedServers, as_message, borrow, from_message, settings_digest
from snipproof.services.weaviate.server import FrozenServerError
from snipproof.watch.request_socket import Client, Server

ADDRESS = replace(local_address(8080), version="1.39.0", mode="embedded", key="secret", others=(local_address(8081),))
LENT: dict[str, Any] = {
    "event": "lent",
    "servers": {"rbac": as_message(ADDRESS)},
    "renewable": ["rbac"],
    "vectorizer": "http://v",
}
Answer = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], list[dict[str, Any]]]]:
    """Return what starts a watcher of ``tmp_path`` that answers so; it returns the requests."""
    with temporary_folder() as temporary:
        monkeypatch.setattr("tempfile.tempdir", str(temporary))
        folder = temporary / f"snipproof-{os.getuid()}" / "abcdef012345"
        folder.mkdir(parents=True)
        servers: list[Server] = []

        def begin(answer: Answer) -> list[dict[str, Any]]:
            requests: list[dict[str, Any]] = []

            def handle(client: Client, message: dict[str, Any]) -> None:
                if message["request"] == "status":
                    client.finish(0, 0, [])
                    return
                requests.append(message)
                client.send(answer(message))
                for later in client.messages():
                    requests.append(later)
                    client.send(answer(later))
                client.close()

            servers.append(Server(folder, tmp_path, handle))
            return requests

        yield begin
        for server in servers:
            server.stop()


def borrowed(root: Path) -> tuple[BorrowedServers | None, list[str]]:
    lines: list[str] = []
    return borrow(Settings(root=root), ["rbac"], lines.append), lines


def test_an_address_survives_its_message() -> None:
    assert from_message(as_message(ADDRESS)) == ADDRESS


def test_without_a_watcher_nothing_is_borrowed(tmp_path: Path) -> None:
    assert borrowed(tmp_path) == (None, [])


def test_a_lent_server_is_replaced_by_its_watcher(
    answering: Callable[[Answer], list[dict[str, Any]]], tmp_path: Path
) -> None:
    answers: dict[str, dict[str, Any]] = {
        "lend": LENT,
        "renew": {"event": "renewed"},
        "exports": {"event": "exports", "ids": ["one"]},
    }
    requests = answering(lambda message: answers[message["request"]])
    servers, lines = borrowed(tmp_path)
    assert servers
    assert servers.servers == {"rbac": ADDRESS}
    assert servers.vectorizer_url == "http://v"
    assert lines[0].endswith("--snippets-fresh-services starts others")
    server = servers.renewable["rbac"]
    servers.servers["rbac"].health.error = FrozenServerError("frozen")
    server.renew("it froze")
    assert servers.servers["rbac"].health.error is None
    assert (server.renewals, list(server.exports())) == (1, ["one"])
    assert requests[1:] == [
        {"request": "renew", "service": "rbac", "reason": "it froze"},
        {"request": "exports", "service": "rbac"},
    ]
    answers["renew"] = {"event": "error", "message": "no port is free"}
    with pytest.raises(InfrastructureError, match="no port is free"):
        server.renew("again")
    servers.close()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"event": "error", "message": "it is running"}, "are not used: it is running"),
        ({"event": "lent"}, "are not used: 'servers'"),
        ({"event": "lent", "servers": {"rbac": {}}, "renewable": [], "vectorizer": ""}, "are not used: 'others'"),
    ],
)
def test_why_nothing_is_borrowed(
    answering: Callable[[Answer], list[dict[str, Any]]], answer: dict[str, Any], message: str, tmp_path: Path
) -> None:
    answering(lambda _: answer)
    servers, lines = borrowed(tmp_path)
    assert servers is None
    assert lines[0].endswith(message)


def test_a_watcher_that_ends(answering: Callable[[Answer], list[dict[str, Any]]], tmp_path: Path) -> None:
    answering(lambda _: LENT)
    servers, _ = borrowed(tmp_path)
    assert servers
    servers._connection.shutdown(2)
    with pytest.raises(InfrastructureError, match="has ended"):
        servers.renewable["rbac"].renew("a test")
    servers.close()


def test_equal_settings_have_one_digest(tmp_path: Path) -> None:
    (tmp_path / "snipproof.toml").write_text("[run]\ntimeout = 60\n")
    settings = load_settings(tmp_path, environ={})
    digest = settings_digest(settings)
    assert settings_digest(load_settings(tmp_path, environ={"SNIPPROOF_RUN_TIMEOUT": "60"})) == digest
    for overrides in ({"run.timeout": "61"}, {"weaviate.version": "1.38.0"}, {"run.fresh": "true"}):
        assert settings_digest(load_settings(tmp_path, overrides=overrides, environ={})) != digest
