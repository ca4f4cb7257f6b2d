"""What is wrong with a text that should be data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, NoReturn, Self

from snipproof.compare.tree import Node


class ParseError(ValueError):
    """The text is not the data it is taken for.

    :param message: what is wrong, in words.
    :param line: where, from 1 within the text.
    :param column: where in that line, from 1.
    :param offset: the same place as an offset into the text.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset

    @classmethod
    def at(cls, text: str, offset: int, message: str) -> Self:
        """Return the error of a place in ``text``."""
        begin = text.rfind("\n", 0, offset) + 1
        return cls(message, text.count("\n", 0, offset) + 1, offset - begin + 1, offset)


class ShortenedError(ParseError):
    """The data is not all there: the program that printed it left something out."""


DEEPEST = 100
"""How deep brackets may be nested. Far above what anybody shows, far below what a recursive reader can hold."""


class Reader:
    """Reads one text; ``begin`` is where it is. ``loose`` says that other notations may write the same in the same way.

    :param captures: the names for which a bare ``<name>`` stands for a value.
    :param written: whether somebody wrote the text, for docs. What a program printed has no comments and no wildcards.
    """

    def __init__(self, text: str, *, captures: Sequence[str] = (), written: bool = True) -> None:
        self.text = text
        self.captures = frozenset(f"<{name}>" for name in captures)
        self.written = written
        self.begin = 0
        self.depth = 0
        self.loose = False

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text; each begins on a line of its own.

        :raises ParseError: the text is not in this notation, or does not say where a value ends.
        """
        raise NotImplementedError

    def fail(self, message: str, offset: int | None = None) -> NoReturn:
        """Refuse the text, at the current place or at another one.

        :raises ParseError: always.
        """
        raise ParseError.at(self.text, self.begin if offset is None else offset, message)

    def shortened(self) -> NoReturn:
        """Refuse what stands here because data is left out.

        :raises ShortenedError: always.
        """
        hint = "write '...' for what may be left out" if self.written else "print JSON"
        message = f"the output itself is shortened ({self.shown}): {hint}"
        raise ShortenedError.at(self.text, self.begin, message)

    @property
    def shown(self) -> str:
        """What stands here, short and in quotes, for a message."""
        raise NotImplementedError

    def enter(self) -> None:
        """Go one level of brackets deeper.

        :raises ParseError: it is too deep.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"nested deeper than {DEEPEST} levels")

    def leave(self) -> None:
        """Come back from :meth:`enter`."""
        self.depth -= 1


_DOTS_ALONE = re.compile(r"(?://|#|/\*)\s*\.{3,}\s*(?:\*/)?\Z")
_CUT_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\.{3}")
_NAME = re.compile(r"<([^\W\d][\w-]*)>")
_BLANK = re.compile(r"[\s\ufeff]*")
_WORD = re.compile(r"[^\s,:;\[\]{}()]{1,40}|.", re.DOTALL)
_ENDS_LINE = re.compile(r"[ \t,]*(?:$|[\r\n]|//|#|/\*)")

COMMENT = r"(?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?\*/)"
"""Part of a token pattern (verbose, dot matches all): the comments of every notation that is shown in docs."""


class Scanner(Reader):
    """The current token of a text: its ``kind``, and its place from ``begin`` to ``end``.

    ``pattern`` matches leading white space, then one named group for every kind of token. Further kinds are ``end``,
    ``dots`` for ``...`` and for a comment that holds nothing else, and ``capture`` for ``<name>``.
    """

    pattern: ClassVar[re.Pattern[str]]

    def __init__(self, text: str, *, captures: Sequence[str] = (), written: bool = True) -> None:
        super().__init__(text, captures=captures, written=written)
        self.kind = ""
        self.end = self.last_end = 0

    @property
    def token(self) -> str:
        """The text of the current token."""
        return self.text[self.begin : self.end]

    def advance(self) -> None:
        """Go to the next token.

        :raises ParseError: what stands there is no token.
        """
        position = self.last_end = self.end
        while True:
            match = self.pattern.match(self.text, position)
            if match is None:
                self._irregular(position)
                return
            kind = match.lastgroup or ""
            self.kind = kind
            self.begin, self.end = match.span(kind)
            if kind == "comment" and self.written:
                if not _DOTS_ALONE.match(self.text[self.begin : self.end]):
                    position = self.end
                    continue
                self.kind = "dots"
            elif kind == "comment":
                self.fail(f"{self.shown} is not data")
            elif self.captures and self.text[self.begin] == "<":
                self._irregular(self.begin)
            return

    def _irregular(self, position: int) -> None:
        """Take what the pattern does not know: a capture, or the end."""
        blank = _BLANK.match(self.text, position)
        self.begin = self.end = blank.end() if blank else position
        if self.begin == len(self.text):
            self.kind = "end"
        elif capture := next((name for name in self.captures if self.text.startswith(name, self.begin)), None):
            self.kind, self.end = "capture", self.begin + len(capture)
        elif (match := self.pattern.match(self.text, self.begin)) is None:
            self.kind = "unknown"
            self.fail(f"{self.shown} cannot stand here{self._hint()}")
        else:
            self.kind = match.lastgroup or ""
            self.begin, self.end = match.span(self.kind)

    def _hint(self) -> str:
        """Return what the writer may have meant by what cannot stand here."""
        if number := _CUT_NUMBER.match(self.text, self.begin):
            return f": a number stands for all that is rounded to it: write {number[1]}"
        if name := _NAME.match(self.text, self.begin):
            return f" (declare it: `{{capture: {name[1]}}}`)"
        return ""

    def at(self, mark: str) -> bool:
        """Whether the current token is this mark."""
        return self.kind == "mark" and self.text.startswith(mark, self.begin) and self.end - self.begin == len(mark)

    def take(self, mark: str) -> None:
        """Go over a mark that has to be here."""
        if not self.at(mark):
            self.fail(f"{mark!r} expected, found {self.shown}")
        self.advance()

    @property
    def new_line(self) -> bool:
        """Whether the current token begins on a line below that of the last one."""
        between = self.text[self.last_end : self.begin]
        return "\n" in between or "\r" in between

    @property
    def own_line(self) -> bool:
        """Whether the current token has its line to itself, or is a comment: no comma is missed around it."""
        if self.text[self.begin] != ".":
            return True
        begin = self.begin
        while begin and self.text[begin - 1] in " \t":
            begin -= 1
        return (begin == 0 or self.text[begin - 1] in "\r\n") and bool(_ENDS_LINE.match(self.text, self.end))

    @property
    def shown(self) -> str:
        """The current token, short and in quotes, for a message."""
        if self.kind == "end":
            return "the end of the text"
        if self.end > self.begin:
            return repr(self.token[:40])
        match = _WORD.match(self.text, self.begin)
        return repr(match[0]) if match else "the end of the text"
