"""A Weaviate is ready when its REST API reports it and its gRPC health service is serving."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc
import requests

from snipproof.services.weaviate.server import is_private, request

_HEALTH = "/grpc.health.v1.Health/Check"
_SERVING = b"\x08\x01"  # HealthCheckResponse{status: SERVING} of grpc.health.v1


def wait_ready(
    url: str, grpc_target: str, timeout: float, poll: Callable[[], object] = lambda: None, key: str = ""
) -> str:
    """Wait until a Weaviate is ready; return its version.

    :param url: its REST address.
    :param grpc_target: ``host:port`` of its gRPC API.
    :param timeout: seconds.
    :param poll: returns anything but ``None`` once the server has ended, which ends the wait.
    :param key: the API key that reading the version requires, ``""`` for none.
    :raises TimeoutError: the server ended, is not ready in time, or is not a Weaviate; the message gives the reason.
    """
    deadline = time.monotonic() + timeout
    while True:
        reason = _not_ready(url, grpc_target)
        if reason is None:
            return _version(url, key)
        if poll() is not None:
            raise TimeoutError("the server ended")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {timeout:g} s: {reason}")
        time.sleep(0.05)


def _version(url: str, key: str) -> str:
    try:
        response = request("GET", f"{url}/v1/meta", timeout=10, key=key)
    except requests.RequestException as error:
        raise TimeoutError(f"{url}/v1/meta does not answer ({type(error).__name__})") from None
    if response.status_code == 401:
        raise TimeoutError(f"{url} requires an API key, or another one: set `api-keys` of this server")
    try:
        return str(response.json()["version"])
    except (ValueError, KeyError, TypeError):
        raise TimeoutError(f"{url}/v1/meta returned {response.status_code} and no version") from None


def _not_ready(url: str, grpc_target: str) -> str | None:
    """Return the reason why the server is not ready, ``None`` if it is."""
    try:
        response = request("GET", f"{url}/v1/.well-known/ready", timeout=5)
    except requests.RequestException as error:
        return f"{url} does not answer ({type(error).__name__})"
    if not response.ok:
        return f"{url}/v1/.well-known/ready returned {response.status_code}"
    proxied = int(not is_private(grpc_target.rpartition(":")[0].strip("[]")))
    with grpc.insecure_channel(grpc_target, [("grpc.enable_http_proxy", proxied)]) as channel:
        check = channel.unary_unary(_HEALTH)
        try:
            health = check(b"", timeout=5)
        except grpc.RpcError as error:
            return f"gRPC at {grpc_target} does not answer ({error.code().name})"
    return None if health == _SERVING else f"gRPC at {grpc_target} is not serving"
