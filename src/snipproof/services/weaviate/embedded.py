"""Weaviate as a native process of ours, on free loopback ports, with its data in the folder of the Run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.weaviate.ports import ServerPorts, choose_ports
from snipproof.services.weaviate.ready import wait_ready
from snipproof.services.weaviate.server import WeaviateAddress

_HOST = "127.0.0.1"
_TRIES = 3
_TAIL = 15


class _PortTakenError(TimeoutError):
    """Somebody else answers where our server should."""


class EmbeddedWeaviate:
    """A running server; ``stop`` ends it, and it cannot outlive this process."""

    def __init__(self, process: Process, address: WeaviateAddress) -> None:
        self._process = process
        self.address = address

    @classmethod
    def start(
        cls,
        binary: Path,
        settings: Settings,
        run: SessionFolder,
        vectorizer: str,
        reason: str,
        say: Callable[[str], None],
        announce: Callable[[WeaviateAddress], None] = lambda _: None,
    ) -> EmbeddedWeaviate:
        """Start ``binary`` and wait until it is ready.

        :param vectorizer: the address of the image vectorizer.
        :param announce: gets the address, with no version yet, before the server is ready; again if it changes.
        :raises InfrastructureError: it is not ready in time; the hint is the end of its log.
        """
        for attempt in range(1, _TRIES + 1):
            folder = run.subfolder(f"weaviate-{attempt}")
            ports = choose_ports()
            log = folder / "server.log"
            work = folder / "work"  # empty: the server reads a weaviate.conf.json that it finds where it starts
            work.mkdir()
            command = [str(binary), "--host", _HOST, "--port", str(ports.rest), "--scheme", "http"]
            env = server_environment(folder / "data", vectorizer) | _ports_environment(ports)
            process = Process.start(command, session=run, env=env, cwd=work, stdout=log)
            address = WeaviateAddress(_HOST, ports.rest, _HOST, ports.grpc, "", "embedded", reason)
            announce(address)
            try:
                version = wait_ready(
                    address.url, f"{_HOST}:{ports.grpc}", settings.weaviate.start_timeout, process.poll
                )
                if not _listens(process, ports.rest, ports.grpc):
                    raise _PortTakenError(f"another program answers at {address.url}")  # noqa: TRY301 (as one that died)
            except TimeoutError as error:
                process.stop()
                text = log.read_text(encoding="utf-8", errors="replace")
                taken = isinstance(error, _PortTakenError) or "address already in use" in text
                if taken and attempt < _TRIES:
                    say("a port was taken before the server could use it: trying others")
                    continue
                tail = "\n".join(line[:300] for line in text.strip().splitlines()[-_TAIL:]) or "(its log is empty)"
                raise InfrastructureError(f"Weaviate ({binary}) did not start: {error}", tail) from None
            except BaseException:
                process.stop()
                raise
            return cls(process, replace(address, version=version))
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End the server. Its data is thrown away, so it need not take its time."""
        self._process.stop(grace=5.0)


def _listens(process: Process, *ports: int) -> bool:
    """Return whether it is ``process`` itself that listens: two workers may have chosen the same port at once."""
    try:
        found = psutil.Process(process.pid).net_connections("tcp")
    except psutil.Error:  # it cannot be told here, or the process has just ended
        return process.poll() is None
    return set(ports) <= {connection.laddr.port for connection in found if connection.status == psutil.CONN_LISTEN}


def server_environment(data: Path | str, vectorizer: str) -> dict[str, str]:
    """Return the environment of a throw-away server, the same in every mode so that results are."""
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
        # The server's own tests use these two: without them it is ready after 6 to 12 s instead of 4.
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
