"""What a Weaviate stores, as a client can see and change it: read cheaply enough to compare it after each Source.

Every change but those of objects, backups and exports is added to a log that all nodes of the cluster share. As long as
that log does not get longer, nothing else is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from snipproof.services.weaviate.listing import Listings
from snipproof.services.weaviate.server import WeaviateAddress, at_once, call
from snipproof.services.weaviate.stored_access import read_access
from snipproof.services.weaviate.stored_items import Stored, StoredItem, StoredKey, digest, item_of
from snipproof.services.weaviate.stored_objects import Target, read_updates

_ACTIVE = frozenset({"HOT", "ACTIVE"})
_DONE = frozenset({"FINISHED", "FAILED", "CANCELLED", "CANCELED", "SUCCESS"})


class StoredReader:
    """Reads what one server stores.

    :param exports: returns the ids of its exports, which its API does not list.
    """

    def __init__(self, address: WeaviateAddress, exports: Callable[[], Iterable[str]] = tuple) -> None:
        self._address = address
        self._exports = exports
        self._listings = Listings(address)
        modules = (call(address, "GET", "/v1/meta") or {}).get("modules") or {}
        self._backends = [name.removeprefix("backup-") for name in sorted(modules) if name.startswith("backup-")]
        #: The length of the cluster's log at the last :meth:`read`, ``None`` if the server does not report it.
        self.log_index: int | None = None
        self._progress: list[tuple[Any, ...]] = []
        self._logged = _Logged({}, {}, {}, {})

    def read(self) -> Stored:
        """Return everything that is stored now.

        :raises UnexpectedResponseError: the server reports an error.
        :raises InfrastructureError: it does not answer.
        """
        index, progress = self._log()
        if index is None or progress != self._progress:
            self._logged = self._read_logged(len(progress))
            self.log_index, self._progress = index, progress
        logged = self._logged
        targets = [(name, tenant) for name, tenants in logged.readable.items() for tenant in tenants]
        updates, *backups = at_once(
            lambda: read_updates(self._address, targets) if targets else {},
            *(partial(self._backups, backend) for backend in self._backends),
        )
        stored = dict(logged.others)
        for name in logged.definitions:
            stored[StoredKey("collection", name)] = logged.collection(name, updates)
        for found in backups:
            stored |= found
        return stored | {StoredKey("export", name): item_of(name) for name in self._exports()}

    def is_indexing(self) -> bool:
        """Return whether vectors that are stored already are not in their index yet."""
        return any(int(shard.get("vectorQueueLength") or 0) for shard in self._shards())

    def _log(self) -> tuple[int | None, list[tuple[Any, ...]]]:
        """Return the length of the cluster's log, and how far each node has got with it."""
        nodes = (self._listings.get("/cluster/statistics") or {}).get("statistics") or ()
        rafts = [node.get("raft") or {} for node in nodes]
        lengths = [int(length) for raft in rafts if (length := raft.get("lastLogIndex"))]
        progress = [(raft.get("lastLogIndex"), raft.get("appliedIndex"), raft.get("fsmPending")) for raft in rafts]
        return max(lengths, default=None), progress

    def _read_logged(self, nodes: int) -> _Logged:
        """Read what is in the log.

        :param nodes: the number of nodes; where there is only one, all shards are on it.
        """
        get = self._listings.get
        schema, aliases, access, tasks, operations = at_once(
            lambda: call(self._address, "GET", "/v1/schema"),
            lambda: get("/aliases"),
            lambda: read_access(self._listings),
            lambda: get("/tasks"),
            lambda: get("/replication/replicate/list") if nodes > 1 else None,
        )
        others: Stored = dict(access)
        for alias in (aliases or {}).get("aliases") or ():
            others[StoredKey("alias", alias["alias"])] = item_of(alias)
        for operation in operations or ():
            others[StoredKey("replication", str(operation["id"]))] = item_of(operation.get("type"))
        for task in (each for listed in (tasks or {}).values() for each in listed or ()):
            if task.get("status") not in _DONE:
                others[StoredKey("task", str(task["id"]))] = item_of(None)
        definitions: dict[str, Any] = {definition["class"]: definition for definition in schema["classes"] or ()}
        divided = [name for name, each in definitions.items() if (each.get("multiTenancyConfig") or {}).get("enabled")]
        shards, *each = at_once(
            lambda: self._placement(definitions if nodes > 1 else {}) if definitions else {},
            *(partial(self._tenants, name) for name in divided),
        )
        return _Logged(definitions, dict(zip(divided, each, strict=True)), shards, others)

    def _backups(self, backend: str) -> Stored:
        """Return the backups in ``backend``, and tasks that make or restore one."""
        listed = self._listings.get(f"/backups/{backend}") or ()
        found: Stored = {}
        for backup in listed:
            found[StoredKey("backup", f"{backend}/{backup['id']}")] = item_of(None, everything=backup.get("startedAt"))
            if backup.get("status", "SUCCESS") not in _DONE:
                found[StoredKey("task", f"that makes {backup['id']}")] = item_of(None)
            path = f"/backups/{backend}/{quote(backup['id'], safe='')}/restore"
            if (self._listings.get(path, "-") or {}).get("status", "SUCCESS") not in _DONE:
                found[StoredKey("task", f"that restores {backup['id']}")] = item_of(None)
        return found

    def _tenants(self, name: str) -> dict[str, str]:
        """Return the status of each tenant of a collection."""
        listed = call(self._address, "GET", f"/v1/schema/{name}/tenants") or []
        return {tenant["name"]: str(tenant.get("activityStatus") or "HOT") for tenant in listed}

    def _shards(self) -> list[dict[str, Any]]:
        nodes = (self._listings.get("/nodes?output=verbose") or {}).get("nodes") or ()
        return [shard for node in nodes for shard in node.get("shards") or ()]

    def _placement(self, names: Mapping[str, Any]) -> dict[str, tuple[int, Any]]:
        """Return how many shards of a collection a client made read-only, and where the shards of ``names`` are."""
        readonly = [str(each["class"]) for each in self._shards() if each.get("vectorIndexingStatus") == "READONLY"]
        path = "/replication/sharding-state?collection="
        states = at_once(*(partial(self._listings.get, f"{path}{name}", "sharding") for name in names))
        placed = dict(zip(names, states, strict=True))
        return {name: (readonly.count(name), placed.get(name)) for name in {*readonly, *placed}}


