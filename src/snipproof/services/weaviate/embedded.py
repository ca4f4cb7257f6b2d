"""Weaviate as a native process, on free loopback ports, with its data in the session folder."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.provider_modules import provider_environment
from snipproof.services.weaviate.ready import wait_ready
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.server_files import exports_in, own_folders

if TYPE_CHECKING:
    from snipproof.services.network.documented import DocumentedNetwork

_HOST = "127.0.0.1"
_TRIES = 3
_PORT_TRIES = 200
_LOG_TAIL = 15  # lines


class _PortTakenError(TimeoutError):
    """Another program answers at the address of the server."""


class EmbeddedWeaviate:
    """A running server; ``stop`` ends it, and it cannot outlive this process."""

    def __init__(self, process: Process, address: WeaviateAddress, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self.address = address

    @classmethod
    def start(
        cls,
        binary: Path,
        settings: Settings,
        session: SessionFolder,
        vectorizer: str,
        reason: str,
        log: Callable[[str], None],
        announce: Callable[[WeaviateAddress], None] = lambda _: None,
        network: DocumentedNetwork | None = None,
    ) -> EmbeddedWeaviate:
        """Start ``binary`` and wait until it is ready.

        :param vectorizer: the address of the image vectorizer.
        :param announce: called with the address, without a version, before the server is ready; again if it changes.
        :param network: the network to start it in; its address is then that of relays to it.
        :raises InfrastructureError: it is not ready in time; the hint is the end of its log.
        """
        for attempt in range(1, _TRIES + 1):
            folder = Path(tempfile.mkdtemp(prefix="weaviate-", dir=session.folder))
            ports = choose_ports()
            output = folder / "server.log"
            work = folder / "work"  # empty: the server reads any weaviate.conf.json in its working directory
            work.mkdir()
            command = [str(binary), "--host", _HOST, "--port", str(ports.rest), "--scheme", "http"]
            env = server_environment(folder / "data", vectorizer) | _ports_environment(ports)
            if network:
                env |= network.environment() | (provider_environment(folder) if settings.providers else {})
            env |= settings.weaviate.env
            env |= own_folders(env, folder)
            started = network.enter(command, work) if network else command
            process = Process.start(started, session=session, env=env, cwd=work, stdout=output)
            rest, grpc = network.reach(ports.rest, ports.grpc) if network else (ports.rest, ports.grpc)
            address = WeaviateAddress(_HOST, rest, _HOST, grpc, "", "embedded", reason)
            announce(address)

            def ended(process: Process = process) -> object:
                return process.poll() if not session.closing.is_set() else "interrupted"

            try:
                version = wait_ready(address.url, f"{_HOST}:{grpc}", settings.weaviate.start_timeout, ended)
                if network is None and not _listens(process, ports.rest, ports.grpc):
                    raise _PortTakenError(f"another program answers at {address.url}")  # noqa: TRY301 (handled like a server that ended)
            except TimeoutError as error:
                process.stop()
                text = output.read_text(encoding="utf-8", errors="replace")
                taken = isinstance(error, _PortTakenError) or "address already in use" in text
                if taken and attempt < _TRIES:
                    log("weaviate: another program took a port first; trying others")
                    continue
                tail = "\n".join(line[:300] for line in text.strip().splitlines()[-_LOG_TAIL:]) or "(empty log)"
                raise InfrastructureError(f"Weaviate ({binary}) did not start: {error}", tail) from None
            except BaseException:
                process.stop()
                raise
            return cls(process, replace(address, version=version), folder)
        raise AssertionError("unreachable")

    def exports(self) -> frozenset[str]:
        """Return the ids of all exports, which the server's API does not list."""
        return exports_in(self._folder)

    def stop(self) -> None:
        """Stop the server. Its data is discarded, so a short grace period is enough."""
        self._process.stop(grace=5.0)


def _listens(process: Process, *ports: int) -> bool:
    """Return whether ``process`` itself listens: two workers may have chosen the same port at once."""
    try:
        found = psutil.Process(process.pid).net_connections("tcp")
    except psutil.Error:  # not available on this system, or the process has just ended
        return process.poll() is None
    return set(ports) <= {connection.laddr.port for connection in found if connection.status == psutil.CONN_LISTEN}


def server_environment(data: Path | str, vectorizer: str) -> dict[str, str]:
    """Return the environment of a disposable server, the same in every mode for the same results."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(data),
        "PERSISTENCE_DATA_PATH": str(data),
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
        "DISABLE_TELEMETRY": "true",
        "GO_PROFILING_DISABLE": "true",
        "DEFAULT_VECTORIZER_MODULE": "none",
        "ENABLE_MODULES": "img2vec-neural",
        "IMAGE_INFERENCE_API": vectorizer,
        "API_BASED_MODULES_DISABLED": "true",
        "QUERY_DEFAULTS_LIMIT": "25",
        "DISK_USE_READONLY_PERCENTAGE": "0",
        "DISK_USE_WARNING_PERCENTAGE": "0",
        "CLUSTER_HOSTNAME": "node1",
        "CLUSTER_IN_LOCALHOST": "true",
        "CLUSTER_BIND_ADDR": "127.0.0.1",
        "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
        "MEMBERLIST_FAST_FAILURE_DETECTION": "true",
        # As in the server's own tests. Without these two it is ready after 6 to 12 s instead of 4.
        "RAFT_TIMEOUTS_MULTIPLIER": "1",
        "RAFT_DRAIN_SLEEP": "1ms",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "text",
    }


def _ports_environment(ports: ServerPorts) -> dict[str, str]:
    return {
        "GRPC_PORT": str(ports.grpc),
        "CLUSTER_GOSSIP_BIND_PORT": str(ports.gossip),
        "CLUSTER_DATA_BIND_PORT": str(ports.gossip + 1),
        "RAFT_PORT": str(ports.raft),
        "RAFT_INTERNAL_RPC_PORT": str(ports.raft + 1),
    }


@dataclass(frozen=True, slots=True)
class ServerPorts:
    """The ports of one Weaviate server. The cluster data port is ``gossip + 1``, Raft's RPC port ``raft + 1``."""

    rest: int
    grpc: int
    gossip: int
    raft: int


def choose_ports() -> ServerPorts:
    """Return ports that are free now; another program may still take one before the server does."""
    with contextlib.ExitStack() as sockets:
        return ServerPorts(_hold(sockets, 1), _hold(sockets, 1), _hold(sockets, 2), _hold(sockets, 2))


def _hold(sockets: contextlib.ExitStack, count: int) -> int:
    """Bind ``count`` ports in a row and return the first; they stay bound until ``sockets`` is closed."""
    for _ in range(_PORT_TRIES):
        with contextlib.ExitStack() as attempt:
            try:
                first = _bind(attempt, 0)
                for offset in range(1, count):
                    _bind(attempt, first + offset)
            except (OSError, OverflowError):
                continue
            sockets.enter_context(attempt.pop_all())
            return first
    raise OSError(f"no {count} free ports in a row")


def _bind(stack: contextlib.ExitStack, port: int) -> int:
    # Some of the server's ports are on all interfaces, so that is where they must be free.
    bound = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound.bind(("", port))
    return int(bound.getsockname()[1])
