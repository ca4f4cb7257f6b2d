"""The options of a comparison: what may differ, as the attributes of a START line or the command line have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """The options of a comparison. Each one widens what it names, and nothing else.

    ``ignore``, ``unordered`` and the keys of ``approx`` are names of members, which match at any depth, or RFC 9535
    paths, which begin with ``$``.

    :param ignore: members whose value is not compared. A member that is shown must be present; another one may be.
    :param approx: absolute tolerances for numbers.
    :param unordered: lists whose elements may be in any order; with ``all_unordered``, every list.
    :param select: an RFC 9535 path. What it finds in the actual data is compared, not all of the data.
    :param shape: compare only types and names of members, not values and not the lengths of lists.
    :param captures: names. ``<name>`` in a string, in a line or in place of a value stands for anything, but for the
        same thing wherever it occurs.
    """

    ignore: tuple[str, ...] = ()
    approx: Mapping[str, Decimal] = field(default_factory=dict)
    unordered: tuple[str, ...] = ()
    all_unordered: bool = False
    select: str | None = None
    shape: bool = False
    captures: tuple[str, ...] = ()


class OptionError(ValueError):
    """An option does not apply to the texts that are compared; the message gives the reason."""


def comparison_options(attributes: Mapping[str, Any]) -> ComparisonOptions:
    """Return the options among the attributes of a START line; other attributes, such as ``of``, are ignored.

    :param attributes: validated, as ``snipproof.site.attributes`` reads them: each value has the type of its attribute.
    """
    unordered = attributes.get("unordered", ())
    return ComparisonOptions(
        ignore=_names(attributes.get("ignore", ())),
        approx={name: parse_tolerance(value) for name, value in attributes.get("approx", {}).items()},
        unordered=() if unordered is True else _names(unordered),
        all_unordered=unordered is True,
        select=attributes.get("select"),
        shape=attributes.get("shape", False),
        captures=_names(attributes.get("capture", ())),
    )


def parse_tolerance(value: float | str) -> Decimal:
    """Return a tolerance that is given as a number or as text.

    :raises ValueError: it is not a finite number of at least 0.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"a tolerance must be a number that is not negative, not {value!r}")
    return number


def _names(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
