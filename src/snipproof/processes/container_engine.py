"""Whether a container engine answers."""

from __future__ import annotations

import os
import socket

import docker

_UNIX = "http+unix://"
_TIMEOUT = 5


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
