"""Free ports on loopback, held by bound sockets until all are chosen."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass

_TRIES = 200


@dataclass(frozen=True, slots=True)
class ServerPorts:
    """What one Weaviate server listens on. The cluster data port is ``gossip + 1``, Raft's RPC port ``raft + 1``."""

    rest: int
    grpc: int
    gossip: int
    raft: int


def choose_ports() -> ServerPorts:
    """Return ports that are free right now; another program may still take one before the server does."""
    with contextlib.ExitStack() as held:
        return ServerPorts(_hold(held, 1), _hold(held, 1), _hold(held, 2), _hold(held, 2))


def _hold(held: contextlib.ExitStack, count: int) -> int:
    """Bind ``count`` ports in a row and return the first; they stay bound until ``held`` is closed."""
    for _ in range(_TRIES):
        with contextlib.ExitStack() as attempt:
            try:
                first = _bind(attempt, 0)
                for offset in range(1, count):
                    _bind(attempt, first + offset)
            except (OSError, OverflowError):
                continue
            held.enter_context(attempt.pop_all())
            return first
    raise OSError(f"no {count} free ports in a row")


def _bind(stack: contextlib.ExitStack, port: int) -> int:
    # Some of the server's ports are on all interfaces, so that is where they must be free.
    bound = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound.bind(("", port))
    return int(bound.getsockname()[1])
