"""Compares numbers at the precision shown: 0.058 stands for every number that rounds to it, 8 only for 8."""

from __future__ import annotations

from decimal import ROUND_UP, Context, Decimal
from typing import Any

from snipproof.compare.tree import Number, RawNumber
from snipproof.text import plural

# A difference that is rounded is rounded up, so that no number seems closer than it is. Huge numbers raise no error.
_EXACT = Context(prec=2000, rounding=ROUND_UP, Emin=-999_999, Emax=999_999, traps=[])


def number_of(actual: Any) -> Decimal | None:
    """Return the exact value of ``actual``, ``None`` if it is not a number; booleans and strings are not."""
    if isinstance(actual, Decimal):
        return actual
    if isinstance(actual, bool):
        return None
    if isinstance(actual, int):
        return Decimal(actual)
    if isinstance(actual, float):
        return Decimal(float.__repr__(actual))
    return Decimal(actual.decode()) if isinstance(actual, RawNumber) else None


def decimals(number: Decimal) -> int:
    """Return with how many decimals ``number`` was written; 0 for one that stands only for itself."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def is_near(expected: Number, actual: Decimal, tolerance: Decimal | None = None) -> bool:
    """Whether ``actual`` is the number that is shown, at the precision of ``expected`` or within ``tolerance``."""
    value = expected.value
    if value.is_nan() or actual.is_nan():
        return value.is_nan() and actual.is_nan()
    if value == actual:
        return True
    if not value.is_finite() or not actual.is_finite():
        return False
    printed = decimals(value)
    if not printed and tolerance is None:
        return False
    away = _EXACT.abs(_EXACT.subtract(value, actual))
    if printed and away <= Decimal((0, (5,), -printed - 1)):
        return True
    return tolerance is not None and away <= tolerance


def why_far(expected: Number, actual: Decimal, shown: str, tolerance: Decimal | None = None) -> str:
    """Return the reason why ``actual``, printed as ``shown``, is not the number that is expected."""
    value = expected.value
    printed = decimals(value)
    text = f"expected {expected.text}, actual {shown}"
    if tolerance is not None:
        return f"{text}: more than {tolerance:f} away"
    if not printed or not actual.is_finite():
        return text
    decimal_count = plural(printed, "decimal")
    if printed > 30 or abs(actual.adjusted()) > 30:
        return f"{text}: {expected.text} was printed with {decimal_count}"
    rounded = actual.quantize(Decimal((0, (1,), -printed)), context=_EXACT)
    near = Context(prec=2000, traps=[]).quantize(actual, rounded)
    return f"expected {expected.text}, which was printed with {decimal_count}, actual {shown} rounds to {near:f}"


def plain_number(number: Decimal) -> str:
    """Return the canonical text of a number: the same text for equal numbers."""
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
