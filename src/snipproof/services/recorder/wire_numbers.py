"""Numbers as Weaviate prints them in JSON: the shortest text that stands for them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np

Number = int | Decimal


def double(value: float) -> Number:
    """Return a number of 64 bits; one without decimals is an int."""
    return _number(repr(value))


def single(value: float) -> Number:
    """Return a number of 32 bits, which came widened to 64: 0.05797422, not 0.05797421932220459."""
    return _number(str(np.float32(value)))


def singles(values: Iterable[float]) -> list[Number]:
    """Return numbers of 32 bits."""
    return [single(value) for value in values]


def singles_of(data: bytes) -> list[Number]:
    """Return numbers of 32 bits from their bytes."""
    return [_number(str(value)) for value in np.frombuffer(data, "<f4")]


def doubles_of(data: bytes) -> list[Number]:
    """Return numbers of 64 bits from their bytes."""
    return [double(float(value)) for value in np.frombuffer(data, "<f8")]


def ints_of(data: bytes) -> list[Number]:
    """Return integers of 64 bits from their bytes."""
    return [int(value) for value in np.frombuffer(data, "<i8")]


def _number(text: str) -> Number:
    number = Decimal(text)
    # Decimals that are none are not printed: 8.0 is 8.
    whole = number.is_finite() and abs(number) < 10**21 and number == number.to_integral_value()
    return int(number) if whole else number
