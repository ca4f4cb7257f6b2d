"""Vectors in recordings: long lists of numbers as base64 of single precision, where that loses nothing."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable
from typing import Any

_SHORTEST = 8  # numbers
EXACT, SHORT = "float32", "float32, shortest decimals"
"""How numbers are read back: as they are in single precision, or as the shortest decimals that stand for them."""


def packed(value: Any) -> Any:
    """Return JSON with an object in place of each vector: ``{"vector": base64, "length": 3, "kind": "float32"}``.

    A list whose numbers would change stays as it is, and so does one that holds anything but floats.
    """
    return _mapped(value, _pack)


def unpacked(value: Any) -> Any:
    """Return JSON with its vectors in place of what :func:`packed` made of them.

    :raises ValueError: one of them is damaged.
    """
    return _mapped(value, _unpack)


def lengths(value: Any) -> list[int]:
    """Return the lengths of the vectors in packed JSON."""
    if isinstance(value, list):
        return [length for each in value for length in lengths(each)]
    if not isinstance(value, dict):
        return []
    if _is_packed(value):
        return [value["length"]]
    return [length for each in value.values() for length in lengths(each)]


def without_vectors(value: Any) -> Any:
    """Return packed JSON without the numbers of its vectors: they hold no text."""
    return _mapped(value, lambda each: {**each, "vector": ""} if _is_packed(each) else each)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    changed = change(value)
    if changed is not value:
        return changed
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    return {key: _mapped(each, change) for key, each in value.items()} if isinstance(value, dict) else value


def _is_packed(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"vector", "length", "kind"} and isinstance(value["length"], int)


def _pack(value: Any) -> Any:
    if not isinstance(value, list) or len(value) < _SHORTEST or not all(type(each) is float for each in value):
        return value
    try:
        data = struct.pack(f"<{len(value)}f", *value)
    except OverflowError:
        return value
    for kind in (EXACT, SHORT):
        if _numbers(data, kind) == value:
            return {"vector": base64.b64encode(data).decode(), "length": len(value), "kind": kind}
    return value


def _unpack(value: Any) -> Any:
    if not _is_packed(value):
        return value
    try:
        data = base64.b64decode(value["vector"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("a vector is not base64") from None
    if len(data) != 4 * value["length"]:
        raise ValueError(f"a vector has {len(data) / 4:g} numbers, and its length is given as {value['length']}")
    if value["kind"] not in (EXACT, SHORT):
        raise ValueError(f"a vector of the unknown kind {value['kind']!r}")
    return _numbers(data, value["kind"])


def _numbers(data: bytes, kind: str) -> list[float]:
    numbers = struct.unpack(f"<{len(data) // 4}f", data)
    return list(numbers) if kind == EXACT else [_shortest(number) for number in numbers]


def _shortest(number: float) -> float:
    """Return the number with the fewest digits that is the same in single precision."""
    for digits in range(6, 9):
        short = float(f"{number:.{digits}g}")
        if struct.unpack("<f", struct.pack("<f", short))[0] == number:
            return short
    return float(f"{number:.9g}")
