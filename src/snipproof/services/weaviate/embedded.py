"""Weaviate as native processes, one for each node, on free loopback ports, with its data in the session folder."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.environment import ON_LOOPBACK, cluster_environment, node_name, server_environment
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
_LOCK = threading.Lock()
_HANDED_OUT: set[int] = set()


class EmbeddedWeaviate:
    """A running server, of one node or more; ``stop`` ends it, and it cannot outlive this process."""

    def __init__(
        self, nodes: Sequence[_Node], address: WeaviateAddress, folder: Path, network: DocumentedNetwork | None
    ) -> None:
        self._nodes = nodes
        self._folder = folder
        self._network = network
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
        """Start ``binary`` and wait until all its nodes are ready.

        :param settings: with those of this server as ``weaviate``.
        :param vectorizer: the address of the image vectorizer.
        :param announce: called with the address, without a version, before the server is ready; again if it changes.
        :param network: the network to start it in; its address is then that of relays to it.
        :raises InfrastructureError: it is not ready in time; the hint is the end of its log.
        """
        for attempt in range(1, _TRIES + 1):
            folder = Path(tempfile.mkdtemp(prefix="weaviate-", dir=session.folder))
            nodes = _nodes(settings.weaviate.nodes, folder, network)
            address = _address([node.address for node in nodes], settings.weaviate.key, reason)
            announce(address)
            try:
                deadline = time.monotonic() + settings.weaviate.start_timeout
                version = ""
                for joining in (nodes[:1], nodes[1:]):  # the first one must be ready
                    for node in joining:
                        node.start(binary, settings, session, vectorizer, network)
                    for node in joining:
                        version = node.wait_until_ready(settings, session, network, deadline)
            except _NotReadyError as error:
                _stop(nodes, network)
                text = error.node.output.read_text(encoding="utf-8", errors="replace")
                if (error.port_taken or "address already in use" in text) and attempt < _TRIES:
                    log("weaviate: another program took a port first; trying others")
                    continue
                tail = "\n".join(line[:300] for line in text.strip().splitlines()[-_LOG_TAIL:]) or "(empty log)"
                place = f"{binary}, {error.node.name}" if len(nodes) > 1 else str(binary)
                raise InfrastructureError(f"Weaviate ({place}) did not start: {error}", tail) from None
            except BaseException:
                _stop(nodes, network)
                raise
            return cls(nodes, _with_version(address, version), folder, network)
        raise AssertionError("unreachable")

    def exports(self) -> frozenset[str]:
        """Return the ids of all exports, which the server's API does not list."""
        return exports_in(self._folder)

    def stop(self) -> None:
        """Stop the server, and free the ports that led to it. Its data is discarded, so it has little time."""
        _stop(self._nodes, self._network, grace=5.0)


class _NotReadyError(TimeoutError):
    """A node ended or is not ready in time.

    :param port_taken: whether another program answers at its address.
    """

    def __init__(self, node: _Node, reason: object, *, port_taken: bool = False) -> None:
        super().__init__(str(reason))
        self.node = node
        self.port_taken = port_taken


