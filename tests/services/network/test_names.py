"""The name server: what it answers, and what it remembers."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.services.network.names import NameServer, read_question, refusal

A, AAAA, HTTPS = 1, 28, 65


def query(host: str, kind: int = A, number: int = 7) -> bytes:
    """Return a query as a resolver sends it."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


@pytest.fixture
def server() -> Iterator[NameServer]:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    server = NameServer(bound, lambda host: "127.0.0.3" if host.endswith(".weaviate.cloud") else None)
    yield server
    server.stop()


def response_to(server: NameServer, message: bytes) -> bytes:
    """Return the response to ``message``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(message, server._socket.getsockname())
        return client.recv(2048)


def test_a_host_of_this_network_has_the_address_of_its_service(server: NameServer) -> None:
    """Whatever the case of its letters; the response repeats the question."""
    sent = query("Abc.Weaviate.CLOUD")
    response = response_to(server, sent)
    assert response[12 : len(sent)] == sent[12:]
    assert struct.unpack(">HHHHHH", response[:12]) == (7, 0x8580, 1, 1, 0, 0)
    assert response[-4:] == bytes([127, 0, 0, 3])
    assert server.unknown() == ()


@pytest.mark.parametrize("kind", [AAAA, HTTPS])
def test_it_has_no_other_record(server: NameServer, kind: int) -> None:
    assert struct.unpack(">HHHHHH", response_to(server, query("a.weaviate.cloud", kind))[:12]) == (
        7,
        0x8580,
        1,
        0,
        0,
        0,
    )


def test_no_other_host_exists(server: NameServer) -> None:
    """Each is remembered once, until it is read."""
    for host in ("api.example.com", "weaviate.cloud.example.com", "API.example.com"):
        assert struct.unpack(">HHHHHH", response_to(server, query(host))[:12]) == (7, 0x8583, 1, 0, 0, 0)
    assert server.unknown() == ("api.example.com", "weaviate.cloud.example.com")
    assert server.unknown() == ()


def test_what_is_no_question_is_refused(server: NameServer) -> None:
    """A query of another kind, two questions, a name that is cut off; a response is not answered at all."""
    for message in (
        struct.pack(">HHHHHH", 9, 0x2800, 1, 0, 0, 0),
        struct.pack(">HHHHHH", 9, 0x0100, 2, 0, 0, 0),
        query("a.weaviate.cloud", number=9)[:-3],
    ):
        assert struct.unpack(">HHHHHH", response_to(server, message)) == (9, 0x8585, 0, 0, 0, 0)
    assert refusal(struct.pack(">HHHHHH", 9, 0x8180, 1, 0, 0, 0)) == b""
    assert response_to(server, query("a.weaviate.cloud"))  # and it goes on


@given(st.lists(st.from_regex(r"[a-z0-9_-]{1,63}", fullmatch=True), min_size=1, max_size=4), st.integers(1, 65535))
def test_a_question_is_read_as_it_was_written(labels: list[str], kind: int) -> None:
    host = ".".join(labels)
    sent = query(host, kind)
    assert read_question(sent) == (host, kind, len(sent))
    assert read_question(sent + b"more") == (host, kind, len(sent))


@given(st.binary(max_size=64))
def test_any_bytes_are_a_question_or_not(message: bytes) -> None:
    try:
        read_question(message)
    except ValueError:
        assert len(refusal(message)) in (0, 12)
