"""Keeps the address of a server that was replaced: its ports lead to the new one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Sequence

from snipproof.errors import InfrastructureError
from snipproof.services.network.relay import forward

_PATIENCE = 5.0  # seconds until the ports of a server that was stopped are free
_INTERVAL = 0.02

Place = tuple[str, int]
"""A host and a port."""


class Switch:
    """Forwards each connection to one of ``places`` of this machine to the place that :meth:`lead_to` names for it.

    :raises InfrastructureError: another program listens there.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._targets: dict[Place, Place] = {}
        self._places = places
        with contextlib.ExitStack() as stack:
            for place in places:
                for listener in _listen(place):
                    stack.callback(listener.close)
                    stack.callback(_wake, listener)
                    thread = threading.Thread(target=self._accept, args=(listener, place), daemon=True)
                    thread.name = "snipproof-switch"
                    thread.start()
            self._stack = stack.pop_all()

    def lead_to(self, targets: Sequence[Place]) -> None:
        """Forward new connections to ``targets`` from now on, in the order of ``places``."""
        self._targets = dict(zip(self._places, targets, strict=True))

    def stop(self) -> None:
        """Accept no more connections; those that are open end with the server."""
        self._stack.close()

    def _accept(self, listener: socket.socket, place: Place) -> None:
        while True:
            try:
                outside, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(outside, place), daemon=True).start()

    def _forward(self, outside: socket.socket, place: Place) -> None:
        try:
            inside = socket.create_connection(self._targets[place])
        except (KeyError, OSError):
            outside.close()
            return
        forward(outside, inside)


def is_here(host: str) -> bool:
    """Return whether ``host`` is an address of this machine, at which a program can listen."""
    try:
        _listen((host, 0))[0].close()
    except (OSError, InfrastructureError):
        return False
    return True


def _listen(place: Place) -> list[socket.socket]:
    """Return listeners at all addresses of a host that are on this machine."""
    host, port = place
    deadline = time.monotonic() + _PATIENCE
    while True:
        found: list[socket.socket] = []
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                if family == socket.AF_INET6 and not socket.has_dualstack_ipv6():
                    continue
                found.append(socket.create_server(address[:2], family=family, backlog=256))
        except OSError as error:
            for each in found:
                each.close()
            if port == 0 or time.monotonic() > deadline:
                raise InfrastructureError(f"the address {host}:{port} of a server cannot be kept: {error}") from None
            time.sleep(_INTERVAL)
        else:
            return found


def _wake(listener: socket.socket) -> None:
    """End the wait of a thread for connections."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
