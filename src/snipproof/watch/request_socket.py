"""The socket of a watcher: other programs of the same user request runs and updates; see ``processes/watcher.py``."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from snipproof import __version__
from snipproof.files import write_whole
from snipproof.processes.watcher import RECORD, SOCKET, parse, read_lines, send

_PATIENCE = 5  # seconds in which a program has to read what is sent: it may be stopped


class Client:
    """One request of another program.

    :param lines: what it sends behind the request, to be read until :meth:`close`.
    """

    def __init__(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        self._connection = connection
        self._lines = lines
        self._done = threading.Event()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send an event; a program that has gone misses it, and one that does not read loses its connection."""
        try:
            send(self._connection, message)
        except OSError:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the program sends behind the request, until it ends or closes the connection."""
        with contextlib.suppress(OSError):
            for line in self._lines:
                yield parse(line) or {}

    def fail(self, message: str) -> None:
        """Send the last event of a request that failed."""
        self.send({"event": "error", "message": message})
        self.close()

    def finish(self, passed: int, failed: int, written: list[str]) -> None:
        """Send the last event of a request."""
        self.send({"event": "finished", "passed": passed, "failed": failed, "written": written})
        self.close()

    def close(self) -> None:
        """Allow the next request of the connection."""
        self._done.set()

    def wait(self) -> None:
        """Wait until :meth:`close` was called."""
        self._done.wait()


class Server:
    """Listens in ``folder``, which belongs to a session and which no other user can enter.

    :param root: the docs tree that is watched.
    :param handle: called with each request, in a thread of its connection, which handles one after the other.
    :raises OSError: the path of the socket is too long, or nothing can be written there.
    """

    def __init__(self, folder: Path, root: Path, handle: Callable[[Client, dict[str, Any]], None]) -> None:
        self._handle = handle
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(str(folder / SOCKET))
            self._listener.listen()
        except OSError:
            self._listener.close()
            raise
        record = {"root": str(root.resolve()), "pid": os.getpid(), "version": __version__}
        write_whole(folder / RECORD, json.dumps(record).encode(), durable=False)
        threading.Thread(target=self._accept, name="snipproof-socket", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _PATIENCE, 0))
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), contextlib.closing(read_lines(connection)) as lines:
            for line in lines:
                client = Client(connection, lines)
                message = parse(line)
                if message is None:
                    client.fail("not a request: one JSON object a line expected")
                else:
                    self._handle(client, message)
                client.wait()

    def stop(self) -> None:
        """Accept no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
