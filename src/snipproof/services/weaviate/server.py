"""The address of a running Weaviate, and the few REST calls made by ourselves."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from snipproof.errors import InfrastructureError

MARK = "made by snipproof"
"""How the description of every collection begins that we may drop, on a server that was given to us too."""


@dataclass(frozen=True, slots=True)
class WeaviateAddress:
    """Where a Weaviate answers, which version it is, and how it came to be (``mode``, ``reason``)."""

    host: str
    port: int
    grpc_host: str
    grpc_port: int
    version: str
    mode: str
    reason: str
    scheme: str = "http"

    @property
    def url(self) -> str:
        """The REST address, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def is_near(host: str) -> bool:
    """Return whether ``host`` is this machine or in its private network: no proxy leads there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def request(method: str, url: str, *, body: Any = None, timeout: float = 60) -> requests.Response:
    """Make one HTTP request; the proxies and the ``.netrc`` of the environment are not for addresses that are near.

    :raises requests.RequestException: no reply.
    """
    with requests.Session() as session:
        session.trust_env = not is_near(urlsplit(url).hostname or "")
        return session.request(method, url, json=body, timeout=timeout)


def call(address: WeaviateAddress, method: str, path: str, body: Any = None) -> Any:
    """Make one REST call and return the decoded JSON of the reply, ``None`` for an empty one.

    :raises InfrastructureError: the server does not answer, or not with success.
    """
    try:
        reply = request(method, f"{address.url}{path}", body=body)
    except requests.RequestException as error:
        raise InfrastructureError(f"Weaviate at {address.url} does not answer: {error}") from None
    if not reply.ok:
        raise InfrastructureError(f"Weaviate: {method} {path}: {reply.status_code} {reply.text[:500]}")
    return reply.json() if reply.content else None
