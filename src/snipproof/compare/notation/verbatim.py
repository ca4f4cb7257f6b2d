"""Finds where a value ends that no notation knows, such as ``<UTC>``, ``Date(2024-05-06)`` or ``list[str]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from snipproof.compare.tree import (
    Array,
    Documents,
    Node,
    Object,
    TypedNode,
    TypedValue,
    Verbatim,
    VerbatimText,
)

_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_QUOTED = re.compile(r"""'(?:[^'\\\r\n]++|\\.)*+'|"(?:[^"\\\r\n]++|\\.)*+"|`(?:[^`\\]++|\\.)*+`""")
_ANGLE = re.compile(r"[<>]|[\r\n]")
_LINE_END = re.compile(r"[ \t]*\r?\n")
_NAME = r"(?:new\ )?[^\W\d][\w$]*+(?:\.[^\W\d][\w$]*+)*+"
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|inf|nan)"
_PLAIN = re.compile(r"[^'\"`<()\[\]{},:\n]*+")
_HEAD = re.compile(r"[<(+\-\w]")
_UNMISTAKABLE = re.compile(
    rf"<.*>|{_NAME}\([^'\"`()\[\]{{}}=]*\)|{_NAME}\[[\w\s.,\[\]|]*\]|\([+-]?{_NUMBER}[+-]{_NUMBER}j\)|[+-]?{_NUMBER}j"
)


def verbatim_end(text: str, begin: int, ends: str, angles: Mapping[int, int]) -> int | None:
    """Return where the value that begins at ``begin`` ends: in front of a mark of ``ends`` or of a closing bracket.

    Marks in quotes, in brackets and in ``<…>`` do not count.

    :param angles: what :func:`angle_ends` returns for ``text``.

    :returns: ``begin`` if there is no value, ``None`` if a bracket in it is not closed.
    """
    open_: list[str] = []
    at = begin
    while (match := _PLAIN.match(text, at)) and (at := match.end()) < len(text):
        character = text[at]
        if character in "'\"`" and not (at > begin and text[at - 1].isalnum()):
            quoted = _QUOTED.match(text, at)
            at = quoted.end() if quoted else at + 1
            continue
        if at in angles:
            at = angles[at]
            continue
        if character in _CLOSING:
            open_.append(_CLOSING[character])
        elif character in ")]}":
            if not open_:
                break
            if open_.pop() != character:
                return None
        elif not open_ and character in ends:
            break
        at += 1
    return None if open_ else begin + len(text[begin:at].rstrip())


def angle_ends(text: str) -> dict[int, int]:
    """Return where each ``<…>`` ends that begins and ends on one line, by the offset where it begins."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for match in _ANGLE.finditer(text):
        if match[0] == "<":
            open_.append(match.start())
        elif match[0] != ">":
            open_.clear()
        elif open_ and text[match.start() - 1] not in "-=":
            ends[open_.pop()] = match.end()
    return ends


def normalized(text: str) -> str:
    """Return ``text`` without what is invisible: spaces at the end of lines and carriage returns."""
    return _LINE_END.sub("\n", text)


def may_be_unmistakable(text: str, begin: int) -> bool:
    """Whether :func:`is_unmistakable` may hold for the value that begins at ``begin``."""
    return _HEAD.match(text, begin) is not None


def is_unmistakable(text: str) -> bool:
    """Whether ``text`` is the form of a value that a program prints, and not a typing error in data.

    It is a name with simple arguments or type parameters, ``<…>``, or a complex number.
    """
    return _UNMISTAKABLE.fullmatch(text) is not None


def verbatim_texts(root: Node | Any) -> frozenset[str]:
    """Return the texts that no notation knows in a tree or in data."""
    return frozenset(found.text for found in find_verbatim(root))


def find_verbatim(root: Node | Any) -> Iterator[Verbatim | VerbatimText]:
    """Yield what no notation knows in a tree or in data."""
    stack = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Verbatim | VerbatimText):
            yield item
        elif isinstance(item, Array | Documents):
            stack += item.items
        elif isinstance(item, Object):
            stack += [member.value for member in item.members]
        elif isinstance(item, TypedNode):
            stack += [*item.positional, item.members]
        elif isinstance(item, TypedValue):
            stack += [*item.positional, dict(item.members)]
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list | tuple):
            stack += item
