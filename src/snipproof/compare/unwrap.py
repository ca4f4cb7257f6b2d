"""The data in a value that was printed with the name of its type: ``UUID('…')`` holds a string."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Elision,
    Node,
    Number,
    Object,
    String,
    TypedNode,
    TypedValue,
)


def unwrap(node: Node, actual: Any) -> Any:
    """Return the data that ``actual`` holds, as far as ``node`` asks for it; ``actual`` itself where it holds none."""
    while isinstance(actual, TypedValue) and not isinstance(node, TypedNode | Elision | Capture):
        inner = _inner(node, actual)
        if inner is actual:
            break
        actual = inner
    return actual


def _inner(node: Node, actual: TypedValue) -> Any:
    only = actual.positional[0] if len(actual.positional) == 1 and not actual.members else actual
    if isinstance(node, Object):
        return only if actual.positional else dict(actual.members)
    if isinstance(node, Array):
        # `deque([1, 2])` holds a list, and what holds nothing, as `set()`, an empty one; `UUID('…')` holds a string.
        if isinstance(only, list | tuple) or (isinstance(only, TypedValue) and only is not actual):
            return only
        return actual if actual.positional or actual.members else []
    if isinstance(node, Number) and actual.name == "Decimal" and isinstance(only, str):
        try:
            return Decimal(only)
        except InvalidOperation:
            return actual
    return only if isinstance(node, String | Number | Constant) else actual
