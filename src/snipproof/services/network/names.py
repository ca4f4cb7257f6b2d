"""A name server that knows the hosts of the documented world, and that no other host exists.

Of DNS (RFC 1035) it speaks what resolvers of operating systems and runtimes use: one question over UDP.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

PORT = 53
_A, _IN = 1, 1
_TTL = 60  # seconds
_HEADER = struct.Struct(">HHHHHH")
_RESPONSE, _RECURSION = 0x8400, 0x0180  # a response of an authority; recursion desired and available
_REFUSED, _UNKNOWN = 5, 3  # RCODEs


class NameServer:
    """Answers on ``bound`` from construction until :meth:`stop`, in a thread of its own.

    :param bound: a UDP socket, which it closes in the end.
    :param address_of: returns the IPv4 address of a host, given in lower case; ``None`` if it does not exist.
    """

    def __init__(self, bound: socket.socket, address_of: Callable[[str], str | None]) -> None:
        self._socket = bound
        self._address_of = address_of
        self._unknown: dict[str, None] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="snipproof-names", daemon=True)
        self._thread.start()

    def unknown(self) -> tuple[str, ...]:
        """Return the hosts that were looked up since the last call and do not exist, in the order of the lookups."""
        with self._lock:
            found = tuple(self._unknown)
            self._unknown.clear()
        return found

    def stop(self) -> None:
        """Stop answering."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread; a UDP socket reports that it is not connected
        self._socket.close()
        self._thread.join(1.0)

    def _serve(self) -> None:
        while True:
            try:
                query, peer = self._socket.recvfrom(2048)
            except OSError:
                return
            if not query and self._socket.fileno() < 0:
                return
            if response := self._response(query):
                with contextlib.suppress(OSError):
                    self._socket.sendto(response, peer)

    def _response(self, query: bytes) -> bytes:
        try:
            host, kind, end = read_question(query)
        except ValueError:
            return refusal(query)
        address = self._address_of(host)
        if address is None:
            with self._lock:
                self._unknown[host] = None
            return _head(query, _UNKNOWN, answers=0) + query[_HEADER.size : end]
        if kind != _A:  # it exists, but has no record of this kind, such as an IPv6 address
            return _head(query, 0, answers=0) + query[_HEADER.size : end]
        record = struct.pack(">HHHIH", 0xC000 | _HEADER.size, _A, _IN, _TTL, 4) + socket.inet_aton(address)
        return _head(query, 0, answers=1) + query[_HEADER.size : end] + record


def read_question(query: bytes) -> tuple[str, int, int]:
    """Return the host in lower case, the type of the record, and where the question of ``query`` ends.

    :raises ValueError: it is not a query with one question.
    """
    if len(query) < _HEADER.size:
        raise ValueError("too short")
    _, flags, questions, *_ = _HEADER.unpack_from(query)
    if flags & 0xF800 or questions != 1:  # a response, another kind of query, or several questions
        raise ValueError("not a standard query with one question")
    labels, at = [], _HEADER.size
    while at < len(query) and query[at]:
        length = query[at]
        if length > 63:
            raise ValueError("a compressed name")
        labels.append(query[at + 1 : at + 1 + length])
        at += 1 + length
    if at + 5 > len(query):
        raise ValueError("too short")
    (kind,) = struct.unpack_from(">H", query, at + 1)
    return b".".join(labels).decode("ascii", errors="replace").lower(), kind, at + 5


def refusal(query: bytes) -> bytes:
    """Return the response to what cannot be answered; empty for what is not even a query."""
    if len(query) < _HEADER.size or query[2] & 0x80:
        return b""
    return _HEADER.pack(_HEADER.unpack_from(query)[0], _RESPONSE | _RECURSION | _REFUSED, 0, 0, 0, 0)


def _head(query: bytes, code: int, answers: int) -> bytes:
    return _HEADER.pack(_HEADER.unpack_from(query)[0], _RESPONSE | _RECURSION | code, 1, answers, 0, 0)
