"""Compares numbers at the precision that is printed: 0.058 stands for all that is rounded to it, 8 for 8 alone."""

from __future__ import annotations

from decimal import ROUND_UP, Context, Decimal
from typing import Any

from snipproof.compare.tree import Number

# Differences are rounded up, if at all: no number gets nearer by it. Nothing is raised for numbers beyond all bounds.
_EXACT = Context(prec=2000, rounding=ROUND_UP, Emin=-999_999, Emax=999_999, traps=[])


def number_of(actual: Any) -> Decimal | None:
    """Return ``actual`` as the number it is, exactly, or ``None`` if it is none: a bool is none, nor is a string.

    ``bytes`` are a number of JSON as it was printed.
    """
    if isinstance(actual, Decimal):
        return actual
    if isinstance(actual, bool):
        return None
    if isinstance(actual, int):
        return Decimal(actual)
    if isinstance(actual, float):
        return Decimal(float.__repr__(actual))
    return Decimal(actual.decode()) if isinstance(actual, bytes) else None


def decimals(number: Decimal) -> int:
    """Return how many decimals ``number`` was written with; 0 for one that stands for itself alone."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def is_near(expected: Number, actual: Decimal, within: Decimal | None = None) -> bool:
    """Whether ``actual`` is the number that is shown, at its precision or within the tolerance ``within``."""
    value = expected.value
    if value.is_nan() or actual.is_nan():
        return value.is_nan() and actual.is_nan()
    if value == actual:
        return True
    if not value.is_finite() or not actual.is_finite():
        return False
    printed = decimals(value)
    if not printed and within is None:
        return False
    away = _EXACT.abs(_EXACT.subtract(value, actual))
    if printed and away <= Decimal((0, (5,), -printed - 1)):
        return True
    return within is not None and away <= within


def why_far(expected: Number, actual: Decimal, shown: str, within: Decimal | None = None) -> str:
    """Return in words why ``actual``, printed as ``shown``, is not the number that is expected."""
    value = expected.value
    printed = decimals(value)
    text = f"expected {expected.text}, actual {shown}"
    if within is not None:
        return f"{text}: more than {within:f} away"
    if not printed or not actual.is_finite():
        return text
    places = f"{printed} decimal{'s' if printed > 1 else ''}"
    if printed > 30 or abs(actual.adjusted()) > 30:
        return f"{text}: {expected.text} was printed with {places}"
    rounded = actual.quantize(Decimal((0, (1,), -printed)), context=_EXACT)
    near = Context(prec=2000, traps=[]).quantize(actual, rounded)
    return f"expected {expected.text}, which was printed with {places}, actual {shown} rounds to {near:f}"


def plain_number(number: Decimal) -> str:
    """Return the same text for the same number, however it was written."""
    if not number.is_finite():
        return str(number)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    exponent += len(text) - len(kept)
    if not kept:
        return "0"
    if 0 <= exponent < 30:
        return "-" * sign + kept + "0" * exponent
    return (
        f"{Decimal((sign, tuple(map(int, kept)), exponent)):f}" if exponent > -30 else f"{'-' * sign}{kept}e{exponent}"
    )
