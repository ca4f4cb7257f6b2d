"""Leads from a free port of this machine to a port inside a namespace."""

from __future__ import annotations

import contextlib
import socket
import threading

from snipproof.services.network.namespace import Namespace

_CHUNK = 1 << 16


class Relay:
    """Forwards each connection to its ``port`` to ``inside`` of the namespace, until :meth:`stop`."""

    def __init__(self, namespace: Namespace, inside: int) -> None:
        self._namespace = namespace
        self._inside = inside
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, name="snipproof-relay", daemon=True).start()

    def stop(self) -> None:
        """Accept no more connections; those that are open end with the namespace."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                outside, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(outside,), daemon=True).start()

    def _forward(self, outside: socket.socket) -> None:
        try:
            inside = self._namespace.connect(self._inside)
        except OSError:
            outside.close()
            return
        forward(outside, inside)


def forward(outside: socket.socket, inside: socket.socket) -> None:
    """Forward both directions between two connections until they end, and close them."""
    for each in (outside, inside):
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with outside, inside:
        back = threading.Thread(target=_pump, args=(inside, outside), daemon=True)
        back.start()
        _pump(outside, inside)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Forward one direction until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
