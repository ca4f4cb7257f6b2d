"""What Go prints with ``%v`` and ``%+v``: ``map[a:1 b:[1 2]]``, ``{Name:foo Age:3}``; with ``%q`` ``["a b" "c"]``.

A string without quotes that has a space or a colon in it cannot be told from two, so that such text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from snipproof.compare.notation import escapes
from snipproof.compare.notation.words import Words
from snipproof.compare.tree import Member, Node, String

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
