"""Turns a tree without wildcards into plain data."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from snipproof.compare.tree import (
    Array,
    Capture,
    Documents,
    Elision,
    Node,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
)

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
