"""Cuts a text into the tokens of one notation, one at a time; knows comments, ``...`` and declared captures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from snipproof.compare.notation.reader import Reader

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
