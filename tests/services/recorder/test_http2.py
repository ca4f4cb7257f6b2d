"""The recorder between a gRPC client and a test server, both of grpcio, which notice nothing of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import hpack
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st
from tests.support.services import local_address

from snipproof.services.recorder.http2 import Http2Calls
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.recorder.recording import RecordedCall, Recording

WAIT = 10.0
LARGE = 105 << 20
OPTIONS = [("grpc.max_receive_message_length", LARGE), ("grpc.max_send_message_length", LARGE)]


class Server(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Serves ``/test.Odd/NAME`` with the method ``name``; all are streams, and a single message is one too."""

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
    """A recorder in front of the server above, recording."""
    with serving(server) as port:
        made = Recorder()
        made.forward_to(local_address(port))
        made.record(tmp_path / "events")
        yield made
        made.stop()


@pytest.fixture
def channel(recorder: Recorder) -> Iterator[Any]:
    with connected(recorder) as made:
        yield made


def connected(recorder: Recorder) -> Any:
    options = [*OPTIONS, ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    return grpc.insecure_channel(f"127.0.0.1:{recorder.address(local_address(0)).grpc_port}", options)


def test_metadata_and_the_deadline_are_forwarded(recorder: Recorder, server: Server, channel: Any) -> None:
    metadata = (("x-mine", "1"), ("x-mine-bin", b"\x00\x01"), ("authorization", "Bearer s3cr3t"))
    reply, call = channel.unary_unary("/test.Odd/Echo").with_call(b"hello", metadata=metadata, timeout=WAIT)
    assert reply == b"hello"
    assert (server.metadata["x-mine"], server.metadata["x-mine-bin"]) == ("1", b"\x00\x01")
    assert WAIT - 2 < server.time_left <= WAIT
    assert dict(call.initial_metadata())["x-first"] == "1"
    assert dict(call.trailing_metadata())["x-last-bin"] == b"\x00\xff"
    (exchange,) = recorder.recorded()
    assert (exchange.name, exchange.error) == ("Echo", "unknown method")
    assert "s3cr3t" not in repr(exchange)


def test_an_error_is_forwarded_with_its_details(recorder: Recorder, channel: Any) -> None:
    replies = channel.stream_stream("/test.Odd/Fail")(iter([b"a"]), timeout=WAIT)
    assert next(replies) == b"a"
    with pytest.raises(grpc.RpcError) as caught:
        next(replies)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "füll 100 %")
    assert dict(caught.value.trailing_metadata())["grpc-status-details-bin"] == b"details"
    (exchange,) = recorder.recorded()
    assert exchange.error == "FAILED_PRECONDITION: füll 100 %"


