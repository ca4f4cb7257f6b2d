"""Weaviate in a container, through testcontainers' plain ``DockerContainer``.

Not ``WeaviateContainer``, which creates a network on a fixed subnet, so that a second container at the same time fails,
and overwrites the environment. Ryuk is not needed: containers carry the session's label, and the next session sweeps.
"""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import docker
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.container_engine import engine_answers
from snipproof.processes.session_folder import CONTAINER_LABEL, SERVER_LABEL, SessionFolder, remove_containers
from snipproof.services.weaviate.embedded import server_environment
from snipproof.services.weaviate.ready import wait_ready
from snipproof.services.weaviate.server import WeaviateAddress

_REST, _GRPC = 8080, 50051
_LOG_TAIL = 15  # lines


def engine_error() -> str | None:
    """Return the reason why no container engine can be used, ``None`` if one answers."""
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
            if network.version == 4 and _is_local(gateway):
                return str(gateway)
    except (docker.errors.DockerException, KeyError, ValueError):
        pass
    finally:
        client.close()
    return "127.0.0.1"


def _is_local(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


class ContainerWeaviate:
    """A running container; ``stop`` removes it."""

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
    ) -> ContainerWeaviate:
        """Start the image and wait until it is ready; its vectorizer is at ``vectorizer_port`` of this machine.

        :param announce: called with the address, without a version, before the server is ready.
        :raises InfrastructureError: it does not start or is not ready in time; the hint is the end of its log.
        """
        testcontainers_config.ryuk_disabled = True
        session.will_use_containers()
        image, server = image_name(settings), secrets.token_hex(6)
        env = server_environment("/var/lib/weaviate", f"http://host.docker.internal:{vectorizer_port}")
        del env["PATH"]
        env |= dict(settings.weaviate.env)
        container = (
            DockerContainer(image)
            .with_exposed_ports(_REST, _GRPC)
            .with_command(f"--host 0.0.0.0 --port {_REST} --scheme http")
        )
        for name, value in env.items():
            container.with_env(name, value)
        container.with_kwargs(
            labels={CONTAINER_LABEL: session.id, SERVER_LABEL: server},
            extra_hosts={"host.docker.internal": "host-gateway"},
        )

        def ended() -> str | None:
            return "interrupted" if session.closing.is_set() else _ended(container)

        try:
            container.start()
            host = container.get_container_host_ip()
            rest, grpc = int(container.get_exposed_port(_REST)), int(container.get_exposed_port(_GRPC))
            address = WeaviateAddress(host, rest, host, grpc, "", "container", reason)
            announce(address)
            version = wait_ready(f"http://{host}:{rest}", f"{host}:{grpc}", settings.weaviate.start_timeout, ended)
        except (docker.errors.DockerException, OSError, TimeoutError) as error:
            tail = _log_tail(container)
            remove_containers(session.id, server)  # by label: `container` does not know one that could not start
            cause = getattr(error, "explanation", None) or error
            raise InfrastructureError(f"Weaviate (container of {image}) did not start: {cause}", tail) from None
        except BaseException:
            remove_containers(session.id, server)
            raise
        return cls(session, server, replace(address, version=version))

    def exports(self) -> frozenset[str]:
        """Return nothing: what is inside of a container is not looked at."""
        return frozenset()

    def stop(self) -> None:
        """Remove the container and its volumes."""
        remove_containers(self._session.id, self._server)


def _ended(container: Any) -> str | None:
    wrapped = container.get_wrapped_container()
    wrapped.reload()
    return str(wrapped.status) if wrapped.status in ("exited", "dead") else None


def _log_tail(container: Any) -> str:
    try:
        out, err = container.get_logs()
    except Exception:  # noqa: BLE001 (a missing log must not hide why the container failed)
        return "(no log)"
    return "\n".join(line[:300] for line in (out + err).decode("utf-8", "replace").strip().splitlines()[-_LOG_TAIL:])
