"""By what laws an Expectation is compared: the attributes of its START line, apart from those that bind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Laws:
    """What the writer asked for; each entry widens what it names and nothing else.

    ``ignore``, the keys of ``approx`` and ``unordered`` name members by their name, wherever it stands, or by an RFC
    9535 path that begins with ``$``.

    :param ignore: members whose value is not compared. One that is shown must be there; one that is not may be.
    :param approx: how far a number may be from the one that is shown, absolutely.
    :param unordered: lists whose elements may stand in any order; ``all_unordered`` says so of every list.
    :param select: an RFC 9535 path: what it gives of the actual data is compared, not the whole of it.
    :param shape: compare types and names of members only, not values and not how many elements a list has.
    :param captures: ``<name>`` in strings, lines or in the place of a value stands for anything, the same everywhere.
    """

    ignore: tuple[str, ...] = ()
    approx: Mapping[str, Decimal] = field(default_factory=dict)
    unordered: tuple[str, ...] = ()
    all_unordered: bool = False
    select: str | None = None
    shape: bool = False
    captures: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing was asked for."""
        return self == Laws()
