"""The recorder between a gRPC client and a server of ours; both are grpcio's own, and see nothing in between."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from snipproof.services.recorder.http2 import Http2Calls
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.recorder.recording import Recording
from snipproof.services.weaviate.server import WeaviateAddress

WAIT = 10.0
LARGE = 105 << 20
OPTIONS = [("grpc.max_receive_message_length", LARGE), ("grpc.max_send_message_length", LARGE)]


class Server(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers ``/test.Odd/NAME`` by the method ``name``; all of them are streams, which one message is too."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.metadata: dict[str, Any] = {}
        self.time_left = 0.0
        self.barrier = threading.Barrier(64)

    def service(self, details: Any) -> Any:
        method = getattr(self, details.method.rpartition("/")[2].lower(), None)
        self.metadata = {item.key: item.value for item in details.invocation_metadata}
        return grpc.stream_stream_rpc_method_handler(method) if method else None

    def echo(self, requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        self.time_left = context.time_remaining() or 0.0
        context.send_initial_metadata((("x-first", "1"),))
        context.set_trailing_metadata((("x-last-bin", b"\x00\xff"),))
        yield from requests

    def count(self, requests: Iterator[bytes], _: Any) -> Iterator[bytes]:
        yield str(sum(map(len, requests))).encode()

    def together(self, requests: Iterator[bytes], _: Any) -> Iterator[bytes]:
        yield next(requests)
        self.barrier.wait(WAIT)
        yield from requests

    def fail(self, requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        yield next(requests)
        context.set_trailing_metadata((("grpc-status-details-bin", b"details"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "füll 100 %")

    def hang(self, _: Iterator[bytes], context: Any) -> Iterator[bytes]:
        context.add_callback(self.cancelled.set)
        yield b"begun"
        self.cancelled.wait(WAIT)


@contextlib.contextmanager
def serving(handler: Server, port: int = 0) -> Iterator[int]:
    options = [*OPTIONS, ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(80), (handler,), options=options, compression=grpc.Compression.Gzip)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def recorder(server: Server, tmp_path: Path) -> Iterator[Recorder]:
    """A recorder to the server above that records."""
    with serving(server) as port:
        made = Recorder()
        made.forward_to(leading(port))
        made.record(tmp_path / "events")
        yield made
        made.stop()


@pytest.fixture
def channel(recorder: Recorder) -> Iterator[Any]:
    with connected(recorder) as made:
        yield made


def leading(port: int) -> WeaviateAddress:
    return WeaviateAddress("127.0.0.1", port, "127.0.0.1", port, "", "url", "")


def connected(recorder: Recorder) -> Any:
    options = [*OPTIONS, ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    return grpc.insecure_channel(f"127.0.0.1:{recorder.address(leading(0)).grpc_port}", options)


def test_metadata_both_ways_and_the_deadline(recorder: Recorder, server: Server, channel: Any) -> None:
    metadata = (("x-mine", "1"), ("x-mine-bin", b"\x00\x01"), ("authorization", "Bearer s3cr3t"))
    reply, call = channel.unary_unary("/test.Odd/Echo").with_call(b"hello", metadata=metadata, timeout=WAIT)
    assert reply == b"hello"
    assert (server.metadata["x-mine"], server.metadata["x-mine-bin"]) == ("1", b"\x00\x01")
    assert WAIT - 2 < server.time_left <= WAIT
    assert dict(call.initial_metadata())["x-first"] == "1"
    assert dict(call.trailing_metadata())["x-last-bin"] == b"\x00\xff"
    (exchange,) = recorder.recorded()
    assert (exchange.name, exchange.trouble) == ("Echo", "its messages are not known")
    assert "s3cr3t" not in repr(exchange)


def test_an_error_with_its_details(recorder: Recorder, channel: Any) -> None:
    replies = channel.stream_stream("/test.Odd/Fail")(iter([b"a"]), timeout=WAIT)
    assert next(replies) == b"a"
    with pytest.raises(grpc.RpcError) as caught:
        next(replies)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "füll 100 %")
    assert dict(caught.value.trailing_metadata())["grpc-status-details-bin"] == b"details"
    (exchange,) = recorder.recorded()
    assert exchange.trouble == "FAILED_PRECONDITION: füll 100 %"


def test_a_method_that_is_not_there(recorder: Recorder, channel: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Odd/Nothing")(b"", timeout=WAIT)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert recorder.recorded()[0].trouble.startswith("UNIMPLEMENTED: ")


def test_streams_go_on_as_they_come(channel: Any) -> None:
    """A request that depends on the reply before it: whoever collects either side first waits for ever."""
    told = [b"0"]
    more = threading.Semaphore(1)

    def requests() -> Iterator[bytes]:
        for _ in range(100):
            assert more.acquire(timeout=WAIT)
            yield told[-1]

    for reply in channel.stream_stream("/test.Odd/Echo")(requests(), timeout=WAIT):
        told.append(str(int(reply) + 1).encode())
        more.release()
    assert told == [str(number).encode() for number in range(101)]


@pytest.mark.parametrize("parts", [1, 100])
def test_a_hundred_megabytes(recorder: Recorder, channel: Any, parts: int) -> None:
    each = bytes((100 << 20) // parts)
    count = channel.stream_unary("/test.Odd/Count")
    assert count((each for _ in range(parts)), timeout=60) == str(100 << 20).encode()
    (exchange,) = recorder.recorded()
    assert exchange.trouble == f"the request was too large to be kept: {(100 << 20) + 5 * parts:,} bytes"


def test_a_hundred_megabytes_back(channel: Any) -> None:
    data = bytes(100 << 20)
    assert channel.unary_unary("/test.Odd/Echo")(data, timeout=60) == data


@pytest.mark.parametrize("together", [True, False])
def test_sixty_four_at_once(recorder: Recorder, channel: Any, *, together: bool) -> None:
    def one(number: int) -> list[bytes]:
        said = str(number).encode()
        with contextlib.nullcontext(channel) if together else connected(recorder) as own:
            return list(own.stream_stream("/test.Odd/Together")(iter([said, said * 2]), timeout=WAIT))

    with ThreadPoolExecutor(64) as pool:  # none of them ends before all are there
        found = list(pool.map(one, range(64)))
    assert found == [[str(n).encode(), str(n).encode() * 2] for n in range(64)]
    assert len(recorder.recorded()) == 64


def test_cancelling_reaches_the_server(recorder: Recorder, server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    replies.cancel()
    assert server.cancelled.wait(WAIT)
    assert recorder.recorded()[0].trouble == "the Source cancelled the call"


def test_a_deadline_that_passes(server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"", timeout=0.3)
    with pytest.raises(grpc.RpcError) as caught:
        list(replies)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert server.cancelled.wait(WAIT)


def test_a_client_that_goes_away_is_gone_for_the_server_too(recorder: Recorder, server: Server) -> None:
    with connected(recorder) as channel:
        assert next(channel.unary_stream("/test.Odd/Hang")(b"")) == b"begun"
    assert server.cancelled.wait(WAIT)


def test_a_call_that_is_under_way_when_the_source_ends(recorder: Recorder, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    assert recorder.recorded()[0].trouble == "the Source ended before the reply did"
    replies.cancel()


def test_no_server(recorder: Recorder, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    recorder.forward_to(leading(port))
    with connected(recorder) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Odd/Echo")(b"", timeout=WAIT)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert recorder.recorded()[0].trouble.startswith(f"Weaviate at 127.0.0.1:{port} does not answer: ")


def test_a_server_that_goes_away(server: Server, tmp_path: Path) -> None:
    recorder = Recorder()
    try:
        with serving(server) as port:
            recorder.forward_to(leading(port))
            recorder.record(tmp_path / "events")
            with connected(recorder) as channel:
                replies = channel.unary_stream("/test.Odd/Hang")(b"", timeout=WAIT)
                assert next(replies) == b"begun"
        with pytest.raises(grpc.RpcError):
            next(replies)
        assert recorder.recorded()[0].trouble
    finally:
        recorder.stop()


def test_a_compressed_request_passes_and_is_recorded(recorder: Recorder, channel: Any) -> None:
    reply = channel.unary_unary("/test.Odd/Echo")(b"a" * 9999, timeout=WAIT, compression=grpc.Compression.Gzip)
    assert reply == b"a" * 9999
    assert len(recorder.recorded()) == 1


def test_what_is_no_http2_passes_all_the_same(recorder: Recorder) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(connection.recv(64).upper())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        recorder.forward_to(leading(listener.getsockname()[1]))
        thread = threading.Thread(target=serve)
        thread.start()
        with socket.create_connection(("127.0.0.1", recorder.address(leading(0)).grpc_port), WAIT) as client:
            client.sendall(b"this is something that is no HTTP/2")
            assert client.recv(64) == b"THIS IS SOMETHING THAT IS NO HTTP/2"
        thread.join()
    assert recorder.recorded() == ()


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[place : place + size] for place in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_frames_are_followed_however_they_are_cut(tmp_path: Path, size: int) -> None:
    """Padding, priority and header blocks in several frames, which grpcio never sends."""
    import hpack

    def frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    encoder, back = hpack.Encoder(), hpack.Encoder()
    block = encoder.encode([(":path", "/a.B/C"), ("authorization", "x"), ("grpc-encoding", "gzip")])
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, b"", 0)
    sent += frame(1, 0x28, b"\x02" + b"\0\0\0\0\x10" + block[:4] + b"\0\0") + frame(9, 0x4, block[4:])
    sent += frame(0, 0x8, b"\x03" + b"hel" + b"\0\0\0") + frame(0, 0x1, b"lo") + frame(8, 0, b"\0\0\0\1")
    told = frame(4, 1, b"", 0) + frame(1, 0x4, back.encode([(":status", "200")])) + frame(0, 0, b"world")
    told += frame(1, 0x5, back.encode([("grpc-status", "5"), ("grpc-message", "not%20there")]))
    recording = Recording(tmp_path / "events")
    calls = Http2Calls(lambda path: recording.begin(path, grpc=True))
    for part in _cut(sent, size):
        calls.sent(part)
    for part in _cut(told, size):
        calls.replied(part)
    (call,) = recording.close()
    assert (call.name, call.asked) == ("/a.B/C", {"grpc-encoding": "gzip"})
    assert (call.request.data, call.response.data) == (b"hello", b"world")
    assert call.trouble == "NOT_FOUND: not there"


@pytest.mark.parametrize("break_it", [lambda data: b"X" + data[1:], lambda data: data[:24] + b"\0\0\1\1\4\0\0\0\1\xff"])
def test_what_cannot_be_followed_is_said(tmp_path: Path, break_it: Callable[[bytes], bytes]) -> None:
    recording = Recording(tmp_path / "events")
    calls = Http2Calls(lambda path: recording.begin(path, grpc=True))
    call = recording.begin("/a.B/C", grpc=True)
    calls._calls[1] = call
    calls.sent(break_it(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    assert call.trouble.startswith("the connection cannot be followed: ")


def test_stopping_ends_streams(recorder: Recorder, server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    begin = time.monotonic()
    recorder.stop()
    assert time.monotonic() - begin < 2
    with pytest.raises(grpc.RpcError):
        next(replies)
    assert server.cancelled.wait(WAIT)
