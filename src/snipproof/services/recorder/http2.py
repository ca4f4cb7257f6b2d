"""Follows the gRPC calls of one HTTP/2 connection in the bytes that go by, without touching them.

Only what a call needs is read: header blocks, data, and how streams end. Flow control, settings and pings are between
the two sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import hpack

from snipproof.services.recorder.recording import RecordedCall

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD = 9
_DATA, _HEADERS, _RST_STREAM, _PUSH_PROMISE, _CONTINUATION = 0, 1, 3, 5, 9
_END_STREAM, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x4, 0x8, 0x20
_LARGEST = 1 << 24  # of tables and header lists: whoever is too generous pays for it himself
_STATUS = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that is whole: its payload without padding, or the headers that it ends."""

    kind: int
    stream: int
    flags: int
    payload: bytes
    headers: Mapping[str, str]


class Http2Calls:
    """The calls of one connection."""

    def __init__(self, begin: Callable[[str], RecordedCall]) -> None:
        """Begin.

        :param begin: gets the path of a method when a call of it arrives.
        """
        self._begin = begin
        self._calls: dict[int, RecordedCall] = {}
        self._lost = False
        self._client = _Frames(self._from_client, preface=_PREFACE)
        self._server = _Frames(self._from_server)

    def sent(self, data: bytes) -> None:
        """Follow bytes of the client."""
        self._follow(self._client, data)

    def replied(self, data: bytes) -> None:
        """Follow bytes of the server."""
        self._follow(self._server, data)

    def close(self, words: str) -> None:
        """The connection is over: so are its calls; ``words`` say why."""
        for call in self._calls.values():
            call.end(words)
        self._calls.clear()

    def _follow(self, frames: _Frames, data: bytes) -> None:
        if self._lost:
            return
        try:
            frames.add(data)
        except Exception as error:  # noqa: BLE001 (what cannot be followed is still passed)
            self._lost = True
            self.close(f"the connection cannot be followed: {error}")

    def _from_client(self, frame: Frame) -> None:
        call = self._calls.get(frame.stream)
        if frame.kind == _HEADERS and ":path" in frame.headers:
            call = self._calls[frame.stream] = self._begin(frame.headers[":path"])
            call.ask(frame.headers)
        elif call and frame.kind == _DATA:
            call.request.add(frame.payload)
        elif call and frame.kind == _RST_STREAM:
            call.end("the Source cancelled the call")
            del self._calls[frame.stream]

    def _from_server(self, frame: Frame) -> None:
        call = self._calls.get(frame.stream)
        if call is None:
            return
        if frame.kind == _DATA:
            call.response.add(frame.payload)
        elif frame.kind == _HEADERS:
            call.tell(frame.headers)
        if frame.kind == _RST_STREAM:
            call.end(f"the server reset the stream (error code {int.from_bytes(frame.payload[:4], 'big')})")
        elif frame.flags & _END_STREAM and frame.kind in (_DATA, _HEADERS):
            call.end(_refusal(call.told))
        else:
            return
        del self._calls[frame.stream]


class _Frames:
    """The frames of one direction."""

    def __init__(self, take: Callable[[Frame], None], preface: bytes = b"") -> None:
        """Begin.

        :param take: gets each frame that matters.
        :param preface: what comes before the first frame.
        """
        self._take = take
        self._preface = preface
        self._buffer = bytearray()
        self._block = bytearray()  # of the headers that go on in further frames
        self._block_flags = 0
        self._decoder = hpack.Decoder(max_header_list_size=_LARGEST)
        self._decoder.max_allowed_table_size = _LARGEST

    def add(self, data: bytes) -> None:
        self._buffer += data
        if self._preface:
            if len(self._buffer) < len(self._preface):
                return
            if not self._buffer.startswith(self._preface):
                raise ValueError("it is not HTTP/2")
            del self._buffer[: len(self._preface)]
            self._preface = b""
        place = 0
        while len(self._buffer) - place >= _HEAD:
            head = self._buffer[place : place + _HEAD]
            end = place + _HEAD + int.from_bytes(head[:3], "big")
            if end > len(self._buffer):
                break
            stream = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
            self._frame(head[3], stream, head[4], bytes(self._buffer[place + _HEAD : end]))
            place = end
        del self._buffer[:place]

    def _frame(self, kind: int, stream: int, flags: int, payload: bytes) -> None:
        if kind == _PUSH_PROMISE:
            raise ValueError("the server pushes, which gRPC does not do")
        if kind in (_DATA, _HEADERS) and flags & _PADDED:
            payload = payload[1 : len(payload) - payload[0]]
        if kind == _HEADERS:
            self._block[:] = payload[5:] if flags & _PRIORITY else payload
            self._block_flags = flags
        elif kind == _CONTINUATION:
            self._block += payload
            kind = _HEADERS
            flags = self._block_flags | flags & _END_HEADERS
        if kind != _HEADERS:
            self._take(Frame(kind, stream, flags, payload, {}))
        elif flags & _END_HEADERS:
            found = self._decoder.decode(bytes(self._block), raw=True)
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in found}
            self._take(Frame(kind, stream, flags, b"", headers))


def _refusal(told: Mapping[str, str]) -> str:
    """Return the status of a call in words, an empty text if it is OK."""
    status = told.get("grpc-status", "")
    if status == "0":
        return ""
    if not status.isdecimal():
        return "the call ended without a status"
    name = _STATUS[int(status)] if int(status) < len(_STATUS) else f"status {status}"
    return f"{name}: {unquote(told.get('grpc-message', ''))}"
