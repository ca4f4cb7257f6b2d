"""Forwards gRPC as it comes, the same bytes in both directions, and follows the calls in them.

Nothing is taken apart and put together again, so metadata, deadlines, status, compression, flow control and the order
of streams are those of the two sides. Only what a call needs is read: header blocks, data, and how streams end. What
cannot be read is still forwarded.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from urllib.parse import unquote

import hpack
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, PushPromiseFrame, RstStreamFrame

from snipproof.services.recorder.http1 import close_connections
from snipproof.services.recorder.recording import RecordedCall
from snipproof.services.weaviate.server import WeaviateAddress

_CHUNK = 1 << 18
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_FRAME_HEADER = 9  # bytes: three for the length of the body, then the type, flags and stream
_FOLLOWED = frozenset(
    {kind.type for kind in (ContinuationFrame, DataFrame, HeadersFrame, PushPromiseFrame, RstStreamFrame)}
)
# Peers choose their own table sizes; do not limit them.
_MAX_TABLE = _MAX_HEADERS = 1 << 24


class GrpcForwarder:
    """Forwards connections of clients to the server, and records each call as a RecordedCall.

    :param upstream: returns the server's address, ``None`` while it is unknown.
    :param begin: called when a call arrives, with the path of its method.
    """

    def __init__(self, upstream: Callable[[], WeaviateAddress | None], begin: Callable[[str], RecordedCall]) -> None:
        self._upstream = upstream
        self._begin = begin

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client. Without a server it is closed, which clients report as UNAVAILABLE."""
        address = self._upstream()
        try:
            if address is None:
                raise ConnectionRefusedError("it has not been started yet")
            server_reader, server_writer = await asyncio.open_connection(address.grpc_host, address.grpc_port)
        except OSError as error:
            location = f"{address.grpc_host}:{address.grpc_port}" if address else "an unknown address"
            self._begin("gRPC connection").end(f"Weaviate at {location} does not answer: {error}")
            await close_connections(writer)
            return
        calls = Http2Calls(self._begin)
        there = asyncio.ensure_future(_forward(reader, server_writer, calls.sent))
        back = asyncio.ensure_future(_forward(server_reader, writer, calls.received))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            side = "the server" if back.done() else "the Source"
            calls.close(f"{side} closed the connection before the response was complete")
        finally:
            there.cancel()
            back.cancel()
            # What is written is still sent; after that, neither side can use the connection.
            await close_connections(server_writer, writer)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, follow: Callable[[bytes], None]) -> None:
    """Forward one direction until it ends. Bytes are followed first: a call is recorded before its client can end."""
    with contextlib.suppress(OSError):  # an end as well
        while data := await reader.read(_CHUNK):
            follow(data)
            writer.write(data)
            await writer.drain()


class Http2Calls:
    """The gRPC calls of one HTTP/2 connection, followed in the bytes of both directions.

    :param begin: called when a call arrives, with the path of its method.
    """

    def __init__(self, begin: Callable[[str], RecordedCall]) -> None:
        self._begin = begin
        self._calls: dict[int, RecordedCall] = {}
        self._lost = False
        self._client = _FrameReader(self._from_client, preface=_PREFACE)
        self._server = _FrameReader(self._from_server)

    def sent(self, data: bytes) -> None:
        """Follow bytes that the client sent."""
        self._follow(self._client, data)

    def received(self, data: bytes) -> None:
        """Follow bytes that the client received."""
        self._follow(self._server, data)

    def close(self, reason: str) -> None:
        """End the calls that are still under way; ``reason`` is their error."""
        for call in self._calls.values():
            call.end(reason)
        self._calls.clear()

    def _follow(self, frames: _FrameReader, data: bytes) -> None:
        if self._lost:
            return
        try:
            frames.add(data)
        except Exception as error:  # noqa: BLE001 (what cannot be followed is still forwarded)
            self._lost = True
            self.close(f"the connection cannot be followed: {error}")

    def _from_client(self, frame: Frame, headers: Mapping[str, str]) -> None:
        call = self._calls.get(frame.stream_id)
        if ":path" in headers:
            call = self._calls[frame.stream_id] = self._begin(headers[":path"])
            call.add_request_headers(headers)
        elif call and isinstance(frame, DataFrame):
            call.request.add(frame.data)
        elif call and isinstance(frame, RstStreamFrame):
            call.end("the Source cancelled the call")
            del self._calls[frame.stream_id]

    def _from_server(self, frame: Frame, headers: Mapping[str, str]) -> None:
        call = self._calls.get(frame.stream_id)
        if call is None:
            return
        if isinstance(frame, RstStreamFrame):
            call.end(f"the server reset the stream (error code {frame.error_code})")
        else:
            if isinstance(frame, DataFrame):
                call.response.add(frame.data)
            call.add_response_headers(headers)
            if "END_STREAM" not in frame.flags:
                return
            call.end(_status_error(call.response_headers))
        del self._calls[frame.stream_id]


class _FrameReader:
    """Reads the frames of one direction.

    :param take: called with each DATA and RST_STREAM frame, and with each HEADERS frame and its complete headers.
    :param preface: the bytes before the first frame.
    """

    def __init__(self, take: Callable[[Frame, Mapping[str, str]], None], preface: bytes = b"") -> None:
        self._take = take
        self._preface = preface
        self._buffer = bytearray()
        self._headers_frame = HeadersFrame(1)
        self._block = bytearray()  # of its headers, which may continue in further frames
        self._decoder = hpack.Decoder(max_header_list_size=_MAX_HEADERS)
        self._decoder.max_allowed_table_size = _MAX_TABLE

    def add(self, data: bytes) -> None:
        """Read the frames that ``data`` completes.

        :raises Exception: these are not frames, or invalid ones.
        """
        self._buffer += data
        if self._preface:
            if len(self._buffer) < len(self._preface):
                return
            if not self._buffer.startswith(self._preface):
                raise ValueError("not HTTP/2")
            del self._buffer[: len(self._preface)]
            self._preface = b""
        start = 0
        with memoryview(self._buffer) as view:
            while len(view) - start >= _FRAME_HEADER:
                body = start + _FRAME_HEADER
                end = body + int.from_bytes(view[start : start + 3], "big")
                if end > len(view):
                    break
                # Any other frame, valid or not, concerns the two sides only.
                if view[start + 3] in _FOLLOWED:
                    frame, _ = Frame.parse_frame_header(view[start:body])
                    frame.parse_body(view[body:end])
                    self._read(frame)
                start = end
        del self._buffer[:start]

    def _read(self, frame: Frame) -> None:
        if isinstance(frame, PushPromiseFrame):
            raise ValueError("the server pushes, which gRPC does not do")  # noqa: TRY004 (a fact about the data)
        if isinstance(frame, HeadersFrame):
            self._headers_frame = frame
            self._block[:] = frame.data
        elif isinstance(frame, ContinuationFrame):
            self._block += frame.data
        else:
            self._take(frame, {})
            return
        if "END_HEADERS" in frame.flags:
            fields = self._decoder.decode(bytes(self._block), raw=True)
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in fields}
            self._take(self._headers_frame, headers)


def _status_error(headers: Mapping[str, str]) -> str:
    """Return the gRPC status in ``headers`` as an error, ``""`` for OK."""
    status = headers.get("grpc-status", "")
    if status == "0":
        return ""
    if not status.isdecimal():
        return "the call ended without a status"
    # Late: the import takes a while, and few calls fail.
    from grpc import StatusCode

    name = next((code.name for code in StatusCode if code.value[0] == int(status)), f"status {status}")
    return f"{name}: {unquote(headers.get('grpc-message', ''))}"
