"""What is stored in Weaviate: compared before and after each Source, and restored if a Source changed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.server import MARK, WeaviateAddress, call

Fill = Callable[[WeaviateAddress], None]
Fingerprint = dict[str, tuple[str, int]]


def fingerprint(address: WeaviateAddress) -> Fingerprint:
    """Return a digest of the definition and the number of objects of each collection.

    The number is -1 for a collection with tenants.

    :raises InfrastructureError: the server does not answer.
    """
    classes: list[dict[str, Any]] = call(address, "GET", "/v1/schema").get("classes") or []
    result = {}
    for definition in classes:
        name = str(definition["class"])
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
        result[name] = (digest, -1 if _has_tenants(definition) else _count(address, name))
    return result


def _has_tenants(definition: dict[str, Any]) -> bool:
    return bool((definition.get("multiTenancyConfig") or {}).get("enabled"))


def _count(address: WeaviateAddress, name: str) -> int:
    response = call(address, "POST", "/v1/graphql", {"query": f"{{Aggregate{{{name}{{meta{{count}}}}}}}}"})
    try:
        return int(response["data"]["Aggregate"][name][0]["meta"]["count"])
    except (KeyError, TypeError, IndexError):
        raise InfrastructureError(
            f"Weaviate failed to count the objects of {name}: {json.dumps(response)[:300]}"
        ) from None


class State:
    """Restores the content of one Weaviate during a session."""

    def __init__(self, address: WeaviateAddress) -> None:
        self._address = address
        self._fills: list[Fill] = []
        self._kept: set[str] = set()
        self._before: Fingerprint = {}
        for definition in call(address, "GET", "/v1/schema").get("classes") or []:
            if (definition.get("description") or "").startswith(MARK):  # left behind by a session that was killed
                call(address, "DELETE", f"/v1/schema/{definition['class']}")
        # On a server given by its address, collections that existed before the session are never dropped.
        self._foreign = set(fingerprint(address))

    def keep(self, fill: Fill) -> None:
        """Call ``fill`` now, to store data, and again whenever a Source changed what is stored."""
        before = fingerprint(self._address)
        fill(self._address)
        self._fills.append(fill)
        self._kept |= {name for name, now in fingerprint(self._address).items() if before.get(name) != now}

    def mark(self) -> None:
        """Remember what is stored now."""
        self._before = fingerprint(self._address)

    def restore_if_changed(self) -> list[str]:
        """Restore what was stored at the mark; return a line about each collection that had changed.

        :raises InfrastructureError: a collection was changed that no ``fill`` stores.
        """
        after = fingerprint(self._address)
        if after == self._before:
            return []
        changed = []
        for name in sorted(after.keys() | self._before.keys()):
            if after.get(name) == self._before.get(name):
                continue
            how = "created" if name not in self._before else "deleted" if name not in after else "changed"
            changed.append(f"{how} the collection {name}")
            if name in after and name not in self._foreign:
                call(self._address, "DELETE", f"/v1/schema/{name}")
        # A fill may create several collections, and need not expect that one of them exists.
        for name in sorted(self._kept & fingerprint(self._address).keys() - self._foreign):
            call(self._address, "DELETE", f"/v1/schema/{name}")
        for fill in self._fills:
            fill(self._address)
        now = fingerprint(self._address)
        lost = [name for name in sorted(now.keys() | self._before.keys()) if now.get(name) != self._before.get(name)]
        if lost:
            raise InfrastructureError(
                f"a Source changed collections that cannot be restored: {', '.join(lost)}",
                "store them with `snippet_state.keep(fill)` in a fixture of the Suite, which then fills them again",
            )
        return changed

    def clear(self) -> None:
        """Drop every collection that did not exist at the start."""
        for name in fingerprint(self._address):
            if name not in self._foreign:
                call(self._address, "DELETE", f"/v1/schema/{name}")
