"""Writes data down, in any notation and in the style of a block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from snipproof.compare.tree import UNDEFINED, Notation, TypedValue
from snipproof.update.style import Style
from snipproof.update.unnamed import unnamed
from snipproof.update.write_numbers import is_number, write_number

_WORDS: dict[Notation, dict[Any, str]] = {
    Notation.JSON: {True: "true", False: "false", None: "null"},
    Notation.PYTHON: {True: "True", False: "False", None: "None"},
    Notation.NODE: {True: "true", False: "false", None: "null", UNDEFINED: "undefined"},
    Notation.GO: {True: "true", False: "false", None: "<nil>"},
    Notation.JAVA: {True: "true", False: "false", None: "null"},
}
_IDENTIFIER = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\\\]")
_WIDTH = 72


class CannotWriteError(Exception):
    """What was printed cannot be written in a notation; the message is the reason, in words."""


def write(value: Any, style: Style, indent: str = "", *, one_line: bool = False) -> str:
    """Return ``value`` as it is written in ``style``, its further lines behind ``indent``.

    :param one_line: write it on one line, whatever the style says.
    :raises CannotWriteError: the notation has no form for it.
    """
    if isinstance(value, str):
        return write_string(value, style)
    if is_number(value):
        return write_number(value, style.notation)
    if isinstance(value, list | tuple | dict):
        open_, close = _brackets(value, style)
        if not isinstance(value, dict):
            parts = [(item, "") for item in value]
        else:
            parts = [(each, write_name(name, style) + style.pair) for name, each in value.items()]
        return _container(open_, parts, close, style, indent, one_line=one_line)
    if isinstance(value, TypedValue):
        if style.notation not in (Notation.PYTHON, Notation.NODE):
            return write(unnamed(value), style, indent, one_line=one_line)
        return _called(value, style, indent, one_line=one_line)
    words = _WORDS[style.notation]
    if value not in words:
        raise CannotWriteError(f"{style.notation} has no `undefined`")
    return words[value]


def write_line(text: str) -> str:
    """Return a line of plain text; one that is nothing but dots would stand for other lines."""
    return text.replace("...", "\\...", 1) if text.strip() == "..." else text


def write_string(value: str, style: Style) -> str:
    """Return a string as it is written in ``style``.

    :raises CannotWriteError: a notation without quotes cannot hold it.
    """
    quote = style.quote
    if not quote:
        if _TO_ESCAPE.search(value.replace("\\", "")) or value != value.strip():
            raise CannotWriteError(f"a string such as {value[:40]!r} has no form in {style.notation} output")
        return value
    body = _TO_ESCAPE.sub(lambda match: _escape(match[0], style.notation), value).replace(quote, "\\" + quote)
    if body.endswith("..."):  # which would stand for more to come
        body = body[:-3] + "\\..."
    return quote + body + quote


def write_name(name: str, style: Style) -> str:
    """Return the name of a member.

    :raises CannotWriteError: a notation without quotes cannot hold it.
    """
    bare = style.notation in (Notation.GO, Notation.JAVA)
    if bare and not re.fullmatch(r"[^\s:=,{}\[\]]+", name):
        raise CannotWriteError(f"a member named {name[:40]!r} has no form in {style.notation} output")
    if bare or (not style.name_quote and _IDENTIFIER.fullmatch(name)):
        return name
    quote = style.name_quote or style.quote
    body = _TO_ESCAPE.sub(lambda match: _escape(match[0], style.notation), name)
    return quote + body.replace(quote, "\\" + quote) + quote


def _escape(character: str, notation: Notation) -> str:
    if character == "\\":
        return "\\\\"
    if notation is Notation.PYTHON and character in "\b\f":
        return f"\\x{ord(character):02x}"
    return _ESCAPES.get(character, f"\\u{ord(character):04x}")


def _brackets(value: Sequence[Any] | dict[str, Any], style: Style) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "[", "]"
    return ("map[", "]") if style.notation is Notation.GO else ("{", "}")


def _called(value: TypedValue, style: Style, indent: str, *, one_line: bool) -> str:
    name, positional, members = value.name, value.positional, value.members
    only = positional[0] if len(positional) == 1 and not members else None
    if style.notation is Notation.PYTHON:
        if short := _python(name, only, style, indent, one_line=one_line):
            return short
        parts = [(each, "") for each in positional] + [(each, f"{key}=") for key, each in members]
        # A constructor is printed on one line even where its neighbours are not.
        return _container(f"{name}(", parts, ")", style, indent, one_line=one_line or len(parts) == 1)
    if name == "Set" and isinstance(only, list | tuple):
        return _container(f"Set({len(only)}) {{", [(e, "") for e in only], "}", style, indent, one_line=one_line)
    if name == "Date" and isinstance(only, str):
        return only
    if positional:
        raise CannotWriteError(f"`{name}(…)` has no form in {style.notation}")
    parts = [(each, write_name(key, style) + style.pair) for key, each in members]
    return _container(f"{name} {{", parts, "}", style, indent, one_line=one_line)


def _python(name: str, only: Any, style: Style, indent: str, *, one_line: bool) -> str:
    """Return what Python prints in a form of its own, empty for all that looks like a constructor."""
    if name == "bytes" and isinstance(only, str):
        return "b" + write_string(only, style)
    if name == "class" and isinstance(only, str):
        return f"<class '{only}'>"
    if name.endswith("Decimal") and is_number(only):
        return f"{name}({write_string(str(only), style)})"
    if name == "set" and isinstance(only, list | tuple) and only:
        return _container("{", [(each, "") for each in only], "}", style, indent, one_line=one_line)
    return ""


def _container(
    open_: str, parts: list[tuple[Any, str]], close: str, style: Style, indent: str, *, one_line: bool
) -> str:
    if not parts:
        return open_ + close
    separator = " " if style.notation is Notation.GO else ", "
    one_line = one_line or not style.lines or style.notation in (Notation.GO, Notation.JAVA)
    if one_line or not any(isinstance(value, list | dict | TypedValue) and value for value, _ in parts):
        flat = separator.join(before + write(value, style, one_line=True) for value, before in parts)
        padding = " " if style.padded and (open_.endswith("{") or style.notation is Notation.NODE) else ""
        if one_line or (style.compact and len(indent) + len(flat) <= _WIDTH):
            return open_ + padding + flat + padding + close
    inner = indent + style.unit
    lines = [inner + before + write(value, style, inner) for value, before in parts]
    return f"{open_}\n" + ",\n".join(lines) + f"\n{indent}{close}"
