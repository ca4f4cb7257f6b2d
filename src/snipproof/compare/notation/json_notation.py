"""Reads JSON and what JSON5 adds to it: comments, trailing commas, single quotes, names without quotes."""

from __future__ import annotations

import json
import re
from decimal import Context, Inexact, InvalidOperation, Overflow, Subnormal
from typing import Any, ClassVar, Final

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets
from snipproof.compare.notation.reader import COMMENT, MAX_DEPTH, ParseError
from snipproof.compare.tree import Node, Undefined

SPACE: Final = r"[\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*+"
"""White space in JavaScript."""

STRINGS: Final = (
    r'"(?:[^"\\\r\n]++|\\(?:\r\n|.))*+"'
    r"|'(?:[^'\\\r\n]++|\\(?:\r\n|.))*+'"
)
"""Strings in double and in single quotes."""

NAME: Final = r"(?:[^\W\d]|\$|\\u[0-9a-fA-F]{4})(?:[\w$]|[^\x00-\x7f\s\ufeff]|\\u[0-9a-fA-F]{4})*+"
"""A possible name; :meth:`JsonReader.name` checks it further."""

_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F]{1,1000}|(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)(?![\w$.\\])"
    r"|[+-](?:Infinity|NaN)(?![\w$\\])"
)
_BLANK = re.compile(r"[ \t\r\n]*")
# A number that cannot be read exactly is left to JsonReader, whose error names it.
_EXACT = Context(prec=10_000, Emax=99_999, Emin=-99_999, traps=[Inexact, InvalidOperation, Overflow, Subnormal])


class JsonReader(Brackets):
    """Reads JSON5. Single quotes and names without quotes are ``ambiguous``: Python and Node.js print them, too."""

    pattern = re.compile(
        rf"{SPACE}(?:{COMMENT}|(?P<string>{STRINGS})|(?P<number>{_NUMBER})|(?P<dots>\.\.\.(?!\.))"
        rf"|(?P<word>{NAME})|(?P<mark>[\[\]{{}}:,]))",
        re.DOTALL,
    )
    constants: ClassVar[dict[str, bool | Undefined | None]] = {"true": True, "false": False, "null": None}

    def number(self) -> Node:
        """Return a number; a hexadecimal one is converted to decimal."""
        text = self.token
        return self.digits(_decimal(text) if "x" in text or "X" in text else text)

    def word(self) -> Node:
        """Return a constant; ``Infinity`` and ``NaN`` are numbers."""
        return self.digits(self.token) if self.token in ("Infinity", "NaN") else super().word()

    def name(self) -> str:
        """Return the name of a member, with or without quotes."""
        begin, end, kind = self.begin, self.end, self.kind
        if kind == "string":
            self.ambiguous = self.ambiguous or self.text[begin] == "'"
            name = self.unescape(self.text[begin + 1 : end - 1], begin + 1)
        elif kind == "word":
            self.ambiguous = True
            name = self.unescape(self.token, begin)
            if not all(character in "$\u200c\u200d" or f"a{character}".isidentifier() for character in name):
                self.fail(f"{self.found} is not a name")
        else:
            self.fail(f"the name of a member expected, found {self.found}")
        self.advance()
        return name

    def content(self, begin: int, end: int) -> tuple[str, bool]:
        """Return the value of a string, and whether it is only the beginning of a string."""
        self.ambiguous = self.ambiguous or self.text[begin - 1] == "'"
        return super().content(begin, end)

    def unescape(self, raw: str, begin: int) -> str:
        """Return the value of a string whose content is ``raw``."""
        try:
            return escapes.javascript(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)


def _decimal(text: str) -> str:
    """Return a hexadecimal number in decimal."""
    value = int(text.lstrip("+-"), 16)
    return ("-" if text[0] == "-" else "") + str(value)


class _TwiceError(ValueError):
    """A member is repeated: one of its values would not be compared."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"the member {twice!r} is repeated in one object")
    return result


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_EXACT.create_decimal, parse_constant=_EXACT.create_decimal
)


def read_json(text: str) -> tuple[Any, ...] | None:
    """Return the values of strict JSON output, each at the beginning of a line; ``None`` for other text.

    Uses the parser of the standard library, for speed.

    :raises ParseError: a member is repeated, or brackets are nested too deep.
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
        raise ParseError.at(text, position, f"nested deeper than {MAX_DEPTH} levels") from None
    except (ValueError, ArithmeticError):
        return None
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(values):
        raise ParseError.at(text, 0, f"nested deeper than {MAX_DEPTH} levels")
    return tuple(values) or None


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _is_deep(values: list[Any]) -> bool:
    """Whether lists and objects are nested deeper than ``MAX_DEPTH``."""
    level = [value for value in values if type(value) is dict or type(value) is list]
    for _ in range(MAX_DEPTH):
        level = [
            value
            for outer in level
            for value in (outer.values() if type(outer) is dict else outer)
            if type(value) is dict or type(value) is list
        ]
        if not level:
            return False
    return True
