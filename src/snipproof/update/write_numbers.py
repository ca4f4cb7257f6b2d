"""Numbers as they are written: a new value gets as many decimals as the old one had."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from snipproof.compare.tree import Notation

_WORDS = {
    Notation.JSON: ("NaN", "Infinity", "-Infinity"),
    Notation.PYTHON: ("nan", "inf", "-inf"),
    Notation.NODE: ("NaN", "Infinity", "-Infinity"),
    Notation.GO: ("NaN", "+Inf", "-Inf"),
    Notation.JAVA: ("NaN", "Infinity", "-Infinity"),
}


def is_number(value: Any) -> bool:
    """Whether ``value`` is a number; a bool is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def write_number(value: float | Decimal, notation: Notation) -> str:
    """Return ``value`` with all its digits, at most those that tell one 64 bit number from the next."""
    if isinstance(value, int):
        return str(value)
    number = _exact(value)
    if not number.is_finite():
        nan, infinite, negative = _WORDS.get(notation, _WORDS[Notation.JSON])
        return nan if number.is_nan() else negative if number.is_signed() else infinite
    if number == number.to_integral_value():
        return str(int(number)) if number.adjusted() < 21 else _scientific(number)
    shortest = Decimal(repr(float(number)))
    digits = len(number.as_tuple().digits)
    if digits > 17 and shortest.is_finite() and shortest:
        exponent = int(shortest.as_tuple().exponent)
        number = number.quantize(Decimal(1).scaleb(exponent)) if exponent < 0 else number
    return f"{number:f}" if number.adjusted() > -7 else _scientific(number)


def write_like(old: str, value: float | Decimal, notation: Notation) -> str:
    """Return ``value`` with as many decimals as ``old`` was written with; all its digits where ``old`` has none."""
    number = _exact(value)
    bare = old.rstrip("n").replace("_", "")
    whole = number.is_finite() and number == number.to_integral_value()
    if old.endswith("n") and whole:
        return f"{int(number)}n"
    mantissa, exponent_mark, _ = bare.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if not number.is_finite() or not mantissa.lstrip("+-").replace(".", "").isdigit():
        return write_number(value, notation)
    if exponent_mark and whole and number.adjusted() < 15:
        return write_number(value, notation)
    if exponent_mark:
        text = f"{number:.{decimals}e}"
        # What has no digits behind the point stands for itself alone: it may not be rounded.
        whole_digits = int(Decimal(text).as_tuple().exponent) >= 0
        return write_number(value, notation) if whole_digits and Decimal(text) != number else text.replace("e+", "e")
    if not decimals:
        return write_number(value, notation)
    text = f"{number:.{decimals}f}"
    return text.removeprefix("-") if not Decimal(text) else text


def _exact(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _scientific(number: Decimal) -> str:
    digits = str(number.normalize()).lower()
    return digits.replace("e+", "e") if "e" in digits else f"{number.normalize():e}".replace("e+", "e")
