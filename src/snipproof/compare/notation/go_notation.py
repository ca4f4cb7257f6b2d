"""What Go prints with ``%v`` and ``%+v``: ``map[a:1 b:[1 2]]``, ``{Name:foo Age:3}``; with ``%q`` ``["a b" "c"]``.

A string without quotes that has a space or a colon in it cannot be told from two, so that such text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets, literal
from snipproof.compare.notation.reader import COMMENT
from snipproof.compare.notation.words import Words
from snipproof.compare.tree import Array, Constant, Elision, Member, Node, String, TypedNode, Undefined

_NAME = re.compile(r"([^\s:,'\"`\[\]{}]+):")
_WORD = re.compile(r"[^\s:,'\"`\[\]{}]*")
_QUOTED = re.compile(r'"((?:[^"\\\r\n]++|\\.)*+)"')
_BEGINS = re.compile(r"map\[|&?\{|\[")


class GoReader(Words):
    """Reads maps, structs with the names of their fields, and slices; either all strings have quotes, or none has."""

    null = "<nil>"

    def __init__(self, text: str, *, captures: Sequence[str] = (), written: bool = True) -> None:
        super().__init__(text, captures=captures, written=written)
        self._bare = False

    def document(self) -> Node:
        """Return the map, struct or slice that begins here."""
        if not _BEGINS.match(self.text, self.begin):
            self.fail(f"a map, a struct or a slice expected, found {self.shown}")
        return self.value()

    def value(self) -> Node:
        """Return the value that begins here; nothing is an empty string."""
        if self.dots():
            return self.elision()
        if self.at("map["):
            return self.members("map[", "]", self.member)
        if self.at("&{"):
            return self.members("&{", "}", self.member)
        if self.at("{"):
            return self.members("{", "}", self.member)
        if self.at("["):
            return self.list("[", "]", self.value)
        node = self.string() if self.at('"') else self.unquoted()
        if self.begin == len(self.text) or self.text[self.begin] not in " \r\n]}":
            # Where the value begins: another notation that came as far knows better what is wrong.
            self.fail(f"where the value ends cannot be told: {self.shown}", node.begin)
        return node

    def unquoted(self) -> Node:
        """Return the bare word that begins here."""
        match = _WORD.match(self.text, self.begin)
        assert match is not None
        if self.quoted:
            self.fail(f"a string in quotes expected, as the others are, found {self.shown}")
        self._bare = True
        return self.bare(match.end())

    def string(self) -> String:
        """Return the string in quotes that begins here."""
        begin, match = self.begin, _QUOTED.match(self.text, self.begin)
        if match is None or self._bare:
            self.fail(f"{self.shown} cannot stand here")
        self.quoted = True
        self.begin = match.end()
        stem, dots, is_open = escapes.ending(match[1]) if self.written else (match[1], "", False)
        try:
            value = escapes.python(stem) + dots
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + 1 + error.offset)
        return String(begin, self.begin, value, is_open)

    def member(self) -> Member:
        """Return an entry of a map or a field of a struct."""
        match = _NAME.match(self.text, self.begin)
        if match is None:
            self.fail(f"'name:' expected, found {self.shown}")
        begin, self.begin = self.begin, match.end()
        return Member(begin, match[1], self.value())

    def separator(self, last: Node | Member, closing: str) -> None:
        """Go over the space between two items."""
        del last
        if self.text[self.begin - 1 : self.begin].isspace():
            return  # a line end
        if not self.at(" "):
            self.fail(f"a space or {closing!r} expected, found {self.shown}")
        self.begin += 1


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
