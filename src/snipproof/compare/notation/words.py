"""What Go and Java have in common: they print strings without quotes, so that a bare word has to be understood."""

from __future__ import annotations

import re
from collections.abc import Callable

from snipproof.compare.notation.reader import Reader
from snipproof.compare.tree import Array, Capture, Constant, Elision, Member, Node, Number, Object, String

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,5})?")
_TOO_LARGE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{6,}")
_BLANK = re.compile(r"\s*")
_SHOWN = re.compile(r"\S{1,40}")
_DOTS = re.compile(r"\.\.\.(?=[\s,\[\]{}()]|\Z)")


class Words(Reader):
    """Reads by recursive descent, character by character; ``null`` is how the language prints it."""

    null = ""
    quoted = False
    """Whether the strings of the text are in quotes, so that no word can be taken for one."""

    @property
    def shown(self) -> str:
        """What stands here, short and in quotes, for a message."""
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
                self.fail(f"{self.shown} behind the end of the data")
        return tuple(items)

    def document(self) -> Node:
        """Return the list or object that begins here."""
        raise NotImplementedError

    def at(self, mark: str) -> bool:
        """Whether this stands here."""
        return self.text.startswith(mark, self.begin)

    def blank(self) -> None:
        """Go over white space."""
        match = _BLANK.match(self.text, self.begin)
        assert match is not None
        self.begin = match.end()

    def dots(self) -> bool:
        """Whether ``...`` stands here, alone."""
        return _DOTS.match(self.text, self.begin) is not None

    def elision(self) -> Elision:
        """Go over ``...``.

        :raises ShortenedError: no writer put it there, but the program that printed the text.
        """
        if not self.written:
            if self.depth:
                self.shortened()
            self.fail("'...' is not data")
        self.begin += 3
        return Elision(self.begin - 3, self.begin)

    def items(self, opening: str, closing: str, item: Callable[[], Node | Member]) -> list[Node | Member]:
        """Return what stands between two brackets of which the first begins here, and go over both."""
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
                self.fail(f"a value expected, found {self.shown}")
            self.margin()
        self.leave()
        self.begin += len(closing)
        return found

    def margin(self) -> None:
        """Go over a line end, which a writer may put behind and before brackets and around ``...``."""
        end = self.begin
        self.blank()
        if not (self.written and "\n" in self.text[end : self.begin]):
            self.begin = end

    def separator(self, last: Node | Member, closing: str) -> None:
        """Go over what stands between two items, of which ``last`` is the first."""
        raise NotImplementedError

    def list(self, opening: str, closing: str, item: Callable[[], Node]) -> Array:
        """Return the list that begins here."""
        begin = self.begin
        items = [node for node in self.items(opening, closing, item) if not isinstance(node, Member)]
        return Array(begin, self.begin, tuple(items))

    def members(self, opening: str, closing: str, item: Callable[[], Member]) -> Object:
        """Return the object that begins here.

        :raises ParseError: a name is given twice.
        """
        begin = self.begin
        items = self.items(opening, closing, item)
        members: dict[str, Member] = {}
        for node in items:
            if isinstance(node, Member) and members.setdefault(node.name, node) is not node:
                self.fail(f"the member {node.name!r} is given twice", node.begin)
        elisions = tuple(node for node in items if isinstance(node, Elision))
        return Object(begin, self.begin, tuple(members.values()), elisions)

    def bare(self, end: int) -> Node:
        r"""Go over the bare word that ends at ``end``: a number, a constant, or else a string.

        Three dots at its end stand for the rest of it; ``\...`` are three dots.
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
        if self.written and word.endswith("..."):
            escaped = word.endswith("\\...")
            return String(begin, end, word[:-4] + "..." if escaped else word[:-3], open=not escaped)
        return String(begin, end, word)
