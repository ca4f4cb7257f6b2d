"""What is wrong with a text that should be data."""

from __future__ import annotations

from typing import Self


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
