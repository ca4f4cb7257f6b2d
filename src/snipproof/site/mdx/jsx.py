"""Reads the attributes of one JSX tag, as far as their values can be known without running anything."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from snipproof.site.mdx.javascript import Code, TagEnd
from snipproof.text import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_WORD = r"(?:[^\W\d]|\$)[\w$-]*"
TAG_NAME = re.compile(
    rf"<(?:(?P<closing>/)\s*(?P<closed>{_WORD}(?:[.:]{_WORD})*+)?\s*>|(?P<name>{_WORD}(?:[.:]{_WORD})*+)?+(?=[\s/>{{]))"
)
"""The beginning of a tag up to the end of its name, or a whole closing tag; a fragment has no name."""

_BLANKS = re.compile(r"\s*")
_NAME = re.compile(r"(?:[^\W\d]|\$)[\w$:-]*")
_STRING = re.compile(r"""(["'])(.*?)\1""", re.DOTALL)
# The possessive repeats prevent backtracking, which would take memory for each character.
_LITERAL = re.compile(
    r"""\s*(?:"((?:[^"\\\n]++|\\.)*+)"|'((?:[^'\\\n]++|\\.)*+)'|`((?:[^`\\$]++|\\.)*+)`)\s*""", re.DOTALL
)
_IDENTIFIER = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
# Escapes that name a character by its number, which are not worth reading.
_NUMBERED = re.compile(r"(?<!\\)(?:\\\\)*\\[xu0-9]")
_CLOSING = re.compile(r"/\s*>|>")
# Nearly all attributes are like this: a name with a plain string or, for the text, an identifier.
_PLAIN = re.compile(r"""\s*([A-Za-z_$][\w$]*)=(?:"([^"&]*)"|\{([A-Za-z_$][\w$]*)\})""")
# Nearly all tags have exactly these attributes, in this order.
USUAL = ("text", "start-marker", "end-marker", "language")
"""The keys of these attributes."""


class TagError(Exception):
    """A tag that cannot be read, at the offset ``position``.

    ``end`` is the offset behind the tag if only an attribute cannot be read, ``None`` if it is not known where it ends.
    """

    def __init__(self, position: int, message: str, end: int | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.end = end


class Tag(NamedTuple):
    """The attributes of one tag, the offset behind it, and whether it ends with ``/>``.

    The value of an attribute is ``None`` if it is not a string.
    """

    values: dict[str, str | None]
    end: int
    closes: bool = True


def read_tag(
    text: str, position: int, attributes: Mapping[str, str], expression_end: Callable[[int], int] | None = None
) -> Tag:
    """Return the tag whose name ends at ``position``.

    ``attributes`` gives the name on the component for each attribute to read; the Tag has only these, by their keys in
    ``attributes``. ``text={Name}`` gives ``Name``; the others must be strings, plain or in braces.
    ``expression_end`` returns the offset behind the expression in braces at an offset.

    :raises TagError: the tag is not closed, or an attribute to read is an expression.
    :raises CodeError: an expression in it is never closed.
    """
    names = [attributes.get(key, "") for key in USUAL]
    usual = _usual_tag(*names).match(text, position) if all(names) else None
    if usual:
        return Tag(dict(zip(USUAL, usual.groups(), strict=True)), usual.end())
    return _Attributes(text, position, attributes, expression_end or expressions_of(text)).read()


class _Attributes:
    """The attributes of a tag whose name ends at ``position``."""

    def __init__(
        self, text: str, position: int, attributes: Mapping[str, str], expression_end: Callable[[int], int]
    ) -> None:
        self._text = text
        self._begin = position
        self._keys = {name: key for key, name in attributes.items()}
        self._expression_end = expression_end
        self._values: dict[str, str | None] = {}

    def read(self) -> Tag:
        """Return the whole tag, or raise the error of the first attribute that cannot be read."""
        wrong: TagError | None = None
        position = self._begin
        while True:
            position = _skip(_BLANKS, self._text, _read_plain(self._text, position, self._keys, self._values))
            if closing := _CLOSING.match(self._text, position):
                if wrong is not None:
                    raise TagError(wrong.position, str(wrong), closing.end())
                return Tag(self._values, closing.end(), closing[0] != ">")
            try:
                position = self._attribute_end(position)
            except TagError as error:
                if error.end is None:
                    raise
                position, wrong = error.end, wrong or error

    def _attribute_end(self, position: int) -> int:
        """Read the attribute at ``position`` and return the offset behind it."""
        text = self._text
        if text.startswith("{", position):
            end = self._expression_end(position)
            if self._keys and text[position + 1 : end].lstrip().startswith("..."):
                raise TagError(position, "spread attributes have no text to read", end)
            return end
        found = _NAME.match(text, position)
        if found is None:
            unknown = text[position : position + 1]
            raise TagError(min(position, len(text)) if unknown else self._begin, _unexpected(unknown))
        key = self._keys.get(found[0], "")
        value = None
        end = _skip(_BLANKS, text, found.end())
        if text.startswith("=", end):
            begin = _skip(_BLANKS, text, end + 1)
            value, end = _value(text, begin, found[0], key, self._expression_end)
        if key:
            self._values[key] = value
        return end


def expressions_of(text: str) -> Callable[[int], int]:
    """Return a function that returns the offset behind the expression in braces at an offset of ``text``."""

    def read(position: int) -> TagEnd:
        name = TAG_NAME.match(text, position)
        if name is None:
            raise TagError(position, "this is not a tag")
        if name["closing"]:
            return TagEnd(name.end(), opens=False, closes=True)
        tag = read_tag(text, name.end(), {}, code.expression_end)
        return TagEnd(tag.end, opens=True, closes=tag.closes)

    code = Code(text, read)
    return code.expression_end


@cache
def _usual_tag(*names: str) -> re.Pattern[str]:
    return re.compile(_usual_attributes(names))


def _usual_attributes(names: Sequence[str]) -> str:
    patterns = (r"\{([A-Za-z_$][\w$]*)\}", *(r'"([^"&]*)"' for _ in names[1:]))
    pairs = zip(map(re.escape, names), patterns, strict=True)
    return "".join(rf"\s*{name}={pattern}" for name, pattern in pairs) + r"\s*/>"


def usual_tag(component: str, attributes: Mapping[str, str]) -> str:
    """Return a pattern of a usual tag of the ``component``, with a group for each of :data:`USUAL` in its order."""
    names = [attributes.get(key, "") for key in USUAL]
    return rf"<{re.escape(component)}(?=\s){_usual_attributes(names)}" if all(names) else "(?!)"


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


def _value(
    text: str, position: int, name: str, key: str, expression_end: Callable[[int], int]
) -> tuple[str | None, int]:
    if text.startswith("{", position):
        end = expression_end(position)
        return _expression(text[position + 1 : end - 1], name, key, position, end), end
    string = _STRING.match(text, position)
    if string is None:
        raise TagError(position, f"the value of the attribute {shorten(name)!r} is not closed")
    if key == "text":
        raise TagError(position, f"{name}= must be {{Name}}, the name of an import", string.end())
    value = string[2]
    if "&" in value:
        import html

        value = _ENTITY.sub(lambda match: html.unescape(match[0]), value)
    return value, string.end()


def _expression(code: str, name: str, key: str, position: int, end: int) -> str | None:
    if not key:
        return None
    if key == "text":
        identifier = _IDENTIFIER.fullmatch(code)
        if identifier is None:
            raise TagError(position, f"{name}={{{shorten(code)}}} must be the name of an import", end)
        return identifier[1]
    literal = _LITERAL.fullmatch(code)
    if literal is not None:
        written = next(group for group in literal.groups() if group is not None)
        if not _NUMBERED.search(written):
            return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), written, flags=re.DOTALL)
    if code.strip() not in ("true", "false"):
        message = f"the value of {name!r} must be a string, not the expression {{{shorten(code)}}}"
        raise TagError(position, message, end)
    return None


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
