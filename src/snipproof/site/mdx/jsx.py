"""Reads the attributes of one JSX tag, as far as their values can be known without running anything."""

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
# The possessive repeats prevent backtracking, which would take memory for each character.
_LITERAL = re.compile(
    r"""\s*(?:"((?:[^"\\\n]++|\\.)*+)"|'((?:[^'\\\n]++|\\.)*+)'|`((?:[^`\\$]++|\\.)*+)`)\s*""", re.DOTALL
)
_IDENTIFIER = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*")
# What matters for counting braces: strings and comments may contain some. A template or a comment that never ends
# takes the rest of the text, so that this is not searched again and again.
_STEP = re.compile(
    r"""[{}]|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`(?:[^`\\]++|\\.)*+(?:`|\\?\Z)|/\*(?:.*?\*/|.*)|//[^\n]*""",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
# Nearly all attributes are like this: a name with a plain string or, for the text, an identifier.
_PLAIN = re.compile(r"""\s*([A-Za-z_$][\w$]*)=(?:"([^"&]*)"|\{([A-Za-z_$][\w$]*)\})""")
# Nearly all tags have exactly these attributes, in this order.
_USUAL = ("text", "start-marker", "end-marker", "language")


class TagError(Exception):
    """A tag that cannot be read, at the offset ``position``; an ``open`` one extends to the end of the text."""

    def __init__(self, position: int, message: str, *, open: bool = False) -> None:  # noqa: A002 (the right word)
        super().__init__(message)
        self.position = position
        self.open = open


class Tag(NamedTuple):
    """The attributes of one tag and the offset behind it; the value is ``None`` if it is not a string."""

    values: dict[str, str | None]
    end: int


def read_tag(text: str, position: int, attributes: Mapping[str, str]) -> Tag:
    """Return the tag whose name ends at ``position``.

    ``attributes`` gives the name on the component for each attribute to read; the Tag has only these, by their keys in
    ``attributes``. ``text={Name}`` gives ``Name``; the others must be strings, plain or in braces.

    :raises TagError: the tag is not closed, or an attribute to read is an expression.
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
    """Add the usual attributes at ``position`` to ``values`` and return the offset behind them."""
    while plain := _PLAIN.match(text, position):
        name, string, identifier = plain.groups()
        key = keys.get(name, "")
        if (key == "text") is (identifier is None):
            break  # wrong, or an expression that is not needed: `read_tag` decides
        if key:
            values[key] = identifier if string is None else string
        position = plain.end()
    return position


def _unexpected(found: str) -> str:
    return f"{found!r} is not an attribute" if found else "the tag is never closed"


def _value(text: str, position: int, name: str, key: str) -> tuple[str | None, int]:
    if text.startswith("{", position):
        end = _brace_end(text, position)
        return _expression(text[position + 1 : end - 1], name, key, position), end
    string = _STRING.match(text, position)
    if string is None:
        raise TagError(position, f"the value of the attribute {shorten(name)!r} is not closed")
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
