"""Writes actual values for a message: short, and never more than one line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.tree import TypedValue, Undefined

_LONGEST = 80
_AROUND = 30
_FURTHEST = 30


def show(value: Any) -> str:
    """Return ``value`` as short JSON; what JSON cannot write stands as it was printed."""
    text = _write(value, _LONGEST)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def inline(value: Any) -> str:
    """Return ``value`` on one line; of a very long one the begin."""
    return _write(value, 10_000)


def show_from(text: str, at: int) -> str:
    """Return ``text`` in quotes, cut around the place ``at`` if it is long."""
    if len(text) <= _LONGEST:
        return json.dumps(text, ensure_ascii=False)
    begin, end = max(0, at - _AROUND), at + _AROUND
    cut = json.dumps(text[begin:end], ensure_ascii=False)[1:-1]
    return f'{"…" if begin else ""}"{cut}"{"…" if end < len(text) else ""}'


def first_difference(expected: str, actual: str) -> int:
    """Return where two texts part."""
    low, high = 0, min(len(expected), len(actual))
    while low < high:
        middle = (low + high + 1) // 2
        if expected[:middle] == actual[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def kind_of(value: Any) -> str:  # noqa: PLR0911 (one word for each kind of data)
    """Return what ``value`` is, in words."""
    if value is None:
        return "null"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float | Decimal | bytes):
        return "a number"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value.name}(…)" if isinstance(value, TypedValue) else type(value).__name__


def describe(value: Any) -> str:
    """Return what ``value`` is and how it is written."""
    kind = kind_of(value)
    if isinstance(value, dict | list | tuple | TypedValue):
        return f"{kind.replace('(…)', '')} {show(value)}" if not isinstance(value, TypedValue) else show(value)
    return f"the {kind[2:]} {show(value)}" if kind.startswith("a ") else kind


def _write(value: Any, room: int) -> str:  # noqa: PLR0911 (one line for each kind of data)
    """Return ``value`` as JSON, of which the first ``room`` characters are right."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value[: room + 1], ensure_ascii=False)
    if isinstance(value, int | bytes):
        value = Decimal(value.decode() if isinstance(value, bytes) else value)  # which has no limit on its digits
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and _in_sight(value) else str(value)
    if isinstance(value, dict):
        return "{" + _join([(f"{json.dumps(str(k), ensure_ascii=False)}: ", v) for k, v in value.items()], room) + "}"
    if isinstance(value, list | tuple):
        return "[" + _join([("", item) for item in value], room) + "]"
    if isinstance(value, TypedValue):
        entries = [("", item) for item in value.positional] + [(f"{name}=", item) for name, item in value.members]
        return f"{value.name}({_join(entries, room)})"
    return str(value)


def _in_sight(number: Decimal) -> bool:
    """Whether a number can be written without an exponent."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -_FURTHEST < exponent < _FURTHEST and abs(number.adjusted()) < 20 * _FURTHEST


def _join(entries: Sequence[tuple[str, Any]], room: int) -> str:
    """Return as many entries as there is room for."""
    out = ""
    for lead, value in entries:
        out += (", " if out else "") + lead
        if len(out) > room:
            break
        out += _write(value, room - len(out))
    return out
