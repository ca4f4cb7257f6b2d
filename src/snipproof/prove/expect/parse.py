"""Reads what the docs show: JSON (RFC 8259) in which a bare ``...`` elides.

``...`` may stand for an element (any run of elements), for a member of its own (further members) or for a value. The
parser keeps the line of every node, since a failure points there, and the digits of every number, since they say how
exactly it was written.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)'
    r"|(?P<word>true|false|null)|(?P<dots>\.\.\.)|(?P<mark>[\[\]{}:,]))"
)
_WORDS = {"true": True, "false": False, "null": None}


class ParseError(ValueError):
    """The text is not the JSON it is taken for; ``line`` counts from 1 within the text."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Elision:
    """``...``: whatever stands there, inside its own container only."""

    line: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, ``true``, ``false`` or ``null``."""

    line: int
    value: str | bool | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number with the digits it was written with."""

    line: int
    text: str

    @property
    def value(self) -> Decimal:
        """The number, exactly as written."""
        return Decimal(self.text)


@dataclass(frozen=True, slots=True)
class Array:
    """A list of nodes; an Elision among them stands for any run of elements, also none."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """Members by name; ``open`` when an Elision of its own allows further ones."""

    line: int
    members: dict[str, Node]
    open: bool


Node = Elision | Scalar | Number | Array | Object


def parse_expected(text: str) -> Node:
    """Return the tree of ``text``.

    :raises ParseError: the text is not JSON with elisions, or names a member twice.
    """
    parser = _Parser(text)
    node = parser.value()
    if parser.kind != "end":
        parser.fail(f"{parser.token!r} behind the end of the JSON text")
    return node


class _Parser:
    """Recursive descent over the tokens of one text; holds the current token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.kind = self.token = ""
        self.line = 1
        self._advance()

    def fail(self, message: str) -> None:
        raise ParseError(self.line, message)

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            rest = self._text[self._position :].lstrip()
            begin = len(self._text) - len(rest)
            self.line = self._text.count("\n", 0, begin if rest else len(self._text.rstrip())) + 1
            if rest:
                self.fail(f"this is not JSON: {rest.splitlines()[0][:40]!r}")
            self.kind, self.token = "end", "the end of the block"
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.line = self._text.count("\n", 0, match.start(self.kind)) + 1
        self._position = match.end()

    def _take(self, mark: str, wanted: str) -> None:
        if self.token != mark or self.kind != "mark":
            self.fail(f"{wanted} expected, found {self.token!r}")
        self._advance()

    def value(self) -> Node:
        line, kind, token = self.line, self.kind, self.token
        if kind == "mark" and token == "[":
            return self._array(line)
        if kind == "mark" and token == "{":
            return self._object(line)
        if kind in ("end", "mark"):
            self.fail(f"a value expected, found {token!r}")
        self._advance()
        if kind == "string":
            return Scalar(line, self._string(line, token))
        if kind == "number":
            return Number(line, token)
        if kind == "dots":
            return Elision(line)
        return Scalar(line, _WORDS[token])

    def _string(self, line: int, token: str) -> str:
        try:
            return str(json.loads(token))
        except ValueError:
            raise ParseError(line, f"not a JSON string: {token}") from None

    def _array(self, line: int) -> Array:
        items: list[Node] = []
        self._advance()
        while not (self.kind == "mark" and self.token == "]"):
            items.append(self.value())
            self._separate("]", "a value", elided=isinstance(items[-1], Elision))
        self._advance()
        return Array(line, tuple(items))

    def _object(self, line: int) -> Object:
        members: dict[str, Node] = {}
        is_open = False
        self._advance()
        while not (self.kind == "mark" and self.token == "}"):
            elided = self.kind == "dots"
            if elided:
                is_open = True
                self._advance()
            else:
                if self.kind != "string":
                    self.fail(f"a member name in double quotes expected, found {self.token!r}")
                name = self._string(self.line, self.token)
                if name in members:
                    self.fail(f"the member {name!r} is given twice")
                self._advance()
                self._take(":", "':'")
                members[name] = self.value()
            self._separate("}", "a member", elided=elided)
        self._advance()
        return Object(line, members, is_open)

    def _separate(self, closing: str, wanted: str, *, elided: bool) -> None:
        """Take the comma behind an element; around ``...``, which may have a line of its own, it may be left out."""
        if self.kind == "mark" and self.token == closing:
            return
        if (elided or self.kind == "dots") and self.token != ",":
            return
        self._take(",", f"',' or '{closing}'")
        if self.token == closing and not elided:
            self.fail(f"{wanted} expected behind ',', found '{closing}'")
