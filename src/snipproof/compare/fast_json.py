"""The fast path for strict JSON: reads it at the speed of the standard library, into a tree that is built on demand.

Numbers stay :data:`~snipproof.compare.tree.RawNumber`, so that no digit is lost: two texts whose data is equal in this
form are equal digit for digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # not in the stubs
from typing import Any, overload

from snipproof.compare.tree import Array, Constant, Member, Node, Number, Object, RawNumber, String

_SPACE = re.compile(r"[ \t\n\r]*")
_SPACES = " \t\n\r"
_ELISION = re.compile(r'[\[,{]\s*+"\.\.\."')
_SKIPPER = json.JSONDecoder(parse_float=str.encode, parse_int=str.encode)


class NotStrictJsonError(ValueError):
    """The text is not strict JSON, or repeats a member: another reader has to read it."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJsonError
    return members


def _refuse(word: str) -> Any:
    raise NotStrictJsonError(word)


# `str.encode` makes a RawNumber without a call into Python.
_READER = json.JSONDecoder(
    parse_float=str.encode, parse_int=str.encode, parse_constant=_refuse, object_pairs_hook=_unique
)


def read_strict_json(text: str) -> Any:
    """Return the object or list in ``text``; its numbers are :data:`~snipproof.compare.tree.RawNumber`.

    :raises NotStrictJsonError: the text is not strict JSON, or is a scalar.
    """
    if not text.lstrip(_SPACES).startswith(("{", "[")):
        raise NotStrictJsonError
    try:
        return _READER.decode(text)
    except (ValueError, RecursionError):
        raise NotStrictJsonError from None


def has_elisions(text: str) -> bool:
    """Whether strict JSON may contain ``"..."`` as an element or as the name of a member, which lazy nodes do not."""
    return '"..."' in text and _ELISION.search(text) is not None


def decode_numbers(actual: Any) -> Any:
    """Return ``actual`` with an int or a Decimal in place of each RawNumber."""
    if isinstance(actual, RawNumber):
        text = actual.decode()
        is_whole = text.removeprefix("-").isdigit() and len(text) < 4000
        return int(text) if is_whole else Decimal(text)
    if isinstance(actual, dict):
        return {name: decode_numbers(value) for name, value in actual.items()}
    return [decode_numbers(value) for value in actual] if isinstance(actual, list) else actual


def lazy_tree(text: str, data: Any) -> Node:
    """Return the tree of ``text``; ``data`` is what :func:`read_strict_json` returned for it."""
    begin = len(text) - len(text.lstrip(_SPACES))
    return _node(text, begin, len(text.rstrip(_SPACES)), data)


def _node(text: str, begin: int, end: int, data: Any) -> Node:
    if isinstance(data, dict):
        return Object(begin, end, LazyNodes(text, begin, end, data))  # type: ignore[arg-type]  # stands in for a tuple
    if isinstance(data, list):
        return Array(begin, end, LazyNodes(text, begin, end, data))  # type: ignore[arg-type]
    if isinstance(data, str):
        # Strict JSON has no escape for dots, so these dots are a wildcard.
        if text.endswith('..."', begin + 1, end):
            return String(begin, end, data[:-3], open=True)
        return String(begin, end, data)
    if isinstance(data, RawNumber):
        return Number(begin, end, data.decode())
    return Constant(begin, end, data)


class LazyNodes(Sequence[Any]):
    """The members or elements of a node of strict JSON; built when the first of them is needed."""

    def __init__(self, text: str, begin: int, end: int, data: Any) -> None:
        self.data = data
        self._span: tuple[str, int, int] | None = (text, begin, end)
        self._nodes: tuple[Any, ...] = ()

    def __len__(self) -> int:
        """Return their number."""
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over them."""
        return iter(self._built())

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Return one of them, or several."""
        return self._built()[index]

    def _built(self) -> tuple[Any, ...]:
        if self._span is not None:
            text, begin, end = self._span
            self._nodes = tuple(
                _members(text, begin, end, self.data)
                if isinstance(self.data, dict)
                else _elements(text, begin, end, self.data)
            )
            self._span = None
        return self._nodes


def _elements(text: str, begin: int, end: int, data: list[Any]) -> Iterator[Node]:
    scan = _SKIPPER.scan_once  # type: ignore[attr-defined]
    at = begin + 1
    last = len(data) - 1
    for index, value in enumerate(data):
        if text[at] in _SPACES:
            at = _skip(text, at)
        # The last element may be most of the text, and its end is known.
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
        name_begin = at
        at = scanstring(text, at + 1, True)[1]
        at = (_skip(text, at) if text[at] in _SPACES else at) + 1
        if text[at] in _SPACES:
            at = _skip(text, at)
        stop = _last_end(text, end) if index == last else scan(text, at)[1]
        yield Member(name_begin, name, _node(text, at, stop, value))
        if index < last:
            at = (_skip(text, stop) if text[stop] in _SPACES else stop) + 1


def _skip(text: str, at: int) -> int:
    """Return the end of the white space at ``at``. Callers check first whether there is any: mostly there is not."""
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _last_end(text: str, end: int) -> int:
    end -= 1
    while text[end - 1] in _SPACES:
        end -= 1
    return end


def raw_data(nodes: Sequence[Any]) -> Any:
    """Return the data of lazy ``nodes``, with numbers as they were written; ``None`` for other nodes.

    Actual data that equals it matches under any options, since options only widen.
    """
    return nodes.data if isinstance(nodes, LazyNodes) else None
