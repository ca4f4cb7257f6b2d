"""How far actual data is from what is shown: elements are explained beside the closest one."""

from __future__ import annotations

from typing import Any

from snipproof.compare.places import Place
from snipproof.compare.precision import number_of
from snipproof.compare.show import first_difference
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Array, Constant, Node, Number, Object, String, TypedNode, TypedValue

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
