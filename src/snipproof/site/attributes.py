"""Reads the attributes behind the name on a START line: ``{of: search, approx: {distance: 1e-4}}``."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from snipproof.errors import UnreadableError
from snipproof.model import Finding, Marker, Origin
from snipproof.text import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

_UNREADABLE = "SP001"
_LONGEST = 1000
_NAME_IN_BRACKETS = re.compile(r"[^<>\s]+")
_QUOTES = "YAML reads a bare number, date or `true` as such: put a name that looks like one in quotes"


def read_attributes(path: str, marker: Marker) -> dict[str, Any]:
    """Return the attributes of ``marker``: those of :data:`KNOWN`, each with a value of its type.

    Names are given as they were written, one or a list of them; the tolerances of ``approx`` are numbers or texts that
    :class:`~decimal.Decimal` takes, since YAML reads ``1e-4`` as a text.

    :raises UnreadableError: they are no YAML mapping, one is not known, or its value is not of its type.
    """
    value = _mapping(marker.attributes)
    if value is None:
        hint = "write them as `{of: name of a Snippet}`, after the name and at the end of the line"
        raise wrong(path, marker, f"the attributes are not a YAML mapping: {shorten(marker.attributes)}", hint)
    for key, given in value.items():
        if key not in KNOWN:
            import difflib

            close = difflib.get_close_matches(str(key)[:_LONGEST], KNOWN, n=1)
            guess = f"did you mean {close[0]!r}? " if close else ""
            hint = f"{guess}known attributes: {', '.join(KNOWN)}"
            raise wrong(path, marker, f"unknown attribute {shorten(str(key))!r}", hint)
        fits, what, hint = KNOWN[key]
        if not fits(given):
            raise wrong(path, marker, f"the attribute {key!r} must be {what}, not {shorten(repr(given))}", hint)
    return value


def wrong(path: str, marker: Marker, message: str, hint: str = "") -> UnreadableError:
    """Return the error that says what is wrong with the attributes of ``marker``."""
    return UnreadableError(Finding(path, marker.line, marker.column, _UNREADABLE, message, hint))


def names(value: object) -> tuple[str, ...]:
    """Return the names that an attribute gives as one or as a list of them."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()


def _mapping(written: str) -> dict[Any, Any] | None:
    import yaml

    value = None
    if len(written) <= _LONGEST:
        # PyYAML's constructors let the errors of what they call through: `!!bool x` is a KeyError.
        with contextlib.suppress(
            yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError
        ):
            value = yaml.safe_load(written)
    return dict(value) if isinstance(value, dict) else None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_names(value: object) -> bool:
    return _is_name(value) or (isinstance(value, list) and bool(value) and all(map(_is_name, value)))


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and value in list(Origin)


def _is_unordered(value: object) -> bool:
    return value is True or _is_names(value)


def _is_approx(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_name(k) and _is_tolerance(v) for k, v in value.items())


def _is_tolerance(value: object) -> bool:
    if not isinstance(value, int | float | str):
        return False
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(str(value))  # `True` is none
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0


def _is_select(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _is_shape(value: object) -> bool:
    return isinstance(value, bool)


def _is_captures(value: object) -> bool:
    return _is_names(value) and all(map(_NAME_IN_BRACKETS.fullmatch, names(value)))


_APPROX = "write how far a number may be off by the name of its member: `{approx: {distance: 1e-4}}`"
KNOWN: dict[str, tuple[Callable[[object], bool], str, str]] = {
    "of": (_is_names, "the name of a Snippet, or a list of such names", _QUOTES),
    "from": (_is_origin, f"one of {', '.join(Origin)}", ""),
    "ignore": (_is_names, "the name of a member, or a list of such names", _QUOTES),
    "approx": (_is_approx, "a mapping of names to numbers that are not negative", _APPROX),
    "unordered": (_is_unordered, "true, or the name of a list, or several such names", _QUOTES),
    "select": (_is_select, "a path into the data, which begins with `$`", "write `{select: $.data.Get.Photo}`"),
    "shape": (_is_shape, "true or false", ""),
    "capture": (_is_captures, "a name, or a list of names", "write `{capture: id}` for the `<id>` of the text"),
}
"""What may be given: whether a value is right, what it must be in words, and a hint."""
