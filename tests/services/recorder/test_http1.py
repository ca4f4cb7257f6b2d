"""The recorder between an HTTP client and a test server that behaves oddly on purpose."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.support.services import local_address

from snipproof.services.recorder.http1 import abort
from snipproof.services.recorder.pass_through import Recorder

WAIT = 10.0
MEGABYTE = bytes(1 << 20)


class Upstream(ThreadingHTTPServer):
    """Keeps the requests it receives; ``connections`` counts connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.connections = 0
        self.requests: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.bodies: list[bytes] = []
        self.received = 0
        self.barrier = threading.Barrier(64)

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: clients disconnect here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream
    body: bytes

    def _body(self) -> bytes:
        parts = []
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            part = self.rfile.read(min(left, 1 << 16))
            self.server.received += len(part)
            left -= len(part)
            if self.path != "/swallow":
                parts.append(part)
        return b"".join(parts)

    def _any(self) -> None:
        self.server.requests.append((self.command, self.path, list(self.headers.items())))
        self.body = self._body()
        self.server.bodies.append(self.body)
        getattr(self, f"_{self.path.partition('?')[0].strip('/').replace('/', '_')}", self._echo)()

    do_GET = do_POST = do_HEAD = _any  # noqa: N815 (the names are the base class's)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _echo(self) -> None:
        self.reply(
            200,
            self.body,
            Content_Type="application/json",
            X_Odd_Case="kept",
            Connection="keep-alive, X-Hop",
            X_Hop="1",
        )

    def _empty(self) -> None:
        self.reply(204)

    def _same(self) -> None:
        self.reply(304, ETag='"1"')

    def _zipped(self) -> None:
        self.reply(
            200, gzip.compress(b'{"a": 0.10}', mtime=0), Content_Type="application/json", Content_Encoding="gzip"
        )

    def _chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (b'{"a": ', b"1}"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def _big(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(100 * len(MEGABYTE)))
        self.end_headers()
        for _ in range(100):
            self.wfile.write(MEGABYTE)

    def _swallow(self) -> None:
        self.reply(200, b"{}")

    def _together(self) -> None:
        self.server.barrier.wait(WAIT)
        self.reply(200, self.body)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def recorder(upstream: Upstream, tmp_path: Path) -> Iterator[Recorder]:
    """A recorder in front of the server above, recording."""
    made = Recorder()
    made.forward_to(local_address(upstream.server_address[1]))
    made.record(tmp_path / "events")
    yield made
    made.stop()


@contextlib.contextmanager
def connected(recorder: Recorder) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", recorder.address(local_address(0)).port, timeout=WAIT)
    with contextlib.closing(connection):
        yield connection


@contextlib.contextmanager
def raw(recorder: Recorder) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", recorder.address(local_address(0)).port), WAIT) as connection:
        yield connection


@contextlib.contextmanager
def scripted(recorder: Recorder, script: Callable[[socket.socket], None]) -> Iterator[None]:
    """Let the recorder forward to a server that handles its one connection with ``script``."""

    def serve() -> None:
        with listener, contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(WAIT)
                script(connection)

    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(WAIT)
    recorder.forward_to(local_address(listener.getsockname()[1]))
    thread = threading.Thread(target=serve)
    thread.start()
    yield
    thread.join()


def read_head(connection: socket.socket) -> bytes:
    text = b""
    while b"\r\n\r\n" not in text:
        byte = connection.recv(1)
        assert byte, text
        text += byte
    return text


def send(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> bytes:
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse().read()


def test_request_and_response_are_forwarded_unchanged_except_for_hop_by_hop_headers(
    recorder: Recorder, upstream: Upstream
) -> None:
    with connected(recorder) as client:
        client.request(
            "POST",
            "/v1/x?a=%20b",
            b'{"q": 1.50}',
            {"X-Mine": "Ä".encode("latin-1"), "Connection": "X-Gone", "X-Gone": "1"},
        )
        reply = client.getresponse()
        assert (reply.status, reply.read()) == (200, b'{"q": 1.50}')
        names = [name for name, _ in reply.getheaders()]
        assert "X-Odd-Case" in names
        assert "X-Hop" not in names
    ((method, path, headers),) = upstream.requests
    assert (method, path) == ("POST", "/v1/x?a=%20b")
    assert ("X-Mine", "Ä") in headers
    assert ("Host", f"127.0.0.1:{upstream.server_address[1]}") in headers  # the server's own
    assert not {"X-Gone", "Connection"} & {name for name, _ in headers}
    (exchange,) = recorder.recorded()
    assert (exchange.name, exchange.request, exchange.response) == (
        "POST /v1/x?a=%20b",
        {"q": Decimal("1.50")},
        {"q": Decimal("1.50")},
    )
    assert not exchange.search
    assert not exchange.error


def test_graphql_is_a_search(recorder: Recorder) -> None:
    with connected(recorder) as client:
        send(client, "POST", "/v1/graphql", json.dumps({"query": "{Get{Photo{title}}}"}))
        send(client, "GET", "/v1/graphql")
    assert [exchange.search for exchange in recorder.recorded()] == [True, False]


def test_chunks_both_ways(recorder: Recorder, upstream: Upstream) -> None:
    with connected(recorder) as client:
        client.request("POST", "/chunks", iter([b'{"b":', b" 2}"]), encode_chunked=True)
        assert client.getresponse().read() == b'{"a": 1}'
    assert upstream.bodies == [b'{"b": 2}']
    (exchange,) = recorder.recorded()
    assert (exchange.request, exchange.response) == ({"b": 2}, {"a": 1})


def test_a_client_that_waits_for_100_continue_receives_it(recorder: Recorder, upstream: Upstream) -> None:
    with raw(recorder) as client:
        client.sendall(b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert read_head(client).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert read_head(client).startswith(b"HTTP/1.1 200 ")
    assert upstream.bodies == [b"{}"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("HEAD", "/v1", 200), ("GET", "/empty", 204), ("GET", "/same", 304)]
)
def test_responses_without_a_body_do_not_hang(recorder: Recorder, method: str, path: str, status: int) -> None:
    with connected(recorder) as client:
        for _ in range(2):  # the second one on the same connection, to show that nothing was left over
            client.request(method, path)
            reply = client.getresponse()
            assert (reply.status, reply.read()) == (status, b"")
    assert [(exchange.response, exchange.error) for exchange in recorder.recorded()] == [(None, "")] * 2


def test_a_compressed_response_is_forwarded_unchanged_and_recorded_decompressed(recorder: Recorder) -> None:
    with connected(recorder) as client:
        assert send(client, "GET", "/zipped", Accept_Encoding="gzip") == gzip.compress(b'{"a": 0.10}', mtime=0)
    (exchange,) = recorder.recorded()
    assert exchange.response == {"a": Decimal("0.10")}


def test_a_large_request_is_forwarded_while_it_arrives(recorder: Recorder, upstream: Upstream) -> None:
    with connected(recorder) as client:
        client.putrequest("POST", "/swallow")
        client.putheader("Content-Length", str(100 * len(MEGABYTE)))
        client.endheaders()
        for _ in range(60):
            client.send(MEGABYTE)
        deadline = time.monotonic() + WAIT
        while upstream.received < 40 * len(MEGABYTE) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert upstream.received >= 40 * len(MEGABYTE)  # not held back until it is complete
        for _ in range(40):
            client.send(MEGABYTE)
        assert client.getresponse().read() == b"{}"
    assert upstream.received == 100 * len(MEGABYTE)
    (exchange,) = recorder.recorded()
    assert exchange.request is None
    assert exchange.response == {}
    assert exchange.error == "the request is too large to keep: 104,857,600 bytes"


def test_a_large_response_is_forwarded(recorder: Recorder) -> None:
    with connected(recorder) as client:
        client.request("GET", "/big")
        reply = client.getresponse()
        size = 0
        while part := reply.read(1 << 20):
            size += len(part)
    assert size == 100 * len(MEGABYTE)
    (exchange,) = recorder.recorded()
    assert exchange.error == "the response is too large to keep: 104,857,600 bytes"


def test_a_connection_is_reused_on_both_sides(recorder: Recorder, upstream: Upstream) -> None:
    with connected(recorder) as client:
        client.connect()
        first = client.sock
        for number in range(5):
            assert send(client, "POST", "/v1", str(number)) == str(number).encode()
        assert client.sock is first
    assert upstream.connections == 1
    assert [exchange.request for exchange in recorder.recorded()] == [0, 1, 2, 3, 4]


def test_connections_to_another_server_are_closed(recorder: Recorder, upstream: Upstream) -> None:
    """A client that kept one would go on with that server. A new connection leads to the next one."""
    with raw(recorder) as idle:
        idle.sendall(b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1")
        read_head(idle)
        assert idle.recv(1) == b"1"
        recorder.close_connections()
        with contextlib.suppress(ConnectionResetError):
            assert idle.recv(1) == b""
    with connected(recorder) as client:
        assert send(client, "POST", "/v1", "2") == b"2"


def test_an_idle_connection_that_the_server_closes_is_closed_for_the_client_too(recorder: Recorder) -> None:
    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with scripted(recorder, script), raw(recorder) as client:
        client.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
        read_head(client)
        assert client.recv(2) == b"{}"
        assert client.recv(1) == b""


def test_connection_close_ends_both_connections(recorder: Recorder, upstream: Upstream) -> None:
    with connected(recorder) as client:
        client.request("GET", "/v1", headers={"Connection": "close"})
        reply = client.getresponse()
        assert reply.getheader("Connection") == "close"
        assert ("Connection", "close") in upstream.requests[0][2]


def test_a_response_that_ends_with_its_connection_is_complete(recorder: Recorder) -> None:
    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(b"HTTP/1.1 200 OK\r\n\r\n[1, 2]")

    with scripted(recorder, script), connected(recorder) as client:
        assert send(client, "GET", "/v1") == b"[1, 2]"
    (exchange,) = recorder.recorded()
    assert (exchange.response, exchange.error) == ([1, 2], "")


def test_a_server_that_is_not_running_is_a_502(recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    recorder.forward_to(local_address(port))
    with connected(recorder) as client:
        client.request("POST", "/v1/graphql", "{}")
        reply = client.getresponse()
        assert reply.status == 502
        message = reply.read().decode()
    assert f"Weaviate at http://127.0.0.1:{port} does not answer" in message
    (exchange,) = recorder.recorded()
    assert exchange.error in message
    assert exchange.response is None


def test_a_request_before_the_server_is_known_is_a_502(tmp_path: Path) -> None:
    recorder = Recorder()
    try:
        with connected(recorder) as client:
            client.request("GET", "/v1")
            assert client.getresponse().status == 502
    finally:
        recorder.stop()


def test_a_server_that_closes_without_a_response_is_a_502(recorder: Recorder) -> None:
    with scripted(recorder, lambda server: (read_head(server), None)[1]), connected(recorder) as client:
        client.request("GET", "/v1")
        reply = client.getresponse()
        assert reply.status == 502
        assert b"does not answer" in reply.read()
    assert "does not answer" in recorder.recorded()[0].error


def test_a_server_that_closes_while_the_request_is_sent_is_a_502(recorder: Recorder) -> None:
    with scripted(recorder, lambda server: (read_head(server), None)[1]), connected(recorder) as client:
        client.request("POST", "/v1", bytes(8 * len(MEGABYTE)))
        assert client.getresponse().status == 502
    assert "does not answer" in recorder.recorded()[0].error


def test_a_response_that_breaks_off_is_broken_off_for_the_client_too(recorder: Recorder) -> None:
    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1]")

    with scripted(recorder, script), connected(recorder) as client:
        client.request("GET", "/v1")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            client.getresponse().read()
    (exchange,) = recorder.recorded()
    assert exchange.error.startswith("the response broke off")
    assert exchange.response is None


def test_a_response_may_come_before_the_end_of_the_request(recorder: Recorder) -> None:
    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        server.shutdown(socket.SHUT_WR)
        while server.recv(1 << 16):
            pass

    with scripted(recorder, script), connected(recorder) as client:
        client.putrequest("POST", "/v1")
        client.putheader("Content-Length", str(2 * len(MEGABYTE)))
        client.endheaders()
        client.send(MEGABYTE)
        reply = client.getresponse()
        assert (reply.status, reply.read()) == (413, b"{}")
    (exchange,) = recorder.recorded()
    assert exchange.response == {}


def test_a_client_that_is_still_sending_receives_the_response(recorder: Recorder) -> None:
    left = threading.Event()

    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        time.sleep(0.3)  # as servers do: a reset may destroy what was not read yet
        server.close()
        left.set()

    with scripted(recorder, script), connected(recorder) as client:
        client.putrequest("POST", "/v1")
        client.putheader("Content-Length", str(4 * len(MEGABYTE)))
        client.endheaders()
        client.send(MEGABYTE)
        assert left.wait(WAIT)
        for _ in range(3):
            time.sleep(0.05)
            client.send(MEGABYTE)
        assert client.getresponse().status == 413


def test_sixty_four_requests_at_once(recorder: Recorder) -> None:
    def one(number: int) -> bytes:
        with connected(recorder) as client:
            return send(client, "POST", "/together", str(number))

    with ThreadPoolExecutor(64) as pool:  # the server answers none of them before it has received all
        replies = list(pool.map(one, range(64)))
    assert replies == [str(number).encode() for number in range(64)]
    assert sorted(exchange.response for exchange in recorder.recorded()) == list(range(64))


def test_a_client_that_disconnects_is_disconnected_from_the_server(recorder: Recorder) -> None:
    gone = threading.Event()

    def script(server: socket.socket) -> None:
        read_head(server)
        if server.recv(1) == b"":
            gone.set()

    with scripted(recorder, script):
        with raw(recorder) as client:
            client.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.1)
        assert gone.wait(WAIT)
    (exchange,) = recorder.recorded()
    assert exchange.error == "the Source closed the connection before the response was complete"


@pytest.mark.parametrize(
    ("begun", "error"),
    [
        (b"", "the Source ended before the response"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n", "the Source ended during the response"),
    ],
)
def test_a_request_under_way_when_the_source_ends(recorder: Recorder, tmp_path: Path, begun: bytes, error: str) -> None:
    ended = threading.Event()

    def script(server: socket.socket) -> None:
        read_head(server)
        server.sendall(begun)
        ended.wait(WAIT)
        with contextlib.suppress(OSError):
            server.sendall(b"1\r\n]\r\n0\r\n\r\n" if begun else b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        server.recv(1)

    with scripted(recorder, script), raw(recorder) as client:
        client.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
        if begun:
            read_head(client)
        else:
            time.sleep(0.1)
        (exchange,) = recorder.recorded()
        recorder.record(tmp_path / "next")  # for the next Source; the rest does not belong to it
        ended.set()
        client.recv(1)
    assert (exchange.response, exchange.error) == (None, error)
    assert recorder.recorded() == ()


def test_anything_but_http_is_a_400(recorder: Recorder) -> None:
    with raw(recorder) as client:
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert read_head(client).startswith(b"HTTP/1.1 400 ")


def test_no_key_is_recorded(recorder: Recorder) -> None:
    with connected(recorder) as client:
        send(client, "POST", "/v1", "{}", Authorization="Bearer s3cr3t", X_OpenAI_Api_Key="s3cr3t")
    assert "s3cr3t" not in repr(recorder.recorded())


def test_a_response_that_is_not_json_is_an_error(recorder: Recorder) -> None:
    with connected(recorder) as client:
        send(client, "POST", "/v1", "a < b", Content_Type="text/plain")
    (exchange,) = recorder.recorded()
    assert (exchange.request, exchange.response) == (None, None)
    assert exchange.error.startswith("the response is not JSON (application/json): ")


def test_nothing_is_recorded_between_sources(recorder: Recorder) -> None:
    recorder.recorded()
    with connected(recorder) as client:
        assert send(client, "POST", "/v1", "1") == b"1"
    assert recorder.recorded() == ()


def test_stopping_leaves_no_thread_and_no_port(upstream: Upstream, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    recorder = Recorder()
    recorder.forward_to(local_address(upstream.server_address[1]))
    address = recorder.address(local_address(0))
    with (
        raw(recorder) as idle,
        raw(recorder) as busy,
        socket.create_connection(("127.0.0.1", address.grpc_port)) as grpc,
    ):
        busy.sendall(b"POST /swallow HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")
        grpc.sendall(b"PRI")
        time.sleep(0.1)
        recorder.stop()
        recorder.stop()
        for each in (idle, busy, grpc):
            each.settimeout(WAIT)
            with contextlib.suppress(ConnectionResetError):
                assert each.recv(1) == b""
    assert not {thread.name for thread in set(threading.enumerate()) - before if "recorder" in thread.name}
    for port in (address.port, address.grpc_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), WAIT)


def test_a_connection_that_has_no_protocol_any_more_is_closed() -> None:
    """What TLS transports of Python 3.11.2 do after the end of a connection."""

    class Gone:
        @property
        def transport(self) -> Any:
            raise AttributeError("'NoneType' object has no attribute '_abort'")

    gone: Any = Gone()
    abort(gone)
