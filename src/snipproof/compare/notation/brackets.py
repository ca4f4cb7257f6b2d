"""The common part of notations with brackets and commas: values, lists, members, documents, elisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import ClassVar, TypeVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.reader import MAX_DEPTH, ParseError, Scanner, ShortenedError
from snipproof.compare.notation.verbatim import (
    angle_ends,
    is_unmistakable,
    may_be_unmistakable,
    normalized,
    verbatim_end,
)
from snipproof.compare.tree import (
    ROW,
    Array,
    Capture,
    Constant,
    Elision,
    Member,
    Node,
    Number,
    Object,
    String,
    TypedNode,
    Undefined,
    Verbatim,
)

# A number behind dots may be the number of elements that are left out.
_APART = re.compile(r"\s+(?![\s\d])")
_MAX_EXPONENT = 99_999
_REST = re.compile(r"[^\r\n]*+")
_PIECE = re.compile(r"\S++")
_T = TypeVar("_T")


class Brackets(Scanner):
    """A recursive descent parser; ``constants`` are the constants of the notation.

    ``knows_names``: values inside brackets may have an unmistakable form that the notation does not know.

    :param lenient: whether to read whatever is not known as :class:`~snipproof.compare.tree.Verbatim`.
    """

    constants: ClassVar[dict[str, bool | Undefined | None]]
    knows_names: ClassVar[bool] = False

    def __init__(
        self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True, lenient: bool = False
    ) -> None:
        super().__init__(text, captures=captures, is_expected=is_expected)
        self.lenient = lenient
        self._angles: dict[int, int] | None = None
        self._unclosed = False
        self._value_readers = self.value_readers()

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text; a list or object may begin on the line on which another one ends."""
        self.advance()
        items: list[Node] = []
        while self.kind != "end":
            brackets = self.text[self.last_end - 1] in "]}" and self.text[self.begin] in "[{"
            if items and not self.new_line and not brackets:
                self.fail(f"{self.found} behind the end of the data")
            items.append(self.known_value())
        return tuple(items)

    def rows(self) -> tuple[Node, ...]:
        """Return all lines of the text: values, rows of values and text, or text alone.

        :raises ParseError: the text is not even that, since a value in brackets does not end.
        """
        self.advance()
        items: list[Node] = []
        while self.kind != "end":
            items.append(self._row())
        return tuple(items)

    def _row(self) -> Node:
        """Return what is on the line that begins here; a list or object behind another one begins the next row."""
        begin = self.begin
        in_brackets = self.text[begin] in "[{("
        try:
            items = [self.known_value()]
        except ShortenedError:
            raise
        except ParseError:
            if in_brackets:
                raise
            self.depth = 0
            return self._text(begin, _REST)
        if not (in_brackets or self.kind == "end" or self.new_line or self.text[self.last_end - 1] in "]})"):
            return self._text(begin, _REST)
        while self.kind != "end" and not self.new_line:
            if self.text[self.last_end - 1] in "]}" and self.text[self.begin] in "[{" and len(items) == 1:
                return items[0]
            items.append(self._piece())
        if len(items) == 1:
            return items[0]
        return TypedNode(begin, self.last_end, ROW, tuple(items), Object(self.last_end, self.last_end, ()))

    def _piece(self) -> Node:
        """Return the next value or word on a line."""
        begin = self.begin
        word = _PIECE.match(self.text, begin)
        assert word is not None
        if self.text[begin] not in "[{(":
            # A value in a row ends where the word does: `1st` and `1,` are words.
            try:
                node = self.known_value()
            except ShortenedError:
                raise
            except ParseError:
                self.depth = 0
                return self._text(begin, _PIECE)
            return node if self.last_end >= word.end() and self._is_apart() else self._text(begin, _PIECE)
        return self.known_value()

    def _is_apart(self) -> bool:
        """Whether there is white space in front of the current token, or nothing behind it."""
        return self.kind == "end" or self.begin > self.last_end

    def _text(self, begin: int, pattern: re.Pattern[str]) -> Verbatim:
        """Return the text at ``begin`` that ``pattern`` matches."""
        match = pattern.match(self.text, begin)
        assert match is not None
        return self._verbatim(begin, begin + len(match[0].rstrip()))

    def _verbatim(self, begin: int, end: int) -> Verbatim:
        self.begin, self.end = begin, end
        self.advance()
        return Verbatim(begin, end, normalized(self.text[begin:end]))

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

    def value(self, ends: str = ",") -> Node:
        """Return the value in brackets that begins at the current token, Verbatim if it is not known.

        :param ends: the marks that it ends in front of; it ends in front of a closing bracket, too.
        """
        if not (self.lenient or self.knows_names):
            return self.known_value()
        begin, depth = self.begin, self.depth
        try:
            node = self.known_value()
            if not self.lenient or self._is_complete(ends):
                return node
            self.fail(f"{self.found} behind the end of the value")
        except ShortenedError:
            raise
        except ParseError:
            if self._unclosed or self.depth > MAX_DEPTH or not (self.lenient or may_be_unmistakable(self.text, begin)):
                raise
            self._angles = angle_ends(self.text) if self._angles is None else self._angles
            end = verbatim_end(self.text, begin, ends, self._angles)
            self._unclosed = end is None  # then it is not closed in the container either
            if end is None or end == begin or not (self.lenient or is_unmistakable(self.text[begin:end])):
                raise
        self.depth = depth
        return self._verbatim(begin, end)

    def _is_complete(self, ends: str) -> bool:
        """Whether a value may end in front of the current token."""
        if self.kind == "dots":
            return self.own_line
        return self.kind == "mark" and self.text[self.begin] in ends + ")]}>="

    def known_value(self) -> Node:
        """Return the value that begins at the current token.

        :raises ParseError: the notation does not know it.
        """
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
        return Array(begin, self.last_end, elements(items))

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
        """Return the Object of these members; ``"...": "..."`` is an elision, which JSON can hold.

        :raises ParseError: a name is repeated.
        """
        members: dict[str, Member] = {}
        items = [elided_member(item) if isinstance(item, Member) else item for item in items]
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
            self._check_closed()
            free = self.kind == "dots" and (self.own_line or bool(_APART.match(self.text, self.end)))
            found.append(item())
            if self.at(","):
                self.advance()
            elif not self.at(closing) and not free and not (self.kind == "dots" and self.own_line):
                self._check_closed()
                self.fail(f"',' or {closing!r} expected, found {self.found}")
        self.leave()
        self.advance()
        return found

    def _check_closed(self) -> None:
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


def elements(items: Sequence[_T]) -> tuple[_T | Elision, ...]:
    """Return the elements of a list; ``"..."`` among them is an elision, which JSON can hold."""
    return tuple(
        Elision(item.begin, item.end) if isinstance(item, String) and item.open and not item.value else item
        for item in items
    )


def elided_member(item: Member) -> Member | Elision:
    """Return ``item``, or an Elision in place of ``"...": "..."``."""
    value = item.value
    if item.name == "..." and isinstance(value, String) and value.open and not value.value:
        return Elision(item.begin, item.end)
    return item


def literal(node: String) -> str:
    """Return the value of a string that is a name: dots are not a wildcard there."""
    return node.value + "..." if node.open else node.value
