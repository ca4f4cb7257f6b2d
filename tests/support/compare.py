"""Shared by the tests of notations: data to print, and checks of the spans of a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Documents,
    Elision,
    Node,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
)

KEYS = st.text(max_size=8) | st.sampled_from(["id", "_additional", "a-b", "$ref", "true", "...", "Ünïcode"])
STRINGS = st.text(max_size=20).filter(lambda text: not text.endswith("..."))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | STRINGS
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)

_WRITTEN = {
    Elision: r"(?://|#|/\*)?\s*\.{3,}\s*(?:\*/)?",
    Capture: r"<\w+>",
    String: r"(\"|').*\1",
    Number: r"\S+",
    Constant: "true|false|null",
    Array: r"\[.*\]",
    Object: r"\{.*\}",
    Documents: r"\S.*\S",
}


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly in ``node``."""
    if isinstance(node, Array | Documents | TextLines):
        yield from node.items
    elif isinstance(node, Object):
        yield from (member.value for member in node.members)
        yield from node.elisions
    elif isinstance(node, TypedNode):
        yield from node.positional
        yield from children(node.members)


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all nodes in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def check_spans(text: str, node: Node) -> None:
    """Check that the span of every node of JSON holds its text, inside the span of its container."""
    for outer in walk(node):
        shown = text[outer.begin : outer.end]
        assert re.fullmatch(_WRITTEN[type(outer)], shown, re.DOTALL), (outer, shown)
        if isinstance(outer, Number):
            assert shown == outer.text
        if isinstance(outer, Object):
            for member in outer.members:
                assert member.begin < member.value.begin
                assert text[member.begin : member.value.begin].rstrip().endswith(":")
        for child in children(outer):
            assert outer.begin <= child.begin <= child.end <= outer.end


def exact(value: Any) -> Any:
    """Return data as it is read back: floats as Decimals with the same digits, tuples as lists."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {str(key): exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def typed(value: Any) -> Any:
    """Return data with its types, so that ``True`` does not equal 1, and 1 does not equal 1.0."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value).__name__, value
