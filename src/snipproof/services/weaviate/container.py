"""Weaviate in a container, through testcontainers' plain ``DockerContainer``.

Not ``WeaviateContainer``: that one makes a network on a fixed subnet, so that a second container at the same time
fails, and overwrites the environment. Ryuk is not needed: containers carry the Run's label and the next Run sweeps.
"""

from __future__ import annotations

import contextlib
import ipaddress
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
from snipproof.processes.session_folder import CONTAINER_LABEL, SessionFolder, remove_containers
from snipproof.services.weaviate.embedded import server_environment
from snipproof.services.weaviate.ready import wait_ready
from snipproof.services.weaviate.server import WeaviateAddress

_REST, _GRPC = 8080, 50051
_TAIL = 15


def engine_error() -> str | None:
    """Return why no container engine can be used, ``None`` if one answers."""
    return None if engine_answers() else "no container engine answers"


def image_name(settings: Settings) -> str:
    """Return the image to run: the setting, else the official one of the pinned version."""
    return settings.weaviate.image or f"semitechnologies/weaviate:{settings.weaviate.version}"


def image_error(image: str, say: Callable[[str], None]) -> str | None:
    """Return why ``image`` cannot be had; pull it if the engine does not have it."""
    try:
        with contextlib.closing(docker.from_env(timeout=600)) as client:
            try:
                client.images.get(image)
            except docker.errors.ImageNotFound:
                say(f"weaviate: pulling {image} (once)")
                client.images.pull(image)
    except (docker.errors.DockerException, OSError) as error:
        why = str(getattr(error, "explanation", None) or error)
        return f"the engine cannot provide the image {image}: {why.splitlines()[0][:120]}"
    return None


def vectorizer_host() -> str:
    """Return the address of this machine at which a container's ``host.docker.internal`` arrives.

    That is the gateway of the default bridge where the engine runs beside us; an engine in a virtual machine of its
    own (Docker Desktop) hands it on to loopback.
    """
    client = docker.from_env(timeout=10)
    try:
        for config in client.networks.get("bridge").attrs["IPAM"]["Config"]:
            network = ipaddress.ip_network(config["Subnet"])
            gateway = config.get("Gateway") or str(network[1])  # some engines leave out the default
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

    def __init__(self, run: SessionFolder, address: WeaviateAddress) -> None:
        self._run = run
        self.address = address

    @classmethod
    def start(
        cls,
        settings: Settings,
        run: SessionFolder,
        vectorizer_port: int,
        reason: str,
        announce: Callable[[WeaviateAddress], None] = lambda _: None,
    ) -> ContainerWeaviate:
        """Start the image and wait until it is ready; its vectorizer is at ``vectorizer_port`` of this machine.

        :param announce: gets the address, with no version yet, before the server is ready.
        :raises InfrastructureError: it does not start or is not ready in time; the hint is the end of its log.
        """
        testcontainers_config.ryuk_disabled = True
        run.will_use_containers()
        image = image_name(settings)
        env = server_environment("/var/lib/weaviate", f"http://host.docker.internal:{vectorizer_port}")
        del env["PATH"]
        container = (
            DockerContainer(image)
            .with_exposed_ports(_REST, _GRPC)
            .with_command(f"--host 0.0.0.0 --port {_REST} --scheme http")
        )
        for name, value in env.items():
            container.with_env(name, value)
        container.with_kwargs(labels={CONTAINER_LABEL: run.id}, extra_hosts={"host.docker.internal": "host-gateway"})
        try:
            container.start()
            host = container.get_container_host_ip()
            rest, grpc = int(container.get_exposed_port(_REST)), int(container.get_exposed_port(_GRPC))
            address = WeaviateAddress(host, rest, host, grpc, "", "container", reason)
            announce(address)
            version = wait_ready(
                f"http://{host}:{rest}", f"{host}:{grpc}", settings.weaviate.start_timeout, lambda: _ended(container)
            )
        except (docker.errors.DockerException, OSError, TimeoutError) as error:
            tail = _log_tail(container)
            remove_containers(run.id)  # by its label: one that was made but could not start is known to nobody else
            why = getattr(error, "explanation", None) or error
            raise InfrastructureError(f"Weaviate (container of {image}) did not start: {why}", tail) from None
        except BaseException:
            remove_containers(run.id)
            raise
        return cls(run, replace(address, version=version))

    def stop(self) -> None:
        """Remove the container and its volumes."""
        remove_containers(self._run.id)


def _ended(container: Any) -> str | None:
    wrapped = container.get_wrapped_container()
    wrapped.reload()
    return str(wrapped.status) if wrapped.status in ("exited", "dead") else None


def _log_tail(container: Any) -> str:
    try:
        out, err = container.get_logs()
    except Exception:  # noqa: BLE001 (whatever keeps a container from having a log must not hide why it failed)
        return "(it has no log)"
    return "\n".join(line[:300] for line in (out + err).decode("utf-8", "replace").strip().splitlines()[-_TAIL:])
