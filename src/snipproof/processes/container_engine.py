"""Whether a container engine answers, and whether it is on this machine."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

import docker

_UNIX = "http+unix://"
_TIMEOUT = 5


def engine_elsewhere() -> str:
    """Return the address of the engine that the environment names if it is another machine, else ``""``."""
    given = os.environ.get("DOCKER_HOST", "")
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("tcp", "http", "https", "ssh") or not host:
        return ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return given  # a name that only the engine's own tools know
    return "" if any(is_local(family, place[0]) for family, _, _, _, place in found) else given


def is_local(family: int, address: str | int) -> bool:
    """Return whether an IP address is one of this machine."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def engine_answers() -> bool:
    """Return whether the engine that the environment names answers within a few seconds."""
    try:
        host = docker.utils.parse_host(os.environ.get("DOCKER_HOST"))
        if host.startswith(_UNIX):
            # Docker's client leaves its socket open when the connection fails: a warning in a user's tests.
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(_TIMEOUT)
                probe.connect(host.removeprefix(_UNIX))
        # With an explicit version nothing is sent before `ping`, so that the client can always be closed.
        client = docker.from_env(version=docker.constants.DEFAULT_DOCKER_API_VERSION, timeout=_TIMEOUT)
    except (docker.errors.DockerException, OSError):
        return False
    try:
        client.ping()
    except docker.errors.APIError:
        return True  # an engine with another version of the API still answers
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()
    return True