class _Logged:
    """What is in the log.

    :param definitions: of collections.
    :param tenants: the status of each tenant, of the collections that have them.
    :param shards: the number of read-only shards, and where all of them are, of the collections for which it matters.
    :param others: everything else than collections.
    """

    def __init__(
        self,
        definitions: Mapping[str, Any],
        tenants: Mapping[str, Mapping[str, str]],
        shards: Mapping[str, tuple[int, Any]],
        others: Stored,
    ) -> None:
        self.definitions = definitions
        self._tenants = tenants
        self._shards = shards
        self.others = others
        #: The tenants whose objects can be read, by collection.
        self.readable = {
            name: [tenant for tenant, status in tenants.get(name, {"": "HOT"}).items() if status in _ACTIVE]
            for name in definitions
        }

    def collection(self, name: str, updates: Mapping[Target, list[str]]) -> StoredItem:
        """Return a collection as an item."""
        definition, statuses = self.definitions[name], self._tenants.get(name, {})
        own = {tenant: updates[name, tenant] for tenant in self.readable[name]}
        counts = {tenant: len(found) for tenant, found in own.items()}
        readonly, placement = self._shards.get(name, (0, None))
        outline = digest([definition, statuses, counts, readonly])
        stamp = digest([outline, own, placement])
        dormant = len(self.readable[name]) < len(statuses)
        return StoredItem({**definition, "tenants": dict(statuses)}, outline, stamp, counts, dormant)
