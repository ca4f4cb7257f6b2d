"""The REST calls that delete and create what is stored, whatever it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from snipproof.services.weaviate.server import UnexpectedResponseError, WeaviateAddress, call
from snipproof.services.weaviate.stored_items import StoredKey

_PATHS = {
    "replication": "/v1/replication/replicate",
    "alias": "/v1/aliases",
    "collection": "/v1/schema",
    "user": "/v1/users/db",
    "role": "/v1/authz/roles",
}
COPIED = frozenset({"alias", "assignment", "collection", "role"})
"""The kinds that can be created again from what can be read. The key of a user cannot be read."""
UNDELETABLE = {"backup": "a backup", "export": "an export"}
"""The kinds for which the API has no call that deletes them."""
_INACTIVE = frozenset({"COLD", "INACTIVE"})
_ACTIVE = frozenset({"HOT", "ACTIVE"})


def delete(address: WeaviateAddress, key: StoredKey, definition: Any) -> None:
    """Delete something.

    :param definition: that of the item.
    :raises UnexpectedResponseError: the server does not allow that, or its API has no call for it.
    :raises InfrastructureError: it does not answer.
    """
    if key.kind == "assignment":
        _assign(address, "revoke", definition)
    elif key.kind in _PATHS:
        call(address, "DELETE", f"{_PATHS[key.kind]}/{quote(key.name, safe='')}")
    elif key.kind == "task":
        raise UnexpectedResponseError("it is still running")
    else:
        raise UnexpectedResponseError(f"the API of Weaviate cannot delete {UNDELETABLE[key.kind]}")


def create(address: WeaviateAddress, key: StoredKey, definition: Any) -> None:
    """Create something of one of the kinds :data:`COPIED`: a collection with its tenants, all active, without objects.

    :raises UnexpectedResponseError: the server does not allow that.
    :raises InfrastructureError: it does not answer.
    """
    if key.kind == "assignment":
        _assign(address, "assign", definition)
        return
    body = {name: value for name, value in definition.items() if name != "tenants"}
    if key.kind == "collection" and (body.get("multiTenancyConfig") or {}).get("enabled"):
        body.pop("shardingConfig", None)  # the server reports it, but does not accept it
    call(address, "POST", _PATHS[key.kind], body)
    if key.kind == "collection" and (tenants := definition["tenants"]):
        call(address, "POST", f"/v1/schema/{key.name}/tenants", [{"name": name} for name in tenants])


def amend(address: WeaviateAddress, key: StoredKey, was: Any, now: Any) -> bool:
    """Undo a change of something without deleting it, where that is possible; return whether it is.

    :param was: its definition before the change.
    :param now: that after it.
    :raises InfrastructureError: the server does not answer, or reports an error.
    """
    if key.kind != "user" or was["active"] == now["active"]:
        return False
    call(address, "POST", f"/v1/users/db/{quote(key.name, safe='')}/{'activate' if was['active'] else 'deactivate'}")
    return True


def dormant_tenants(definition: Any) -> list[str] | None:
    """Return the tenants of a collection that are inactive, ``None`` if some of them cannot simply be activated."""
    statuses: dict[str, str] = definition["tenants"]
    if not set(statuses.values()) <= _ACTIVE | _INACTIVE:  # they are somewhere else
        return None
    return [name for name, status in statuses.items() if status in _INACTIVE]


def activate(address: WeaviateAddress, name: str, tenants: list[str], *, active: bool) -> None:
    """Activate or deactivate tenants of the collection ``name``.

    :raises InfrastructureError: the server does not answer, or reports an error.
    """
    status = "HOT" if active else "COLD"
    if tenants:
        body = [{"name": tenant, "activityStatus": status} for tenant in tenants]
        call(address, "PUT", f"/v1/schema/{name}/tenants", body)


def _assign(address: WeaviateAddress, verb: str, definition: Any) -> None:
    """Give somebody a role, or take it away."""
    kind = definition["of"]
    body = {"roles": [definition["role"]], f"{kind}Type": definition["source"]}
    call(address, "POST", f"/v1/authz/{kind}s/{quote(definition['id'], safe='')}/{verb}", body)
