"""What Go prints with ``%#v``: ``map[string]interface {}{"a":1}``, ``[]string{"a"}``, ``main.Photo{Title:"Cat"}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets, literal
from snipproof.compare.notation.scanner import COMMENT
from snipproof.compare.tree import Array, Constant, Elision, Member, Node, String, TypedNode, Undefined

_TYPE = r"&?(?:\[[0-9]*\]|\*|map\[[\w.*]+(?:\ \{\})?\])*(?:interface\ \{\}|[A-Za-z_][\w./-]*)"
_LIST = re.compile(r"&?\[[0-9]*\]")


class GoSyntaxReader(Brackets):
    """Maps and slices are plain data, structs have their type for a name."""

    pattern = re.compile(
        rf"""\s*+(?:{COMMENT}
        | (?P<string>"(?:[^"\\\r\n]++|\\.)*+"|`[^`]*+`)
        | (?P<nil>\({_TYPE}\)\(nil\)|{_TYPE}\(nil\))
        | (?P<composite>{_TYPE})\{{
        | (?P<number>[+-]?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:e[+-]?[0-9]++)?(?![\w.])|0x[0-9a-f]{{1,16}}(?![\w.]))
        | (?P<dots>\.\.\.(?!\.))
        | (?P<word>[^\W\d]\w*+)
        | (?P<mark>[{{}}:,])
        )""",
        re.DOTALL | re.VERBOSE,
    )
    constants: ClassVar[dict[str, bool | Undefined | None]] = {"true": True, "false": False, "nil": None}

    def readers(self) -> dict[str, Callable[[], Node]]:
        """Return who reads a value that begins with a token of this kind, or with this mark."""
        return super().readers() | {"nil": self.nil, "composite": self.composite}

    def unescape(self, raw: str, begin: int) -> str:
        """Return the string that is written as ``raw``."""
        if self.text[begin - 1] == "`":
            return raw
        try:
            return escapes.python(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)

    def number(self) -> Node:
        """Return a number; bytes are printed in hexadecimal digits."""
        token = self.token
        return self.digits(str(int(token, 16)) if token.startswith("0x") else token)

    def nil(self) -> Node:
        """Return ``[]string(nil)``."""
        node = Constant(self.begin, self.end, None)
        self.advance()
        return node

    def composite(self) -> Node:
        """Return the map, slice or struct that begins with its type."""
        begin, name = self.begin, self.token
        self.advance()
        opening = self.begin
        items = self.sequence("}", self.entry)
        members = [item for item in items if isinstance(item, Member | Elision)]
        if _LIST.match(name):
            if any(isinstance(item, Member) for item in items):
                self.fail("a name in a slice", opening)
            return Array(begin, self.last_end, tuple(item for item in items if not isinstance(item, Member)))
        if len(members) != len(items):
            self.fail("a value without a name in a map or struct", opening)
        if name.lstrip("&").startswith("map["):
            return self.assemble(begin, self.last_end, members)
        return TypedNode(begin, self.last_end, name.lstrip("&"), (), self.assemble(opening, self.last_end, members))

    def braces(self) -> Node:
        """Refuse brackets without a type."""
        self.fail(f"a value expected, found {self.shown}")

    def entry(self) -> Node | Member:
        """Return what may stand between the brackets of a composite."""
        begin, name = self.begin, self.token
        if self.kind == "word" and self.text.startswith(":", self.end):
            self.advance()
        else:
            key = self.value()
            if not self.at(":"):
                return key
            name = literal(key) if isinstance(key, String) else self.text[begin : self.last_end]
        self.advance()
        return Member(begin, name, self.value())
