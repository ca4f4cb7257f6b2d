"""What is stored in Weaviate: compared before and after each Source, and restored if a Source changed it.

- What a Source creates is deleted.
- What a function passed to :meth:`State.keep` stores is deleted, and all of these functions are called again; one that
  stores things of its own alone, only if these have changed.
- What a fixture stores in another way is created again from a copy.
- What was there before the session is never touched: a change of it is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.services.weaviate.server import MARK, FrozenServerError, WeaviateAddress, call, store
from snipproof.services.weaviate.stored import Stored, StoredItem, StoredKey, StoredReader

Fill = Callable[[WeaviateAddress], None]

_PATHS = {  # in the order in which they are deleted
    "alias": "/v1/aliases",
    "collection": "/v1/schema",
    "user": "/v1/users/db",
    "role": "/v1/authz/roles",
}
_ORDER = [*_PATHS, "backup"]
_COPIED = 1000  # objects of a collection


@dataclass(frozen=True, slots=True)
class _Copy:
    """All that creates a collection or an alias again."""

    stamp: str
    definition: Any
    objects: tuple[dict[str, Any], ...] = ()


class State:
    """Restores the content of one Weaviate during a session."""

    def __init__(self, address: WeaviateAddress) -> None:
        self._address = address
        self._reader = StoredReader(address)
        self._fills: list[Fill] = []
        self._alone: dict[Fill, set[StoredKey]] = {}  # what each of these fills stores
        self._kept: set[StoredKey] = set()
        self._before: Stored = {}
        self._log_index = 0
        self._copies: dict[StoredKey, _Copy] = {}
        found = self._reader.read()
        leftovers = {key for key, item in found.items() if key.kind == "collection" and _is_marked(item)}
        for key in leftovers:  # of a session that was killed
            call(address, "DELETE", f"/v1/schema/{key.name}")
        # On a server given by its address, what existed before the session is never deleted.
        self._foreign = found.keys() - leftovers

    def keep(self, fill: Fill, *, alone: bool = False) -> None:
        """Call ``fill`` now, to store data, and again whenever a Source changed what is stored.

        What it stores is part of what was stored at the mark, if a chain is being run.

        :param alone: whether nothing else stores anything in what ``fill`` creates, so that it is called again only if
            that has changed.
        """
        before = self._reader.read()
        fill(self._address)
        now = self._reader.read()
        stored = {key for key, item in now.items() if _differ(before.get(key), item)}
        if alone:
            self._alone[fill] = stored
        else:
            self._fills.append(fill)
        self._kept |= stored
        self._before |= {key: now[key] for key in stored}

    def drop(self, fill: Fill) -> None:
        """Delete what ``fill``, which stores it alone, has stored, and never call it again.

        :raises InfrastructureError: the server does not delete it.
        """
        gone = self._alone.pop(fill)
        self._kept -= gone
        reasons: dict[StoredKey, str] = {}
        self._delete(list(gone & self._reader.read().keys()), reasons)
        if reasons:
            lost = ", ".join(f"{key} ({reason})" for key, reason in reasons.items())
            raise InfrastructureError(f"a seed cannot be removed: {lost}")

    def mark(self) -> None:
        """Remember what is stored now.

        :raises InfrastructureError: the server does not answer.
        """
        self._before = self._reader.read()
        self._log_index = self._reader.log_index() if self._dormant() else 0
        known, self._copies = self._copies, {}
        for key, item in self._before.items():
            if key not in self._kept | self._foreign:
                copy = known[key] if key in known and known[key].stamp == item.stamp else self._copy(key, item)
                if copy:
                    self._copies[key] = copy

    def restore_if_changed(self) -> list[str]:
        """Restore what was stored at the mark; return a line about each thing that had changed.

        :raises InfrastructureError: something cannot be restored; the message names all of it.
        """
        after = self._reader.read()
        changed = self._changed(after)
        if not changed:
            return []
        reasons: dict[StoredKey, str] = {}
        restorable = self._kept | self._copies.keys()
        self._delete([key for key in changed & after.keys() if key not in self._before or key in restorable], reasons)
        if again := (changed | self._changed(self._reader.read())) & self._kept:
            self._fill_again(again, reasons)
        self._create_again(reasons)
        self._check(reasons)
        return [_describe(key, self._before, after) for key in sorted(changed, key=_order)]

    def clear(self) -> None:
        """Delete everything that did not exist at the start, where the server allows that."""
        self._delete(list(self._reader.read()), {})

    def _dormant(self) -> set[StoredKey]:
        return {key for key in self._kept if key in self._before and self._before[key].dormant}

    def _changed(self, now: Stored) -> set[StoredKey]:
        keys = now.keys() | self._before.keys()
        changed = {key for key in keys if _differ(self._before.get(key), now.get(key))}
        if (dormant := self._dormant()) and self._reader.log_index() != self._log_index:
            changed |= dormant  # a Source may have activated a tenant, changed it and deactivated it
        return changed

    def _delete(self, keys: list[StoredKey], reasons: dict[StoredKey, str]) -> None:
        """Delete what did not exist at the start; add the reasons why that fails to ``reasons``."""
        for key in sorted(set(keys) - self._foreign, key=_order):
            if key.kind not in _PATHS:
                reasons[key] = f"the API of Weaviate cannot delete a {key.kind}"
                continue
            try:
                call(self._address, "DELETE", f"{_PATHS[key.kind]}/{quote(key.name, safe='')}")
            except FrozenServerError:
                raise
            except InfrastructureError as error:
                reasons[key] = error.message

    def _fill_again(self, changed: set[StoredKey], reasons: dict[StoredKey, str]) -> None:
        # A fill may store several things, and need not expect that one of them exists.
        alone = {fill for fill, keys in self._alone.items() if keys & changed}
        shared = self._kept.difference(*self._alone.values())
        fills = [*(self._fills if shared & changed else ()), *alone]
        stored = (shared if shared & changed else set()).union(*(self._alone[fill] for fill in alone))
        self._delete(list(stored & self._reader.read().keys()), reasons)
        for fill in fills:
            try:
                fill(self._address)
            except SnipproofError:
                raise
            except Exception as error:  # it is a function of the user
                name = getattr(fill, "__qualname__", repr(fill))
                raise InfrastructureError(
                    f"`{name}`, which was passed to `snippet_state.keep`, failed to restore what it had stored: "
                    f"{type(error).__name__}: {error}",
                    "it is called again on a server that holds what other fixtures stored",
                ) from error

    def _copy(self, key: StoredKey, item: StoredItem) -> _Copy | None:
        """Return what creates ``item`` again, ``None`` if that is too much, cannot be read, or no API does it."""
        if key.kind == "alias":
            return _Copy(item.stamp, item.definition)
        if key.kind != "collection" or item.dormant or sum(item.counts.values()) > _COPIED:
            return None
        objects = [each for tenant in item.counts for each in self._reader.objects(key.name, tenant, _COPIED)]
        return _Copy(item.stamp, item.definition, tuple(objects))

    def _create_again(self, reasons: dict[StoredKey, str]) -> None:
        """Create what there are copies of and is gone; add the reasons why that fails to ``reasons``.

        Collections and objects may refer to each other: those that fail are tried again behind the others.
        """
        gone = sorted(self._copies.keys() - self._reader.read().keys(), key=_order, reverse=True)
        objects = [(key, each) for key in gone for each in self._copies[key].objects]
        while gone:
            failed = [key for key in gone if not self._define(key, reasons)]
            gone = failed if len(failed) < len(gone) else []
        while objects:
            errors = store(self._address, [each for _, each in objects])
            reasons |= {key: error for (key, _), error in zip(objects, errors, strict=True) if error}
            left = [pair for pair, error in zip(objects, errors, strict=True) if error]
            objects = left if len(left) < len(objects) else []

    def _define(self, key: StoredKey, reasons: dict[StoredKey, str]) -> bool:
        """Create a collection without its objects, or an alias; return whether that succeeded."""
        definition = self._copies[key].definition
        body = {name: value for name, value in definition.items() if name != "tenants"}
        if (body.get("multiTenancyConfig") or {}).get("enabled"):
            body.pop("shardingConfig", None)  # the server reports it, but does not accept it
        try:
            call(self._address, "POST", _PATHS[key.kind], body)
            if tenants := definition.get("tenants"):
                call(self._address, "POST", f"/v1/schema/{key.name}/tenants", [{"name": name} for name in tenants])
        except FrozenServerError:
            raise
        except InfrastructureError as error:
            reasons[key] = error.message
            return False
        return True

    def _check(self, reasons: dict[StoredKey, str]) -> None:
        """Raise an error unless everything is as it was at the mark."""
        now = self._reader.read()
        lost = []
        for key in sorted(now.keys() | self._before.keys(), key=_order):
            was, item = self._before.get(key), now.get(key)
            # What is stored again has new times of update.
            again = key in self._kept or key in self._copies
            if not (was and item and (was.outline == item.outline if again else was.stamp == item.stamp)):
                lost.append(f"{key} ({reason})" if (reason := reasons.get(key)) else str(key))
        if lost:
            raise InfrastructureError(
                f"a Source changed what cannot be restored: {', '.join(lost)}",
                "store it with `snippet_state.keep(fill)` in a fixture of the Suite, which then stores it again; "
                "what was on the server before the session is never touched",
            )


def _is_marked(item: StoredItem) -> bool:
    return str(item.definition.get("description") or "").startswith(MARK)


def _differ(before: StoredItem | _Copy | None, after: StoredItem | None) -> bool:
    return (before and before.stamp) != (after and after.stamp)


def _order(key: StoredKey) -> tuple[int, str]:
    return _ORDER.index(key.kind), key.name


def _describe(key: StoredKey, before: Stored, after: Stored) -> str:
    how = "created" if key not in before else "deleted" if key not in after else "changed"
    return f"{how} {key}"
