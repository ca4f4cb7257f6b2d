"""The common part of notations with brackets and commas: values, lists, members, documents, elisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import ClassVar, TypeVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.reader import Scanner
from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Elision,
    Member,
    Node,
    Number,
    Object,
    String,
    Undefined,
)

# A number behind dots may be the number of elements that are left out.
_APART = re.compile(r"\s+(?![\s\d])")
_MAX_EXPONENT = 99_999
_T = TypeVar("_T")


class Brackets(Scanner):
    """A recursive descent parser; ``constants`` are the constants of the notation."""

    constants: ClassVar[dict[str, bool | Undefined | None]]

    def __init__(self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True) -> None:
        super().__init__(text, captures=captures, is_expected=is_expected)
        self._value_readers = self.value_readers()

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text; a list or object may begin on the line on which another one ends."""
        self.advance()
        items: list[Node] = []
        while self.kind != "end":
            brackets = self.text[self.last_end - 1] in "]}" and self.text[self.begin] in "[{"
            if items and not self.new_line and not brackets:
                self.fail(f"{self.found} behind the end of the data")
            items.append(self.value())
        return tuple(items)

    def value_readers(self) -> dict[str, Callable[[], Node]]:
        """Return the methods that read a value, by the kind of its first token or by its first mark."""
        return {
            "string": self.string,
            "number": self.number,
            "word": self.word,
            "dots": self.elision,
            "capture": self.capture,
            "[": self.array,
            "{": self.braces,
        }

    def value(self) -> Node:
        """Return the value that begins at the current token."""
        reader = self._value_readers.get(self.token if self.kind == "mark" else self.kind)
        if reader is None:
            self.fail(f"a value expected, found {self.found}")
        return reader()

    def capture(self) -> Capture:
        """Return the capture at the current token."""
        node = Capture(self.begin, self.end, self.token[1:-1])
        self.advance()
        return node

    def array(self) -> Node:
        """Return the list that begins here."""
        begin = self.begin
        items = self.sequence("]", self.value)
        return Array(begin, self.last_end, tuple(items))

    def braces(self) -> Node:
        """Return the object that begins here."""
        begin = self.begin
        items = self.sequence("}", self.member)
        return self.assemble(begin, self.last_end, items)

    def member(self) -> Member | Elision:
        """Return one member of an object."""
        if self.kind == "dots":
            return self.elision()
        begin = self.begin
        name = self.name()
        self.take(":")
        return Member(begin, name, self.value())

    def name(self) -> str:
        """Return the name of a member at the current token."""
        raise NotImplementedError

    def assemble(self, begin: int, end: int, items: Sequence[Member | Elision]) -> Object:
        """Return the Object of these members.

        :raises ParseError: a name is repeated.
        """
        members: dict[str, Member] = {}
        for item in items:
            if isinstance(item, Member):
                if item.name in members:
                    self.fail(f"the member {item.name!r} is repeated", item.begin)
                members[item.name] = item
        return Object(begin, end, tuple(members.values()), tuple(item for item in items if isinstance(item, Elision)))

    def sequence(self, closing: str, item: Callable[[], _T]) -> list[_T]:
        """Return the items between the bracket at the current token and ``closing``."""
        self.enter()
        self.advance()
        found: list[_T] = []
        while not self.at(closing):
            self._unclosed()
            free = self.kind == "dots" and (self.own_line or bool(_APART.match(self.text, self.end)))
            found.append(item())
            if self.at(","):
                self.advance()
            elif not self.at(closing) and not free and not (self.kind == "dots" and self.own_line):
                self._unclosed()
                self.fail(f"',' or {closing!r} expected, found {self.found}")
        self.leave()
        self.advance()
        return found

    def _unclosed(self) -> None:
        """Raise ParseError if the text ends in ``...`` while a bracket is open."""
        if self.kind == "end" or (self.kind == "dots" and not self.text[self.end :].strip()):
            last = self.begin if self.kind == "dots" else self.last_end - 3
            if self.is_expected and self.text.startswith("...", max(last, 0)):
                self.fail("close the bracket behind `...`", last)

    def elision(self) -> Elision:
        """Return the Elision at the current token.

        :raises ShortenedError: the text is actual output.
        """
        if not self.is_expected:
            if self.depth:
                self.fail_shortened()
            self.fail("'...' is not data")
        node = Elision(self.begin, self.end)
        self.advance()
        return node

    def word(self) -> Node:
        """Return the constant at the current token."""
        token = self.token
        if token not in self.constants:
            self.fail(f"a value expected, found {self.found}")
        node = Constant(self.begin, self.end, self.constants[token])
        self.advance()
        return node

    def number(self) -> Node:
        """Return the number at the current token."""
        return self.digits(self.token)

    def digits(self, text: str) -> Number:
        """Return the number at the current token; ``text`` is its form for Decimal."""
        if "e" in text or "E" in text:
            try:
                large = abs(Decimal(text.replace("_", "")).adjusted()) > _MAX_EXPONENT
            except InvalidOperation:
                large = True
            if large:
                self.fail(f"{self.found} has too large an exponent")
        node = Number(self.begin, self.end, text)
        self.advance()
        return node

    def string(self) -> Node:
        """Return the string at the current token."""
        value, is_open = self.content(self.begin + 1, self.end - 1)
        node = String(self.begin, self.end, value, is_open)
        self.advance()
        return node

    def content(self, begin: int, end: int) -> tuple[str, bool]:
        """Return the value of a string by the span of its content, and whether it is only the beginning of a string."""
        raw = self.text[begin:end]
        stem, dots, is_open = escapes.ending(raw) if self.is_expected else (raw, "", False)
        return self.unescape(stem, begin) + dots, is_open

    def unescape(self, raw: str, begin: int) -> str:
        """Return the value of a string whose content is ``raw``; the content begins at ``begin``."""
        raise NotImplementedError


def literal(node: String) -> str:
    """Return the value of a string that is a name: dots are not a wildcard there."""
    return node.value + "..." if node.open else node.value
