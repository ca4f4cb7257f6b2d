"""Reads JSON that a program printed, at the speed of the standard library; exact where that is not."""

from __future__ import annotations

import json
import re
from decimal import Context, Inexact, InvalidOperation, Overflow, Subnormal
from typing import Any

from snipproof.compare.notation.notation_errors import ParseError
from snipproof.compare.notation.reader import DEEPEST

_BLANK = re.compile(r"[ \t\r\n]*")
# A number is exact, or else it is left to the reader that can say what is wrong with it.
_EXACT = Context(prec=10_000, Emax=99_999, Emin=-99_999, traps=[Inexact, InvalidOperation, Overflow, Subnormal])


class _TwiceError(ValueError):
    """A member is named twice: one of its values would be compared with nothing."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"the member {twice!r} is given twice in one object")
    return result


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_EXACT.create_decimal, parse_constant=_EXACT.create_decimal
)


def read_json(text: str) -> tuple[Any, ...] | None:
    """Return the JSON values of ``text``, each beginning on a line of its own, or ``None`` if they are not only JSON.

    :raises ParseError: a member is named twice, or brackets are nested too deep.
    """
    values: list[Any] = []
    position = _skip(text, 0)
    try:
        while position < len(text):
            value, end = _DECODER.raw_decode(text, position)
            values.append(value)
            position = _skip(text, end)
            if (
                position < len(text)
                and "\n" not in text[end:position]
                and not (text[end - 1] in "]}" and text[position] in "[{")
            ):
                return None
    except _TwiceError as error:
        raise ParseError.at(text, position, str(error)) from None
    except RecursionError:
        raise ParseError.at(text, position, f"nested deeper than {DEEPEST} levels") from None
    except (ValueError, ArithmeticError):
        return None
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(values):
        raise ParseError.at(text, 0, f"nested deeper than {DEEPEST} levels")
    return tuple(values) or None


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _is_deep(values: list[Any]) -> bool:
    """Whether lists and objects are nested too deep for whoever compares them."""
    level = [value for value in values if type(value) is dict or type(value) is list]
    for _ in range(DEEPEST):
        level = [
            value
            for outer in level
            for value in (outer.values() if type(outer) is dict else outer)
            if type(value) is dict or type(value) is list
        ]
        if not level:
            return False
    return True
