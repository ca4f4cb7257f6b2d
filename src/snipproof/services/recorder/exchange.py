"""One request and its reply, as they went over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of the Source and the reply to it, as they went over the wire.

    :param after: the number of Hits before the request arrived.
    :param name: what was asked: ``POST /v1/graphql``, ``Search`` (gRPC).
    :param request: its body as data; the GraphQL text is ``{"query": …}``. ``None`` if there is none.
    :param response: the reply as data, that of a gRPC search in the shape of a GraphQL reply; ``None`` without one.
    :param search: whether it asked for objects or aggregates.
    :param trouble: why ``response`` is not what the Source got: not decodable, too large to be kept, refused.
    """

    after: int
    name: str
    request: Any = None
    response: Any = None
    search: bool = False
    trouble: str = ""
