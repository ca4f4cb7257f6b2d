"""The address of a running Weaviate, and the few REST calls made by ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
        return f"{self.scheme}://{self.host}:{self.port}"


def call(address: WeaviateAddress, method: str, path: str, body: Any = None) -> Any:
    """Make one REST call and return the decoded JSON of the reply, ``None`` for an empty one.

    :raises InfrastructureError: the server does not answer, or not with success.
    """
    try:
        reply = requests.request(method, f"{address.url}{path}", json=body, timeout=60)
    except requests.RequestException as error:
        raise InfrastructureError(f"Weaviate at {address.url} does not answer: {error}") from None
    if not reply.ok:
        raise InfrastructureError(f"Weaviate: {method} {path}: {reply.status_code} {reply.text[:500]}")
    return reply.json() if reply.content else None
