"""The words for what a Weaviate stores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class StoredKey(NamedTuple):
    """What something stored is: ``kind`` is one of :data:`KINDS`."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        return f"the {self.kind} {self.name}"


KINDS = ("task", "replication", "alias", "collection", "assignment", "user", "role", "backup", "export")
"""In the order in which they are deleted. An assignment is a role that somebody has, a task one that is running."""


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
    counts: Mapping[str, int] = field(default_factory=dict)
    dormant: bool = False


Stored = dict[StoredKey, StoredItem]


def item_of(definition: Any, lasting: Any = None, everything: Any = None) -> StoredItem:
    """Return an item without objects.

    :param lasting: what is the same once it is stored again, by default ``definition``.
    :param everything: what differs after every change, by default ``lasting``.
    """
    outline = digest(definition if lasting is None else lasting)
    return StoredItem(definition, outline, outline if everything is None else digest(everything))


def digest(value: Any) -> str:
    """Return a text that stands for JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return JSON as text, the same for equal objects."""
    return json.dumps(value, sort_keys=True)
