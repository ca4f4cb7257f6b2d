"""Writes data in any notation and in the style of a block."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from snipproof.compare.tree import ROW, STRUCT, UNDEFINED, Notation, TypedValue, VerbatimText
from snipproof.update.style import Style

_WORDS: dict[Notation, dict[Any, str]] = {
    Notation.JSON: {True: "true", False: "false", None: "null"},
    Notation.PYTHON: {True: "True", False: "False", None: "None"},
    Notation.NODE: {True: "true", False: "false", None: "null", UNDEFINED: "undefined"},
    Notation.GO: {True: "true", False: "false", None: "<nil>"},
    Notation.JAVA: {True: "true", False: "false", None: "null"},
}
_NUMBER_WORDS = {
    Notation.JSON: ("NaN", "Infinity", "-Infinity"),
    Notation.PYTHON: ("nan", "inf", "-inf"),
    Notation.NODE: ("NaN", "Infinity", "-Infinity"),
    Notation.GO: ("NaN", "+Inf", "-Inf"),
    Notation.JAVA: ("NaN", "Infinity", "-Infinity"),
}
_IDENTIFIER = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\\\]")
_MAX_WIDTH = 72


class CannotWriteError(Exception):
    """A value cannot be written in a notation; the message is the reason."""


def write(  # noqa: PLR0911 (one for each kind of data)
    value: Any, style: Style, indent: str = "", *, one_line: bool = False
) -> str:
    """Return ``value`` in ``style``; ``indent`` precedes every line but the first.

    :param one_line: write it on one line in any style.
    :raises CannotWriteError: the notation has no syntax for it.
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
    if isinstance(value, VerbatimText):
        return value.text
    if isinstance(value, TypedValue) and value.name in (ROW, STRUCT):
        around = ("", "") if value.name == ROW else ("{", "}")
        written = " ".join(write(each, style, indent, one_line=True) for each in value.positional)
        return around[0] + written + around[1]
    if isinstance(value, TypedValue):
        if style.notation not in (Notation.PYTHON, Notation.NODE):
            return write(without_type_names(value), style, indent, one_line=one_line)
        return _typed_value(value, style, indent, one_line=one_line)
    words = _WORDS[style.notation]
    if value not in words:
        raise CannotWriteError(f"{style.notation} has no `undefined`")
    return words[value]


def write_line(text: str) -> str:
    """Return a line of plain text; a line of dots alone is escaped, since it would be an Elision."""
    return text.replace("...", "\\...", 1) if text.strip() == "..." else text


def write_string(value: str, style: Style) -> str:
    """Return a string in ``style``.

    :raises CannotWriteError: a notation without quotes cannot hold it.
    """
    quote = style.quote
    if not quote:
        if _TO_ESCAPE.search(value.replace("\\", "")) or value != value.strip():
            raise CannotWriteError(f"a string such as {value[:40]!r} cannot be written in {style.notation} output")
        return value
    body = _TO_ESCAPE.sub(lambda match: _escape(match[0], style.notation), value).replace(quote, "\\" + quote)
    if body.endswith("..."):  # unescaped, it would match any longer string
        body = body[:-3] + "\\..."
    return quote + body + quote


def write_name(name: str, style: Style) -> str:
    """Return the name of a member in ``style``.

    :raises CannotWriteError: a notation without quotes cannot hold it.
    """
    bare = style.notation in (Notation.GO, Notation.JAVA)
    if bare and not re.fullmatch(r"[^\s:=,{}\[\]]+", name):
        raise CannotWriteError(f"a member named {name[:40]!r} cannot be written in {style.notation} output")
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


def _typed_value(value: TypedValue, style: Style, indent: str, *, one_line: bool) -> str:
    name, positional, members = value.name, value.positional, value.members
    argument = positional[0] if len(positional) == 1 and not members else None
    if style.notation is Notation.PYTHON:
        if special := _special_python(name, argument, style, indent, one_line=one_line):
            return special
        parts = [(each, "") for each in positional] + [(each, f"{key}=") for key, each in members]
        # Python prints a constructor on one line even if the values around it are not.
        return _container(f"{name}(", parts, ")", style, indent, one_line=one_line or len(parts) == 1)
    if name == "Set" and isinstance(argument, list | tuple):
        return _container(
            f"Set({len(argument)}) {{", [(e, "") for e in argument], "}", style, indent, one_line=one_line
        )
    if name == "Date" and isinstance(argument, str):
        return argument
    if positional:
        raise CannotWriteError(f"`{name}(…)` cannot be written in {style.notation}")
    parts = [(each, write_name(key, style) + style.pair) for key, each in members]
    return _container(f"{name} {{", parts, "}", style, indent, one_line=one_line)


