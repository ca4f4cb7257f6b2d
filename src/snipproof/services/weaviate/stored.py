"""What a Weaviate stores, as a client can see and change it: read cheaply enough to compare it after each Source.

Each write of an object changes the time of its last update, be it of a property, a vector or a reference. So the ids
and these times stand for the content: one GraphQL query reads them for all collections and tenants.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.server import WeaviateAddress, at_once, call, respond

_PAGE = 10_000  # objects of one response, the server's own limit
_TARGETS = 50  # collections and tenants of one query
_MISSING = frozenset({401, 403, 404, 405, 422, 501})  # an API that the server does not have, or not for us
_BUILT_IN_ROLES = frozenset({"admin", "viewer", "root", "read-only"})
_ACTIVE = frozenset({"HOT", "ACTIVE"})


class StoredKey(NamedTuple):
    """What something stored is: ``kind`` is collection, alias, role, user or backup."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        return f"the {self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """Something that is stored.

    :param definition: what creates it again, without its content.
    :param outline: what is the same again once it is stored again: definition, tenants and number of objects.
    :param stamp: differs after every change.
    :param counts: the number of objects by tenant; ``""`` stands for a collection without tenants.
    :param dormant: whether it has tenants that are inactive, so that their objects cannot be read.
    """

    definition: Any
    outline: str
    stamp: str
    counts: Mapping[str, int]
    dormant: bool = False


Stored = dict[StoredKey, StoredItem]


class StoredReader:
    """Reads what one server stores."""

    def __init__(self, address: WeaviateAddress) -> None:
        self._address = address
        self._missing: set[str] = set()
        modules = (call(address, "GET", "/v1/meta") or {}).get("modules") or {}
        self._backends = [name.removeprefix("backup-") for name in sorted(modules) if name.startswith("backup-")]

    def read(self) -> Stored:
        """Return everything that is stored now.

        :raises InfrastructureError: the server does not answer, or reports an unexpected error.
        """
        collections, aliases, roles, users, *backups = at_once(
            self._collections,
            lambda: (self._list("/v1/aliases") or {}).get("aliases"),
            lambda: self._list("/v1/authz/roles"),
            lambda: self._list("/v1/users/db"),
            *(partial(self._list, f"/v1/backups/{backend}") for backend in self._backends),
        )
        stored: Stored = {StoredKey("collection", name): item for name, item in collections.items()}
        for alias in aliases or ():
            stored[StoredKey("alias", alias["alias"])] = _item(alias)
        for role in roles or ():
            if role["name"] not in _BUILT_IN_ROLES:
                permissions = sorted(map(_text, role.get("permissions") or ()))
                stored[StoredKey("role", role["name"])] = _item([permissions, self._assignments(role["name"])])
        for user in users or ():
            granted = sorted(user.get("roles") or ())
            lasting = [user.get("active"), user.get("dbUserType"), granted]
            stored[StoredKey("user", user["userId"])] = _item(lasting, user | {"lastUsedAt": None, "roles": granted})
        for backend, listed in zip(self._backends, backups, strict=True):
            for backup in listed or ():
                stored[StoredKey("backup", f"{backend}/{backup['id']}")] = _item(backup.get("startedAt"))
        return stored

    def log_index(self) -> int:
        """Return the length of the cluster's log, to which every change of a definition, a tenant or a role is added.

        Changes of tenants that are inactive before and after it are seen by nothing else.
        """
        nodes = (self._list("/v1/cluster/statistics") or {}).get("statistics") or ()
        return max((int((node.get("raft") or {}).get("lastLogIndex") or 0) for node in nodes), default=0)

    def objects(self, name: str, tenant: str, limit: int) -> list[dict[str, Any]]:
        """Return up to ``limit`` objects of a collection with their vectors, as the REST API stores them."""
        query = f"class={quote(name)}&include=vector&limit={limit}" + (f"&tenant={quote(tenant)}" if tenant else "")
        found: list[dict[str, Any]] = call(self._address, "GET", f"/v1/objects?{query}")["objects"]
        added = {"tenant": tenant} if tenant else {}
        dropped = ("creationTimeUnix", "lastUpdateTimeUnix", "vectorWeights")
        return [{key: each[key] for key in each if key not in dropped} | added for each in found]

    def _list(self, path: str) -> Any:
        """Return a listing, ``None`` if this server has none; what it does not have once is not requested again."""
        if path in self._missing:
            return None
        response = respond(self._address, "GET", path)
        if response.status_code in _MISSING:
            self._missing.add(path)
            return None
        if not response.ok:
            raise InfrastructureError(f"Weaviate: GET {path}: {response.status_code} {response.text[:500]}")
        return response.json() if response.content else None

    def _assignments(self, role: str) -> dict[str, Any]:
        """Return who has a role."""
        path = f"/v1/authz/roles/{quote(role, safe='')}"
        kinds = ("user-assignments", "group-assignments")
        return {kind: sorted(map(_text, self._list(f"{path}/{kind}") or ())) for kind in kinds}

    def _collections(self) -> dict[str, StoredItem]:
        definitions: dict[str, Any] = {
            definition["class"]: definition for definition in call(self._address, "GET", "/v1/schema")["classes"] or ()
        }
        if not definitions:
            return {}
        divided = [name for name, each in definitions.items() if (each.get("multiTenancyConfig") or {}).get("enabled")]
        tenants = dict(zip(divided, at_once(*(partial(self._tenants, name) for name in divided)), strict=True))
        readable = {
            name: [tenant for tenant, status in tenants.get(name, {"": "HOT"}).items() if status in _ACTIVE]
            for name in definitions
        }
        targets = [(name, tenant) for name, those in readable.items() for tenant in those]
        updates, readonly = at_once(lambda: self._updates(targets), self._readonly_shards)
        items = {}
        for name, definition in definitions.items():
            own = {tenant: updates[name, tenant] for tenant in readable[name]}
            counts = {tenant: len(found) for tenant, found in own.items()}
            statuses = tenants.get(name, {})
            outline = _digest([definition, statuses, counts, readonly.count(name)])
            stamp = _digest([outline, own])
            dormant = len(readable[name]) < len(statuses)
            items[name] = StoredItem({**definition, "tenants": statuses}, outline, stamp, counts, dormant)
        return items

    def _tenants(self, name: str) -> dict[str, str]:
        """Return the status of each tenant of a collection."""
        listed = call(self._address, "GET", f"/v1/schema/{name}/tenants") or []
        return {tenant["name"]: str(tenant.get("activityStatus") or "HOT") for tenant in listed}

    def _readonly_shards(self) -> list[str]:
        """Return the collection of each shard that a client made read-only."""
        nodes = (self._list("/v1/nodes?output=verbose") or {}).get("nodes") or ()
        shards = [shard for node in nodes for shard in node.get("shards") or ()]
        return [str(shard["class"]) for shard in shards if shard.get("vectorIndexingStatus") == "READONLY"]

    def _updates(self, targets: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Return id and time of the last update of every object, by collection and tenant."""
        found: dict[tuple[str, str], list[str]] = {target: [] for target in targets}
        unread = [(target, "") for target in targets]  # with the id behind which to go on
        while unread:
            now, unread = unread[:_TARGETS], unread[_TARGETS:]
            for (target, _), page in zip(now, self._pages(now), strict=True):
                found[target] += [f"{each['id']} {each['lastUpdateTimeUnix']}" for each in page]
                if len(page) == _PAGE:
                    unread.append((target, page[-1]["id"]))
        return found

    def _pages(self, targets: Iterable[tuple[tuple[str, str], str]]) -> list[list[dict[str, Any]]]:
        parts = []
        for number, ((name, tenant), after) in enumerate(targets):
            of_tenant = f"tenant:{json.dumps(tenant)} " if tenant else ""
            arguments = f"{of_tenant}limit:{_PAGE} after:{json.dumps(after)}"
            parts.append(f"c{number}:{name}({arguments}){{_additional{{id lastUpdateTimeUnix}}}}")
        response = call(self._address, "POST", "/v1/graphql", {"query": f"{{Get{{{' '.join(parts)}}}}}"})
        try:
            got = response["data"]["Get"]
            return [[each["_additional"] for each in got[f"c{number}"] or ()] for number in range(len(parts))]
        except (KeyError, TypeError):
            raise InfrastructureError(
                f"Weaviate failed to list its objects: {json.dumps(response)[:300]}",
                "the server must answer GraphQL queries",
            ) from None


def _item(lasting: Any, everything: Any = None) -> StoredItem:
    outline = _digest(lasting)
    return StoredItem(lasting, outline, outline if everything is None else _digest(everything), {})


def _digest(value: Any) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
