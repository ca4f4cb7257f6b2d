"""The common part of notations that print strings without quotes, as Go and Java do."""

from __future__ import annotations

import re
from collections.abc import Callable

from snipproof.compare.notation.brackets import elements, elided_member
from snipproof.compare.notation.reader import Reader
from snipproof.compare.tree import Array, Capture, Constant, Elision, Member, Node, Number, Object, String

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,5})?")
_TOO_LARGE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{6,}")
_BLANK = re.compile(r"\s*")
_SHOWN = re.compile(r"\S{1,40}")
_DOTS = re.compile(r"\.\.\.(?=[\s,\[\]{}()]|\Z)")


class Words(Reader):
    """A recursive descent parser that reads characters; ``null`` is how the language prints a null value."""

    null = ""
    quoted = False
    """Whether the strings of the text are in quotes, so that bare words are errors."""

    @property
    def sure(self) -> bool:
        """Whether what was read cannot be words of plain text."""
        return self.quoted

    @property
    def found(self) -> str:
        """The text at the current offset, short and in quotes, for a message."""
        match = _SHOWN.match(self.text, self.begin)
        return repr(match[0]) if match else "the end of the line or text"

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text."""
        items: list[Node] = []
        self.blank()
        while self.begin < len(self.text):
            items.append(self.elision() if self.dots() else self.document())
            end = self.begin
            self.blank()
            if self.begin < len(self.text) and "\n" not in self.text[end : self.begin]:
                self.fail(f"{self.found} behind the end of the data")
        return tuple(items)

    def document(self) -> Node:
        """Return the list or object that begins here."""
        raise NotImplementedError

    def at(self, mark: str) -> bool:
        """Whether the text continues with ``mark``."""
        return self.text.startswith(mark, self.begin)

    def blank(self) -> None:
        """Skip white space."""
        match = _BLANK.match(self.text, self.begin)
        assert match is not None
        self.begin = match.end()

    def dots(self) -> bool:
        """Whether the text continues with ``...``, alone."""
        return _DOTS.match(self.text, self.begin) is not None

    def elision(self) -> Elision:
        """Return the Elision that begins here.

        :raises ShortenedError: the text is actual output.
        """
        if not self.is_expected:
            if self.depth:
                self.fail_shortened()
            self.fail("'...' is not data")
        self.begin += 3
        return Elision(self.begin - 3, self.begin)

    def items(self, opening: str, closing: str, item: Callable[[], Node | Member]) -> list[Node | Member]:
        """Return the items between two brackets; the first one begins here."""
        self.enter()
        self.begin += len(opening)
        self.margin()
        found: list[Node | Member] = []
        while not self.at(closing):
            if found:
                self.separator(found[-1], closing)
            begin = self.begin
            found.append(self.elision() if self.dots() else item())
            if self.begin == begin:
                self.fail(f"a value expected, found {self.found}")
            self.margin()
        self.leave()
        self.begin += len(closing)
        return found

    def margin(self) -> None:
        """Skip a line break, which expected text may have next to brackets and ``...``."""
        end = self.begin
        self.blank()
        if not (self.is_expected and "\n" in self.text[end : self.begin]):
            self.begin = end

    def separator(self, last: Node | Member, closing: str) -> None:
        """Skip the separator behind the item ``last``.

        :raises ParseError: it is missing.
        """
        raise NotImplementedError

    def list(self, opening: str, closing: str, item: Callable[[], Node]) -> Array:
        """Return the list that begins here."""
        begin = self.begin
        items = [node for node in self.items(opening, closing, item) if not isinstance(node, Member)]
        return Array(begin, self.begin, elements(items))

    def members(self, opening: str, closing: str, item: Callable[[], Member]) -> Object:
        """Return the object that begins here.

        :raises ParseError: a name is repeated.
        """
        begin = self.begin
        items = self.items(opening, closing, item)
        items = [elided_member(node) if isinstance(node, Member) else node for node in items]
        members: dict[str, Member] = {}
        for node in items:
            if isinstance(node, Member) and members.setdefault(node.name, node) is not node:
                self.fail(f"the member {node.name!r} is repeated", node.begin)
        elisions = tuple(node for node in items if isinstance(node, Elision))
        return Object(begin, self.begin, tuple(members.values()), elisions)

    def bare(self, end: int) -> Node:
        r"""Return the bare word that ends at ``end``: a number, a constant, or else a string.

        Three dots at its end stand for the rest of it; ``\...`` means literal dots.
        """
        begin, word = self.begin, self.text[self.begin : end]
        self.begin = end
        if word in self.captures:
            return Capture(begin, end, word[1:-1])
        if _NUMBER.fullmatch(word):
            return Number(begin, end, word)
        if _TOO_LARGE.fullmatch(word):
            self.fail(f"{word[:40]!r} has too large an exponent", begin)
        if word in ("true", "false", self.null):
            return Constant(begin, end, None if word == self.null else word == "true")
        if self.is_expected and word.endswith("..."):
            escaped = word.endswith("\\...")
            return String(begin, end, word[:-4] + "..." if escaped else word[:-3], open=not escaped)
        return String(begin, end, word)
