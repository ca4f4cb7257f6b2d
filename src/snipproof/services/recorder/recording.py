"""What went over the wire while one Source ran: the calls in order of arrival, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snipproof.processes.events import parse_events

MAX_BODY = 8 << 20
"""Bytes kept of one body."""
MAX_RECORDING = 32 << 20
"""Bytes kept for one Source."""

# The only headers that are ever kept: no Authorization, no key of a model provider.
_KEPT_HEADERS = frozenset({"content-type", "content-encoding", "grpc-encoding", "grpc-status", "grpc-message"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that a Source sent, and the response.

    :param after: the number of probe events before the request arrived.
    :param name: ``POST /v1/graphql``, or the name of a gRPC method: ``Search``.
    :param request: the body as data; GraphQL is ``{"query": …}``. ``None`` if it is empty.
    :param response: the body as data, a gRPC search reply in the shape of a GraphQL reply. ``None`` if there is none.
    :param search: whether the request reads objects or aggregates.
    :param error: why ``response`` is not what the Source received: it failed, was too large to keep, cannot be decoded.
    """

    after: int
    name: str
    request: Any = None
    response: Any = None
    search: bool = False
    error: str = ""


class ProbeCount:
    """Counts the probe events in the events file of a Source while the Source writes it; see ``runners/job.py``."""

    def __init__(self, events: Path, token: str = "") -> None:
        self._events = events
        self._token = token
        self._offset = 0
        self._count = 0

    def count(self) -> int:
        """Return the number of probe events so far; reads only what is new, up to the last complete line."""
        try:
            with self._events.open("rb") as file:
                file.seek(self._offset)
                text = file.read()
        except FileNotFoundError:
            return 0
        text = text[: text.rfind(b"\n") + 1]
        self._offset += len(text)
        self._count += sum("line" in event for event in parse_events(text, self._token))
        return self._count


class Body:
    """The bytes of a request or a response, unless they are too many to keep.

    ``size`` is the number of bytes received; ``kept`` is whether all of them are here.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._parts: list[bytes] = []
        self.size = 0
        self.kept = True

    def add(self, data: bytes) -> None:
        """Keep a further part, or drop the whole body."""
        if self._recording.closed:
            return
        self.size += len(data)
        if self.kept and self.size <= MAX_BODY and len(data) <= self._recording.bytes_left:
            self._recording.bytes_left -= len(data)
            self._parts.append(data)
        elif self.kept:
            self.kept = False
            self._recording.bytes_left += sum(map(len, self._parts))
            self._parts.clear()

    @property
    def data(self) -> bytes:
        """The bytes that were kept."""
        return b"".join(self._parts)


@dataclass(slots=True)
class RecordedCall:
    """One request and the response to it. ``name`` is ``POST /v1/graphql``, or the path of a gRPC method.

    :param after: the number of probe events before the request arrived.
    :param status: that of an HTTP response; 0 without one, and for gRPC.
    :param error: why there is no complete response.
    """

    recording: Recording
    after: int
    name: str
    grpc: bool
    request: Body
    response: Body
    status: int = 0
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    ended: bool = False
    error: str = ""

    def add_request_headers(self, headers: Mapping[str, str]) -> None:
        """Keep the request headers that decoding needs."""
        self.request_headers |= {name: value for name, value in headers.items() if name in _KEPT_HEADERS}

    def add_response_headers(self, headers: Mapping[str, str]) -> None:
        """Keep the response headers and trailers that decoding needs."""
        self.response_headers |= {name: value for name, value in headers.items() if name in _KEPT_HEADERS}

    def end(self, error: str = "") -> None:
        """Note that the call is over. Only the first time counts."""
        if not self.ended and not self.recording.closed:
            self.ended = True
            self.error = error


class Recording:
    """The calls of one Source. Only the recorder's thread uses it, except for ``__init__`` and after ``close``.

    :param events: the file that the Source's probes write to; ``None`` for a Recording that keeps nothing.
    :param token: what each line of theirs begins with.
    """

    def __init__(self, events: Path | None, token: str = "") -> None:
        self._probes = ProbeCount(events, token) if events else None
        self.calls: list[RecordedCall] = []
        self.bytes_left = MAX_RECORDING
        self.closed = events is None

    def position(self) -> int:
        """Return the number of probe events so far."""
        return self._probes.count() if self._probes and not self.closed else 0

    def begin(self, name: str, *, grpc: bool) -> RecordedCall:
        """Return a RecordedCall for a request that arrives now."""
        call = RecordedCall(self, self.position(), name, grpc, Body(self), Body(self))
        if not self.closed:
            self.calls.append(call)
        return call

    def close(self) -> list[RecordedCall]:
        """Return the calls, and ignore everything that happens to them from now on."""
        for call in self.calls:
            begun = call.response.size or call.status or call.response_headers
            call.end("the Source ended during the response" if begun else "the Source ended before the response")
        self.closed = True
        return self.calls
