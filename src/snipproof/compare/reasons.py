"""The reasons why a node of the expected text does not match an actual value, as messages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.captures import CapturedValue, CapturePattern
from snipproof.compare.differences import Kind
from snipproof.compare.notation.reader import capture_hint, rounding_hint
from snipproof.compare.precision import number_of, why_far
from snipproof.compare.show import describe, first_difference, show, show_from
from snipproof.compare.tree import (
    ROW,
    STRUCT,
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
    Verbatim,
    VerbatimText,
)
from snipproof.text import close_match

_MAX_CANDIDATES = 60
_CUT_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(?:\.{3})?")
_NAME = re.compile(r"<([^\W\d][\w-]*)>")
_MAX_SEARCHED = 1_000
_COMMENT = re.compile(r"//|#|/\*")


def reason(  # noqa: PLR0911 (one reason for each kind of node)
    node: Node, actual: Any, tolerance: Decimal | None, pattern: CapturePattern, bindings: Mapping[str, CapturedValue]
) -> tuple[Kind, str]:
    """Return the kind of the difference between ``node`` and ``actual``, and its message."""
    if isinstance(node, String) and isinstance(actual, str):
        return _strings(node, actual, pattern, bindings)
    if isinstance(node, Number):
        number = number_of(actual)
        if number is not None:
            return Kind.VALUE, why_far(node, number, show(actual), tolerance)
    if isinstance(node, Constant) and isinstance(node.value, bool) and isinstance(actual, bool):
        return Kind.VALUE, f"expected {show(node.value)}, actual {show(actual)}"
    if isinstance(node, Capture):
        if node.name in bindings and not isinstance(actual, dict | list | tuple):
            return Kind.CAPTURE, f"{_capture_text(node.name, bindings)}, here it is {show(actual)}"
        return Kind.TYPE, f"`<{node.name}>` stands for a single value, actual {describe(actual)}"
    if isinstance(node, Verbatim) and isinstance(actual, VerbatimText):
        return (
            Kind.VALUE,
            f"expected {node.text}, actual {actual.text}{_undeclared(String(0, 0, node.text), actual.text)}",
        )
    if isinstance(node, TypedNode) and isinstance(actual, TypedValue):
        return Kind.TYPE, f"expected {_expected_words(node)}, actual {show(actual)}: the names differ"
    return Kind.TYPE, f"expected {_expected_words(node)}, actual {describe(actual)}{_why(node, actual)}"


def _capture_text(name: str, bindings: Mapping[str, CapturedValue]) -> str:
    """Return the current value of a capture, in words."""
    return f"`<{name}>` was {show(bindings[name].text)} before"


def _expected_words(node: Node) -> str:  # noqa: PLR0911 (one word for each kind of node)
    """Return the kind of data that ``node`` shows and how it is written, in words."""
    if isinstance(node, Array):
        return "a list"
    if isinstance(node, Object):
        return "an object"
    if isinstance(node, Documents):
        return f"{len(node.items)} values in a row"
    if isinstance(node, TextLines):
        return "text"
    if isinstance(node, TypedNode):
        return node.name if node.name in (ROW, STRUCT) else f"{node.name}(…)"
    if isinstance(node, Number):
        return f"the number {node.text}"
    if isinstance(node, Verbatim):
        return f"the value {node.text}"
    if isinstance(node, String):
        return f"a string that begins with {show(node.value)}" if node.open else f"the string {show(node.value)}"
    if isinstance(node, Constant):
        return describe(node.value)
    return "a value"


def _why(node: Node, actual: Any) -> str:  # noqa: PLR0911 (one reason for each pair of kinds)
    if isinstance(node, Verbatim) and not isinstance(actual, dict | list | tuple | TypedValue):
        return _undeclared(String(0, 0, node.text), str(actual))
    if isinstance(node, String) and number_of(actual) is not None:
        return f": one is text, the other a number{_rounded(node.value) if node.open else ''}"
    if isinstance(node, Number):
        if isinstance(actual, str):
            return ": one is a number, the other text"
        if isinstance(actual, bool):
            return ": true and false are not numbers"
    if isinstance(node, Constant) and isinstance(node.value, Undefined | None) and isinstance(actual, Undefined | None):
        return ": undefined and null are not the same"
    if any(isinstance(each, TypedNode | TypedValue) and each.name in (ROW, STRUCT) for each in (node, actual)):
        return ""
    if isinstance(actual, TypedValue) and isinstance(node, String | Number | Constant | Array | Object):
        return ": it was printed with the name of its type"
    if isinstance(node, TypedNode) and not isinstance(actual, TypedValue):
        return f": the name {node.name} is missing"
    return ""


def _strings(
    node: String, actual: str, pattern: CapturePattern, bindings: Mapping[str, CapturedValue]
) -> tuple[Kind, str]:
    if pattern.has_capture(node.value):
        names = [name for name in pattern.pieces(node.value)[1::2] if name in bindings]
        known = "; ".join(_capture_text(name, bindings) for name in dict.fromkeys(names))
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
        message += ": they differ in the white space around it"
    elif node.value.casefold() == actual.casefold():
        message += ": they differ in upper and lower case"
    elif json.dumps(node.value) != json.dumps(actual) and _normalized(node.value) == _normalized(actual):
        message += f": they look alike, but are {json.dumps(node.value)} and {json.dumps(actual)}"
    return Kind.VALUE, message


def _rounded(text: str) -> str:
    """Return a hint for a number with dots behind it, ``""`` if ``text`` is something else."""
    number = _CUT_NUMBER.fullmatch(text)
    return f"; {rounding_hint(number[1])}" if number else ""


def _undeclared(node: String, actual: str) -> str:
    """Return a hint to declare ``<name>``, if ``node`` would match then; else ``""``."""
    literals = _NAME.split(node.value)
    names = list(dict.fromkeys(literals[1::2]))
    if not 1 <= len(literals[1::2]) <= 2 or max(len(node.value), len(actual)) > _MAX_SEARCHED:
        return ""
    pattern = ".+".join(map(re.escape, literals[::2])) + (".*" if node.open else "")
    if not re.fullmatch(pattern, actual, re.DOTALL):
        return ""
    return f" ({capture_hint(names)})"


def not_expected(node: Node, actual: Any, text: str) -> str:
    """Return the message for ``actual``, which ``node`` in ``text`` does not show; with a hint if it has a comment."""
    message = f"not expected, but in the actual output: {show(actual)}"
    inner = node.items if isinstance(node, Array) else node.members if isinstance(node, Object) else None
    if isinstance(inner, tuple):
        begins = [*(each.end for each in inner)]
        ends = [*(each.begin for each in inner), node.end]
        between = (text[begin:end] for begin, end in zip([node.begin, *begins], ends, strict=True))
        if any(map(_COMMENT.search, between)):
            message += "; a comment is not a wildcard: write `...`"
    return message


def _normalized(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text)


def close_name(name: str, names: Sequence[str]) -> str | None:
    """Return the name in ``names`` that is spelt most like ``name``, ``None`` if none is close."""
    folded = {other.replace("_", "").casefold(): other for other in names}
    same = folded.get(name.replace("_", "").casefold())
    return same or close_match(name, names[:_MAX_CANDIDATES]) or None
