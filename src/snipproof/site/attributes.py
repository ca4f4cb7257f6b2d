"""Reads the attributes behind the name on a START line: ``{of: search, approx: {distance: 1e-4}}``."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from snipproof.errors import UnreadableError
from snipproof.model import Finding, Marker, Origin
from snipproof.text import did_you_mean, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

_UNREADABLE = "SP001"
_MAX_LENGTH = 1000
_NAME_IN_BRACKETS = re.compile(r"[^<>\s]+")
_QUOTES = "quote a name that looks like a number, a date or `true`, which YAML does not read as text"


def read_attributes(path: str, marker: Marker) -> dict[str, Any]:
    """Return the attributes of ``marker``, a START marker of the Source at ``path``: those of :data:`KNOWN`.

    Names stay as written, one or a list of them. The tolerances of ``approx`` are numbers or texts that
    :class:`~decimal.Decimal` accepts, because YAML reads ``1e-4`` as a text.

    :raises UnreadableError: they are not a YAML mapping, one is unknown, or its value has the wrong type.
    """
    value = _mapping(marker.attributes)
    if value is None:
        hint = "write them as `{of: NAME}`, after the name of the Region and at the end of the line, without aliases"
        raise wrong(path, marker, f"the attributes are not a YAML mapping: {shorten(marker.attributes)}", hint)
    for key, given in value.items():
        if key not in KNOWN:
            hint = f"{did_you_mean(str(key), KNOWN)} known attributes: {', '.join(KNOWN)}".lstrip()
            raise wrong(path, marker, f"unknown attribute {shorten(str(key))!r}", hint)
        fits, what, hint = KNOWN[key]
        if not fits(given):
            raise wrong(path, marker, f"the attribute {key!r} must be {what}, not {shorten(repr(given))}", hint)
    return value


def wrong(path: str, marker: Marker, message: str, hint: str = "") -> UnreadableError:
    """Return the error for the attributes of ``marker``."""
    return UnreadableError(Finding(path, marker.line, marker.column, _UNREADABLE, message, hint))


def names(value: object) -> tuple[str, ...]:
    """Return the names in the value of an attribute: one, or a list of them."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()


def _mapping(written: str) -> dict[Any, Any] | None:
    import yaml

    value = None
    # An alias (`*name`) repeats a part of the text: a few of them stand for millions of values.
    if len(written) <= _MAX_LENGTH and not _has_aliases(written):
        # PyYAML's constructors do not catch all errors of what they call: `!!bool x` is a KeyError.
        with contextlib.suppress(
            yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError
        ):
            value = yaml.safe_load(written)
    return dict(value) if isinstance(value, dict) else None


def _has_aliases(written: str) -> bool:
    if "*" not in written:
        return False
    import yaml

    with contextlib.suppress(yaml.YAMLError, RecursionError):
        return any(isinstance(token, yaml.AliasToken) for token in yaml.scan(written, Loader=yaml.SafeLoader))
    return False  # not YAML


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
        number = Decimal(str(value))  # it rejects `True`
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0


def _is_select(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _is_shape(value: object) -> bool:
    return isinstance(value, bool)


def _is_captures(value: object) -> bool:
    return _is_names(value) and all(map(_NAME_IN_BRACKETS.fullmatch, names(value)))


_APPROX = "write the tolerance for each member: `{approx: {distance: 1e-4}}`"
KNOWN: dict[str, tuple[Callable[[object], bool], str, str]] = {
    "of": (_is_names, "the name of a Snippet, or a list of such names", _QUOTES),
    "from": (_is_origin, f"one of {', '.join(Origin)}", ""),
    "ignore": (_is_names, "the name of a member, or a list of such names", _QUOTES),
    "approx": (_is_approx, "a mapping of names to non-negative numbers", _APPROX),
    "unordered": (_is_unordered, "true, the name of a list, or several such names", _QUOTES),
    "select": (_is_select, "a JSONPath, which begins with `$`", "write `{select: $.data.Get.Photo}`"),
    "shape": (_is_shape, "true or false", ""),
    "raises": (_is_name, "the class, the code or a text of the error that the code raises", _QUOTES),
    "unreached": (_is_name, "the reason why some lines never run", ""),
    "skip": (_is_name, "the reason why the code is not run", ""),
    "capture": (_is_captures, "a name, or a list of names", "write `{capture: id}` for the `<id>` of the text"),
}
"""By attribute: whether a value is valid, what it must be in words, and a hint."""

OF_CODE = frozenset(("raises", "unreached", "skip"))
"""The attributes of code; all others belong to output."""
