"""``<name>`` in an Expectation: what it stands for, which must be the same wherever it returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from snipproof.compare.precision import number_of, plain_number
from snipproof.compare.show import kind_of
from snipproof.compare.tree import TypedValue

_A_STEP = 1_000  # so many characters are copied and hashed while one node is compared


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name stands for: its text, and what kind of data it is, ``""`` while it was met within a text only."""

    text: str
    kind: str = ""

    def joined(self, other: Bound) -> Bound | None:
        """Return what both say together, ``None`` if they disagree."""
        if self.text != other.text or (self.kind and other.kind and self.kind != other.kind):
            return None
        return self if self.kind else other


Bindings = frozenset[tuple[str, Bound]]
NOTHING_BOUND: Bindings = frozenset()


def bind(bindings: Bindings, name: str, bound: Bound) -> Bindings | None:
    """Return ``bindings`` with what ``name`` stands for, ``None`` if it stands for something else already."""
    known = dict(bindings)
    if name in known:
        joined = known[name].joined(bound)
        if joined is None:
            return None
        if joined == known[name]:
            return bindings
        bound = joined
    return frozenset({**known, name: bound}.items())


def bound_value(actual: Any) -> Bound | None:
    """Return what a name stands for that is written in the place of the value ``actual``; ``None`` for a container."""
    if isinstance(actual, TypedValue) and len(actual.positional) == 1 and not actual.members:
        inner = bound_value(actual.positional[0])
        return Bound(inner.text, inner.kind) if inner else None
    if isinstance(actual, dict | list | tuple | TypedValue):
        return None
    number = number_of(actual)
    if number is not None:
        return Bound(plain_number(number), "a number")
    return Bound(actual if isinstance(actual, str) else str(actual), kind_of(actual))


class Pattern:
    """The text of a String or a line, cut at the names that it may hold."""

    def __init__(self, names: Sequence[str]) -> None:
        self._cut = re.compile("<(" + "|".join(map(re.escape, names)) + ")>") if names else None

    def holds(self, text: str) -> bool:
        """Whether there is a name in ``text``."""
        return self._cut is not None and self._cut.search(text) is not None

    def pieces(self, text: str) -> list[str]:
        """Return literal texts and names by turns: a literal first and last, which may be empty."""
        return self._cut.split(text) if self._cut is not None else [text]

    def solutions(
        self, text: str, actual: str, bindings: Bindings, step: Callable[[int], None], *, is_open: bool, is_value: bool
    ) -> Iterator[Bindings]:
        """Yield every way in which ``text`` stands for ``actual``.

        :param step: called for each try, so that there is an end to them.
        :param is_open: ``text`` is only how ``actual`` begins.
        :param is_value: ``text`` is a whole string: if it is nothing but a name, that stands for any string.
        """
        pieces = self.pieces(text)
        if is_value and not is_open and len(pieces) == 3 and not pieces[0] and not pieces[2]:
            bound = bind(bindings, pieces[1], Bound(actual, "a string"))
            if bound is not None:
                yield bound
            return
        if actual.startswith(pieces[0]):
            yield from self._rest(pieces[1:], actual, len(pieces[0]), bindings, step, is_open)

    def _rest(
        self, pieces: list[str], actual: str, at: int, bindings: Bindings, step: Callable[[int], None], is_open: bool
    ) -> Iterator[Bindings]:
        step(1)
        if not pieces:
            if is_open or at == len(actual):
                yield bindings
            return
        name, literal, *rest = pieces
        known = dict(bindings).get(name)
        if known is not None:
            ends: Iterable[int] = [at + len(known.text)] if known.text and actual.startswith(known.text, at) else []
        elif not rest and not is_open:
            ends = [len(actual) - len(literal)]
        else:
            ends = _ends(actual, at + 1, literal)
        for end in ends:
            if end <= at or not actual.startswith(literal, end):
                continue
            step((end - at) // _A_STEP)
            bound = bind(bindings, name, Bound(actual[at:end]))
            if bound is not None:
                yield from self._rest(rest, actual, end + len(literal), bound, step, is_open)


def _ends(actual: str, begin: int, literal: str) -> Iterator[int]:
    """Yield where a name may end: wherever the literal text behind it begins."""
    end = actual.find(literal, begin)
    while end != -1:
        yield end
        end = actual.find(literal, end + 1) if end < len(actual) else -1
