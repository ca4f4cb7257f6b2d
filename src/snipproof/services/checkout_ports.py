"""Ports that are the same in every session of one checkout, as long as they are free.

Bindings write the addresses of Services into Sources: with other ports, every Source would have to be built again.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

_HOST = "127.0.0.1"
_FIRST, _COUNT = 20_000, 12_000  # below the ports that Linux gives to clients, from 32,768
_TRIES = 4  # as many sessions of one checkout at the same time find the same ports again
_WORKER = "PYTEST_XDIST_WORKER"  # each worker of pytest-xdist has Services of its own, and the same ones each time


def listen_at(port: int) -> socket.socket:
    """Return a socket that listens at ``port`` on loopback; 0 for any free port.

    :raises OSError: it is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Connections of the last session may still linger at this port; two sockets cannot listen at it nevertheless.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


def listen_for(
    checkout: Path | None, purpose: str, listen: Callable[[int], socket.socket] = listen_at
) -> socket.socket:
    """Return a socket that listens at one of the ports of ``checkout``, or at any if others have taken these.

    :param checkout: the folder of the docs tree; ``None`` for any port.
    :param purpose: what is reached at the port, such as ``assets``.
    :param listen: listens at a port, 0 for any free one.
    :raises OSError: no port is free.
    """
    worker = os.environ.get(_WORKER, "")
    for number in range(_TRIES if checkout else 0):
        digest = hashlib.sha256(f"{checkout}\n{worker}\n{purpose}\n{number}".encode()).digest()
        try:
            return listen(_FIRST + int.from_bytes(digest[:4], "big") % _COUNT)
        except OSError:
            continue
    return listen(0)
