"""Copies of what fixtures stored in Weaviate, from which it is created again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snipproof.services.weaviate.server import UnexpectedResponseError, WeaviateAddress, store
from snipproof.services.weaviate.stored_changes import COPIED, activate, create, dormant_tenants
from snipproof.services.weaviate.stored_items import KINDS, StoredItem, StoredKey
from snipproof.services.weaviate.stored_objects import read_objects

_MOST = 10_000  # objects of a collection


@dataclass(frozen=True, slots=True)
class Copy:
    """All that creates something again.

    :param pages: its objects, as JSON, which needs less memory.
    """

    stamp: str
    definition: Any
    pages: Sequence[bytes] = ()

    def objects(self) -> Iterator[list[dict[str, Any]]]:
        """Yield its objects, some hundred at a time."""
        return (json.loads(page) for page in self.pages)


def take_copy(address: WeaviateAddress, key: StoredKey, item: StoredItem) -> Copy | None:
    """Return what creates ``item`` again, ``None`` if that is too much or cannot be read.

    Inactive tenants are active while they are copied.

    :raises InfrastructureError: the server does not answer, or reports an error.
    """
    if key.kind not in COPIED:
        return None
    if key.kind != "collection":
        return Copy(item.stamp, item.definition)
    dormant = dormant_tenants(item.definition)
    if dormant is None or sum(item.counts.values()) > _MOST:
        return None
    pages, count = [], 0
    activate(address, key.name, dormant, active=True)
    try:
        for tenant in [*item.counts, *dormant]:
            for page in read_objects(address, (key.name, tenant)):
                pages.append(json.dumps(page).encode())
                count += len(page)
                if count > _MOST:
                    return None
    finally:
        activate(address, key.name, dormant, active=False)
    return Copy(item.stamp, item.definition, pages)


def create_again(address: WeaviateAddress, copies: Mapping[StoredKey, Copy], reasons: dict[StoredKey, str]) -> None:
    """Create what there are copies of; add the reasons why that fails to ``reasons``.

    Collections and objects may refer to each other: those that fail are tried again behind the others.

    :raises InfrastructureError: the server does not answer.
    """
    gone = sorted(copies, key=lambda key: (-KINDS.index(key.kind), key.name))
    left = gone
    while left:
        failed = [key for key in left if not _create(address, key, copies[key], reasons)]
        left = failed if len(failed) < len(left) else []
    failures: list[tuple[StoredKey, dict[str, Any]]] = []
    for key in gone:
        for page in copies[key].objects():
            failures += _store(address, [(key, each) for each in page], reasons)
    while failures:
        again = _store(address, failures, reasons)
        failures = again if len(again) < len(failures) else []
    for key in gone:
        if key.kind == "collection":
            activate(address, key.name, dormant_tenants(copies[key].definition) or [], active=False)


def _create(address: WeaviateAddress, key: StoredKey, copy: Copy, reasons: dict[StoredKey, str]) -> bool:
    try:
        create(address, key, copy.definition)
    except UnexpectedResponseError as error:
        reasons[key] = error.message
        return False
    reasons.pop(key, None)
    return True


def _store(
    address: WeaviateAddress, objects: Sequence[tuple[StoredKey, dict[str, Any]]], reasons: dict[StoredKey, str]
) -> list[tuple[StoredKey, dict[str, Any]]]:
    """Store objects and return those that failed."""
    errors = store(address, [each for _, each in objects])
    reasons |= {key: error for (key, _), error in zip(objects, errors, strict=True) if error}
    return [pair for pair, error in zip(objects, errors, strict=True) if error]
