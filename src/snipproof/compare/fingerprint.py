"""Fingerprints of data: equal data is found without comparing every element with every other one."""

from __future__ import annotations

import marshal
from collections.abc import Hashable, Sequence
from typing import Any

from snipproof.compare.fast_json import LazyNodes
from snipproof.compare.precision import number_of, plain_number
from snipproof.compare.tree import Array, Constant, Node, Number, Object, String, Undefined, Verbatim, VerbatimText


def fingerprints(nodes: Sequence[Node], values: Sequence[Any]) -> tuple[list[Hashable], list[Hashable]]:
    """Return the fingerprints of nodes, ``None`` for one that holds a wildcard, and those of actual values.

    Equal fingerprints mean equal data. Different ones may belong to equal data, too: they are only hints for a search.
    """
    if isinstance(nodes, LazyNodes):
        return [marshal.dumps(value, 2) for value in nodes.data], [marshal.dumps(value, 2) for value in values]
    return [_of_node(node) for node in nodes], [_of_value(value) for value in values]


def _of_node(node: Node) -> str | None:  # noqa: PLR0911 (one for each kind of node)
    if isinstance(node, String):
        return None if node.open else repr(node.value)
    if isinstance(node, Number):
        return plain_number(node.value)
    if isinstance(node, Constant):
        return repr(node.value)
    if isinstance(node, Verbatim):
        return repr(VerbatimText(node.text))
    if isinstance(node, Array):
        return _bracketed("[]", [_of_node(item) for item in node.items])
    if isinstance(node, Object) and not node.open:
        entries = [(member.name, _of_node(member.value)) for member in node.members]
        return _bracketed("{}", [None if text is None else f"{name!r}:{text}" for name, text in sorted(entries)])
    return None


def _of_value(value: Any) -> str | None:
    if isinstance(value, str):
        return repr(value)
    if value is None or isinstance(value, bool | Undefined | VerbatimText):
        return repr(value)
    if isinstance(value, list | tuple):
        return _bracketed("[]", [_of_value(item) for item in value])
    if isinstance(value, dict):
        texts = [(name, _of_value(item)) for name, item in value.items()]
        return _bracketed("{}", [None if text is None else f"{name!r}:{text}" for name, text in sorted(texts)])
    number = number_of(value)
    return None if number is None else plain_number(number)


def _bracketed(brackets: str, texts: list[str | None]) -> str | None:
    known = [text for text in texts if text is not None]
    return brackets[0] + ",".join(known) + brackets[1] if len(known) == len(texts) else None
