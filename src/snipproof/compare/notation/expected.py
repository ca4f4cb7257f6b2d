"""Reads what the docs show, in whichever notation it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from snipproof.compare.notation.detect import claims_data
from snipproof.compare.notation.json_notation import JsonReader
from snipproof.compare.notation.notation_errors import ParseError, ShortenedError
from snipproof.compare.notation.reader import Reader
from snipproof.compare.notation.readers import READERS
from snipproof.compare.notation.text_notation import read_lines
from snipproof.compare.notation.words import Words
from snipproof.compare.tree import (
    Array,
    Capture,
    Documents,
    Elision,
    Expected,
    Node,
    Notation,
    Object,
    String,
    TypedNode,
)

_MARKS = re.compile(r"[{}=:,'\"`]")


def parse_expected(text: str, *, captures: Sequence[str] = (), claims: Notation | None = None) -> Expected:
    """Return what ``text`` says.

    :param captures: the names for which a bare ``<name>`` stands for a value.
    :param claims: the notation that it has to be in; without, text that does not look like data is plain text.
    :raises ParseError: it looks like data, or has to be, and is not.
    """
    if claims is Notation.TEXT:
        return Expected(text, read_lines(text), Notation.TEXT)
    reading = _Reading(text, captures)
    found = reading.as_claimed(claims) if claims else reading.as_any()
    if found is not None:
        return found
    if claims or (claims_data(text) and not reading.mixed):
        raise reading.error or ParseError("there is nothing to compare with")
    return Expected(text, read_lines(text), Notation.TEXT)


class _Reading:
    """The attempts to read one text: the ``error`` is that of the first who came furthest.

    ``mixed`` says that data ends where a line begins that does not look like data: all of it is text, then.
    """

    def __init__(self, text: str, captures: Sequence[str]) -> None:
        self._text = text
        self._captures = captures
        self.error: ParseError | None = None
        self.mixed = False

    def as_claimed(self, claims: Notation) -> Expected | None:
        """Return the tree in the notation that the text has to be in."""
        for notation, kind in READERS:
            if notation is claims and (items := self._attempt(kind(self._text, captures=self._captures))):
                return self._expected(items, notation)
        return None

    def as_any(self) -> Expected | None:
        """Return the tree in the first notation that the text can be in, if it is data."""
        json = JsonReader(self._text, captures=self._captures)
        items = self._attempt(json)
        if items and not json.loose:
            return self._expected(items, Notation.JSON) if _is_data(self._text, items) else None
        for notation, kind in READERS:
            reader = kind(self._text, captures=self._captures)
            items = self._attempt(reader)
            # What claims to be JSON, such as ``[1, tru]``, is no list of bare words.
            words = isinstance(reader, Words) and not reader.quoted and any(map(_is_list, items))
            if items and not (words and claims_data(self._text)):
                return self._expected(items, notation) if _is_data(self._text, items) else None
        return None

    def _attempt(self, reader: Reader) -> tuple[Node, ...]:
        try:
            return reader.documents()
        except ShortenedError:
            raise
        except ParseError as error:
            if self.error is None or error.offset > self.error.offset:
                self.error = error
            self.mixed = self.mixed or (reader.depth == 0 and self._begins_words(error.offset))
            return ()

    def _begins_words(self, offset: int) -> bool:
        """Whether a line that does not look like data begins here, below others."""
        text = self._text
        begin = text.rfind("\n", 0, offset) + 1
        return bool(text[:begin].strip()) and not text[begin:offset].strip() and text[offset : offset + 1].isalpha()

    def _expected(self, items: tuple[Node, ...], notation: Notation) -> Expected:
        one = items[0] if len(items) == 1 else Documents(items[0].begin, items[-1].end, items)
        return Expected(self._text, one, notation)


def _is_data(text: str, items: Sequence[Node]) -> bool:
    """Whether there is more than wildcards and words in brackets, which are plain text as well."""
    return not all(isinstance(item, Elision | Capture) or _is_words(text, item) for item in items)


def _is_list(node: Node) -> bool:
    """Whether it is a list of nothing but scalars and such lists."""
    return isinstance(node, Array) and not any(
        isinstance(item, Object | TypedNode) or (isinstance(item, Array) and not _is_list(item)) for item in node.items
    )


def _is_words(text: str, node: Node) -> bool:
    """Whether it is a list like ``[a b]`` or ``[INFO]``, of words without quotes."""
    return isinstance(node, Array) and not _MARKS.search(text, node.begin, node.end) and _has_word(node)


def _has_word(node: Node) -> bool:
    return isinstance(node, String) or (isinstance(node, Array) and any(map(_has_word, node.items)))
