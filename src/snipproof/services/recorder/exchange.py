"""One request and the response to it, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that a Source sent, and the response.

    :param after: the number of probe events before the request arrived.
    :param name: ``POST /v1/graphql``, or the name of a gRPC method: ``Search``.
    :param request: the body as data; GraphQL is ``{"query": …}``. ``None`` if it is empty.
    :param response: the body as data, a gRPC search reply in the shape of a GraphQL reply. ``None`` if there is none.
    :param search: whether the request reads objects or aggregates.
    :param error: why ``response`` is not what the Source received: it failed, was too large to keep, cannot be decoded.
    """

    after: int
    name: str
    request: Any = None
    response: Any = None
    search: bool = False
    error: str = ""
