"""Who may do what on a server with RBAC: roles, the users of its database, and who has which role."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from snipproof.services.weaviate.listing import Listings
from snipproof.services.weaviate.server import at_once
from snipproof.services.weaviate.stored_items import Stored, StoredKey, canonical, item_of

_BUILT_IN_ROLES = frozenset({"admin", "viewer", "root", "read-only"})
_CHANGED_BY_USE = {"lastUsedAt": None, "roles": None}


def read_access(listings: Listings) -> Stored:
    """Return all of it; nothing on a server without RBAC.

    :raises InfrastructureError: the server does not answer.
    """
    roles, users = at_once(partial(listings.get, "/authz/roles"), partial(listings.get, "/users/db"))
    found: Stored = {}
    names = [role["name"] for role in roles or ()]
    for assigned in at_once(*(partial(_assignments, listings, name) for name in names)):
        found |= assigned
    for role in roles or ():
        if role["name"] not in _BUILT_IN_ROLES:
            permissions = sorted(role.get("permissions") or (), key=canonical)
            found[StoredKey("role", role["name"])] = item_of({"name": role["name"], "permissions": permissions})
    for user in users or ():
        lasting = {"active": user.get("active"), "dbUserType": user.get("dbUserType")}
        found[StoredKey("user", user["userId"])] = item_of(lasting, lasting, user | _CHANGED_BY_USE)
    return found


def _assignments(listings: Listings, role: str) -> Stored:
    """Return who has ``role``: users of every kind, and groups of an identity provider."""
    path = f"/authz/roles/{quote(role, safe='')}"
    users: list[dict[str, Any]] = listings.get(f"{path}/user-assignments", "-") or []
    groups: list[dict[str, Any]] = listings.get(f"{path}/group-assignments", "-") or []
    whom = [("user", user["userId"], str(user.get("userType") or "db")) for user in users]
    whom += [("group", group["groupId"], str(group.get("groupType") or "oidc")) for group in groups]
    found = {}
    for kind, name, source in whom:
        source = "db" if source.startswith("db") else source  # noqa: PLW2901 (users of the environment are db_env_user)
        definition = {"of": kind, "id": name, "role": role, "source": source}
        found[StoredKey("assignment", f"of {role} to the {kind} {name} ({source})")] = item_of(definition)
    return found