@dataclass(slots=True)
class _Node:
    """One process of a server.

    :param cluster: the ports of all nodes.
    :param address: that of its APIs, or of relays to them.
    """

    index: int
    cluster: Sequence[ServerPorts]
    folder: Path
    address: tuple[int, int]
    process: Process | None = None

    @property
    def name(self) -> str:
        return node_name(self.index)

    @property
    def ports(self) -> ServerPorts:
        return self.cluster[self.index]

    @property
    def output(self) -> Path:
        """The file for its log."""
        return self.folder / "server.log"

    def start(
        self,
        binary: Path,
        settings: Settings,
        session: SessionFolder,
        vectorizer: str,
        network: DocumentedNetwork | None,
    ) -> None:
        work = self.folder / "work"  # empty: the server reads any weaviate.conf.json in its working directory
        work.mkdir(parents=True)
        command = [str(binary), "--host", _HOST, "--port", str(self.ports.rest), "--scheme", "http"]
        added = ON_LOOPBACK | _ports_environment(self.ports)
        raft = [f"{node_name(index)}:{ports.raft}" for index, ports in enumerate(self.cluster)]
        added |= cluster_environment(self.index, raft, f"{_HOST}:{self.cluster[0].gossip}")
        if network:
            added |= network.environment() | (provider_environment(self.folder) if settings.providers else {})
        env = server_environment(settings.weaviate, self.folder, vectorizer, added)
        env |= own_folders(self.folder.parent)  # those of all nodes
        started = _behind_wall(network, command, work, binary, env) if network else command
        self.process = Process.start(started, session=session, env=env, cwd=work, stdout=self.output)

    def wait_until_ready(
        self, settings: Settings, session: SessionFolder, network: DocumentedNetwork | None, deadline: float
    ) -> str:
        """Return the version.

        :raises _NotReadyError: it ended, or is not ready at ``deadline``, or another program answers there.
        """
        process = self.process
        assert process is not None

        def ended() -> object:
            return process.poll() if not session.closing.is_set() else "interrupted"

        rest, grpc = self.address
        left = round(max(deadline - time.monotonic(), 0.0), 1)
        try:
            key = settings.weaviate.key
            version = wait_ready(f"http://{_HOST}:{rest}", f"{_HOST}:{grpc}", left, ended, key)
        except TimeoutError as error:
            raise _NotReadyError(self, error) from None
        if network is None and not _listens(process, rest, grpc):
            raise _NotReadyError(self, f"another program answers at http://{_HOST}:{rest}", port_taken=True)
        return version


def _nodes(count: int, folder: Path, network: DocumentedNetwork | None) -> list[_Node]:
    """Return the nodes of the server in ``folder``, with ports and folders of their own."""
    cluster = [choose_ports() for _ in range(count)]
    found = []
    for index, ports in enumerate(cluster):
        rest, grpc = network.reach(ports.rest, ports.grpc) if network else (ports.rest, ports.grpc)
        found.append(_Node(index, cluster, folder / node_name(index), (rest, grpc)))
    return found


def _address(ports: Sequence[tuple[int, int]], key: str, reason: str) -> WeaviateAddress:
    """Return the address of a server whose nodes have these ports."""
    first, *others = (
        WeaviateAddress(_HOST, rest, _HOST, grpc, "", "embedded", reason, key=key) for rest, grpc in ports
    )
    return replace(first, others=tuple(others))


def _with_version(address: WeaviateAddress, version: str) -> WeaviateAddress:
    others = tuple(replace(each, version=version) for each in address.others)
    return replace(address, version=version, others=others)


def _stop(nodes: Sequence[_Node], network: DocumentedNetwork | None, grace: float = 0.0) -> None:
    """Stop ``nodes``, and free the ports that led to them.

    :param grace: seconds for each.
    """
    for node in nodes:
        if node.process:
            node.process.stop(grace=grace)
        if network:
            network.release(*node.address)


def _behind_wall(
    network: DocumentedNetwork, command: list[str], work: Path, binary: Path, env: Mapping[str, str]
) -> list[str]:
    """Return the command that runs a server in ``network``, with temporary folders of its own.

    A client may name a folder for a backup: without a wall, it would outlive the server. What the variables of the
    server name can be read.
    """
    from snipproof.services.network.wall import Wall

    own = work.parents[1]  # of all nodes
    named = [Path(value) for value in env.values() if value.startswith("/")]
    readable = [each for each in named if not each.is_relative_to(own)]
    return network.enter(command, work, Wall(readable=(binary, *readable), writable=(own,)))


def _listens(process: Process, *ports: int) -> bool:
    """Return whether ``process`` itself listens: two workers may have chosen the same port at once."""
    try:
        found = psutil.Process(process.pid).net_connections("tcp")
    except psutil.Error:  # not available on this system, or the process has just ended
        return process.poll() is None
    return set(ports) <= {connection.laddr.port for connection in found if connection.status == psutil.CONN_LISTEN}


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
    """Return ports that are free now, and that no other server of this process got.

    Another program may still take one before the server does.
    """
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
            ports = set(range(first, first + count))
            with _LOCK:  # servers start side by side
                if ports & _HANDED_OUT:
                    continue
                _HANDED_OUT.update(ports)
            sockets.enter_context(attempt.pop_all())
            return first
    raise OSError(f"no {count} free ports in a row")


def _bind(stack: contextlib.ExitStack, port: int) -> int:
    # Some of the server's ports are on all interfaces, so that is where they must be free.
    bound = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound.bind(("", port))
    return int(bound.getsockname()[1])
