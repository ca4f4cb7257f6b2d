"""JSON, and all that JSON5 adds to it: comments, trailing commas, single quotes, names without quotes."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets
from snipproof.compare.notation.scanner import COMMENT
from snipproof.compare.tree import Node, Undefined

SPACE: Final = r"[\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*+"
"""What JavaScript takes for white space."""

STRINGS: Final = (
    r'"(?:[^"\\\r\n]++|\\(?:\r\n|.))*+"'
    r"|'(?:[^'\\\r\n]++|\\(?:\r\n|.))*+'"
)
"""Strings in double and in single quotes."""

NAME: Final = r"(?:[^\W\d]|\$|\\u[0-9a-fA-F]{4})(?:[\w$]|[^\x00-\x7f\s\ufeff]|\\u[0-9a-fA-F]{4})*+"
"""What may be a name; :meth:`JsonReader.name` looks closer."""

_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F]{1,1000}|(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)(?![\w$.\\])"
    r"|[+-](?:Infinity|NaN)(?![\w$\\])"
)


class JsonReader(Brackets):
    """Single quotes and names without quotes make it ``loose``: Python and Node.js print them."""

    pattern = re.compile(
        rf"{SPACE}(?:{COMMENT}|(?P<string>{STRINGS})|(?P<number>{_NUMBER})|(?P<dots>\.\.\.(?!\.))"
        rf"|(?P<word>{NAME})|(?P<mark>[\[\]{{}}:,]))",
        re.DOTALL,
    )
    constants: ClassVar[dict[str, bool | Undefined | None]] = {"true": True, "false": False, "null": None}

    def number(self) -> Node:
        """Return a number; one in hexadecimal digits is kept in decimal ones."""
        text = self.token
        return self.digits(_decimal(text) if "x" in text or "X" in text else text)

    def word(self) -> Node:
        """Return a constant; ``Infinity`` and ``NaN`` are numbers."""
        return self.digits(self.token) if self.token in ("Infinity", "NaN") else super().word()

    def name(self) -> str:
        """Return the name of a member, with or without quotes."""
        begin, end, kind = self.begin, self.end, self.kind
        if kind == "string":
            self.loose = self.loose or self.text[begin] == "'"
            name = self.unescape(self.text[begin + 1 : end - 1], begin + 1)
        elif kind == "word":
            self.loose = True
            name = self.unescape(self.token, begin)
            if not all(character in "$\u200c\u200d" or f"a{character}".isidentifier() for character in name):
                self.fail(f"{self.shown} is no name")
        else:
            self.fail(f"the name of a member expected, found {self.shown}")
        self.advance()
        return name

    def content(self, begin: int, end: int) -> tuple[str, bool]:
        """Return what a string is, and whether it is only how the string begins."""
        self.loose = self.loose or self.text[begin - 1] == "'"
        return super().content(begin, end)

    def unescape(self, raw: str, begin: int) -> str:
        """Return the string that is written as ``raw``."""
        try:
            return escapes.javascript(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)


def _decimal(text: str) -> str:
    """Return a number in hexadecimal digits in decimal ones."""
    value = int(text.lstrip("+-"), 16)
    return ("-" if text[0] == "-" else "") + str(value)
