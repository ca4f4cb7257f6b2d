"""Certificates: a client that trusts the authority accepts any host, and nobody else does."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from snipproof.services.network.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def handshake(authority: Authority, client: ssl.SSLContext, host: str | None) -> ssl.SSLSocket:
    """Return the client's end of a TLS connection that names ``host``."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            authority.server_context().wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        return client.wrap_socket(ours, server_hostname=host)
    finally:
        thread.join()


@pytest.mark.parametrize("host", ["abc.c0.gcp.weaviate.cloud", "WEAVIATE_INSTANCE_URL", "localhost", "a_b.example.com"])
def test_any_host_has_a_certificate(authority: Authority, host: str) -> None:
    with handshake(authority, ssl.create_default_context(cafile=authority.bundle), host) as connection:
        assert connection.getpeercert()


def test_nobody_else_trusts_it(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, ssl.create_default_context(), "abc.weaviate.cloud")
    other = Authority(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, ssl.create_default_context(cafile=other.bundle), "abc.weaviate.cloud")


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["h2"], "h2"), (["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), ([], None)]
)
def test_http_2_is_for_those_that_offer_nothing_else(
    authority: Authority, offered: list[str], chosen: str | None
) -> None:
    client = ssl.create_default_context(cafile=authority.bundle)
    if offered:
        client.set_alpn_protocols(offered)
    with handshake(authority, client, "abc.weaviate.cloud") as connection:
        assert connection.selected_alpn_protocol() == chosen


def test_no_key_is_left_in_a_file(authority: Authority) -> None:
    files = [path for path in authority.bundle.parent.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"authority.pem", "authority.p12"}
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in files)
