"""Weaviate in a container, through testcontainers' plain ``DockerContainer``.

Not ``WeaviateContainer``, which creates a network on a fixed subnet, so that a second container at the same time fails,
and overwrites the environment. Ryuk is not needed: containers carry the session's label, and the next session sweeps.
"""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import docker
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.container_engine import engine_answers, engine_elsewhere, is_local
from snipproof.processes.session_folder import CONTAINER_LABEL, SERVER_LABEL, SessionFolder, remove_containers
from snipproof.services.weaviate.environment import (
    IMAGE_MODULE,
    ON_LOOPBACK,
    cluster_environment,
    node_name,
    server_environment,
)
from snipproof.services.weaviate.ready import wait_ready
from snipproof.services.weaviate.server import WeaviateAddress

_LOOPBACK = "127.0.0.1"
_REST, _GRPC = 8080, 50051
_RAFT, _GOSSIP = 8300, 7946
_FOLDER = "/var/lib/weaviate"
_UNREACHED = 6.0  # seconds from the first line of its log; a server looks for the vectorizer after one
_LOG_TAIL = 15  # lines


def engine_error(settings: Settings) -> str | None:
    """Return the reason why no container engine can be used, ``None`` if one answers."""
    if (elsewhere := engine_elsewhere()) and uses_vectorizer(settings):
        return f"the containers of the engine at {elsewhere} cannot reach the vectorizer on this machine"
    return None if engine_answers() else "no container engine answers"


def image_name(settings: Settings) -> str:
    """Return the image to run: the setting, else the official one of the pinned version."""
    return settings.weaviate.image or f"semitechnologies/weaviate:{settings.weaviate.version}"


def image_error(image: str, log: Callable[[str], None]) -> str | None:
    """Pull ``image`` if the engine does not have it; return the reason why that failed, ``None`` if it did not."""
    try:
        with contextlib.closing(docker.from_env(timeout=600)) as client:
            try:
                client.images.get(image)
            except docker.errors.ImageNotFound:
                log(f"weaviate: pulling {image} (once)")
                client.images.pull(image)
    except (docker.errors.DockerException, OSError) as error:
        reason = str(getattr(error, "explanation", None) or error)
        return f"the engine cannot provide the image {image}: {reason.splitlines()[0][:120]}"
    return None


def vectorizer_host() -> str:
    """Return the address of this machine that a container's ``host.docker.internal`` reaches.

    It is the gateway of the default bridge if the engine runs on this machine. An engine in a virtual machine of its
    own (Docker Desktop) forwards to loopback.
    """
    client = docker.from_env(timeout=10)
    try:
        for config in client.networks.get("bridge").attrs["IPAM"]["Config"]:
            network = ipaddress.ip_network(config["Subnet"])
            gateway = config.get("Gateway") or str(network[1])  # some engines omit the default
            if network.version == 4 and is_local(socket.AF_INET, gateway):
                return str(gateway)
    except (docker.errors.DockerException, KeyError, ValueError):
        pass
    finally:
        client.close()
    return _LOOPBACK


class VectorizerUnreachableError(InfrastructureError):
    """The engine runs containers, but these cannot reach the vectorizer on this machine."""