def _special_python(name: str, argument: Any, style: Style, indent: str, *, one_line: bool) -> str:
    """Return what Python does not print as a call of a constructor, ``""`` for everything else."""
    if name == "bytes" and isinstance(argument, str):
        return "b" + write_string(argument, style)
    if name == "class" and isinstance(argument, str):
        return f"<class '{argument}'>"
    if name.endswith("Decimal") and is_number(argument):
        return f"{name}({write_string(str(argument), style)})"
    if name == "set" and isinstance(argument, list | tuple) and argument:
        return _container("{", [(each, "") for each in argument], "}", style, indent, one_line=one_line)
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
        if one_line or (style.compact and len(indent) + len(flat) <= _MAX_WIDTH):
            return open_ + padding + flat + padding + close
    inner = indent + style.unit
    lines = [inner + before + write(value, style, inner) for value, before in parts]
    return f"{open_}\n" + ",\n".join(lines) + f"\n{indent}{close}"


def is_number(value: Any) -> bool:
    """Return whether ``value`` is a number, which a bool is not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def write_number(value: float | Decimal, notation: Notation) -> str:
    """Return ``value`` with all its digits, but no more than distinguish two 64-bit floats."""
    if isinstance(value, int):
        return str(value)
    number = _decimal(value)
    if not number.is_finite():
        nan, infinity, negative_infinity = _NUMBER_WORDS.get(notation, _NUMBER_WORDS[Notation.JSON])
        return nan if number.is_nan() else negative_infinity if number.is_signed() else infinity
    if number == number.to_integral_value():
        return str(int(number)) if number.adjusted() < 21 else _scientific(number)
    shortest = Decimal(repr(float(number)))
    digits = len(number.as_tuple().digits)
    if digits > 17 and shortest.is_finite() and shortest:
        exponent = int(shortest.as_tuple().exponent)
        number = number.quantize(Decimal(1).scaleb(exponent)) if exponent < 0 else number
    return f"{number:f}" if number.adjusted() > -7 else _scientific(number)


def write_like(old: str, value: float | Decimal, notation: Notation) -> str:
    """Return ``value`` with as many decimals as ``old``, with all its digits if ``old`` has none."""
    number = _decimal(value)
    bare = old.rstrip("n").replace("_", "")
    whole = number.is_finite() and number == number.to_integral_value()
    if old.endswith("n") and whole:
        return f"{int(number)}n"
    mantissa, exponent_mark, _ = bare.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if not number.is_finite() or not mantissa.lstrip("+-").replace(".", "").isdigit():
        return write_number(value, notation)
    if exponent_mark and whole and number.adjusted() < 15:
        return write_number(value, notation)
    if exponent_mark:
        text = f"{number:.{decimals}e}"
        # A number without decimals matches only itself, so it must not be rounded.
        whole_digits = int(Decimal(text).as_tuple().exponent) >= 0
        return write_number(value, notation) if whole_digits and Decimal(text) != number else text.replace("e+", "e")
    if not decimals:
        return write_number(value, notation)
    text = f"{number:.{decimals}f}"
    return text.removeprefix("-") if not Decimal(text) else text


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _scientific(number: Decimal) -> str:
    digits = str(number.normalize()).lower()
    return digits.replace("e+", "e") if "e" in digits else f"{number.normalize():e}".replace("e+", "e")


def without_type_names(value: Any) -> Any:
    """Return ``value`` with every :class:`TypedValue` replaced by its data: ``'…'`` instead of ``UUID('…')``."""
    if isinstance(value, list | tuple):
        return [without_type_names(each) for each in value]
    if isinstance(value, dict):
        return {name: without_type_names(each) for name, each in value.items()}
    if not isinstance(value, TypedValue):
        return value
    members = {name: without_type_names(each) for name, each in value.members}
    positional = [without_type_names(each) for each in value.positional]
    if members:
        return [*positional, members] if positional else members
    return _single(value.name, positional[0]) if len(positional) == 1 else positional


def _single(name: str, value: Any) -> Any:
    if name == "Decimal" and isinstance(value, str):
        with contextlib.suppress(InvalidOperation):
            return Decimal(value)
    return value
