"""Pairs the nodes of a list with actual values, each one with the closest, to explain where they differ."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from snipproof.compare.align import AlignedPair, SequencePair, align, find_moved
from snipproof.compare.fast_json import raw_data
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.match import Items
from snipproof.compare.precision import number_of
from snipproof.compare.scope import DataPath
from snipproof.compare.show import first_difference
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Array, Constant, Elision, Node, Number, Object, String, TypedNode, TypedValue

_MAX_CANDIDATES = 60
_MAX_DEPTH = 6
_MAX_LENGTH = 50
_ALIKE = 0.95

FitsFunction = Callable[[Node, Any, DataPath], bool]


class DistanceMetric:
    """Measures how different data is, from 0 (nearly the same) to 1 (nothing in common)."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver

    def between(  # noqa: PLR0911 (one measure for each kind of node)
        self, node: Node, actual: Any, path: DataPath, depth: int = 0
    ) -> float:
        """Return the distance between ``node`` and ``actual``, which does not match it."""
        self._solver.step()
        actual = self._solver.unwrapped(node, actual)
        if isinstance(node, TypedNode) and isinstance(actual, TypedValue):
            inner = self._members(node.members, dict(actual.members), path, depth)
            return inner if node.name == actual.name else (1 + inner) / 2
        if isinstance(node, Object) and isinstance(actual, dict):
            return self._members(node, actual, path, depth)
        if isinstance(node, Array) and isinstance(actual, list | tuple):
            longest = max(len(node.items), len(actual), 1)
            both = list(zip(node.items, actual, strict=False))[:_MAX_LENGTH]
            parts = [self._part(item, value, (path, i), depth) for i, (item, value) in enumerate(both)]
            return (sum(parts) + longest - len(parts)) / longest if depth < _MAX_DEPTH else 1.0
        if isinstance(node, String) and isinstance(actual, str):
            return _texts(node.value, actual)
        if isinstance(node, Number) and number_of(actual) is not None:
            return 0.7
        if isinstance(node, Constant) and isinstance(node.value, bool) and isinstance(actual, bool):
            return 0.7
        return 1.0

    def _members(self, node: Object, actual: dict[str, Any], path: DataPath, depth: int) -> float:
        shown = {member.name for member in node.members}
        names = len(shown) if node.open else len(shown.union(actual))
        if not names or depth >= _MAX_DEPTH:
            return 1.0
        total = float(names - len(shown))
        for member in node.members:
            if member.name not in actual:
                total += 1
            elif not self._solver.scope.ignored((path, member.name)):
                total += self._part(member.value, actual[member.name], (path, member.name), depth)
        # Two objects with a common member name have something in common, whatever its values are.
        return total / names * (_ALIKE if any(name in actual for name in shown) else 1)

    def _part(self, node: Node, actual: Any, path: DataPath, depth: int) -> float:
        # The values of captures do not matter here: the distance is only a guess at what belongs together.
        if not self._solver.has_capture(node) and self._solver.matches(node, actual, path):
            return 0.0
        return self.between(node, actual, path, depth + 1)


def _texts(expected: str, actual: str) -> float:
    longest = max(len(expected), len(actual), 1)
    begin = first_difference(expected, actual)
    rest = min(len(expected), len(actual)) - begin
    end = first_difference(expected[::-1][:rest], actual[::-1][:rest])
    return 1 - 0.9 * (begin + end) / longest


def in_order(
    items: Items, solver: Solver, distance: DistanceMetric, fits: FitsFunction
) -> tuple[list[AlignedPair], list[tuple[int, int]]]:
    """Return the nodes of ``items`` with their values, and the moved ones as pairs of indexes (node, value)."""
    nodes, values, path_of = items
    known: dict[tuple[int, int], bool] = {}
    raw = raw_data(nodes)

    def same(one: int, other: int) -> bool:
        if (one, other) not in known:
            alike = raw is not None and raw[one] == values[other]
            known[one, other] = alike or fits(nodes[one], values[other], path_of(other))
        return known[one, other]

    def compute_fingerprints() -> tuple[list[Hashable], list[Hashable]]:
        shown, there = fingerprints(nodes, values)
        if solver.scope.options.captures:
            shown = [None if solver.has_capture(node) else text for node, text in zip(nodes, shown, strict=True)]
        return shown, there

    sequences = SequencePair(
        len(nodes),
        len(values),
        frozenset(index for index, item in enumerate(nodes) if isinstance(item, Elision)),
        same,
        lambda one, other: distance.between(nodes[one], values[other], path_of(other)),
        compute_fingerprints,
    )
    return find_moved(align(sequences), same)


def in_any_order(
    items: Items, solver: Solver, distance: DistanceMetric, take: FitsFunction, tolerance: Decimal | None
) -> list[AlignedPair]:
    """Return what remains of ``items`` when as many nodes as possible have a value: each with the closest value.

    :param take: whether a node matches a value; if so, binds its captures.
    """
    nodes, values, path_of = items
    shown = [index for index, item in enumerate(nodes) if not isinstance(item, Elision)]
    found: dict[int, int] = {}
    if any(solver.has_capture(item) for item in nodes):
        for one in shown:
            free = (other for other in range(len(values)) if other not in found.values())
            fit = next((other for other in free if take(nodes[one], values[other], path_of(other))), None)
            if fit is not None:
                found[one] = fit
    else:
        found = solver.assignment(items, tolerance)
    lost = [one for one in shown if one not in found]
    placed = set(found.values())
    left = [other for other in range(len(values)) if other not in placed]
    pairs: list[AlignedPair] = []
    for one in lost:
        near = [
            (distance.between(nodes[one], values[other], path_of(other)), other) for other in left[:_MAX_CANDIDATES]
        ]
        nearest = min(near, default=None)
        if nearest is not None and (nearest[0] < 1 or len(lost) == len(left) == 1):
            left.remove(nearest[1])
            pairs.append(AlignedPair(one, nearest[1]))
        else:
            pairs.append(AlignedPair(one, None))
    # An elision stands for all remaining values.
    return pairs if len(shown) < len(nodes) else pairs + [AlignedPair(None, other) for other in left]
