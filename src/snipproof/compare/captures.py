"""Captures: ``<name>`` in an Expectation stands for any value, but for the same value wherever it occurs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from snipproof.compare.precision import number_of, plain_number
from snipproof.compare.show import kind_of
from snipproof.compare.tree import TypedValue

_CHARACTERS_PER_STEP = 1_000  # as many are copied and hashed in the time that it takes to compare a node


@dataclass(frozen=True, slots=True)
class CapturedValue:
    """The value of a capture: its text, and the kind of data, ``""`` if it has only occurred inside a longer text."""

    text: str
    kind: str = ""

    def joined(self, other: CapturedValue) -> CapturedValue | None:
        """Return the value that is known from both, ``None`` if they contradict each other."""
        if self.text != other.text or (self.kind and other.kind and self.kind != other.kind):
            return None
        return self if self.kind else other


Bindings = frozenset[tuple[str, CapturedValue]]
NO_BINDINGS: Bindings = frozenset()


def bind(bindings: Bindings, name: str, value: CapturedValue) -> Bindings | None:
    """Return ``bindings`` with a value for ``name``, ``None`` if the name already has another value."""
    known = dict(bindings)
    if name in known:
        joined = known[name].joined(value)
        if joined is None:
            return None
        if joined == known[name]:
            return bindings
        value = joined
    return frozenset({**known, name: value}.items())


def captured_value(actual: Any) -> CapturedValue | None:
    """Return the value of a capture that is written in place of ``actual``; ``None`` if ``actual`` is a container."""
    if isinstance(actual, TypedValue) and len(actual.positional) == 1 and not actual.members:
        inner = captured_value(actual.positional[0])
        return CapturedValue(inner.text, inner.kind) if inner else None
    if isinstance(actual, dict | list | tuple | TypedValue):
        return None
    number = number_of(actual)
    if number is not None:
        return CapturedValue(plain_number(number), "a number")
    return CapturedValue(actual if isinstance(actual, str) else str(actual), kind_of(actual))


class CapturePattern:
    """Matches texts in which captures may occur: strings and lines."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = re.compile("<(" + "|".join(map(re.escape, names)) + ")>") if names else None

    def has_capture(self, text: str) -> bool:
        """Whether a capture occurs in ``text``."""
        return self._names is not None and self._names.search(text) is not None

    def pieces(self, text: str) -> list[str]:
        """Return literal texts and names in turn; the first and the last item is a literal, which may be empty."""
        return self._names.split(text) if self._names is not None else [text]

    def solutions(
        self, text: str, actual: str, bindings: Bindings, step: Callable[[int], None], *, is_open: bool, is_value: bool
    ) -> Iterator[Bindings]:
        """Yield the bindings of every way in which ``text`` matches ``actual``.

        :param step: called with the cost of each try; may raise an error to end the search.
        :param is_open: ``text`` is only the beginning of ``actual``.
        :param is_value: ``text`` is a string and not a line: a name alone matches any string, the empty one included.
        """
        pieces = self.pieces(text)
        if is_value and not is_open and len(pieces) == 3 and not pieces[0] and not pieces[2]:
            bound = bind(bindings, pieces[1], CapturedValue(actual, "a string"))
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
            step((end - at) // _CHARACTERS_PER_STEP)
            bound = bind(bindings, name, CapturedValue(actual[at:end]))
            if bound is not None:
                yield from self._rest(rest, actual, end + len(literal), bound, step, is_open)


def _ends(actual: str, begin: int, literal: str) -> Iterator[int]:
    """Yield where a capture may end: wherever the literal text behind it begins."""
    end = actual.find(literal, begin)
    while end != -1:
        yield end
        end = actual.find(literal, end + 1) if end < len(actual) else -1
