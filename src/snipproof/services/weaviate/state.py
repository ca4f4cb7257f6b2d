"""What is stored in Weaviate: compared before and after Sources, and restored if they changed it.

- What a Source creates is deleted.
- What a function passed to :meth:`State.keep` stores is deleted, and all of these functions are called again; one that
  stores things of its own alone, only if these have changed.
- What a fixture stores in another way is created again from a copy.
- Where that is not possible, the server is replaced by a fresh one, on which all of it is stored again.
- On a server given by its address, what was there before the session is never touched: a change of it is an error.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping

from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.fills import Fill, Fills, call_again
from snipproof.services.weaviate.renewable import Renewable
from snipproof.services.weaviate.server import (
    MARK,
    UnexpectedResponseError,
    WeaviateAddress,
    call,
)
from snipproof.services.weaviate.stored import StoredReader
from snipproof.services.weaviate.stored_changes import UNDELETABLE, amend, delete
from snipproof.services.weaviate.stored_copies import Copy, create_again, take_copy
from snipproof.services.weaviate.stored_items import KINDS, Stored, StoredItem, StoredKey

_RUNNING = 10.0  # seconds for which tasks that a Source left running are waited for
_SETTLING = 60.0  # the same before the next Source of a chain, which needs what they do
_INDEXING = 10.0  # the same for vectors that were just stored
_INTERVAL = 0.05
_KEEP = "store it with `snippet_state.keep(fill)` in a fixture of the Suite, which then stores it again"


class State:
    """Restores the content of one Weaviate during a session.

    :param server: replaces itself by a fresh one at the same address; ``None`` for a server that is not ours.
    """

    def __init__(self, address: WeaviateAddress, server: Renewable | None = None) -> None:
        self._address = address
        self._server = server
        self._reader = StoredReader(address, server.exports if server else tuple)
        self._fills = Fills()
        self._kept: set[StoredKey] = set()
        self._before: Stored = {}
        self._indexed: Stored = {}  # what was stored when all its vectors could be found
        self._log_index: int | None = None
        self._copies: dict[StoredKey, Copy] = {}
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
        self._fills.add(fill, stored, alone=alone)
        self._kept |= stored
        self._before |= {key: now[key] for key in stored}

    def drop(self, fill: Fill) -> None:
        """Delete what ``fill``, which stores it alone, has stored, and never call it again.

        :raises InfrastructureError: the server does not delete it.
        """
        gone = self._fills.remove(fill)
        self._kept -= gone
        reasons: dict[StoredKey, str] = {}
        self._delete({key: item for key, item in self._reader.read().items() if key in gone}, reasons)
        if reasons:
            lost = ", ".join(f"{key} ({reason})" for key, reason in reasons.items())
            raise InfrastructureError(f"a seed cannot be removed: {lost}")

    def mark(self) -> None:
        """Remember what is stored now.

        :raises InfrastructureError: the server does not answer.
        """
        self._before = self._reader.read()
        known, self._copies = self._copies, {}
        for key, item in self._before.items():
            if key not in self._kept | self._foreign:
                unchanged = key in known and known[key].stamp == item.stamp
                copy = known[key] if unchanged else take_copy(self._address, key, item)
                if copy:
                    self._copies[key] = copy
                if copy and item.dormant and not unchanged:  # its tenants were active meanwhile
                    self._reader.read()
        if any(_differ(self._indexed.get(key), item) for key, item in self._before.items()):
            self._wait_for_index()
        self._indexed = dict(self._before)
        self._log_index = self._reader.log_index

    def settle(self) -> None:
        """Wait, a minute at most, until tasks that a Source left running have ended and its vectors can be found.

        :raises InfrastructureError: the server does not answer.
        """
        with contextlib.suppress(UnexpectedResponseError):  # what cannot be read is a matter of restoring it
            self._finished(_SETTLING)
            self._wait_for_index()

    def restore_if_changed(self) -> list[str]:
        """Restore what was stored at the mark; return a line about each thing that had changed.

        :raises InfrastructureError: the server does not answer, or something cannot be restored, and a fresh server
            would not have it either; the message names all of it.
        """
        try:
            after = self._finished()
        except InfrastructureError as error:
            if not self._renewable():
                raise
            self._start_over(error.message)
            if isinstance(error, UnexpectedResponseError):
                return ["changed what cannot be read"]
            # What the Source found proves nothing: its server ended or froze meanwhile.
            raise InfrastructureError(error.message, "what follows is proven on a fresh server") from None
        changed = self._changed(after)
        if not changed:
            return []
        try:
            self._restore(changed, after)
        except InfrastructureError as error:
            if not self._renewable():
                raise
            self._start_over(error.message.removeprefix(_LOST))
        return [_describe(key, self._before, after) for key in sorted(changed, key=_order)]

    def clear(self) -> None:
        """Delete everything that did not exist at the start, where the server allows that."""
        self._delete(self._reader.read(), {})

    def _finished(self, patience: float = _RUNNING) -> Stored:
        """Return what is stored now, once the tasks that a Source started have ended, or after ``patience`` seconds."""
        deadline = time.monotonic() + patience
        while True:
            now = self._reader.read()
            if not any(key.kind == "task" for key in now.keys() - self._before.keys()) or time.monotonic() > deadline:
                return now
            time.sleep(_INTERVAL)

    def _wait_for_index(self) -> None:
        """Wait until vectors that were just stored can be found, some seconds at most."""
        deadline = time.monotonic() + _INDEXING
        while self._reader.is_indexing() and time.monotonic() < deadline:
            time.sleep(_INTERVAL)

    def _dormant(self) -> set[StoredKey]:
        return {key for key in self._kept | self._copies.keys() if key in self._before and self._before[key].dormant}

    def _changed(self, now: Stored) -> set[StoredKey]:
        keys = now.keys() | self._before.keys()
        changed = {key for key in keys if _differ(self._before.get(key), now.get(key))}
        if (dormant := self._dormant()) and self._reader.log_index != self._log_index:
            changed |= dormant  # a Source may have activated a tenant, changed it and deactivated it
        return changed

    def _restore(self, changed: set[StoredKey], after: Stored) -> None:
        """Restore what has ``changed`` on this server.

        :raises InfrastructureError: that is not possible.
        """
        reasons: dict[StoredKey, str] = {}
        lasting = [key for key in sorted(changed & after.keys(), key=_order) if key.kind in UNDELETABLE]
        if lasting and self._renewable():  # in vain, if the server is replaced anyway
            self._delete({key: after[key] for key in lasting}, reasons)
            raise InfrastructureError(_lost_message(lasting, reasons))
        copied = self._kept | self._copies.keys()
        amended = {key for key in changed & after.keys() & self._before.keys() if self._amend(key, after, reasons)}
        created = [key for key in (changed & after.keys()) - amended if key not in self._before or key in copied]
        self._delete({key: after[key] for key in created}, reasons)
        now = self._reader.read()
        if again := (changed | self._changed(now)) & self._kept:
            self._fill_again(again, reasons)
            now = self._reader.read()
        gone = self._copies.keys() - now.keys()
        create_again(self._address, {key: self._copies[key] for key in gone}, reasons)
        self._check(reasons)

    def _amend(self, key: StoredKey, after: Stored, reasons: dict[StoredKey, str]) -> bool:
        if key in self._foreign | self._kept:
            return False
        try:
            return amend(self._address, key, self._before[key].definition, after[key].definition)
        except UnexpectedResponseError as error:
            reasons[key] = error.message
            return False

    def _delete(self, items: Stored, reasons: dict[StoredKey, str]) -> None:
        """Delete what did not exist at the start; add the reasons why that fails to ``reasons``."""
        for key in sorted(items.keys() - self._foreign, key=_order):
            try:
                delete(self._address, key, items[key].definition)
            except UnexpectedResponseError as error:
                reasons[key] = error.message

    def _fill_again(self, changed: set[StoredKey], reasons: dict[StoredKey, str]) -> None:
        # A fill may store several things, and need not expect that one of them exists.
        fills, stored = self._fills.of(changed)
        self._delete({key: item for key, item in self._reader.read().items() if key in stored}, reasons)
        call_again(fills, self._address)

    def _renewable(self) -> bool:
        """Return whether everything can be stored again on a fresh server."""
        return self._server is not None and self._before.keys() <= self._kept | self._copies.keys() | self._foreign

    def _start_over(self, reason: str) -> None:
        """Store everything again on a fresh server.

        :raises InfrastructureError: that failed.
        """
        assert self._server is not None
        self._server.renew(reason)
        self._reader = StoredReader(self._address, self._server.exports)
        reasons: dict[StoredKey, str] = {}
        call_again(self._fills.all, self._address)
        create_again(self._address, self._copies, reasons)
        self._check(reasons, fresh=True)

    def _check(self, reasons: dict[StoredKey, str], *, fresh: bool = False) -> None:
        """Raise an error unless everything is as it was at the mark."""
        now = self._reader.read()
        lost = []
        for key in sorted(now.keys() | self._before.keys(), key=_order):
            was, item = self._before.get(key), now.get(key)
            # What is stored again has new times of update.
            again = fresh or key in self._kept or key in self._copies
            if not (was and item and (was.outline == item.outline if again else was.stamp == item.stamp)):
                lost.append(key)
        if lost:
            raise InfrastructureError(_lost_message(lost, reasons), self._hint(fresh=fresh))

    def _hint(self, *, fresh: bool) -> str:
        if self._server is None:
            return f"{_KEEP}; what was on the server before the session is never touched"
        if fresh:
            return "this is so on a fresh server, too"
        stored = ", ".join(map(str, sorted(self._before.keys() - self._kept - self._copies.keys() - self._foreign)))
        return f"a fresh server would not have {stored}: {_KEEP}"


_LOST = "a Source changed what cannot be restored: "


def _lost_message(keys: Iterable[StoredKey], reasons: Mapping[StoredKey, str]) -> str:
    return _LOST + ", ".join(f"{key} ({reason})" if (reason := reasons.get(key)) else str(key) for key in keys)


def _is_marked(item: StoredItem) -> bool:
    return str(item.definition.get("description") or "").startswith(MARK)


def _differ(before: StoredItem | None, after: StoredItem | None) -> bool:
    return (before and before.stamp) != (after and after.stamp)


def _order(key: StoredKey) -> tuple[int, str]:
    return KINDS.index(key.kind), key.name


def _describe(key: StoredKey, before: Stored, after: Stored) -> str:
    how = "created" if key not in before else "deleted" if key not in after else "changed"
    return f"{how} {key}"
