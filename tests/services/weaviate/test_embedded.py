"""The embedded server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate import embedded
from snipproof.services.weaviate.embedded import EmbeddedWeaviate, ServerPorts, choose_ports
from snipproof.services.weaviate.server import WeaviateAddress

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("taken", ["rest", "grpc"])
def test_another_servers_port_is_never_taken_for_ours(
    weaviate: WeaviateAddress,
    binary: Path,
    settings: Settings,
    session: SessionFolder,
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
    logged: list[str] = []
    server = EmbeddedWeaviate.start(binary, settings, session, vectorizer_of(weaviate), "", logged.append)
    try:
        assert (server.address.port, server.address.grpc_port) == (chosen[1].rest, chosen[1].grpc)
        assert logged == ["weaviate: another program took a port first; trying others"]
    finally:
        server.stop()


def vectorizer_of(address: WeaviateAddress) -> str:
    """Return an address that answers like a ready vectorizer."""
    return f"{address.url}/v1"  # its /v1/.well-known/ready


def test_a_server_that_ends_early_shows_its_log_at_once(
    tmp_path: Path, settings: Settings, session: SessionFolder
) -> None:
    """The wait ends with the server; the end of its log is the hint."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(InfrastructureError, match="did not start: the server ended") as caught:
        EmbeddedWeaviate.start(program, settings, session, NOWHERE, "", lambda _: None)
    assert caught.value.hint == "the disk is on fire"


def test_servers_that_start_side_by_side_have_ports_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each port is free again for the system as soon as it is chosen, and a second server must not get it."""
    offered = iter([*range(60_000, 60_006), *range(60_000, 60_006), *range(60_010, 60_016)])
    monkeypatch.setattr(embedded, "_bind", lambda _, port: port or next(offered))
    monkeypatch.setattr(embedded, "_HANDED_OUT", set())
    first, second = choose_ports(), choose_ports()
    assert (first.rest, first.grpc, first.gossip, first.raft) == (60_000, 60_001, 60_002, 60_004)
    assert not {first.rest, first.grpc, first.gossip, first.gossip + 1, first.raft, first.raft + 1} & {
        *(second.rest, second.grpc, second.gossip, second.gossip + 1, second.raft, second.raft + 1)
    }
