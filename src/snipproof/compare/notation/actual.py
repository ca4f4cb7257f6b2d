"""Reads what a program printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.notation.json_notation import read_json
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
)


@dataclass(frozen=True, slots=True)
class Actual:
    """The data that was printed, one value for each document, and the notation that it was printed in."""

    values: tuple[Any, ...]
    notation: Notation


def read_actual(text: str, like: Notation) -> Actual:
    """Return the data that ``text`` is.

    :param like: the notation to try first, apart from JSON.
    :raises ShortenedError: the program left out some of it.
    :raises ParseError: it is not data.
    """
    if (values := read_json(text)) is not None:
        return Actual(values, Notation.JSON)
    if not text.strip():
        raise ParseError("there is no output")
    errors: list[ParseError] = []
    for notation, kind in sorted(READERS, key=lambda reader: reader[0] is not like):
        try:
            return Actual(tuple(map(to_plain, kind(text, written=False).documents())), notation)
        except ShortenedError:
            raise
        except ParseError as error:
            errors.append(error)
    raise errors[0]


_INTEGER = re.compile(r"[+-]?[0-9_]{1,4000}n?")


def to_plain(node: Node) -> Any:
    """Return dicts, lists, strings, bools, ``None``, ints, Decimals, ``UNDEFINED`` and TypedValue.

    Documents become a list.

    :raises ValueError: there is a wildcard or a capture in it.
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
    if isinstance(node, TypedNode):
        positional = tuple(to_plain(item) for item in node.positional)
        return TypedValue(node.name, positional, tuple(to_plain(node.members).items()))
    return node.value


def _number(node: Number) -> int | Decimal:
    # Python refuses to read very long ints; a Decimal is as exact.
    return int(node.value) if _INTEGER.fullmatch(node.text) else node.value
