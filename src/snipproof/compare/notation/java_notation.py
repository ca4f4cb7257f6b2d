"""What Java prints: ``{a=1, b=[x, y]}``, ``Photo[title=Cat, distance=0.1]``, ``Optional[x]``.

A value that contains ``, `` or ``=`` is ambiguous, so such text is refused.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from snipproof.compare.notation.words import Words
from snipproof.compare.tree import Elision, Member, Node, Object, String, TypedNode

_CLASS_NAME = r"[A-Za-z_$][\w$.]*"
_CLASS = re.compile(
    rf"(?P<name>{_CLASS_NAME})(?:(?P<bracket>[\[({{])(?=\s*(?:[A-Za-z_$][\w$]*=|\.\.\.[\s,\])}}]))|\[\]|\{{\}})"
)
_OPTIONAL = re.compile(r"(Optional(?:Int|Long|Double)?)\[")
_EMPTY = re.compile(r"Optional(?:Int|Long|Double)?\.empty(?=[,\]})\r\n]|\Z)")
_NAME = re.compile(r"([^\s=,\[\]{}()][^=,\[\]{}()\r\n]*)=")
_QUOTED = re.compile(r"'([^'\r\n]*)'(?=, |[\]})])")
_WORD = re.compile(r"(?!\s)(?:[^,=\[\]{}\r\n]++|,(?!\s))*+")
_WORD_IN_ROUND = re.compile(r"(?!\s)(?:[^,=\[\]{}()\r\n]++|,(?!\s))*+")
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}


class JavaReader(Words):
    """Reads maps, lists, records, Optionals and classes with the usual ``toString``."""

    null = "null"

    def document(self) -> Node:
        """Return the map, list or record that begins here."""
        node = self.structure()
        if node is None:
            self.fail(f"a map, a list or a record expected, found {self.found}")
        return node

    def structure(self) -> Node | None:
        """Return what begins here with a bracket or with the name of a class, ``None`` if nothing does."""
        begin = self.begin
        if self.at("{"):
            return self.members("{", "}", self.member)
        if self.at("["):
            return self.list("[", "]", self.value)
        if match := _OPTIONAL.match(self.text, begin):
            self.begin = match.end() - 1
            items = self.list("[", "]", self.value).items
            return TypedNode(begin, self.begin, match[1], items, _no_members(self.begin))
        if match := _EMPTY.match(self.text, begin):
            self.begin = match.end()
            return TypedNode(begin, self.begin, match[0], (), _no_members(self.begin))
        if match := _CLASS.match(self.text, begin):
            return self.record(match)
        return None

    def record(self, match: re.Match[str]) -> Node:
        """Return the record, or the class that is printed like one, whose name is matched."""
        begin, bracket = self.begin, match["bracket"]
        if bracket is None:
            self.begin = match.end()
            return TypedNode(begin, self.begin, match["name"], (), _no_members(self.begin - 1))
        self.begin = match.start("bracket")
        word = _WORD_IN_ROUND if bracket == "(" else _WORD
        # The only form with quotes is Photo{title='Cat'}, which editors generate.
        members = self.members(bracket, _CLOSING[bracket], partial(self.member, word, quotes=bracket == "{"))
        return TypedNode(begin, self.begin, match["name"], (), members)

    def value(self, word: re.Pattern[str] = _WORD, *, quotes: bool = False) -> Node:
        """Return the value that begins here."""
        if self.dots():
            return self.elision()
        if (node := self.structure()) is not None:
            return node
        if quotes and (match := _QUOTED.match(self.text, self.begin)):
            begin, self.begin = self.begin, match.end()
            return String(begin, self.begin, match[1])
        match = word.match(self.text, self.begin)
        if match is None:
            self.fail(f"a value expected, found {self.found}")
        return self.bare(match.end())

    def member(self, word: re.Pattern[str] = _WORD, *, quotes: bool = False) -> Member:
        """Return an entry of a map or a component of a record."""
        match = _NAME.match(self.text, self.begin)
        if match is None:
            self.fail(f"'name=' expected, found {self.found}")
        begin, self.begin = self.begin, match.end()
        return Member(begin, match[1], self.value(word, quotes=quotes))

    def separator(self, last: Node | Member, closing: str) -> None:
        """Skip the comma between two items; next to ``...`` on its own line it may be missing."""
        if self.at(", "):
            self.begin += 2
        elif self.at(",") and self.is_expected:
            self.begin += 1
        elif not (self.text[self.begin - 1].isspace() and (isinstance(last, Elision) or self.dots())):
            self.fail(f"', ' or {closing!r} expected, found {self.found}")
        self.margin()


def _no_members(at: int) -> Object:
    """Return an Object without members."""
    return Object(at, at, ())
