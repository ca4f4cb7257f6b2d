"""Reads actual output as data."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.notation.array_notation import ArrayReader
from snipproof.compare.notation.json_notation import read_json
from snipproof.compare.notation.loose import read_loosely
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.notation.readers import READERS
from snipproof.compare.tree import (
    Array,
    Capture,
    Documents,
    Elision,
    Node,
    Notation,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
    Verbatim,
    VerbatimText,
)

_INTEGER = re.compile(r"[+-]?[0-9_]{1,4000}n?")


@dataclass(frozen=True, slots=True)
class Actual:
    """Actual data: the values that were printed in a row, and their notation."""

    values: tuple[Any, ...]
    notation: Notation


def read_actual(text: str, like: Notation) -> Actual:
    """Return the data in ``text``.

    :param like: the notation to try next after JSON.
    :raises ShortenedError: the program left out some of the data.
    :raises ParseError: the text is not data.
    """
    if (values := read_json(text)) is not None:
        return Actual(values, Notation.JSON)
    if not text.strip():
        raise ParseError("the output is empty")
    # An array of numbers has one meaning only; Go's reader would take a part of it for words.
    with suppress(ParseError):
        return Actual(tuple(map(to_plain, ArrayReader(text, is_expected=False).documents())), Notation.PYTHON)
    errors: list[ParseError] = []
    for notation, kind in sorted(READERS, key=lambda reader: reader[0] is not like):
        try:
            return Actual(tuple(map(to_plain, kind(text, is_expected=False).documents())), notation)
        except ShortenedError:
            raise
        except ParseError as error:
            errors.append(error)
    raise errors[0]


def read_actual_loosely(text: str, like: Notation) -> Actual | None:
    """Return the data in ``text`` with values that no notation knows; ``None`` if there is none.

    :param like: the notation to prefer, if it knows as much of the text as another one.
    """
    try:
        found = read_loosely(text, is_expected=False, like=like)
    except ShortenedError:
        return None
    return None if found is None else Actual(tuple(map(to_plain, found[1])), found[0])


def to_plain(node: Node) -> Any:
    """Return the data of a tree: dict, list, str, bool, ``None``, int, Decimal, ``UNDEFINED`` and TypedValue.

    Documents become a list.

    :raises ValueError: the tree contains a wildcard or a capture.
    """
    if isinstance(node, Elision | Capture) or (isinstance(node, String) and node.open):
        raise ValueError("a wildcard is not data")
    if isinstance(node, Object):
        if node.elisions:
            raise ValueError("a wildcard is not data")
        return {member.name: to_plain(member.value) for member in node.members}
    if isinstance(node, Array | Documents | TextLines):
        return [to_plain(item) for item in node.items]
    if isinstance(node, Number):
        return _number(node)
    if isinstance(node, Verbatim):
        return VerbatimText(node.text)
    if isinstance(node, TypedNode):
        positional = tuple(to_plain(item) for item in node.positional)
        return TypedValue(node.name, positional, tuple(to_plain(node.members).items()))
    return node.value


def _number(node: Number) -> int | Decimal:
    # Python refuses to parse very long ints; a Decimal is exact, too.
    return int(node.value) if _INTEGER.fullmatch(node.text) else node.value
