"""A running ``snipproof watch``: how other programs find it and talk to it.

A watcher listens on a Unix socket in its session folder, which no other user can enter. Each message is one line of
JSON. A request is ``{"request": "status"}``, or ``run`` or ``update`` with the ids of ``"snippets"``. The replies are
events: ``outcome`` for each Snippet, and ``finished`` or ``error`` as the last one.

This module needs nothing but Python, since an editor uses it without the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from snipproof.errors import InfrastructureError
from snipproof.processes.sessions import sessions_folder

RECORD = "watcher.json"
SOCKET = "watcher"
_CONNECT = 2.0  # seconds
_SILENCE = 5.0  # seconds without an event, after which it has to show that it is not stopped
_LIVE = 10.0  # seconds in which it has to do so
_LONGEST_LINE = 64_000_000  # bytes
_BLOCK = 65_536  # bytes
_LAST = ("finished", "error")


class WatcherAddress(NamedTuple):
    """Where a watcher listens.

    :param root: the docs tree that it watches.
    """

    socket: Path
    root: Path
    pid: int
    version: str


def find_watcher(root: Path) -> WatcherAddress | None:
    """Return the watcher of the docs tree ``root`` of this user, ``None`` if none answers."""
    with contextlib.suppress(OSError):
        folder = sessions_folder()
        if folder.lstat().st_uid != os.getuid():
            return None  # the folder of another user, who may have put anything there
        for record in folder.glob(f"*/{RECORD}"):
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
                found = json.loads(record.read_text(encoding="utf-8"))
                place = record.with_name(SOCKET)
                address = WatcherAddress(place, Path(found["root"]), int(found["pid"]), str(found["version"]))
                if address.root == root.resolve():
                    connect(address).close()  # else it belongs to a session that was killed
                    return address
    return None


def connect(address: WatcherAddress, timeout: float | None = None) -> socket.socket:
    """Return a connection to a watcher.

    :param timeout: seconds in which it has to send or to receive something; any time if ``None``.
    :raises OSError: it does not answer.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_CONNECT)
        connection.connect(str(address.socket))
        connection.settimeout(timeout)
    except BaseException:
        connection.close()
        raise
    return connection


def send(connection: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one message.

    :raises OSError: the other side has gone.
    """
    connection.sendall(json.dumps(message).encode() + b"\n")


def read_lines(connection: socket.socket, when_silent: Callable[[], None] | None = None) -> Generator[bytes]:
    """Yield each line until the other side closes the connection; a line that is too long is the last one.

    :param when_silent: called when the time limit of the connection is over without a byte; then it begins again.
    """
    waiting = b""
    while True:
        line, end, waiting = waiting.partition(b"\n")
        if end:
            yield line + end
            continue
        parts = [line]
        size = len(line)
        while size < _LONGEST_LINE and (data := _receive_some(connection, when_silent)):
            parts.append(data)
            size += len(data)
            if b"\n" in data:
                break
        else:
            if size:
                yield b"".join(parts)
            return
        waiting = b"".join(parts)


def _receive_some(connection: socket.socket, when_silent: Callable[[], None] | None) -> bytes:
    while True:
        try:
            return connection.recv(_BLOCK)
        except TimeoutError:
            if when_silent is None:
                raise
            when_silent()


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the message that a line is, ``None`` if it is not an object in JSON."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def receive(connection: socket.socket, when_silent: Callable[[], None] | None = None) -> Generator[dict[str, Any]]:
    """Yield each message until the other side closes the connection; what is not a message is ignored.

    :param when_silent: as in :func:`read_lines`.
    """
    with contextlib.closing(read_lines(connection, when_silent)) as lines:
        for line in lines:
            if (message := parse(line)) is not None:
                yield message


def receive_from(address: WatcherAddress, connection: socket.socket) -> Generator[dict[str, Any]]:
    """Yield each message of a watcher, however long it works in between; a process that is stopped does not work.

    :raises OSError: it does not answer.
    """
    connection.settimeout(_SILENCE)
    yield from receive(connection, partial(require_answer, address))


def require_answer(address: WatcherAddress, patience: float | None = None) -> None:
    """Require that a watcher reports its state, which it does whatever it works on.

    :param patience: seconds in which it has to do so; ten by default.
    :raises OSError: it does not.
    """
    with contextlib.closing(connect(address, _LIVE if patience is None else patience)) as connection:
        send(connection, {"request": "status"})
        if not connection.recv(1):
            raise ConnectionError("it has closed the connection")


def request(address: WatcherAddress, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Send a request and yield the events of the watcher as they come; ``finished`` or ``error`` is the last one.

    :raises InfrastructureError: it does not answer, or ends meanwhile.
    """
    try:
        with contextlib.closing(connect(address, _LIVE)) as connection:
            send(connection, message)
            with contextlib.closing(receive_from(address, connection)) as events:
                for event in events:
                    yield event
                    if event.get("event") in _LAST:
                        return
    except TimeoutError:
        hint = "it may be stopped (Ctrl-Z): continue it with `fg`, or end it"
        raise InfrastructureError(f"the watcher (process {address.pid}) does not answer", hint) from None
    except OSError as error:
        raise InfrastructureError(f"the watcher (process {address.pid}) does not answer: {error}") from None
    raise InfrastructureError(f"the watcher (process {address.pid}) has ended")
