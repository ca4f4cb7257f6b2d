"""Large JSON, read at the speed of the standard library: a tree whose nodes are made where they are looked at.

Numbers stay as they were printed, as ``bytes``: so nothing of them is lost, and ``==`` neither takes ``True`` for 1 nor
0.10 for 0.1. Two texts whose data is equal in this form say the same, digit for digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # has no stub
from typing import Any, overload

from snipproof.compare.tree import Array, Constant, Member, Node, Number, Object, String

_SPACE = re.compile(r"[ \t\n\r]*")
_SPACES = " \t\n\r"


class NotPlainError(ValueError):
    """The text is not strict JSON, or names a member twice: it must be read with all due care."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotPlainError
    return members


def _refuse(word: str) -> Any:
    raise NotPlainError(word)


_READER = json.JSONDecoder(
    parse_float=str.encode, parse_int=str.encode, parse_constant=_refuse, object_pairs_hook=_unique
)
_SKIPPER = json.JSONDecoder(parse_float=str.encode, parse_int=str.encode)


def read_plain(text: str) -> Any:
    """Return the object or list that ``text`` is, with numbers as ``bytes``.

    :raises NotPlainError: it is not strict JSON, or it is a scalar.
    """
    if not text.lstrip(_SPACES).startswith(("{", "[")):
        raise NotPlainError
    try:
        return _READER.decode(text)
    except (ValueError, RecursionError):
        raise NotPlainError from None


def as_data(actual: Any) -> Any:
    """Return ``actual`` with numbers that are kept as they were printed as the numbers that they are."""
    if isinstance(actual, bytes):
        text = actual.decode()
        is_whole = text.removeprefix("-").isdigit() and len(text) < 4000
        return int(text) if is_whole else Decimal(text)
    if isinstance(actual, dict):
        return {name: as_data(value) for name, value in actual.items()}
    return [as_data(value) for value in actual] if isinstance(actual, list) else actual


def plain_tree(text: str, data: Any) -> Node:
    """Return the tree of ``text``, which :func:`read_plain` read as ``data``."""
    begin = len(text) - len(text.lstrip(_SPACES))
    return _node(text, begin, len(text.rstrip(_SPACES)), data)


def _node(text: str, begin: int, end: int, data: Any) -> Node:
    if isinstance(data, dict):
        return Object(begin, end, Lazy(text, begin, end, data))  # type: ignore[arg-type]  # a tuple, but lazily
    if isinstance(data, list):
        return Array(begin, end, Lazy(text, begin, end, data))  # type: ignore[arg-type]
    if isinstance(data, str):
        # Strict JSON has no escape for dots, so these are the wildcard.
        if text.endswith('..."', begin + 1, end):
            return String(begin, end, data[:-3], open=True)
        return String(begin, end, data)
    if isinstance(data, bytes):
        return Number(begin, end, data.decode())
    return Constant(begin, end, data)


class Lazy(Sequence[Any]):
    """The members or elements of a node of plain JSON; they are made when the first of them is asked for."""

    def __init__(self, text: str, begin: int, end: int, data: Any) -> None:
        self.data = data
        self._place: tuple[str, int, int] | None = (text, begin, end)
        self._nodes: tuple[Any, ...] = ()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        """Make them, if they are not, and go through them."""
        return iter(self._made())

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Return one of them, or several."""
        return self._made()[index]

    def _made(self) -> tuple[Any, ...]:
        if self._place is not None:
            text, begin, end = self._place
            self._nodes = tuple(
                _members(text, begin, end, self.data)
                if isinstance(self.data, dict)
                else _elements(text, begin, end, self.data)
            )
            self._place = None
        return self._nodes


def _elements(text: str, begin: int, end: int, data: list[Any]) -> Iterator[Node]:
    scan = _SKIPPER.scan_once  # type: ignore[attr-defined]
    at = begin + 1
    last = len(data) - 1
    for index, value in enumerate(data):
        if text[at] in _SPACES:
            at = _skip(text, at)
        # Where the last one ends is known; it may be most of the text.
        stop = _last_end(text, end) if index == last else scan(text, at)[1]
        yield _node(text, at, stop, value)
        if index < last:
            at = (_skip(text, stop) if text[stop] in _SPACES else stop) + 1


def _members(text: str, begin: int, end: int, data: dict[str, Any]) -> Iterator[Member]:
    scan = _SKIPPER.scan_once  # type: ignore[attr-defined]
    at = begin + 1
    last = len(data) - 1
    for index, (name, value) in enumerate(data.items()):
        if text[at] in _SPACES:
            at = _skip(text, at)
        place = at
        at = scanstring(text, at + 1, True)[1]
        at = (_skip(text, at) if text[at] in _SPACES else at) + 1
        if text[at] in _SPACES:
            at = _skip(text, at)
        stop = _last_end(text, end) if index == last else scan(text, at)[1]
        yield Member(place, name, _node(text, at, stop, value))
        if index < last:
            at = (_skip(text, stop) if text[stop] in _SPACES else stop) + 1


def _skip(text: str, at: int) -> int:
    """Return where the blanks end that begin at ``at``; most often there are none, so that nobody asks."""
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _last_end(text: str, end: int) -> int:
    end -= 1
    while text[end - 1] in _SPACES:
        end -= 1
    return end


def written_data(nodes: Sequence[Any]) -> Any:
    """Return the data of ``nodes`` as it was written, if it is known; else ``None``.

    What is the same as this fits, whatever the laws are: they only widen.
    """
    return nodes.data if isinstance(nodes, Lazy) else None
