"""The reason in words why one node does not stand for one value."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.captures import Bound, Pattern
from snipproof.compare.differences import Kind
from snipproof.compare.precision import number_of, why_far
from snipproof.compare.show import describe, first_difference, show, show_from
from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Documents,
    Node,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
    Undefined,
)

_CANDIDATES = 60
_CUT_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(?:\.{3})?")
_NAME = re.compile(r"<([^\W\d][\w-]*)>")
_LONGEST_SEARCH = 1_000
_COMMENT = re.compile(r"//|#|/\*")


def reason(  # noqa: PLR0911 (one reason for each kind of node)
    node: Node, actual: Any, within: Decimal | None, pattern: Pattern, bindings: Mapping[str, Bound]
) -> tuple[Kind, str]:
    """Return in what way ``actual`` is not what ``node`` shows, and the reason."""
    if isinstance(node, String) and isinstance(actual, str):
        return _strings(node, actual, pattern, bindings)
    if isinstance(node, Number):
        number = number_of(actual)
        if number is not None:
            return Kind.VALUE, why_far(node, number, show(actual), within)
    if isinstance(node, Constant) and isinstance(node.value, bool) and isinstance(actual, bool):
        return Kind.VALUE, f"expected {show(node.value)}, actual {show(actual)}"
    if isinstance(node, Capture):
        if node.name in bindings and not isinstance(actual, dict | list | tuple):
            return Kind.CAPTURE, f"{captured(node.name, bindings)}, here it is {show(actual)}"
        return Kind.TYPE, f"`<{node.name}>` stands for a single value, actual {describe(actual)}"
    if isinstance(node, TypedNode) and isinstance(actual, TypedValue):
        return Kind.TYPE, f"expected {node.name}(…), actual {show(actual)}: the names differ"
    return Kind.TYPE, f"expected {expected_words(node)}, actual {describe(actual)}{_why(node, actual)}"


def captured(name: str, bindings: Mapping[str, Bound]) -> str:
    """Return what a capture stands for, in words."""
    return f"`<{name}>` stood for {show(bindings[name].text) if name in bindings else 'nothing yet'} before"


def expected_words(node: Node) -> str:  # noqa: PLR0911 (one word for each kind of node)
    """Return what ``node`` is and how it is written, in words."""
    if isinstance(node, Array):
        return "a list"
    if isinstance(node, Object):
        return "an object"
    if isinstance(node, Documents):
        return f"{len(node.items)} values in a row"
    if isinstance(node, TextLines):
        return "text"
    if isinstance(node, TypedNode):
        return f"{node.name}(…)"
    if isinstance(node, Number):
        return f"the number {node.text}"
    if isinstance(node, String):
        return f"a string that begins with {show(node.value)}" if node.open else f"the string {show(node.value)}"
    if isinstance(node, Constant):
        return describe(node.value)
    return "a value"


def _why(node: Node, actual: Any) -> str:  # noqa: PLR0911 (one reason for each pair of kinds)
    if isinstance(node, String) and number_of(actual) is not None:
        return f": one is text, the other a number{_rounded(node.value) if node.open else ''}"
    if isinstance(node, Number):
        if isinstance(actual, str):
            return ": one is a number, the other text"
        if isinstance(actual, bool):
            return ": true and false are no numbers"
    if isinstance(node, Constant) and isinstance(node.value, Undefined | None) and isinstance(actual, Undefined | None):
        return ": undefined and null are not the same"
    if isinstance(actual, TypedValue) and isinstance(node, String | Number | Constant | Array | Object):
        return ": it was printed with the name of its type"
    if isinstance(node, TypedNode) and not isinstance(actual, TypedValue):
        return f": the name {node.name} is not there"
    return ""


def _strings(node: String, actual: str, pattern: Pattern, bindings: Mapping[str, Bound]) -> tuple[Kind, str]:
    if pattern.holds(node.value):
        names = [name for name in pattern.pieces(node.value)[1::2] if name in bindings]
        known = "; ".join(captured(name, bindings) for name in dict.fromkeys(names))
        message = f"expected {show(node.value)}, actual {show(actual)}" + (f"; {known}" if known else "")
        return (Kind.CAPTURE if names else Kind.VALUE), message
    at = first_difference(node.value, actual)
    shown = show_from(node.value, at)
    if node.open:
        message = f"expected a string that begins with {shown}, actual {show_from(actual, at)}"
        return Kind.VALUE, message + _undeclared(node, actual)
    message = f"expected {shown}, actual {show_from(actual, at)}"
    if hint := _undeclared(node, actual):
        return Kind.VALUE, message + hint
    if node.value.endswith("...") and _CUT_NUMBER.fullmatch(actual):
        return Kind.VALUE, message + _rounded(node.value)
    if max(len(node.value), len(actual)) > 80:
        message += f": they differ from character {at + 1} on"
    elif node.value.strip() == actual.strip():
        message += ": they differ in the blanks around it"
    elif node.value.casefold() == actual.casefold():
        message += ": they differ in upper and lower case"
    elif json.dumps(node.value) != json.dumps(actual) and _looks(node.value) == _looks(actual):
        message += f": they look alike, but are {json.dumps(node.value)} and {json.dumps(actual)}"
    return Kind.VALUE, message


def _rounded(text: str) -> str:
    """Return what to write in place of a number with dots behind it, empty if ``text`` is none."""
    number = _CUT_NUMBER.fullmatch(text)
    return f"; a number stands for all that is rounded to it: write {number[1]}" if number else ""


def _undeclared(node: String, actual: str) -> str:
    """Return that a ``<name>`` may be declared, if ``node`` would fit then."""
    literals = _NAME.split(node.value)
    names = list(dict.fromkeys(literals[1::2]))
    if not 1 <= len(literals[1::2]) <= 2 or max(len(node.value), len(actual)) > _LONGEST_SEARCH:
        return ""
    pattern = ".+".join(map(re.escape, literals[::2])) + (".*" if node.open else "")
    if not re.fullmatch(pattern, actual, re.DOTALL):
        return ""
    return f" (declare it: `{{capture: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}}}`)"


def not_expected(node: Node, actual: Any, text: str) -> str:
    """Return that ``node`` in ``text`` does not show ``actual``, with a hint where a comment is to leave it out."""
    message = f"not expected, but in the actual output: {show(actual)}"
    inner = node.items if isinstance(node, Array) else node.members if isinstance(node, Object) else None
    if isinstance(inner, tuple):
        begins = [*(each.end for each in inner)]
        ends = [*(each.begin for each in inner), node.end]
        between = (text[begin:end] for begin, end in zip([node.begin, *begins], ends, strict=True))
        if any(map(_COMMENT.search, between)):
            message += "; a comment leaves nothing out: write `...`"
    return message


def _looks(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text)


def close_name(name: str, names: Sequence[str]) -> str | None:
    """Return the one among ``names`` that ``name`` may have been meant for."""
    folded = {other.replace("_", "").casefold(): other for other in names}
    same = folded.get(name.replace("_", "").casefold())
    close = difflib.get_close_matches(name, names[:_CANDIDATES], n=1)
    return same or (close[0] if close else None)
