"""How far actual data is from what is shown: elements are explained beside the closest one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from snipproof.compare.align import Rows, Side, align, find_moved
from snipproof.compare.fast_json import written_data
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.match import Items
from snipproof.compare.precision import number_of
from snipproof.compare.scope import Place
from snipproof.compare.show import first_difference
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Array, Constant, Elision, Node, Number, Object, String, TypedNode, TypedValue

_DEEPEST = 6
_LONGEST = 50
_ALIKE = 0.95


class Distance:
    """Measures from 0, nearly the same, to 1, nothing in common."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver

    def between(  # noqa: PLR0911 (one measure for each kind of node)
        self, node: Node, actual: Any, place: Place, depth: int = 0
    ) -> float:
        """Return how far ``actual`` is from ``node``, which does not stand for it."""
        self._solver.step()
        actual = self._solver.data(node, actual)
        if isinstance(node, TypedNode) and isinstance(actual, TypedValue):
            inner = self._members(node.members, dict(actual.members), place, depth)
            return inner if node.name == actual.name else (1 + inner) / 2
        if isinstance(node, Object) and isinstance(actual, dict):
            return self._members(node, actual, place, depth)
        if isinstance(node, Array) and isinstance(actual, list | tuple):
            longest = max(len(node.items), len(actual), 1)
            both = list(zip(node.items, actual, strict=False))[:_LONGEST]
            parts = [self._part(item, value, (place, i), depth) for i, (item, value) in enumerate(both)]
            return (sum(parts) + longest - len(parts)) / longest if depth < _DEEPEST else 1.0
        if isinstance(node, String) and isinstance(actual, str):
            return _texts(node.value, actual)
        if isinstance(node, Number) and number_of(actual) is not None:
            return 0.7
        if isinstance(node, Constant) and isinstance(node.value, bool) and isinstance(actual, bool):
            return 0.7
        return 1.0

    def _members(self, node: Object, actual: dict[str, Any], place: Place, depth: int) -> float:
        shown = {member.name for member in node.members}
        names = len(shown) if node.open else len(shown.union(actual))
        if not names or depth >= _DEEPEST:
            return 1.0
        total = float(names - len(shown))
        for member in node.members:
            if member.name not in actual:
                total += 1
            elif not self._solver.scope.ignored((place, member.name)):
                total += self._part(member.value, actual[member.name], (place, member.name), depth)
        # Two objects with a name in common have something in common, whatever it says.
        return total / names * (_ALIKE if any(name in actual for name in shown) else 1)

    def _part(self, node: Node, actual: Any, place: Place, depth: int) -> float:
        # What a capture stands for is left open here: this is a guess at what belongs together.
        if not self._solver.holds(node) and self._solver.matches(node, actual, place):
            return 0.0
        return self.between(node, actual, place, depth + 1)


def _texts(expected: str, actual: str) -> float:
    longest = max(len(expected), len(actual), 1)
    begin = first_difference(expected, actual)
    rest = min(len(expected), len(actual)) - begin
    end = first_difference(expected[::-1][:rest], actual[::-1][:rest])
    return 1 - 0.9 * (begin + end) / longest


_CANDIDATES = 60
Fits = Callable[[Node, Any, Place], bool]


def in_order(items: Items, solver: Solver, distance: Distance, fits: Fits) -> tuple[list[Side], list[tuple[int, int]]]:
    """Return the nodes of ``items`` beside their values, and those that only stand elsewhere, as (node, value)."""
    nodes, values, place = items
    known: dict[tuple[int, int], bool] = {}
    written = written_data(nodes)

    def same(one: int, other: int) -> bool:
        if (one, other) not in known:
            alike = written is not None and written[one] == values[other]
            known[one, other] = alike or fits(nodes[one], values[other], place(other))
        return known[one, other]

    def prints() -> tuple[list[Hashable], list[Hashable]]:
        shown, there = fingerprints(nodes, values)
        if solver.scope.laws.captures:
            shown = [None if solver.holds(node) else text for node, text in zip(nodes, shown, strict=True)]
        return shown, there

    rows = Rows(
        len(nodes),
        len(values),
        frozenset(index for index, item in enumerate(nodes) if isinstance(item, Elision)),
        same,
        lambda one, other: distance.between(nodes[one], values[other], place(other)),
        prints,
    )
    return find_moved(align(rows), same)


def in_any_order(items: Items, solver: Solver, distance: Distance, take: Fits, within: Decimal | None) -> list[Side]:
    """Return what is left of ``items`` when as many nodes as possible have their value: each beside the closest one.

    :param take: whether a node fits; from then on its captures stand for what they do there.
    """
    nodes, values, place = items
    shown = [index for index, item in enumerate(nodes) if not isinstance(item, Elision)]
    found: dict[int, int] = {}
    if any(solver.holds(item) for item in nodes):
        for one in shown:
            free = (other for other in range(len(values)) if other not in found.values())
            fit = next((other for other in free if take(nodes[one], values[other], place(other))), None)
            if fit is not None:
                found[one] = fit
    else:
        found = solver.assignment(items, within)
    lost = [one for one in shown if one not in found]
    placed = set(found.values())
    left = [other for other in range(len(values)) if other not in placed]
    sides: list[Side] = []
    for one in lost:
        near = [(distance.between(nodes[one], values[other], place(other)), other) for other in left[:_CANDIDATES]]
        nearest = min(near, default=None)
        if nearest is not None and (nearest[0] < 1 or len(lost) == len(left) == 1):
            left.remove(nearest[1])
            sides.append(Side(one, nearest[1]))
        else:
            sides.append(Side(one, None))
    # An elision among them stands for all that is left.
    return sides if len(shown) < len(nodes) else sides + [Side(None, other) for other in left]
