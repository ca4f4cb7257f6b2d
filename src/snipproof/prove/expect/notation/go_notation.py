"""What Go prints with ``%v`` and ``%+v``: ``map[a:1 b:[1 2]]``, ``{Name:foo Age:3}``, ``&{…}``.

A string with a space or a colon in it cannot be told from two, so that such text is refused.
"""

from __future__ import annotations

import re

from snipproof.prove.expect.notation.words import Words
from snipproof.prove.expect.tree import Member, Node

_NAME = re.compile(r"([^\s:,'\"`\[\]{}]+):")
_WORD = re.compile(r"[^\s:,'\"`\[\]{}]*")
_BEGINS = re.compile(r"map\[|&?\{|\[")


class GoReader(Words):
    """Reads maps, structs with the names of their fields, and slices."""

    null = "<nil>"

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
        match = _WORD.match(self.text, self.begin)
        assert match is not None
        node = self.bare(match.end())
        if self.begin == len(self.text) or self.text[self.begin] not in " \r\n]}":
            self.fail(f"where the value ends cannot be told: {self.shown}")
        return node

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
