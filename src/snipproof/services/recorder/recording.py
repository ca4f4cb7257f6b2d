"""What went over the wire while one Source ran: the calls in the order of their arrival, as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MOST = 8 << 20
"""Bytes of one body that are kept."""
MOST_OF_ALL = 32 << 20
"""Bytes that are kept for one Source."""

# All that is ever kept of the headers: no Authorization, no key of a model provider.
_KEPT = frozenset({"content-type", "content-encoding", "grpc-encoding", "grpc-status", "grpc-message"})


class ProbeCount:
    """Counts the ProbeCount in the events of a Source while they are written; see ``runners/job.py``."""

    def __init__(self, events: Path) -> None:
        self._events = events
        self._offset = 0
        self._count = 0

    def count(self) -> int:
        """Return how many there are by now; reads only what is new, up to the last whole line."""
        try:
            with self._events.open("rb") as file:
                file.seek(self._offset)
                text = file.read()
        except FileNotFoundError:
            return 0
        text = text[: text.rfind(b"\n") + 1]
        self._offset += len(text)
        for line in text.splitlines():
            try:
                self._count += "line" in json.loads(line)
            except ValueError:  # a line that the disk had no room for
                continue
        return self._count


class Body:
    """The bytes of a request or a reply, as long as they are not too many to be kept."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._parts: list[bytes] = []
        self.size = 0
        self.kept = True

    def add(self, data: bytes) -> None:
        """Keep a further part, or give up the whole body."""
        if self._recording.closed:
            return
        self.size += len(data)
        if self.kept and self.size <= MOST and len(data) <= self._recording.left:
            self._recording.left -= len(data)
            self._parts.append(data)
        elif self.kept:
            self.kept = False
            self._recording.left += sum(map(len, self._parts))
            self._parts.clear()

    @property
    def data(self) -> bytes:
        """What was kept."""
        return b"".join(self._parts)


@dataclass(slots=True)
class RecordedCall:
    """One request and its reply. ``name`` is ``POST /v1/graphql``, or the path of a gRPC method.

    :param after: the number of ProbeCount before it arrived.
    :param status: of an HTTP reply; 0 if there is none, and for gRPC.
    :param trouble: why there is no whole reply.
    """

    recording: Recording
    after: int
    name: str
    grpc: bool
    request: Body
    response: Body
    status: int = 0
    asked: dict[str, str] = field(default_factory=dict)  # headers of the request
    told: dict[str, str] = field(default_factory=dict)  # headers of the reply
    ended: bool = False
    trouble: str = ""

    def ask(self, headers: Mapping[str, str]) -> None:
        """Keep what is needed of the request's headers."""
        self.asked |= {name: value for name, value in headers.items() if name in _KEPT}

    def tell(self, headers: Mapping[str, str]) -> None:
        """Keep what is needed of the reply's headers, and of its trailers."""
        self.told |= {name: value for name, value in headers.items() if name in _KEPT}

    def end(self, trouble: str = "") -> None:
        """Be over; the first word counts."""
        if not self.ended and not self.recording.closed:
            self.ended = True
            self.trouble = trouble


class Recording:
    """The calls of one Source. Everything but ``__init__`` belongs to the thread of the recorder until it is closed."""

    def __init__(self, events: Path | None) -> None:
        """Begin.

        :param events: the file to which the Source's probes write; ``None`` for a Recording that keeps nothing.
        """
        self._hits = ProbeCount(events) if events else None
        self.calls: list[RecordedCall] = []
        self.left = MOST_OF_ALL
        self.closed = events is None

    def begin(self, name: str, *, grpc: bool) -> RecordedCall:
        """Return the RecordedCall that arrives now."""
        after = self._hits.count() if self._hits and not self.closed else 0
        call = RecordedCall(self, after, name, grpc, Body(self), Body(self))
        if not self.closed:
            self.calls.append(call)
        return call

    def close(self) -> list[RecordedCall]:
        """End: what is still under way will never be known."""
        for call in self.calls:
            begun = call.response.size or call.status or call.told
            call.end("the Source ended before the reply did" if begun else "the Source ended before a reply came")
        self.closed = True
        return self.calls
