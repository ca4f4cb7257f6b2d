"""Which Service answers at a documented port or host, while a Suite runs that names some of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from snipproof.server_settings import WeaviateSettings

_LOCAL = "localhost"
_OF_GRPC = "grpc-"


class Target(NamedTuple):
    """An API of a server: that of the node with the number ``node``, from 0."""

    service: str
    node: int
    grpc: bool


class Routes:
    """The documented ports and hosts of Services. Thread-safe.

    :param servers: the settings of each Service of this session, by name; all are in use at first.
    """

    def __init__(self, servers: Mapping[str, WeaviateSettings]) -> None:
        self._servers = servers
        self._used: Sequence[str] = tuple(servers)
        self._refused: dict[str, None] = {}
        self._lock = threading.Lock()

    @property
    def ports(self) -> list[int]:
        """All ports that some Service has."""
        pairs = [pair for table in self._servers.values() for pair in table.documented_ports]
        return sorted({port for pair in pairs for port in pair})

    def use(self, names: Sequence[str]) -> None:
        """Lead to the Services ``names`` only, which have no port and no host in common, until the next call."""
        with self._lock:
            self._used = [name for name in names if name in self._servers]
            self._refused.clear()

    def at_port(self, port: int) -> Target | None:
        """Return what answers at ``port``; ``None``, which is noted, if no Service that is in use has it."""
        with self._lock:
            for name in self._used:
                for node, pair in enumerate(self._servers[name].documented_ports):
                    if port in pair:
                        return Target(name, node, grpc=port == pair[1])
            self._refused[f"{_LOCAL}:{port}"] = None
            return None

    def at_host(self, host: str) -> str | None:
        """Return the Service that ``host``, in lower case, is; ``None`` if none of those in use has it.

        Of several globs that match, the one with the most characters that are no wildcards decides. ``grpc-HOST`` is
        where Weaviate Cloud has the gRPC API of HOST. ``localhost`` and ``""``, which is a client that names no host,
        are the first Service.
        """
        with self._lock:
            if host in ("", _LOCAL):
                return next(iter(self._used), None)
            found = [
                (len(glob) - glob.count("*") - glob.count("?"), name)
                for name in self._used
                for glob in map(str.lower, self._servers[name].hosts)
                if fnmatchcase(host, glob) or fnmatchcase(host.removeprefix(_OF_GRPC), glob)
            ]
        return max(found, key=lambda each: each[0])[1] if found else None

    def refused(self) -> tuple[str, ...]:
        """Return ``localhost:PORT`` of each port at which nothing answered since the last call, or since ``use``."""
        with self._lock:
            found = tuple(self._refused)
            self._refused.clear()
        return found
