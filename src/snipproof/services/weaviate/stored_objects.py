"""The objects of a server, or what stands for them.

Each write of an object changes the time of its last update, be it of a property, a vector or a reference. So the ids
and these times stand for the content: one GraphQL query reads them for all collections and tenants.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from snipproof.services.weaviate.server import UnexpectedResponseError, WeaviateAddress, call

_PAGE = 10_000  # objects of one response, the server's own limit
_TARGETS = 50  # collections and tenants of one query
_COPIED_AT_ONCE = 500
_DROPPED = ("creationTimeUnix", "lastUpdateTimeUnix", "vectorWeights")

Target = tuple[str, str]
"""A collection and one of its tenants, ``""`` for one without tenants."""


def read_updates(address: WeaviateAddress, targets: list[Target]) -> dict[Target, list[str]]:
    """Return id and time of the last update of every object, by collection and tenant.

    :raises InfrastructureError: the server does not answer, or not as expected.
    """
    found: dict[Target, list[str]] = {target: [] for target in targets}
    unread = [(target, "") for target in targets]  # with the id behind which to go on
    while unread:
        now, unread = unread[:_TARGETS], unread[_TARGETS:]
        for (target, _), page in zip(now, _pages(address, now), strict=True):
            found[target] += [f"{each['id']} {each['lastUpdateTimeUnix']}" for each in page]
            if len(page) == _PAGE:
                unread.append((target, page[-1]["id"]))
    return found


def read_objects(address: WeaviateAddress, target: Target) -> Iterator[list[dict[str, Any]]]:
    """Yield all objects with their vectors, as the REST API stores them, some hundred at a time.

    :raises InfrastructureError: the server does not answer, or reports an error.
    """
    name, tenant = target
    of_tenant = f"&tenant={quote(tenant)}" if tenant else ""
    added = {"tenant": tenant} if tenant else {}
    after = ""
    while True:
        query = f"class={quote(name)}&include=vector&limit={_COPIED_AT_ONCE}{of_tenant}&after={after}"
        found: list[dict[str, Any]] = call(address, "GET", f"/v1/objects?{query}")["objects"]
        yield [{key: each[key] for key in each if key not in _DROPPED} | added for each in found]
        if len(found) < _COPIED_AT_ONCE:
            return
        after = found[-1]["id"]


def _pages(address: WeaviateAddress, targets: Iterable[tuple[Target, str]]) -> list[list[dict[str, Any]]]:
    parts = []
    for number, ((name, tenant), after) in enumerate(targets):
        of_tenant = f"tenant:{json.dumps(tenant)} " if tenant else ""
        arguments = f"{of_tenant}limit:{_PAGE} after:{json.dumps(after)}"
        parts.append(f"c{number}:{name}({arguments}){{_additional{{id lastUpdateTimeUnix}}}}")
    response = call(address, "POST", "/v1/graphql", {"query": f"{{Get{{{' '.join(parts)}}}}}"})
    try:
        got = response["data"]["Get"]
        return [[each["_additional"] for each in got[f"c{number}"] or ()] for number in range(len(parts))]
    except (KeyError, TypeError):
        raise UnexpectedResponseError(
            f"Weaviate failed to list its objects: {json.dumps(response)[:300]}",
            "the server must answer GraphQL queries",
        ) from None
