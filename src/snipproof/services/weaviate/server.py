"""The address of a running Weaviate, and the REST calls that snipproof makes itself."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from snipproof.errors import InfrastructureError

MARK = "made by snipproof"
"""The beginning of the description of every collection that we may drop, even on a server given by its address."""


@dataclass(frozen=True, slots=True)
class WeaviateAddress:
    """Where a Weaviate answers, its version, and the mode that was chosen, with the reason."""

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
        """The REST address, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def is_private(host: str) -> bool:
    """Return whether ``host`` is this machine or in a private network, which no proxy leads to."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def request(method: str, url: str, *, body: Any = None, timeout: float = 60) -> requests.Response:
    """Send one HTTP request; private addresses ignore the proxies and the ``.netrc`` of the environment.

    :param timeout: seconds.
    :raises requests.RequestException: there is no response.
    """
    with requests.Session() as session:
        session.trust_env = not is_private(urlsplit(url).hostname or "")
        return session.request(method, url, json=body, timeout=timeout)


def call(address: WeaviateAddress, method: str, path: str, body: Any = None) -> Any:
    """Make one REST call and return the JSON of the response, ``None`` for an empty one.

    :raises InfrastructureError: the server does not answer, or reports an error.
    """
    try:
        response = request(method, f"{address.url}{path}", body=body)
    except requests.RequestException as error:
        raise InfrastructureError(f"Weaviate at {address.url} does not answer: {error}") from None
    if not response.ok:
        raise InfrastructureError(f"Weaviate: {method} {path}: {response.status_code} {response.text[:500]}")
    return response.json() if response.content else None
