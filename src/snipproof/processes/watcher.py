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
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from snipproof.errors import InfrastructureError
from snipproof.processes.sessions import sessions_folder

RECORD = "watcher.json"
SOCKET = "watcher"
_CONNECT = 2.0  # seconds
_LONGEST_LINE = 64_000_000  # bytes
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


def connect(address: WatcherAddress) -> socket.socket:
    """Return a connection to a watcher.

    :raises OSError: it does not answer.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_CONNECT)
        connection.connect(str(address.socket))
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return connection


def send(connection: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one message.

    :raises OSError: the other side has gone.
    """
    connection.sendall(json.dumps(message).encode() + b"\n")


def read_lines(connection: socket.socket) -> Generator[bytes]:
    """Yield each line until the other side closes the connection; a line that is too long is the last one."""
    with connection.makefile("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            yield line
            if not line.endswith(b"\n"):
                return


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the message that a line is, ``None`` if it is not an object in JSON."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def receive(connection: socket.socket) -> Generator[dict[str, Any]]:
    """Yield each message until the other side closes the connection; what is not a message is ignored."""
    with contextlib.closing(read_lines(connection)) as lines:
        for line in lines:
            if (message := parse(line)) is not None:
                yield message


def request(address: WatcherAddress, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Send a request and yield the events of the watcher as they come; ``finished`` or ``error`` is the last one.

    :raises InfrastructureError: it does not answer, or ends meanwhile.
    """
    try:
        with contextlib.closing(connect(address)) as connection:
            send(connection, message)
            with contextlib.closing(receive(connection)) as events:
                for event in events:
                    yield event
                    if event.get("event") in _LAST:
                        return
    except OSError as error:
        raise InfrastructureError(f"the watcher (process {address.pid}) does not answer: {error}") from None
    raise InfrastructureError(f"the watcher (process {address.pid}) has ended")
