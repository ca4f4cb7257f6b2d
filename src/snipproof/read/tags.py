"""Reads the attributes of one JSX tag, as far as a reader of text can know their values."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_BLANKS = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$.:-]*")
_STRING = re.compile(r"""(["'])(.*?)\1""", re.DOTALL)
_LITERAL = re.compile(r"""\s*(?:"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\$])*)`)\s*""", re.DOTALL)
_IDENTIFIER = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*")
# What a brace-counting reader must step over: strings and comments may hold braces.
_STEP = re.compile(r"""[{}]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|/\*.*?\*/|//[^\n]*""", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
# The only attributes whose values decide what is shown; the others may be any expression.
_NEEDED = ("text", "startMarker", "endMarker", "language", "includeStartMarker")


class TagError(Exception):
    """A tag that cannot be read; ``position`` is where in the text."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Tag:
    """The attributes of one tag and the offset behind it; ``None`` is a value that is given without being a string."""

    values: dict[str, str | None]
    end: int


def read_tag(text: str, position: int) -> Tag:
    """Return the tag whose name ends at ``position``.

    ``text={Name}`` gives ``Name``; the others must be strings, plain or in braces.

    :raises TagError: the tag is not closed, or what it shows depends on an expression.
    """
    begin = position
    values: dict[str, str | None] = {}
    while True:
        position = _skip(_BLANKS, text, position)
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
        name = _NAME.match(text, position)
        if name is None:
            found = text[position : position + 1]
            raise TagError(min(position, len(text)) if found else begin, _unexpected(found))
        position = _skip(_BLANKS, text, name.end())
        if not text.startswith("=", position):
            values[name[0]] = None
            continue
        position = _skip(_BLANKS, text, position + 1)
        values[name[0]], position = _value(text, position, name[0])


def _unexpected(found: str) -> str:
    return f"{found!r} is no attribute" if found else "the tag is never closed"


def _value(text: str, position: int, name: str) -> tuple[str | None, int]:
    if text.startswith("{", position):
        end = _brace_end(text, position)
        return _expression(text[position + 1 : end - 1], name, position), end
    string = _STRING.match(text, position)
    if string is None:
        raise TagError(position, f"the attribute {name!r} has no value that ends")
    if name == "text":
        raise TagError(position, "text= must be {Name}, the name of an import")
    return _ENTITY.sub(lambda match: html.unescape(match[0]), string[2]), string.end()


def _expression(code: str, name: str, position: int) -> str | None:
    if name == "text":
        identifier = _IDENTIFIER.fullmatch(code)
        if identifier is None:
            raise TagError(position, f"text={{{code.strip()}}} must be the name of an import")
        return identifier[1]
    literal = _LITERAL.fullmatch(code)
    if literal is not None:
        written = next(group for group in literal.groups() if group is not None)
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), written, flags=re.DOTALL)
    if name in _NEEDED and code.strip() not in ("true", "false"):
        raise TagError(position, f"the value of {name!r} must be a string, not the expression {{{code.strip()}}}")
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
    raise TagError(position, "the brace is never closed")


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
