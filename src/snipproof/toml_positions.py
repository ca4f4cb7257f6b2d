"""Where each key of a TOML text stands, which :mod:`tomllib` does not report."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{}=,.\n]|[^\s\[\]{}=,.\#"']+""",
    re.DOTALL,
)
_OPENING, _CLOSING = "[{", "]}"

Path = tuple[str, ...]


def key_positions(text: str) -> dict[Path, int]:
    """Return the offset of the first mention of every table and key, by its path.

    The first item of the array at ``("a", "b")`` has the path ``("a", "b", "[0]")``; items of inner arrays have none.

    :param text: valid TOML 1.0; of anything else some keys may be missing.
    """
    keys = _Keys()
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0] == "#":
            continue
        if token == "\n":
            keys.end_line()
        elif keys.in_value:
            keys.read_value(token, match.start())
        else:
            keys.read_key(token, match.start())
    return keys.found


class _Keys:
    """What is known at one place of the text: the table, the key, and the brackets that the value has open."""

    def __init__(self) -> None:
        self.found: dict[Path, int] = {}
        self.in_value = False
        self._table: Path = ()
        self._key: Path = ()
        self._is_header = False
        self._nesting: list[tuple[str, Path]] = []  # each with the path that keys inside it begin with
        self._items = 0  # of the array that is the value

    def end_line(self) -> None:
        if self._nesting:
            return
        if self._is_header:
            self._table = self._key
        self._key, self._is_header, self.in_value = (), False, False

    def read_key(self, token: str, offset: int) -> None:
        if token == "=":
            self.in_value = True
        elif token == "[" and not self._key:
            self._is_header = True
        elif token == "}":  # of an empty inline table
            self._close()
        elif token not in "[].":
            if not self._key and not self._is_header:
                self._key = self._table
            self._key = (*self._key, _name(token))
            self.found.setdefault(self._key, offset)

    def read_value(self, token: str, offset: int) -> None:
        in_array = self._in_array()
        if in_array and token not in (",", "]"):
            self.found.setdefault((*self._key, f"[{self._items}]"), offset)
        if token in _OPENING:
            self._nesting.append((token, self._key))
            self.in_value = token == "["
            if not in_array and self._in_array():
                self._items = 0
        elif token in _CLOSING:
            self._close()
        elif token == "," and self._nesting:
            self._items += in_array
            bracket, self._key = self._nesting[-1]
            self.in_value = bracket == "["

    def _in_array(self) -> bool:
        """Whether the place is directly inside an array that no other array contains."""
        brackets = [bracket for bracket, _ in self._nesting]
        return brackets[-1:] == ["["] and brackets.count("[") == 1

    def _close(self) -> None:
        _, self._key = self._nesting.pop()
        self.in_value = True


def _name(token: str) -> str:
    """Return the key that ``token`` writes."""
    if token[0] == "'":
        return token[1:-1]
    if token[0] != '"':
        return token
    import tomllib

    name: str = tomllib.loads(f"name = {token}")["name"]
    return name
