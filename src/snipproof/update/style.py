"""The style of a block: its quotes, indentation and spaces. What is added to the block is written in the same style."""

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

    :param quote: around a string; empty for a notation without quotes.
    :param name_quote: around the name of a member; empty if names are bare where the notation allows it.
    :param unit: one level of indentation.
    :param pair: the text between the name of a member and its value.
    :param padded: whether a space follows the opening brace of an object on one line.
    :param lines: whether containers are written over several lines.
    :param compact: whether a container without inner containers is written on one line anyway, if it fits.
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
    """Return the usual style of ``notation``."""
    quote = _QUOTES.get(notation, '"')
    bare = notation is Notation.NODE
    return Style(notation, quote, "" if bare else quote, unit, _PAIRS.get(notation, ": "), padded=bare, compact=bare)


def style_of(expected: Expected) -> Style:
    """Return the style of a block; where the block shows none, it is the usual one of its notation."""
    text, notation = expected.text, expected.notation
    found = list(nodes(expected.node))
    strings = [text[node.begin] for node in found if isinstance(node, String) and node.begin < node.end]
    # Arguments of Python's constructors (`name=value`) are not a pattern for its dicts.
    calls = [] if notation is Notation.PYTHON else [node.members for node in found if isinstance(node, TypedNode)]
    objects = [*(node for node in found if isinstance(node, Object)), *calls]
    members = [member for node in objects for member in node.members]
    names = [text[member.begin] for member in members]
    quote = _most_frequent([mark if mark in "'\"`" else "" for mark in strings], _QUOTES.get(notation, '"'))
    default_name_quote = {Notation.JSON: quote or '"', Notation.PYTHON: quote or "'"}.get(notation, "")
    containers = [node for node in found if isinstance(node, Array | Object | TypedNode) and node.end - node.begin > 2]
    return Style(
        notation,
        quote or _QUOTES.get(notation, '"'),
        _most_frequent([mark if mark in "'\"" else "" for mark in names], default_name_quote),
        _unit(text, containers),
        _most_frequent([pair for member in members if (pair := _pair(text, member))], _PAIRS.get(notation, ": ")),
        _most_frequent(
            [text[n.begin + 1] == " " for n in containers if text[n.begin] == "{"], notation is Notation.NODE
        ),
        any("\n" in text[node.begin : node.end] for node in containers)
        or (not containers and notation not in (Notation.GO, Notation.JAVA)),
        any("\n" not in text[node.begin : node.end] for node in containers),
    )


def line_indent(text: str, offset: int) -> str:
    """Return the indentation of the line that ``offset`` is in."""
    begin = text.rfind("\n", 0, offset) + 1
    line = text[begin : text.find("\n", begin) if "\n" in text[begin:] else len(text)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def follows_open_bracket(text: str, offset: int) -> bool:
    """Return whether a bracket is open before ``offset`` on its line, so that siblings are on the same line."""
    depth = 0
    for character in reversed(text[text.rfind("\n", 0, offset) + 1 : offset]):
        depth += (character in "[{(") - (character in "]})")
        if depth > 0:
            return True
    return False


def children(node: Node) -> list[Node]:
    """Return the direct children of ``node``."""
    if isinstance(node, Array | Documents | TextLines):
        return list(node.items)
    if isinstance(node, Object):
        return [*(member.value for member in node.members), *node.elisions]
    return [*node.positional, *children(node.members)] if isinstance(node, TypedNode) else []


def nodes(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all its descendants, parents first."""
    yield node
    for child in children(node):
        yield from nodes(child)


def _most_frequent(found: list[Any], default: Any) -> Any:
    return max(set(found), key=lambda each: (found.count(each), str(each))) if found else default


def _pair(text: str, member: Member) -> str:
    """Return the text between a name and its value, ``""`` if it is unusual."""
    between = text[member.begin : member.value.begin]
    found = between[len(between.rstrip(" \t:=>")) :]
    return found if found.strip() and "\n" not in found else ""


def _unit(text: str, containers: list[Array | Object | TypedNode]) -> str:
    """Return one level of indentation as the first container on several lines has it."""
    for node in containers:
        lines = text[node.begin : node.end].split("\n")
        outer = line_indent(text, node.begin)
        for line in lines[1:-1]:
            inner = line[: len(line) - len(line.lstrip(" \t"))]
            if line.strip() and inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
    return "  "
