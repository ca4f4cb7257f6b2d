"""Reads the attributes of one JSX tag, as far as a reader of text can know their values."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from snipproof.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLANKS = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$.:-]*")
_STRING = re.compile(r"""(["'])(.*?)\1""", re.DOTALL)
# The possessive repeats keep what is matched from being tried again, which would cost memory for each character.
_LITERAL = re.compile(
    r"""\s*(?:"((?:[^"\\\n]++|\\.)*+)"|'((?:[^'\\\n]++|\\.)*+)'|`((?:[^`\\$]++|\\.)*+)`)\s*""", re.DOTALL
)
_IDENTIFIER = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*")
# What a brace-counting reader must step over: strings and comments may hold braces.
# A template or a comment that never ends takes all of the text, so that its rest is not searched again and again.
_STEP = re.compile(
    r"""[{}]|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`(?:[^`\\]++|\\.)*+(?:`|\\?\Z)|/\*(?:.*?\*/|.*)|//[^\n]*""",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
# An attribute as nearly all are: a name with a plain string or, for the text, an identifier.
_PLAIN = re.compile(r"""\s*([A-Za-z_$][\w$]*)=(?:"([^"&]*)"|\{([A-Za-z_$][\w$]*)\})""")
# The attributes that nearly every tag has, and no other, in the order of nearly every page.
_USUAL = ("text", "start-marker", "end-marker", "language")


class TagError(Exception):
    """A tag that cannot be read; ``position`` is where in the text. What follows an ``open`` one is part of it."""

    def __init__(self, position: int, message: str, *, open: bool = False) -> None:  # noqa: A002 (it is the word)
        super().__init__(message)
        self.position = position
        self.open = open


class Tag(NamedTuple):
    """The attributes of one tag and the offset behind it; ``None`` is a value that is given without being a string."""

    values: dict[str, str | None]
    end: int


def read_tag(text: str, position: int, attributes: Mapping[str, str]) -> Tag:
    """Return the tag whose name ends at ``position``.

    ``attributes`` gives, for each attribute that decides what is shown, its name on the component; the Tag holds those
    alone, by their keys there. ``text={Name}`` gives ``Name``; the others must be strings, plain or in braces.

    :raises TagError: the tag is not closed, or what it shows depends on an expression.
    """
    names = [attributes.get(key, "") for key in _USUAL]
    usual = _usual_tag(*names).match(text, position) if all(names) else None
    if usual:
        return Tag(dict(zip(_USUAL, usual.groups(), strict=True)), usual.end())
    begin = position
    values: dict[str, str | None] = {}
    keys = {name: key for key, name in attributes.items()}
    while True:
        position = _skip(_BLANKS, text, _read_plain(text, position, keys, values))
        if text.startswith("/>", position):
            return Tag(values, position + 2)
        if text.startswith(">", position):
            return Tag(values, position + 1)
        if text.startswith("{", position):
            end = _brace_end(text, position)
            if text[position + 1 : end].lstrip().startswith("..."):
                raise TagError(position, "spread attributes have no text to read")
            position = end
            continue
        found = _NAME.match(text, position)
        if found is None:
            unknown = text[position : position + 1]
            raise TagError(min(position, len(text)) if unknown else begin, _unexpected(unknown))
        key = keys.get(found[0], "")
        position = _skip(_BLANKS, text, found.end())
        value = None
        if text.startswith("=", position):
            position = _skip(_BLANKS, text, position + 1)
            value, position = _value(text, position, found[0], key)
        if key:
            values[key] = value


@cache
def _usual_tag(*names: str) -> re.Pattern[str]:
    patterns = (r"\{([A-Za-z_$][\w$]*)\}", *(r'"([^"&]*)"' for _ in names[1:]))
    pairs = zip(map(re.escape, names), patterns, strict=True)
    return re.compile("".join(rf"\s*{name}={pattern}" for name, pattern in pairs) + r"\s*/>")


def _read_plain(text: str, position: int, keys: Mapping[str, str], values: dict[str, str | None]) -> int:
    """Put the attributes at ``position`` that are as nearly all are into ``values``, and return where they end."""
    while plain := _PLAIN.match(text, position):
        name, string, identifier = plain.groups()
        key = keys.get(name, "")
        if (key == "text") is (identifier is None):
            break  # not as it should be, or an expression nobody asks for: the long way
        if key:
            values[key] = identifier if string is None else string
        position = plain.end()
    return position


def _unexpected(found: str) -> str:
    return f"{found!r} is no attribute" if found else "the tag is never closed"


def _value(text: str, position: int, name: str, key: str) -> tuple[str | None, int]:
    if text.startswith("{", position):
        end = _brace_end(text, position)
        return _expression(text[position + 1 : end - 1], name, key, position), end
    string = _STRING.match(text, position)
    if string is None:
        raise TagError(position, f"the attribute {shorten(name)!r} has no value that ends")
    if key == "text":
        raise TagError(position, f"{name}= must be {{Name}}, the name of an import")
    value = string[2]
    if "&" in value:
        import html

        value = _ENTITY.sub(lambda match: html.unescape(match[0]), value)
    return value, string.end()


def _expression(code: str, name: str, key: str, position: int) -> str | None:
    if key == "text":
        identifier = _IDENTIFIER.fullmatch(code)
        if identifier is None:
            raise TagError(position, f"{name}={{{shorten(code)}}} must be the name of an import")
        return identifier[1]
    literal = _LITERAL.fullmatch(code)
    if literal is not None:
        written = next(group for group in literal.groups() if group is not None)
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), written, flags=re.DOTALL)
    if key and code.strip() not in ("true", "false"):
        raise TagError(position, f"the value of {name!r} must be a string, not the expression {{{shorten(code)}}}")
    return None


def _brace_end(text: str, position: int) -> int:
    """Return the offset behind the brace that closes the one at ``position``."""
    depth = 0
    for step in _STEP.finditer(text, position):
        if step[0] == "{":
            depth += 1
        elif step[0] == "}":
            depth -= 1
            if depth == 0:
                return step.end()
    raise TagError(position, "the brace is never closed", open=True)


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
