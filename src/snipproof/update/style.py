"""How a block is written: its quotes, its indentation, its blanks. What is added to it is written the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from snipproof.compare.tree import (
    Array,
    Documents,
    Expected,
    Member,
    Node,
    Notation,
    Object,
    String,
    TextLines,
    TypedNode,
)

_PAIRS = {Notation.GO: ":", Notation.JAVA: "="}
_QUOTES = {Notation.PYTHON: "'", Notation.NODE: "'", Notation.GO: "", Notation.JAVA: ""}


@dataclass(frozen=True, slots=True)
class Style:
    """How data is written in one block.

    :param quote: around a string; empty where strings have none.
    :param name_quote: around the name of a member; empty for a bare one, where the notation allows it.
    :param unit: one level of indentation.
    :param pair: what stands between the name of a member and its value.
    :param padded: whether a blank follows the opening brace of an object on one line.
    :param lines: whether containers are written over several lines.
    :param compact: whether one that holds no other container is nevertheless written on one line, if it fits.
    """

    notation: Notation
    quote: str = '"'
    name_quote: str = '"'
    unit: str = "  "
    pair: str = ": "
    padded: bool = False
    lines: bool = True
    compact: bool = False


def usual_style(notation: Notation, unit: str = "  ") -> Style:
    """Return how data is usually written in ``notation``."""
    quote = _QUOTES.get(notation, '"')
    bare = notation is Notation.NODE
    return Style(notation, quote, "" if bare else quote, unit, _PAIRS.get(notation, ": "), padded=bare, compact=bare)


def style_of(expected: Expected) -> Style:
    """Read off how the block is written; what it does not show is as usual in its notation."""
    text, notation = expected.text, expected.notation
    found = list(nodes(expected.node))
    strings = [text[node.begin] for node in found if isinstance(node, String) and node.begin < node.end]
    # What stands behind names in Python's constructors is no pattern for its dicts.
    calls = [] if notation is Notation.PYTHON else [node.members for node in found if isinstance(node, TypedNode)]
    objects = [*(node for node in found if isinstance(node, Object)), *calls]
    members = [member for node in objects for member in node.members]
    names = [text[member.begin] for member in members]
    quote = _most([mark if mark in "'\"`" else "" for mark in strings], _QUOTES.get(notation, '"'))
    usual = {Notation.JSON: quote or '"', Notation.PYTHON: quote or "'"}.get(notation, "")
    containers = [node for node in found if isinstance(node, Array | Object | TypedNode) and node.end - node.begin > 2]
    return Style(
        notation,
        quote or _QUOTES.get(notation, '"'),
        _most([mark if mark in "'\"" else "" for mark in names], usual),
        _unit(text, containers),
        _most([pair for member in members if (pair := _pair(text, member))], _PAIRS.get(notation, ": ")),
        _most([text[n.begin + 1] == " " for n in containers if text[n.begin] == "{"], notation is Notation.NODE),
        any("\n" in text[node.begin : node.end] for node in containers)
        or (not containers and notation not in (Notation.GO, Notation.JAVA)),
        any("\n" not in text[node.begin : node.end] for node in containers),
    )


def line_indent(text: str, offset: int) -> str:
    """Return the white space that begins the line of ``offset``."""
    begin = text.rfind("\n", 0, offset) + 1
    line = text[begin : text.find("\n", begin) if "\n" in text[begin:] else len(text)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def stands_beside(text: str, offset: int) -> bool:
    """Whether a bracket was opened on the line of ``offset`` before it, so that siblings stand on the same line."""
    depth = 0
    for character in reversed(text[text.rfind("\n", 0, offset) + 1 : offset]):
        depth += (character in "[{(") - (character in "]})")
        if depth > 0:
            return True
    return False


def children(node: Node) -> list[Node]:
    """Return the nodes right below ``node``."""
    if isinstance(node, Array | Documents | TextLines):
        return list(node.items)
    if isinstance(node, Object):
        return [*(member.value for member in node.members), *node.elisions]
    return [*node.positional, *children(node.members)] if isinstance(node, TypedNode) else []


def nodes(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything below it, from the outside in."""
    yield node
    for child in children(node):
        yield from nodes(child)


def _most(found: list[Any], usual: Any) -> Any:
    return max(set(found), key=lambda each: (found.count(each), str(each))) if found else usual


def _pair(text: str, member: Member) -> str:
    between = text[member.begin : member.value.begin]
    found = between[len(between.rstrip(" \t:=>")) :]
    return found if found.strip() and "\n" not in found else ""


def _unit(text: str, containers: list[Array | Object | TypedNode]) -> str:
    for node in containers:
        lines = text[node.begin : node.end].split("\n")
        outer = line_indent(text, node.begin)
        for line in lines[1:-1]:
            inner = line[: len(line) - len(line.lstrip(" \t"))]
            if line.strip() and inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
    return "  "
