"""Whether a text is JSON as docs show it: with comments and elisions, and nothing else of what JSON5 allows."""

from __future__ import annotations

import re

from snipproof.compare.notation.json_notation import JsonReader
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import Node, Number, Object
from snipproof.text import quoted


def shown_json_error(text: str) -> tuple[int, str] | None:
    """Return the line, from 1, and the reason why ``text`` is not such JSON; ``None`` if it is, or is too deep."""
    try:
        _ShownJsonReader(text).documents()
    except _TooDeepError:
        return None
    except ParseError as error:
        return error.line, error.message
    return None


class _TooDeepError(Exception):
    """Brackets are nested deeper than the reader goes. The text itself may be correct."""


class _ShownJsonReader(JsonReader):
    """Knows the tokens of JSON only. Commas around ``...`` may be missing; a trailing comma is an error."""

    pattern = re.compile(
        r"""[ \t\r\n]*+(?:(?P<comment>//[^\n]*|/\*.*?\*/)
        | (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*+")
        | (?P<number>-?(?:0|[1-9]\d*+)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
        | (?P<word>(?:true|false|null)\b)
        | (?P<dots>\.\.\.|…)
        | (?P<mark>[\[\]{}:,])
        | (?P<blank>[^\S \t\r\n]))""",
        re.VERBOSE | re.DOTALL,
    )

    @property
    def own_line(self) -> bool:
        """``True``: no comma is missed around an elision."""
        return True

    @property
    def _found(self) -> str:
        return quoted(self.text[self.begin : self.end]) if self.kind != "end" else "the end of the text"

    def advance(self) -> None:
        super().advance()
        while self.kind == "dots" and self.text[self.begin] == "/":  # here, a comment is never an elision
            last_end = self.last_end
            super().advance()
            self.last_end = last_end

    def documents(self) -> tuple[Node, ...]:
        self.advance()
        if self.kind == "end":
            self.fail("there is no value")
        value = self.value()
        if self.kind != "end":
            self.fail(f"{self._found} after the end of the value")
        return (value,)

    def enter(self) -> None:
        try:
            super().enter()
        except ParseError as error:
            raise _TooDeepError from error

    def leave(self) -> None:
        if self.text[self.last_end - 1] == ",":
            self.fail(f"trailing comma before {self._found}")
        super().leave()

    def name(self) -> str:
        if self.kind != "string":
            self.fail(f"expected a name in double quotes, found {self._found}")
        return super().name()

    def assemble(self, begin: int, end: int, items: object) -> Object:  # noqa: ARG002 (a name may be repeated)
        return Object(begin, end, (), ())

    def number(self) -> Node:
        node = Number(self.begin, self.end, self.token)
        self.advance()
        return node

    def unescape(self, raw: str, begin: int) -> str:  # noqa: ARG002 (what a string means is of no interest)
        return raw