def test_an_unimplemented_method(recorder: Recorder, channel: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Odd/Nothing")(b"", timeout=WAIT)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert recorder.recorded()[0].error.startswith("UNIMPLEMENTED: ")


def test_messages_of_a_stream_are_forwarded_as_they_arrive(channel: Any) -> None:
    """Each request depends on the response before it, so collecting either side would wait for ever."""
    received = [b"0"]
    more = threading.Semaphore(1)

    def requests() -> Iterator[bytes]:
        for _ in range(100):
            assert more.acquire(timeout=WAIT)
            yield received[-1]

    for reply in channel.stream_stream("/test.Odd/Echo")(requests(), timeout=WAIT):
        received.append(str(int(reply) + 1).encode())
        more.release()
    assert received == [str(number).encode() for number in range(101)]


@pytest.mark.parametrize("parts", [1, 100])
def test_a_large_request(recorder: Recorder, channel: Any, parts: int) -> None:
    each = bytes((100 << 20) // parts)
    count = channel.stream_unary("/test.Odd/Count")
    assert count((each for _ in range(parts)), timeout=60) == str(100 << 20).encode()
    (exchange,) = recorder.recorded()
    assert exchange.error == f"the request is too large to keep: {(100 << 20) + 5 * parts:,} bytes"


def test_a_large_response(channel: Any) -> None:
    data = bytes(100 << 20)
    assert channel.unary_unary("/test.Odd/Echo")(data, timeout=60) == data


@pytest.mark.parametrize("together", [True, False])
def test_sixty_four_calls_at_once(recorder: Recorder, channel: Any, *, together: bool) -> None:
    def one(number: int) -> list[bytes]:
        message = str(number).encode()
        with contextlib.nullcontext(channel) if together else connected(recorder) as own:
            return list(own.stream_stream("/test.Odd/Together")(iter([message, message * 2]), timeout=WAIT))

    with ThreadPoolExecutor(64) as pool:  # none of them ends before all have arrived
        found = list(pool.map(one, range(64)))
    assert found == [[str(n).encode(), str(n).encode() * 2] for n in range(64)]
    assert len(recorder.recorded()) == 64


def test_cancelling_reaches_the_server(recorder: Recorder, server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    replies.cancel()
    assert server.cancelled.wait(WAIT)
    assert recorder.recorded()[0].error == "the Source cancelled the call"


def test_a_deadline_reaches_the_server(server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"", timeout=0.3)
    with pytest.raises(grpc.RpcError) as caught:
        list(replies)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert server.cancelled.wait(WAIT)


def test_a_client_that_disconnects_is_disconnected_from_the_server(recorder: Recorder, server: Server) -> None:
    with connected(recorder) as channel:
        assert next(channel.unary_stream("/test.Odd/Hang")(b"")) == b"begun"
    assert server.cancelled.wait(WAIT)


def test_a_call_under_way_when_the_source_ends(recorder: Recorder, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    assert recorder.recorded()[0].error == "the Source ended during the response"
    replies.cancel()


def test_a_server_that_is_not_running(recorder: Recorder, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    recorder.forward_to(local_address(port))
    with connected(recorder) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Odd/Echo")(b"", timeout=WAIT)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert recorder.recorded()[0].error.startswith(f"Weaviate at 127.0.0.1:{port} does not answer: ")


def test_a_server_that_stops_during_a_call(server: Server, tmp_path: Path) -> None:
    recorder = Recorder()
    try:
        with serving(server) as port:
            recorder.forward_to(local_address(port))
            recorder.record(tmp_path / "events")
            with connected(recorder) as channel:
                replies = channel.unary_stream("/test.Odd/Hang")(b"", timeout=WAIT)
                assert next(replies) == b"begun"
        with pytest.raises(grpc.RpcError):
            next(replies)
        assert recorder.recorded()[0].error
    finally:
        recorder.stop()


def test_a_compressed_request_is_forwarded_and_recorded(recorder: Recorder, channel: Any) -> None:
    reply = channel.unary_unary("/test.Odd/Echo")(b"a" * 9999, timeout=WAIT, compression=grpc.Compression.Gzip)
    assert reply == b"a" * 9999
    assert len(recorder.recorded()) == 1


def test_anything_but_http2_is_forwarded_too(recorder: Recorder) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(connection.recv(64).upper())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        recorder.forward_to(local_address(listener.getsockname()[1]))
        thread = threading.Thread(target=serve)
        thread.start()
        with socket.create_connection(("127.0.0.1", recorder.address(local_address(0)).grpc_port), WAIT) as client:
            client.sendall(b"this is something other than HTTP/2")
            assert client.recv(64) == b"THIS IS SOMETHING OTHER THAN HTTP/2"
        thread.join()
    assert recorder.recorded() == ()


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BLOCK = hpack.Encoder().encode([(":path", "/a.B/C"), ("authorization", "x"), ("grpc-encoding", "gzip")])
OPENING = PREFACE + HeadersFrame(1, BLOCK, flags=["END_HEADERS"]).serialize()


def follow(tmp_path: Path, sent: bytes, received: bytes = b"", size: int = 1000) -> list[RecordedCall]:
    """Return the calls found in the bytes of a connection, which arrive ``size`` at a time."""
    recording = Recording(tmp_path / "events")
    calls = Http2Calls(lambda path: recording.begin(path, grpc=True))
    for start in range(0, len(sent), size):
        calls.sent(sent[start : start + size])
    for start in range(0, len(received), size):
        calls.received(received[start : start + size])
    return recording.close()


def response(*trailers: tuple[str, str]) -> bytes:
    """Return a response with the message ``world`` and its trailers."""
    encoder = hpack.Encoder()
    headers = HeadersFrame(1, encoder.encode([(":status", "200")]), flags=["END_HEADERS"])
    end = HeadersFrame(1, encoder.encode(trailers), flags=["END_HEADERS", "END_STREAM"])
    return SettingsFrame(flags=["ACK"]).serialize() + b"".join(
        frame.serialize() for frame in (headers, DataFrame(1, b"world"), end)
    )


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_frames_are_followed_however_they_are_cut(tmp_path: Path, size: int) -> None:
    """Padding, priority and header blocks in several frames, which grpcio never sends."""
    headers = HeadersFrame(1, BLOCK[:4], pad_length=2, stream_weight=16, flags=["PADDED", "PRIORITY"])
    frames = [
        SettingsFrame(),
        headers,
        ContinuationFrame(1, BLOCK[4:], flags=["END_HEADERS"]),
        DataFrame(1, b"hel", pad_length=3, flags=["PADDED"]),
        DataFrame(1, b"lo", flags=["END_STREAM"]),
        WindowUpdateFrame(1, window_increment=1),
    ]
    sent = PREFACE + b"".join(frame.serialize() for frame in frames)
    received = response(("grpc-status", "5"), ("grpc-message", "not%20there"))
    (call,) = follow(tmp_path, sent, received, size)
    assert (call.name, call.request_headers) == ("/a.B/C", {"grpc-encoding": "gzip"})
    assert (call.request.data, call.response.data) == (b"hello", b"world")
    assert call.error == "NOT_FOUND: not there"


@pytest.mark.parametrize(
    ("status", "error"),
    [("0", ""), ("16", "UNAUTHENTICATED: "), ("99", "status 99: "), ("", "the call ended without a status")],
)
def test_the_status_of_a_call_is_its_error(tmp_path: Path, status: str, error: str) -> None:
    (call,) = follow(tmp_path, OPENING, response(("grpc-status", status)))
    assert call.error == error


def test_a_reset_stream_is_an_error(tmp_path: Path) -> None:
    (call,) = follow(tmp_path, OPENING, RstStreamFrame(1, error_code=7).serialize())
    assert call.error == "the server reset the stream (error code 7)"


# An unknown type; a PING of three bytes on a stream; SETTINGS cut short; an acknowledgement with a body.
@pytest.mark.parametrize(
    "frame",
    [
        b"\0\0\3\xfa\xff\0\0\0\1abc",
        b"\0\0\3\6\0\0\0\0\1abc",
        b"\0\0\5\4\0\0\0\0\0abcde",
        b"\0\0\6\4\1\0\0\0\0abcdef",
    ],
)
def test_frames_that_do_not_concern_calls_need_not_be_valid(tmp_path: Path, frame: bytes) -> None:
    end = DataFrame(1, b"hello", flags=["END_STREAM"]).serialize()
    (call,) = follow(tmp_path, OPENING + frame + end, frame + response(("grpc-status", "0")), size=5)
    assert (call.request.data, call.response.data, call.error) == (b"hello", b"world", "")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (HeadersFrame(3, b"\xff", flags=["END_HEADERS"]).serialize(), ""),
        (b"\0\0\1\0\x08\0\0\0\1\5", "Padding is too long."),
        (b"\0\0\0\0\x08\0\0\0\1", "Invalid Padding data"),
        (b"\0\0\1\3\0\0\0\0\1\0", "RST_STREAM must have 4 byte body"),
        (DataFrame(1, b"x").serialize()[:5] + b"\0\0\0\0x", "Stream ID must be non-zero"),
        (PushPromiseFrame(1, 2, flags=["END_HEADERS"]).serialize(), "the server pushes, which gRPC does not do"),
    ],
)
def test_a_broken_frame_is_the_error_of_the_calls_on_its_connection(tmp_path: Path, broken: bytes, reason: str) -> None:
    """Later bytes, valid or not, change nothing."""
    received = broken + PingFrame().serialize() + response(("grpc-status", "0")) + b"\xff" * 99
    (call,) = follow(tmp_path, OPENING, received, size=9)
    assert call.error.startswith(f"the connection cannot be followed: {reason}")
    assert call.response.data == b""


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise_an_error(sent: bytes, received: bytes) -> None:
    follow(Path("none"), OPENING + sent, received, size=7)


def test_a_connection_with_another_preface_has_no_calls(tmp_path: Path) -> None:
    assert follow(tmp_path, b"X" + OPENING[1:]) == []


def test_stopping_the_recorder_ends_streams(recorder: Recorder, server: Server, channel: Any) -> None:
    replies = channel.unary_stream("/test.Odd/Hang")(b"")
    assert next(replies) == b"begun"
    begin = time.monotonic()
    recorder.stop()
    assert time.monotonic() - begin < WAIT / 2  # it does not wait for the streams
    with pytest.raises(grpc.RpcError):
        next(replies)
    assert server.cancelled.wait(WAIT)
