"""The base classes of readers, which parse a text in one notation, and their errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, NoReturn, Self

from snipproof.compare.tree import Node

MAX_DEPTH = 100
"""How deep brackets may be nested: far deeper than docs show, far less than the recursion limit allows."""
_DOTS_ALONE = re.compile(r"(?://|#|/\*)\s*\.{3,}\s*(?:\*/)?\Z")
_CUT_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\.{3}")
_NAME = re.compile(r"<([^\W\d][\w-]*)>")
_BLANK = re.compile(r"[\s\ufeff]*")
_WORD = re.compile(r"[^\s,:;\[\]{}()]{1,40}|.", re.DOTALL)
_ENDS_LINE = re.compile(r"[ \t,]*(?:$|[\r\n]|//|#|/\*)")
COMMENT = r"(?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?\*/)"
"""A group for token patterns (verbose, dot matches all): comments, in any notation."""


class ParseError(ValueError):
    """The text cannot be parsed as data.

    :param message: the reason.
    :param line: the line of the error in the text, from 1.
    :param column: its column, from 1.
    :param offset: its offset in the text.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset

    @classmethod
    def at(cls, text: str, offset: int, message: str) -> Self:
        """Return an error at an offset of ``text``."""
        begin = text.rfind("\n", 0, offset) + 1
        return cls(message, text.count("\n", 0, offset) + 1, offset - begin + 1, offset)


class ShortenedError(ParseError):
    """The data is incomplete: the program that printed it left something out."""


def rounding_hint(number: str) -> str:
    """Return the hint for ``number`` with dots behind it."""
    return f"a number stands for every number that rounds to it: write {number}"


def capture_hint(names: Sequence[str]) -> str:
    """Return the hint for captures that are not declared."""
    return f"declare it: `{{capture: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}}}`"


class Reader:
    """Reads one text. ``begin`` is the current offset, ``depth`` the number of open brackets.

    ``ambiguous``: the text so far is valid in several notations.

    :param captures: the names of captures: a bare ``<name>`` stands for a value.
    :param is_expected: whether it is expected text, which may have comments and wildcards; actual output has none.
    """

    def __init__(self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True) -> None:
        self.text = text
        self.captures = frozenset(f"<{name}>" for name in captures)
        self.is_expected = is_expected
        self.begin = 0
        self.depth = 0
        self.ambiguous = False

    def documents(self) -> tuple[Node, ...]:
        """Return all values of the text; each begins on its own line.

        :raises ParseError: the text is not in this notation, or it is ambiguous where a value ends.
        """
        raise NotImplementedError

    def fail(self, message: str, offset: int | None = None) -> NoReturn:
        """Refuse the text, with an error at the current offset or at another one.

        :raises ParseError: always.
        """
        raise ParseError.at(self.text, self.begin if offset is None else offset, message)

    def fail_shortened(self) -> NoReturn:
        """Refuse the current token, with which a program marks data that it left out.

        :raises ShortenedError: always.
        """
        hint = "write '...' for what may be left out" if self.is_expected else "print JSON"
        message = f"the output itself is shortened ({self.found}): {hint}"
        raise ShortenedError.at(self.text, self.begin, message)

    @property
    def found(self) -> str:
        """The text at the current offset, short and in quotes, for a message."""
        raise NotImplementedError

    def enter(self) -> None:
        """Enter a bracket.

        :raises ParseError: brackets are nested too deep.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")

    def leave(self) -> None:
        """Leave the bracket of the last :meth:`enter`."""
        self.depth -= 1


class Scanner(Reader):
    """A reader that splits the text into tokens; the current one has a ``kind`` and a span (``begin``, ``end``).

    ``pattern`` matches leading white space, then one named group for each kind of token. Further kinds are ``end``,
    ``dots`` for ``...`` and for a comment that contains only dots, and ``capture`` for ``<name>``.
    """

    pattern: ClassVar[re.Pattern[str]]

    def __init__(self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True) -> None:
        super().__init__(text, captures=captures, is_expected=is_expected)
        self.kind = ""
        self.end = self.last_end = 0

    @property
    def token(self) -> str:
        """The text of the current token."""
        return self.text[self.begin : self.end]

    def advance(self) -> None:
        """Read the next token.

        :raises ParseError: there is no valid token.
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
            if kind == "comment" and self.is_expected:
                if not _DOTS_ALONE.match(self.text[self.begin : self.end]):
                    position = self.end
                    continue
                self.kind = "dots"
            elif kind == "comment":
                self.fail(f"{self.found} is not data")
            elif self.captures and self.text[self.begin] == "<":
                self._irregular(self.begin)
            return

    def _irregular(self, position: int) -> None:
        """Read a token that the pattern does not match: a capture, or the end."""
        blank = _BLANK.match(self.text, position)
        self.begin = self.end = blank.end() if blank else position
        if self.begin == len(self.text):
            self.kind = "end"
        elif capture := next((name for name in self.captures if self.text.startswith(name, self.begin)), None):
            self.kind, self.end = "capture", self.begin + len(capture)
        elif (match := self.pattern.match(self.text, self.begin)) is None:
            self.kind = "unknown"  # an error where a known token is required
        else:
            self.kind = match.lastgroup or ""
            self.begin, self.end = match.span(self.kind)

    def fail(self, message: str, offset: int | None = None) -> NoReturn:
        """Refuse the text, with an error at the current token or at another offset.

        :raises ParseError: always.
        """
        if self.kind == "unknown":
            super().fail(f"{self.found} is unexpected here{self._hint()}")
        super().fail(message, offset)

    def _hint(self) -> str:
        """Return a hint for an unexpected token."""
        if number := _CUT_NUMBER.match(self.text, self.begin):
            return f": {rounding_hint(number[1])}"
        if name := _NAME.match(self.text, self.begin):
            return f" ({capture_hint([name[1]])})"
        return ""

    def at(self, mark: str) -> bool:
        """Whether the current token is this mark."""
        return self.kind == "mark" and self.text.startswith(mark, self.begin) and self.end - self.begin == len(mark)

    def take(self, mark: str) -> None:
        """Skip a required mark.

        :raises ParseError: the current token is something else.
        """
        if not self.at(mark):
            self.fail(f"{mark!r} expected, found {self.found}")
        self.advance()

    @property
    def new_line(self) -> bool:
        """Whether there is a line break in front of the current token."""
        between = self.text[self.last_end : self.begin]
        return "\n" in between or "\r" in between

    @property
    def own_line(self) -> bool:
        """Whether the current token is a comment or alone on its line, so that it needs no comma."""
        if self.text[self.begin] != ".":
            return True
        begin = self.begin
        while begin and self.text[begin - 1] in " \t":
            begin -= 1
        return (begin == 0 or self.text[begin - 1] in "\r\n") and bool(_ENDS_LINE.match(self.text, self.end))

    @property
    def found(self) -> str:
        """The current token, short and in quotes, for a message."""
        if self.kind == "end":
            return "the end of the text"
        if self.end > self.begin:
            return repr(self.token[:40])
        match = _WORD.match(self.text, self.begin)
        return repr(match[0]) if match else "the end of the text"
