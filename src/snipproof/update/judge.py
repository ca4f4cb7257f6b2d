"""Says of any node of a block whether it stands for actual data, by the laws of the block."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.captures import NO_BINDINGS
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.match import StepLimitError
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.pairing import DistanceMetric
from snipproof.compare.scope import DataPath, Scope
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Node

_STEPS = 5_000_000


class Judge:
    """Judges nodes of one block.

    :param roots: the actual values, each behind its place among several; the paths of the laws are looked up in them.
    :param unwraps: whether the notation of the block has no names of types.
    """

    def __init__(self, laws: ComparisonOptions, roots: Sequence[tuple[tuple[Any, ...], Any]], *, unwraps: bool) -> None:
        self.captures = laws.captures
        self._scope = Scope(laws, roots)
        self._solver = Solver(self._scope, unwraps=unwraps, steps=_STEPS)
        self._distance = DistanceMetric(self._solver)

    def holds(self, node: Node, actual: Any, place: DataPath) -> bool:
        """Whether ``node`` stands for the value at ``place``, if its captures stand for whatever they may.

        What takes too long to be found out does not hold, and is written anew.
        """
        try:
            if place is not None and self._scope.ignored(place):
                return True
            within = self._inherited(place)
            return next(self._solver.solutions(node, actual, NO_BINDINGS, place, within), None) is not None
        except StepLimitError:
            return False

    def distance(self, node: Node, actual: Any, place: DataPath) -> float:
        """Return how far the value at ``place`` is from ``node``, from 0 (nearly the same) to 1."""
        try:
            return self._distance.between(node, actual, place)
        except StepLimitError:
            return 1.0

    def prints(self, items: Sequence[Node], actual: Sequence[Any]) -> tuple[list[Hashable], list[Hashable]]:
        """Return texts of nodes and of values: what has the same text is the same; ``None`` says nothing."""
        shown, there = fingerprints(list(items), actual)
        if self.captures:
            shown = [None if self._solver.has_capture(node) else text for node, text in zip(items, shown, strict=True)]
        return shown, there

    def data(self, node: Node, actual: Any) -> Any:
        """Return what is compared with ``node``: ``actual``, or the data in it where its name does not count."""
        return self._solver.unwrapped(node, actual)

    def ignored(self, place: DataPath) -> bool:
        """Whether the value at ``place`` is not compared."""
        return self._scope.ignored(place)

    def unordered(self, place: DataPath) -> bool:
        """Whether the elements of the list at ``place`` may stand in any order."""
        return self._scope.unordered(place)

    def _inherited(self, place: DataPath) -> Decimal | None:
        """Return the tolerance of the list that ``place`` is in."""
        if place is None or not isinstance(place[1], int):
            return None
        return self._scope.tolerance(place[0], self._inherited(place[0]))
