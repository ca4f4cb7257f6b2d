"""Escape sequences in strings: those of JavaScript, which include those of JSON, and those of Python."""

from __future__ import annotations

import re
import unicodedata

_JAVASCRIPT = re.compile(
    r"\\(?:u(?P<u>[0-9a-fA-F]{4})|x(?P<x>[0-9a-fA-F]{2})|(?P<line>\r\n|[\n\r\u2028\u2029])"
    r"|(?P<nul>0(?![0-9]))|(?P<wrong>[0-9ux])|(?P<other>.))",
    re.DOTALL,
)
_PYTHON = re.compile(
    r"\\(?:u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|x(?P<x>[0-9a-fA-F]{2})|N\{(?P<N>[^{}]*)\}"
    r"|(?P<line>\r\n|[\n\r])|(?P<octal>[0-7]{1,3})|(?P<wrong>[uUxN])|(?P<other>.))",
    re.DOTALL,
)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_COMMON = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PYTHONS = _COMMON | {"a": "\a", "\\": "\\", "'": "'", '"': '"'}


class EscapeError(ValueError):
    """An escape sequence is not valid; ``offset`` is its offset in the string."""

    def __init__(self, sequence: str, offset: int) -> None:
        super().__init__(f"{sequence} is not an escape sequence")
        self.offset = offset


def ending(raw: str) -> tuple[str, str, bool]:
    """Return the content of an expected string without final dots, the literal dots, and whether the string is open.

    Three dots at the end make it the beginning of a string (open), unless the first of them is escaped.
    """
    if not raw.endswith("..."):
        return raw, "", False
    stem = raw[:-3]
    if (len(stem) - len(stem.rstrip("\\"))) % 2:
        return stem[:-1], "...", False
    return stem, "", True


def javascript(raw: str) -> str:
    """Return the value of ``raw``, the text between quotes, in JSON5 and in JavaScript.

    :raises EscapeError: an escape sequence is not valid.
    """
    if "\\" not in raw:
        return raw
    text = _JAVASCRIPT.sub(_javascript, raw)
    # Two escapes, a pair of surrogates, may stand for one character.
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _javascript(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    found = match[kind]
    if kind in ("u", "x"):
        return chr(int(found, 16))
    if kind == "wrong":
        raise EscapeError(match[0], match.start())
    if kind == "other":
        return _COMMON.get(found, found)
    return "\0" if kind == "nul" else ""


def python(raw: str) -> str:
    """Return the value of ``raw``, the text between quotes, in Python.

    :raises EscapeError: an escape sequence is not valid.
    """
    return _PYTHON.sub(_python, raw) if "\\" in raw else raw


def _python(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    found = match[kind]
    try:
        if kind in ("u", "U", "x"):
            return chr(int(found, 16))
        if kind == "N":
            return unicodedata.lookup(found)
    except (ValueError, OverflowError, KeyError):
        kind = "wrong"
    if kind == "wrong":
        raise EscapeError(match[0], match.start())
    if kind == "octal":
        return chr(int(found, 8))
    return "" if kind == "line" else _PYTHONS.get(found, match[0])
