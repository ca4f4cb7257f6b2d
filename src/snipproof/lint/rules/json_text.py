"""Whether a text is JSON in which comments and ``...`` for what is left out may stand."""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<scalar>"(?:[^"\\\x00-\x1f]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b)
    | (?P<dots>\.\.\.|…)
    | (?P<mark>[\[\]{}:,])""",
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"[ \t\r\n]*")
_LONGEST_TOKEN = 40
_CLOSING = {"[": "]", "{": "}"}


def json_error(text: str) -> tuple[int, str] | None:
    """Return the line and the reason why ``text`` is no JSON, ``None`` when it is.

    ``...`` may stand for an element, a member or a value; a comma before it or after it may be missing.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _Reader(text).error()
    return None


class _Reader:
    """Reads token by token with a stack of its own, so that no depth is too deep.

    ``_wants`` is what may come next: ``value``, ``key``, ``colon`` or ``comma`` (which includes the closing bracket).
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[str] = []
        self._wants = "value"
        self._elided = False  # after ``...``, where a comma may be missing
        self._may_close = False  # directly after the opening bracket
        self._promised = False  # after a comma, which promises another element

    def error(self) -> tuple[int, str] | None:
        position = 0
        while True:
            blank = _BLANK.match(self._text, position)
            position = blank.end() if blank else position
            if position == len(self._text):
                break
            token = _TOKEN.match(self._text, position)
            if token is None:
                return self._at(position, f"{self._text[position : position + 20].split()[0]!r} is no JSON")
            if not token["comment"]:
                wrong = self._take(token)
                if wrong:
                    return self._at(position, wrong)
            position = token.end()
        if self._open or self._wants != "comma":
            what = f"{self._open[-1]!r} is never closed" if self._open else "there is no value"
            return self._at(len(self._text), what)
        return None

    def _at(self, position: int, message: str) -> tuple[int, str]:
        return self._text.count("\n", 0, position) + 1, message

    def _take(self, token: re.Match[str]) -> str:
        """Take in one token and return what is wrong with it, or nothing."""
        found = token[0]
        if not self._open and self._wants == "comma":
            return f"{_cut(found)} stands after the end of the value"
        if self._elided and self._open and found not in ",]}":
            self._wants = "key" if self._open[-1] == "{" else "value"
        self._elided = bool(token["dots"])
        if token["dots"]:
            return self._take_dots()
        if token["scalar"]:
            return self._take_scalar(found)
        if found in ",:":
            return self._take_separator(found)
        return self._take_opening(found) if found in _CLOSING else self._take_closing(found)

    def _take_separator(self, found: str) -> str:
        if self._wants != ("comma" if found == "," else "colon"):
            return self._unexpected(found)
        self._wants = "key" if found == "," and self._open[-1] == "{" else "value"
        self._promised = found == ","
        self._may_close = False
        return ""

    def _take_dots(self) -> str:
        if self._wants == "colon":
            return self._unexpected("...")
        self._wants = "comma"
        return ""

    def _take_closing(self, found: str) -> str:
        if not self._open or _CLOSING[self._open[-1]] != found:
            return self._unexpected(found)
        if self._wants != "comma" and not self._may_close:
            return f"a comma stands before {found!r}" if self._promised else self._unexpected(found)
        self._open.pop()
        self._wants = "comma"
        return ""

    def _take_scalar(self, found: str) -> str:
        if self._wants == "key" and found.startswith('"'):
            self._wants = "colon"
        elif self._wants == "value":
            self._wants = "comma"
        else:
            return self._unexpected(found)
        return ""

    def _take_opening(self, found: str) -> str:
        if self._wants != "value":
            return self._unexpected(found)
        self._open.append(found)
        self._wants = "key" if found == "{" else "value"
        self._may_close = True
        return ""

    def _unexpected(self, found: str) -> str:
        wanted = {"comma": "a comma", "colon": "a colon", "key": "a name in quotes", "value": "a value"}[self._wants]
        return f"{_cut(found)} stands where {wanted} must stand"


def _cut(token: str) -> str:
    return repr(token if len(token) <= _LONGEST_TOKEN else token[:_LONGEST_TOKEN] + "…")
