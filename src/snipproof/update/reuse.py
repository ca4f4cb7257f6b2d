"""What of a block can be reused for new data: nodes that still match, elements that stay, captures in changed text."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from snipproof.compare.align import AlignedPair, SequencePair, assign, find_moved
from snipproof.compare.align import align as align_in_order
from snipproof.compare.captures import NO_BINDINGS
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.match import StepLimitError
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.pairing import DistanceMetric
from snipproof.compare.scope import DataPath, Scope
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Node

_MAX_STEPS = 5_000_000


class NodeMatcher:
    """Compares single nodes of one block with actual values.

    :param roots: the actual values, each with its place among several; paths in ``options`` are looked up in them.
    :param unwraps: whether the notation of the block has no type names.
    """

    def __init__(
        self, options: ComparisonOptions, roots: Sequence[tuple[tuple[Any, ...], Any]], *, unwraps: bool
    ) -> None:
        self.captures = options.captures
        self._scope = Scope(options, roots)
        self._solver = Solver(self._scope, unwraps=unwraps, steps=_MAX_STEPS)
        self._distance = DistanceMetric(self._solver)

    def matches(self, node: Node, actual: Any, place: DataPath) -> bool:
        """Return whether ``node`` matches the value at ``place`` if each capture may stand for anything.

        A comparison that takes too long counts as a difference, so that the node is rewritten.
        """
        try:
            if place is not None and self._scope.ignored(place):
                return True
            tolerance = self._inherited_tolerance(place)
            return next(self._solver.solutions(node, actual, NO_BINDINGS, place, tolerance), None) is not None
        except StepLimitError:
            return False

    def distance(self, node: Node, actual: Any, place: DataPath) -> float:
        """Return how far the value at ``place`` is from ``node``, from 0 (nearly the same) to 1."""
        try:
            return self._distance.between(node, actual, place)
        except StepLimitError:
            return 1.0

    def fingerprints(self, items: Sequence[Node], actual: Sequence[Any]) -> tuple[list[Hashable], list[Hashable]]:
        """Return a fingerprint of each node and of each value: equal ones match. ``None`` matches nothing for sure."""
        shown, found = fingerprints(list(items), actual)
        if self.captures:
            shown = [None if self._solver.has_capture(node) else text for node, text in zip(items, shown, strict=True)]
        return shown, found

    def data(self, node: Node, actual: Any) -> Any:
        """Return what is compared with ``node``: ``actual``, or the data in it if its type name does not count."""
        return self._solver.unwrapped(node, actual)

    def ignored(self, place: DataPath) -> bool:
        """Return whether the value at ``place`` is not compared."""
        return self._scope.ignored(place)

    def unordered(self, place: DataPath) -> bool:
        """Return whether the elements of the list at ``place`` may be in any order."""
        return self._scope.unordered(place)

    def _inherited_tolerance(self, place: DataPath) -> Decimal | None:
        """Return the tolerance of the list that ``place`` is in."""
        if place is None or not isinstance(place[1], int):
            return None
        return self._scope.tolerance(place[0], self._inherited_tolerance(place[0]))


@dataclass(slots=True)
class ElementPair:
    """One element of the new list: the index of a shown ``item``, of an ``actual`` element, or of both.

    Without ``actual``, the item is an Elision that stays. Without ``item``, the element is new.
    """

    item: int | None
    actual: int | None


def pair_elements(rows: SequencePair, *, unordered: bool = False) -> list[ElementPair] | None:
    """Return the elements of the new list in order, ``None`` if the lists are too long to be aligned."""
    rows = replace(rows, same=cache(rows.same), distance=cache(rows.distance), fingerprints=cache(rows.fingerprints))
    if unordered:
        return _pair_in_any_order(rows)
    sides = align_in_order(rows)
    if sum(side.shown is not None for side in sides) + len(rows.elided) < rows.shown:
        return None
    _, moved = find_moved(sides, rows.same, rows.max_pairs)
    return _pair_in_order(sides, {actual: shown for shown, actual in moved}, sorted(rows.elided))


def _pair_in_order(sides: Sequence[AlignedPair], moved: dict[int, int], elided: list[int]) -> list[ElementPair]:
    """Pair what stays or is new, with Elisions between; an item that moved goes to the element that it matches."""
    moved_items = set(moved.values())
    pairs: list[ElementPair] = []
    for side in sides:
        while elided and side.shown is not None and elided[0] < side.shown:
            pairs.append(ElementPair(elided.pop(0), None))
        if side.actual is not None:
            stays = None if side.shown in moved_items else side.shown
            pairs.append(ElementPair(moved.get(side.actual, stays), side.actual))
    return pairs + [ElementPair(index, None) for index in elided]


def _pair_in_any_order(rows: SequencePair) -> list[ElementPair] | None:
    """Keep the order that is shown; further elements follow."""
    items = [i for i in range(rows.shown) if i not in rows.elided]
    hints = _equal_fingerprints(rows, items)
    if (len(items) - len(hints)) * rows.actual > rows.max_pairs:
        return None
    assigned = assign(len(items), rows.actual, lambda i, j: rows.same(items[i], j), hints, lambda: None)
    actual_of = {items[i]: j for i, j in assigned.items()}
    left = sorted(set(range(rows.actual)).difference(actual_of.values()))
    for i in items:
        if left and i not in actual_of:
            actual_of[i] = min(left, key=lambda j: rows.distance(i, j))
            left.remove(actual_of[i])
    pairs = [ElementPair(i, actual_of.get(i)) for i in range(rows.shown) if i in actual_of or i in rows.elided]
    return pairs if rows.elided else [*pairs, *(ElementPair(None, j) for j in left)]


def _equal_fingerprints(rows: SequencePair, items: Sequence[int]) -> dict[int, int]:
    """Return pairs of the same fingerprint: index in ``items`` to index of the actual element."""
    shown, actual = rows.fingerprints()
    free: dict[Hashable, list[int]] = {}
    for j in range(rows.actual - 1, -1, -1):
        free.setdefault(actual[j], []).append(j)
    return {n: free[shown[i]].pop() for n, i in enumerate(items) if shown[i] is not None and free.get(shown[i])}


def keep_captures(shown: str, actual: str, names: Sequence[str]) -> str | None:
    """Return ``actual`` with the captures of ``shown`` in it, ``None`` if it is unclear what they stand for.

    ``A cat: <near>`` and ``A rocket: 0.5`` give ``A rocket: <near>``. The value of a capture begins after the longest
    end of the words before it that is still there, and ends before the longest beginning of the words after it.
    """
    if not names:
        return None
    parts = re.split(f"<({'|'.join(map(re.escape, names))})>", shown)
    kept = []
    position = 0
    for index in range(1, len(parts), 2):
        before, after = parts[index - 1], parts[index + 1]
        begin = position if not before and index == 1 else _find_after(actual, before, position)
        is_last = index == len(parts) - 2
        end = len(actual) if not after and is_last else _find_before(actual, after, begin + 1)
        if begin < 0 or end < 0:
            return None
        kept += [actual[position:begin], f"<{parts[index]}>"]
        position = end
    return "".join([*kept, actual[position:]]) if kept else None


def _find_after(text: str, words: str, position: int) -> int:
    """Return where the longest end of ``words`` that ``text`` contains ends, -1 if it contains none."""
    for begin in range(len(words)):
        end = words[begin:]
        if end.strip() and (found := text.find(end, position)) >= 0:
            return found + len(end)
    return -1


def _find_before(text: str, words: str, position: int) -> int:
    """Return where the longest beginning of ``words`` that ``text`` contains begins, -1 if it contains none."""
    for end in range(len(words), 0, -1):
        beginning = words[:end]
        if beginning.strip() and (found := text.find(beginning, position)) >= 0:
            return found
    return -1
