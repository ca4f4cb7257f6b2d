"""What Go prints with ``%v`` and ``%+v``: ``map[a:1 b:[1 2]]``, ``{Name:foo Age:3}``; with ``%q`` ``["a b" "c"]``.

With ``%q``, where it is clear what belongs together, structs without names are read, too: ``{"a b" map["c":"d"]}``.
A string without quotes that contains a space or a colon is ambiguous, so such text is refused.

What ``%#v`` prints is read by :class:`GoSyntaxReader`: ``map[string]interface {}{"a":1}``, ``main.Photo{Title:"Cat"}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets, literal
from snipproof.compare.notation.reader import COMMENT
from snipproof.compare.notation.words import Words
from snipproof.compare.tree import (
    STRUCT,
    Array,
    Constant,
    Elision,
    Member,
    Node,
    Object,
    String,
    TypedNode,
    Undefined,
    Verbatim,
)

_NAME = re.compile(r"([^\s:,'\"`\[\]{}]+):")
_WORD = re.compile(r"[^\s:,'\"`\[\]{}]*")
_QUOTED = re.compile(r'"((?:[^"\\\r\n]++|\\.)*+)"')
_RUNE = re.compile(r"'(?:[^'\\\r\n]|\\[^\r\n][^'\r\n]*)'|%!q\([^()\r\n]*\)")
_STRUCT = re.compile(r"&?\{(?=\s*+(?:[\"'\[{]|&\{|map\[|%!q\())")
_BEGINS = re.compile(r"map\[|&?\{|\[")
_TYPE = r"&?(?:\[[0-9]*\]|\*|map\[[\w.*]+(?:\ \{\})?\])*(?:interface\ \{\}|[A-Za-z_][\w./-]*)"
_LIST = re.compile(r"&?\[[0-9]*\]")


class GoReader(Words):
    """Reads maps, structs with the names of their fields, and slices; either all strings have quotes, or none has."""

    null = "<nil>"

    def __init__(self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True) -> None:
        super().__init__(text, captures=captures, is_expected=is_expected)
        self._bare = False

    def document(self) -> Node:
        """Return the map, struct or slice that begins here."""
        if not _BEGINS.match(self.text, self.begin):
            self.fail(f"a map, a struct or a slice expected, found {self.found}")
        return self.value()

    def value(self) -> Node:  # noqa: PLR0911 (one for each form)
        """Return the value that begins here, which may be an empty string."""
        if self.dots():
            return self.elision()
        if self.at("map["):
            return self.members("map[", "]", self.member)
        if struct := _STRUCT.match(self.text, self.begin):
            return self.struct(struct[0])
        if self.at("&{"):
            return self.members("&{", "}", self.member)
        if self.at("{"):
            return self.members("{", "}", self.member)
        if self.at("["):
            return self.list("[", "]", self.value)
        node = self.string() if self.at('"') else self.rune() or self.unquoted()
        if self.begin == len(self.text) or self.text[self.begin] not in " \r\n]}":
            # At the beginning of the value: the error of another notation that parsed as much is more helpful.
            self.fail(f"it is ambiguous where the value ends: {self.found}", node.begin)
        return node

    def struct(self, opening: str) -> Node:
        """Return the struct without names that begins here; its strings are in quotes."""
        begin = self.begin
        self._quote()
        items = tuple(node for node in self.items(opening, "}", self.value) if not isinstance(node, Member))
        return TypedNode(begin, self.begin, STRUCT, items, Object(self.begin, self.begin, ()))

    def _quote(self) -> None:
        """Note that the strings of this text are in quotes.

        :raises ParseError: there was one without.
        """
        if self._bare:
            self.fail(f"{self.found} is unexpected here")
        self.quoted = True

    def rune(self) -> Node | None:
        """Return the rune in quotes, or ``%!q(bool=true)``, that begins here; ``None`` if there is none."""
        match = _RUNE.match(self.text, self.begin)
        if match is None:
            return None
        self._quote()
        self.begin = match.end()
        return Verbatim(match.start(), self.begin, match[0])

    def unquoted(self) -> Node:
        """Return the bare word that begins here."""
        match = _WORD.match(self.text, self.begin)
        assert match is not None
        if self.quoted:
            self.fail(f"a string in quotes expected, as the others are, found {self.found}")
        self._bare = True
        return self.bare(match.end())

    def string(self) -> String:
        """Return the string in quotes that begins here."""
        begin, match = self.begin, _QUOTED.match(self.text, self.begin)
        if match is None:
            self.fail(f"{self.found} is unexpected here")
        self._quote()
        self.begin = match.end()
        stem, dots, is_open = escapes.ending(match[1]) if self.is_expected else (match[1], "", False)
        try:
            value = escapes.python(stem) + dots
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + 1 + error.offset)
        return String(begin, self.begin, value, is_open)

    def member(self) -> Member:
        """Return an entry of a map or a field of a struct."""
        begin = self.begin
        if self.at('"'):
            name = literal(self.string())
            if not self.at(":"):
                self.fail(f"':' expected, found {self.found}")
            self.begin += 1
            return Member(begin, name, self.value())
        match = _NAME.match(self.text, begin)
        if match is None:
            self.fail(f"'name:' expected, found {self.found}")
        self.begin = match.end()
        return Member(begin, match[1], self.value())

    def separator(self, last: Node | Member, closing: str) -> None:
        """Skip the space between two items."""
        del last
        if self.text[self.begin - 1 : self.begin].isspace():
            return  # a line break
        if not self.at(" "):
            self.fail(f"a space or {closing!r} expected, found {self.found}")
        self.begin += 1


class GoSyntaxReader(Brackets):
    """Reads maps and slices as plain data, and structs as data with the name of their type."""

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

    def value_readers(self) -> dict[str, Callable[[], Node]]:
        """Return the methods that read a value, by the kind of its first token or by its first mark."""
        return super().value_readers() | {"nil": self.nil, "composite": self.composite}

    def unescape(self, raw: str, begin: int) -> str:
        """Return the value of a string whose content is ``raw``."""
        if self.text[begin - 1] == "`":
            return raw
        try:
            return escapes.python(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)

    def number(self) -> Node:
        """Return a number; bytes are printed in hexadecimal."""
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
        """Refuse braces without a type."""
        self.fail(f"a value expected, found {self.found}")

    def entry(self) -> Node | Member:
        """Return an item of a composite."""
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