class ContainerWeaviate:
    """A running server, in a container for each node; ``stop`` removes them."""

    def __init__(self, session: SessionFolder, server: str, address: WeaviateAddress) -> None:
        self._session = session
        self._server = server
        self.address = address

    @classmethod
    def start(
        cls,
        settings: Settings,
        session: SessionFolder,
        vectorizer_port: int,
        reason: str,
        announce: Callable[[WeaviateAddress], None] = lambda _: None,
        reached: Callable[[], bool] = lambda: True,
    ) -> ContainerWeaviate:
        """Start the image and wait until all nodes are ready; its vectorizer is at ``vectorizer_port`` of this machine.

        :param settings: with those of this server as ``weaviate``.
        :param announce: called with the address, without a version, before the server is ready.
        :param reached: returns whether a server has reached the vectorizer.
        :raises VectorizerUnreachableError: a few seconds after its start it has not.
        :raises InfrastructureError: it does not start or is not ready in time; the hint is the end of its log.
        """
        testcontainers_config.ryuk_disabled = True
        session.will_use_containers()
        server = secrets.token_hex(6)
        labels = {CONTAINER_LABEL: session.id, SERVER_LABEL: server}
        image, key = image_name(settings), settings.weaviate.key
        nodes = [
            _container(settings, image, index, vectorizer_port, labels) for index in range(settings.weaviate.nodes)
        ]
        current = nodes[0]
        try:
            if len(nodes) > 1:
                network = Network(docker_network_kw={"labels": labels}).create()
                for index, node in enumerate(nodes):
                    node.with_network(network).with_network_aliases(node_name(index))
            addresses: list[WeaviateAddress] = []
            version, deadline = "", 0.0
            for current in nodes:  # each joins one that is ready
                current.start()
                deadline = deadline or time.monotonic() + settings.weaviate.start_timeout
                host = current.get_container_host_ip()
                if len(nodes) > 1 and is_local(socket.AF_INET, host):
                    host = _LOOPBACK  # the other address may be that of the network, which ends with this server
                rest, grpc = (int(current.get_exposed_port(port)) for port in (_REST, _GRPC))
                each = WeaviateAddress(host, rest, host, grpc, "", "container", reason, key=key)
                addresses.append(each)
                if len(addresses) == len(nodes):
                    announce(replace(addresses[0], others=tuple(addresses[1:])))
                watch = _Watch(current, session, reached if uses_vectorizer(settings) else lambda: True)
                left = round(max(deadline - time.monotonic(), 0.0), 1)
                version = wait_ready(each.url, f"{host}:{grpc}", left, watch.ended, key)
        except (docker.errors.DockerException, OSError, TimeoutError) as error:
            tail = _log_tail(current)
            remove_containers(session.id, server)  # by label: `current` does not know one that could not start
            cause = getattr(error, "explanation", None) or error
            raise InfrastructureError(f"Weaviate (container of {image}) did not start: {cause}", tail) from None
        except BaseException:
            remove_containers(session.id, server)
            raise
        first, *others = (replace(each, version=version) for each in addresses)
        return cls(session, server, replace(first, others=tuple(others)))

    def exports(self) -> frozenset[str]:
        """Return nothing: what is inside of a container is not looked at."""
        return frozenset()

    def stop(self) -> None:
        """Remove the containers with their volumes, and their network."""
        remove_containers(self._session.id, self._server)


def uses_vectorizer(settings: Settings) -> bool:
    """Return whether the server of ``settings`` looks for the vectorizer when it starts."""
    env = server_environment(settings.weaviate, "", "", {})
    return IMAGE_MODULE in env["ENABLE_MODULES"].split(",") and not env["IMAGE_INFERENCE_API"]


def _container(
    settings: Settings, image: str, index: int, vectorizer_port: int, labels: dict[str, str]
) -> DockerContainer:
    """Return the container of one node, not started."""
    count = settings.weaviate.nodes
    raft = [f"{node_name(number)}:{_RAFT}" for number in range(count)]
    added = {"BACKUP_FILESYSTEM_PATH": f"{_FOLDER}/backups"} | (ON_LOOPBACK if count == 1 else {})
    added |= cluster_environment(index, raft, f"{node_name(0)}:{_GOSSIP}")
    env = server_environment(settings.weaviate, _FOLDER, f"http://host.docker.internal:{vectorizer_port}", added)
    del env["PATH"]
    container = (
        DockerContainer(image)
        .with_exposed_ports(_REST, _GRPC)
        .with_command(f"--host 0.0.0.0 --port {_REST} --scheme http")
    )
    for name, value in env.items():
        container.with_env(name, value)
    return container.with_kwargs(labels=labels, extra_hosts={"host.docker.internal": "host-gateway"})


class _Watch:
    """Looks whether a container has ended, or cannot reach the vectorizer."""

    def __init__(self, container: Any, session: SessionFolder, reached: Callable[[], bool]) -> None:
        self._container = container
        self._session = session
        self._reached = reached
        self._began: float | None = None

    def ended(self) -> str | None:
        """Return why it is useless to wait on, ``None`` if it is not.

        :raises VectorizerUnreachableError: the server runs, and has not reached the vectorizer.
        """
        if self._session.closing.is_set():
            return "interrupted"
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        if wrapped.status in ("exited", "dead"):
            return str(wrapped.status)
        if not self._reached():
            if self._began is None:
                self._began = time.monotonic() if wrapped.logs(tail=1) else None
            elif time.monotonic() - self._began > _UNREACHED:
                raise VectorizerUnreachableError("the engine's containers cannot reach the vectorizer on this machine")
        return None


def _log_tail(container: Any) -> str:
    try:
        out, err = container.get_logs()
    except Exception:  # noqa: BLE001 (a missing log must not hide why the container failed)
        return "(no log)"
    return "\n".join(line[:300] for line in (out + err).decode("utf-8", "replace").strip().splitlines()[-_LOG_TAIL:])
