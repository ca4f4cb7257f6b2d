"""Writes actual values for messages: short, and never more than one line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.tree import ROW, STRUCT, RawNumber, TypedValue, Undefined, VerbatimText

_MAX_LENGTH = 80
_AROUND = 30
_MAX_ZEROS = 30


def show(value: Any) -> str:
    """Return ``value`` as short JSON; what JSON has no form for is written as it was printed."""
    text = _write(value, _MAX_LENGTH)
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"


def inline(value: Any) -> str:
    """Return ``value`` on one line; a very long one is cut."""
    return _write(value, 10_000)


def show_from(text: str, at: int) -> str:
    """Return ``text`` in quotes; if it is long, only the part around the offset ``at``."""
    if len(text) <= _MAX_LENGTH:
        return json.dumps(text, ensure_ascii=False)
    begin, end = max(0, at - _AROUND), at + _AROUND
    cut = json.dumps(text[begin:end], ensure_ascii=False)[1:-1]
    return f'{"…" if begin else ""}"{cut}"{"…" if end < len(text) else ""}'


def first_difference(expected: str, actual: str) -> int:
    """Return the offset of the first difference between two texts."""
    low, high = 0, min(len(expected), len(actual))
    while low < high:
        middle = (low + high + 1) // 2
        if expected[:middle] == actual[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def kind_of(value: Any) -> str:  # noqa: PLR0911 (one word for each kind of data)
    """Return the kind of data that ``value`` is, such as ``a string``."""
    if value is None:
        return "null"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float | Decimal | RawNumber):
        return "a number"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, VerbatimText):
        return "a value"
    if isinstance(value, TypedValue):
        return value.name if value.name in (ROW, STRUCT) else f"{value.name}(…)"
    return type(value).__name__


def describe(value: Any) -> str:
    """Return the kind of ``value`` and how it is written, such as ``the string "a"``."""
    kind = kind_of(value)
    if isinstance(value, TypedValue) and value.name in (ROW, STRUCT):
        return f"{value.name} {show(value)}"
    if isinstance(value, dict | list | tuple | TypedValue):
        return f"{kind.replace('(…)', '')} {show(value)}" if not isinstance(value, TypedValue) else show(value)
    return f"the {kind[2:]} {show(value)}" if kind.startswith("a ") else kind


def _write(value: Any, room: int) -> str:  # noqa: PLR0911 (one line for each kind of data)
    """Return ``value`` as JSON; only the first ``room`` characters are sure to be complete."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value[: room + 1], ensure_ascii=False)
    if isinstance(value, int | RawNumber):
        value = Decimal(value.decode() if isinstance(value, RawNumber) else value)  # no limit on the digits
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and _is_short(value) else str(value)
    if isinstance(value, dict):
        return "{" + _join([(f"{json.dumps(str(k), ensure_ascii=False)}: ", v) for k, v in value.items()], room) + "}"
    if isinstance(value, list | tuple):
        return "[" + _join([("", item) for item in value], room) + "]"
    if isinstance(value, TypedValue):
        entries = [("", item) for item in value.positional] + [(f"{name}=", item) for name, item in value.members]
        around = {ROW: ("", ""), STRUCT: ("{", "}")}.get(value.name, (f"{value.name}(", ")"))
        return around[0] + _join(entries, room) + around[1]
    return str(value)


def _is_short(number: Decimal) -> bool:
    """Whether a number is short without an exponent."""
    exponent = number.as_tuple().exponent
    return (
        isinstance(exponent, int) and -_MAX_ZEROS < exponent < _MAX_ZEROS and abs(number.adjusted()) < 20 * _MAX_ZEROS
    )


def _join(entries: Sequence[tuple[str, Any]], room: int) -> str:
    """Return as many entries as fit into ``room`` characters."""
    out = ""
    for lead, value in entries:
        out += (", " if out else "") + lead
        if len(out) > room:
            break
        out += _write(value, room - len(out))
    return out
