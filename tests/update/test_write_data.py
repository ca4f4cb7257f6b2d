"""Writing single values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from snipproof.compare.tree import Notation
from snipproof.update.write_data import write_like, write_number


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("0.0613", 0.08741231, "0.0874"),
        ("0.0613", Decimal("0.08745"), "0.0874"),
        ("0.0613", 2, "2.0000"),
        ("-0.1", -0.01, "0.0"),
        ("8", 9, "9"),
        ("8", 0.0874123, "0.0874123"),
        ("8", Decimal("0.1234567890123456789012"), "0.12345678901234568"),
        ("8", 12345678901234567890123, "12345678901234567890123"),
        ("1.50e-7", 0.0000000234567, "2.35e-8"),
        ("1e21", 5, "5"),
        ("12n", 13, "13n"),
        ("1_000", 2000, "2000"),
        ("0.5", Decimal("NaN"), "NaN"),
    ],
)
def test_numbers_keep_their_decimals(old: str, value: float | Decimal, new: str) -> None:
    """As many decimals as the old number; all digits if it had none."""
    assert write_like(old, value, Notation.JSON) == new


@pytest.mark.parametrize(
    ("value", "notation", "text"),
    [
        (Decimal("Infinity"), Notation.GO, "+Inf"),
        (Decimal("-Infinity"), Notation.PYTHON, "-inf"),
        (1e-9, Notation.JSON, "1e-9"),
        (Decimal("8.0"), Notation.JSON, "8"),
        (10**25, Notation.JSON, "10000000000000000000000000"),
    ],
)
def test_new_numbers_have_all_digits(value: float | Decimal, notation: Notation, text: str) -> None:
    """Infinity is spelled as the notation spells it."""
    assert write_number(value, notation) == text
