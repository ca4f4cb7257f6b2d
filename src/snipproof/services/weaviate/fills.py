"""Functions that store data on a server, and store it again once it was changed or the server is a fresh one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.stored_items import StoredKey

Fill = Callable[[WeaviateAddress], None]


class _Kept(NamedTuple):
    fill: Fill
    stored: AbstractSet[StoredKey]
    alone: bool


class Fills:
    """The functions of one server, in the order of their first calls."""

    def __init__(self) -> None:
        self._all: list[_Kept] = []

    @property
    def all(self) -> list[Fill]:
        """All of them."""
        return [each.fill for each in self._all]

    def add(self, fill: Fill, stored: AbstractSet[StoredKey], *, alone: bool) -> None:
        """Add a function, which has just been called.

        :param stored: what it has stored.
        :param alone: whether no other function stores anything in that, so that it can be called again without them.
        """
        self._all.append(_Kept(fill, stored, alone))

    def remove(self, fill: Fill) -> AbstractSet[StoredKey]:
        """Remove a function, and return what it stores."""
        (found,) = [each for each in self._all if each.fill is fill]
        self._all.remove(found)
        return found.stored

    def of(self, changed: AbstractSet[StoredKey]) -> tuple[list[Fill], AbstractSet[StoredKey]]:
        """Return which functions store ``changed`` again, and what must be deleted before they are called."""
        together = {key for each in self._all if not each.alone for key in each.stored}
        stored: AbstractSet[StoredKey] = set()
        while True:
            found = [each for each in self._all if (changed | stored) & (each.stored if each.alone else together)]
            more = {key for each in found for key in each.stored}
            if more <= stored:
                return [each.fill for each in found], stored
            stored = more


def call_again(fills: Iterable[Fill], address: WeaviateAddress) -> None:
    """Call functions that were called before.

    :raises InfrastructureError: one of them failed.
    """
    for fill in fills:
        try:
            fill(address)
        except SnipproofError:
            raise
        except Exception as error:  # it is a function of the user
            name = getattr(fill, "__qualname__", repr(fill))
            raise InfrastructureError(
                f"`{name}`, which was passed to `snippet_state.keep`, failed to restore what it had stored: "
                f"{type(error).__name__}: {error}",
                "it is called again on a server that holds what other fixtures stored",
            ) from error
