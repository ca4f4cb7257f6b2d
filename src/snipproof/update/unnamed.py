"""Data without the names of its types: what remains of ``UUID('…')`` where a notation has no form for it."""

from __future__ import annotations

import contextlib
from decimal import Decimal, InvalidOperation
from typing import Any

from snipproof.compare.tree import TypedValue


def unnamed(value: Any) -> Any:
    """Return ``value`` with the data that it holds in place of every :class:`TypedValue`."""
    if isinstance(value, list | tuple):
        return [unnamed(each) for each in value]
    if isinstance(value, dict):
        return {name: unnamed(each) for name, each in value.items()}
    if not isinstance(value, TypedValue):
        return value
    members = {name: unnamed(each) for name, each in value.members}
    positional = [unnamed(each) for each in value.positional]
    if members:
        return [*positional, members] if positional else members
    return _only(value.name, positional[0]) if len(positional) == 1 else positional


def _only(name: str, value: Any) -> Any:
    if name == "Decimal" and isinstance(value, str):
        with contextlib.suppress(InvalidOperation):
            return Decimal(value)
    return value
