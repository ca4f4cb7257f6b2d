"""Ready means: REST says so, and gRPC's health service says that it is serving."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc
import requests

from snipproof.services.weaviate.server import is_near, request

_HEALTH = "/grpc.health.v1.Health/Check"
_SERVING = b"\x08\x01"  # HealthCheckResponse{status: SERVING} of grpc.health.v1


def wait_ready(url: str, grpc_target: str, timeout: float, poll: Callable[[], object] = lambda: None) -> str:
    """Wait for a Weaviate and return its version.

    :param url: its REST address; ``grpc_target`` is ``host:port`` of its gRPC API.
    :param timeout: seconds until it is given up.
    :param poll: gives anything but ``None`` once the server has ended, so that nobody waits for a dead one.
    :raises TimeoutError: the server died, is not ready in time or is no Weaviate; the message says what is missing.
    """
    deadline = time.monotonic() + timeout
    while True:
        missing = _missing(url, grpc_target)
        if missing is None:
            return _version(url)
        if poll() is not None:
            raise TimeoutError("the server ended")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {timeout:g} s: {missing}")
        time.sleep(0.05)


def _version(url: str) -> str:
    try:
        reply = request("GET", f"{url}/v1/meta", timeout=10)
    except requests.RequestException as error:
        raise TimeoutError(f"{url}/v1/meta does not answer ({type(error).__name__})") from None
    try:
        return str(reply.json()["version"])
    except (ValueError, KeyError, TypeError):
        raise TimeoutError(f"{url}/v1/meta says {reply.status_code} and no version") from None


def _missing(url: str, grpc_target: str) -> str | None:
    try:
        reply = request("GET", f"{url}/v1/.well-known/ready", timeout=5)
    except requests.RequestException as error:
        return f"{url} does not answer ({type(error).__name__})"
    if not reply.ok:
        return f"{url}/v1/.well-known/ready says {reply.status_code}"
    proxied = int(not is_near(grpc_target.rpartition(":")[0].strip("[]")))
    with grpc.insecure_channel(grpc_target, [("grpc.enable_http_proxy", proxied)]) as channel:
        check = channel.unary_unary(_HEALTH)
        try:
            answer = check(b"", timeout=5)
        except grpc.RpcError as error:
            return f"gRPC at {grpc_target} does not answer ({error.code().name})"
    return None if answer == _SERVING else f"gRPC at {grpc_target} is not serving"
