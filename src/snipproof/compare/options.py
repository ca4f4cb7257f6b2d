"""By what laws an Expectation is compared: the attributes of its START line, apart from those that bind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
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
        return self == ComparisonOptions()


def comparison_options(attributes: Mapping[str, Any]) -> ComparisonOptions:
    """Return the laws among the attributes of a START line; those that bind it are passed over.

    :raises ValueError: one of them is not of its type; the message says in words what it must be.
    """
    unordered = attributes.get("unordered", ())
    select = attributes.get("select")
    shape = attributes.get("shape", False)
    if select is not None and not (isinstance(select, str) and select.startswith("$")):
        raise ValueError(f"`select` must be a path into the data, which begins with `$`, not {select!r}")
    if not isinstance(shape, bool):
        raise ValueError(f"`shape` must be true or false, not {shape!r}")  # noqa: TRY004 (one error for all)
    return ComparisonOptions(
        ignore=_names("ignore", attributes.get("ignore", ())),
        approx=_tolerances(attributes.get("approx", {})),
        unordered=() if unordered is True else _names("unordered", unordered),
        all_unordered=unordered is True,
        select=select,
        shape=shape,
        captures=_names("capture", attributes.get("capture", ())),
    )


def tolerance(value: Any) -> Decimal:
    """Return how far a number may be off, given as a number or as text.

    :raises ValueError: it is no number, or negative, or without bounds.
    """
    try:
        number = Decimal("" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"a tolerance must be a number that is not negative, not {value!r}")
    return number


def _names(law: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"`{law}` must be a name or a list of names, not {value!r}")
    return tuple(names)


def _tolerances(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError(f"`approx` must be a mapping of names to tolerances, not {value!r}")
    try:
        return {name: tolerance(given) for name, given in value.items()}
    except ValueError as error:
        raise ValueError(f"`approx`: {error}") from None
