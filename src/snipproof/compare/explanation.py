"""Says in words where an Expectation and actual data part, each element beside its closest counterpart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from snipproof.compare.align import Side
from snipproof.compare.captures import NOTHING_BOUND, Bindings
from snipproof.compare.differences import ABSENT, Difference, Kind
from snipproof.compare.fast_json import as_data, written_data
from snipproof.compare.match import Items, TooMuchError
from snipproof.compare.pairing import Distance, in_any_order, in_order
from snipproof.compare.reasons import close_name, not_expected, reason
from snipproof.compare.scope import Place, element_at, written
from snipproof.compare.solve import Solver
from snipproof.compare.tree import (
    Array,
    Documents,
    Elision,
    Expected,
    Node,
    Object,
    TextLines,
    TypedNode,
    TypedValue,
)

_CLOSE_ENOUGH = 0.8
_CANDIDATES = 60


class _EnoughError(Exception):
    """As many differences are found as are told."""


class Explainer:
    """Collects the differences of one comparison in ``found``.

    :param most: how many at most.
    """

    def __init__(self, expected: Expected, solver: Solver, most: int, bindings: Bindings = NOTHING_BOUND) -> None:
        self.found: list[Difference] = []
        self._expected = expected
        self._solver = solver
        self._scope = solver.scope
        self._distance = Distance(solver)
        self._most = most
        self._bindings = bindings
        self._counted = 0, 1

    def explain_all(self, node: Node, actual: Any) -> str:
        """Collect the differences of ``node``, which does not fit, and return what was left out, in words."""
        try:
            self._explain(node, actual, None, None)
        except _EnoughError:
            return f"there are more differences: these are the first {self._most}"
        except TooMuchError:
            return "this is too much to compare one by one: there may be more differences"
        except RecursionError:
            return "this is nested too deep: there may be more differences"
        return ""

    def _tell(
        self,
        place: tuple[int, int],
        path: Place,
        message: str,
        kind: Kind,
        node: Node,
        actual: Any = ABSENT,
    ) -> None:
        if len(self.found) >= self._most:
            raise _EnoughError
        begin, end = place
        line = self._line(begin)
        self.found.append(Difference(begin, end, line, written(path), message, kind, as_data(actual), node))

    def _line(self, offset: int) -> int:
        """Return the line of a place, counted from the last one: most are behind each other, in a long text."""
        last, line = self._counted
        text = self._expected.text
        line += text.count("\n", last, offset) if offset >= last else -text.count("\n", offset, last)
        self._counted = offset, line
        return line

    def _fits(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> bool:
        """Whether ``node`` fits beside what the captures stand for so far."""
        if not self._solver.holds(node):
            return self._solver.matches(node, actual, place, within)
        return next(self._solver.solutions(node, actual, self._bindings, place, within), None) is not None

    def _take(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> bool:
        """Whether ``node`` fits; from now on its captures stand for what they do there."""
        if not self._solver.holds(node):
            return self._solver.matches(node, actual, place, within)
        bindings = next(self._solver.solutions(node, actual, self._bindings, place, within), None)
        if bindings is not None:
            self._bindings = bindings
        return bindings is not None

    def _explain(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> None:
        """Tell why ``node`` does not fit."""
        actual = self._solver.data(node, actual)
        if isinstance(node, Object) and isinstance(actual, dict):
            self._members(node, actual, place)
            return
        if isinstance(node, Array | Documents | TextLines):
            items = self._solver.items(node, actual, place)
            if items is not None:
                within = self._scope.tolerance(place, within) if isinstance(node, Array) else None
                if isinstance(node, Array) and self._scope.laws.shape:
                    self._shapes(node, items)
                elif isinstance(node, Array) and self._scope.unordered(place):
                    self._any_order(node, items, within)
                else:
                    self._rows(node, items, within)
                return
        if isinstance(node, TypedNode) and isinstance(actual, TypedValue) and actual.name == node.name:
            self._rows(node, self._solver.positional(node, actual, place), None)
            self._members(node.members, dict(actual.members), place)
            return
        kind, message = reason(
            node, actual, self._scope.tolerance(place, within), self._solver.pattern, dict(self._bindings)
        )
        self._tell((node.begin, node.end), place, message, kind, node, actual)

    def _members(self, node: Object, actual: dict[str, Any], place: Place) -> None:
        shown = {member.name for member in node.members}
        further = [name for name in actual if name not in shown]
        known = written_data(node.members)
        for member in node.members:
            at = (place, member.name)
            if member.name not in actual:
                close = close_name(member.name, further)
                guess = f"; it has `{close}`, which is close: did you mean that?" if close else ""
                message = f"expected, but missing in the actual output{guess}"
                self._tell((member.begin, member.end), at, message, Kind.MISSING, member.value)
            elif known is not None and known[member.name] == actual[member.name]:
                continue
            elif not self._scope.ignored(at) and self._may_differ(member.value, actual[member.name], at, None):
                self._explain(member.value, actual[member.name], at, None)
        if node.open:
            return
        for name in further:
            if not self._scope.ignored((place, name)):
                message = not_expected(node, actual[name], self._expected.text)
                self._tell((node.begin, node.end), (place, name), message, Kind.EXTRA, node, actual[name])

    def _may_differ(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> bool:
        """Whether to look into ``node``; an object is always, since to explain one that fits says nothing."""
        if isinstance(node, Object) and isinstance(actual, dict) and not self._solver.holds(node):
            return True
        return not self._take(node, actual, place, within)

    def _rows(self, node: Array | TypedNode | Documents | TextLines, items: Items, within: Decimal | None) -> None:
        nodes, values, place = items
        fits = partial(self._fits, within=within)
        sides, moved = in_order(items, self._solver, self._distance, fits)
        for one, other in moved:
            what = "line" if isinstance(node, TextLines) else "value" if isinstance(node, Documents) else "element"
            message = f"{what} {one + 1} stands at place {other + 1} in the actual output: the order differs"
            item = nodes[one]
            self._tell((item.begin, item.end), place(other), message, Kind.ORDER, node, values[other])
        self._sides(node, items, sides, within)

    def _sides(
        self,
        node: Array | TypedNode | Documents | TextLines,
        items: Items,
        sides: Sequence[Side],
        within: Decimal | None,
    ) -> None:
        nodes, values, place = items
        behind = node.begin + (0 if isinstance(node, Documents | TextLines) else self._opening(node))
        for side in sides:
            if side.shown is not None:
                behind = nodes[side.shown].end
            if side.shown is None:
                assert side.actual is not None
                message = not_expected(node, values[side.actual], self._expected.text)
                self._tell((behind, behind), place(side.actual), message, Kind.EXTRA, node, values[side.actual])
            elif side.actual is None:
                self._missing(nodes[side.shown], place(side.shown), items, within)
            elif side.same and not self._solver.holds(nodes[side.shown]):
                continue
            elif self._may_differ(nodes[side.shown], values[side.actual], place(side.actual), within):
                self._explain(nodes[side.shown], values[side.actual], place(side.actual), within)

    def _opening(self, node: Array | TypedNode) -> int:
        """Return how far behind the begin of ``node`` its first element may stand."""
        text = self._expected.text
        at = text.find("(" if isinstance(node, TypedNode) else "[", node.begin, node.end)
        return at + 1 - node.begin if at >= 0 else 0

    def _missing(self, node: Node, path: Place, items: Items, within: Decimal | None) -> None:
        message = f"expected, but there is no such {element_at(path)} in the actual output"
        closest = self._closest(node, items, within)
        if closest is not None:
            place, first = closest
            where = "" if first.path == place else f", where {first.path} differs"
            message += f"; the closest is {place}{where}: {first.message}"
        self._tell((node.begin, node.end), path, message, Kind.MISSING, node)

    def _closest(self, node: Node, items: Items, within: Decimal | None) -> tuple[str, Difference] | None:
        """Return the place of the actual element that is nearest to ``node`` and its first difference."""
        _, values, place = items
        some = enumerate(values[:_CANDIDATES])
        near = min(((self._distance.between(node, value, place(i)), i) for i, value in some), default=(1.0, 0))
        if near[0] > _CLOSE_ENOUGH:
            return None
        index = near[1]
        inner = Explainer(self._expected, self._solver, 1, self._bindings)
        if not inner._fits(node, values[index], place(index), within):
            inner.explain_all_at(node, values[index], place(index), within)
        return (written(place(index)), inner.found[0]) if inner.found else None

    def explain_all_at(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> None:
        """Collect the differences of a node that stands at ``place``, as many as are wanted."""
        try:
            self._explain(node, actual, place, within)
        except _EnoughError:
            return

    def _any_order(self, node: Array, items: Items, within: Decimal | None) -> None:
        take = partial(self._take, within=within)
        self._sides(node, items, in_any_order(items, self._solver, self._distance, take, within), within)

    def _shapes(self, node: Array, items: Items) -> None:
        nodes, values, place = items
        shown = [item for item in nodes if not isinstance(item, Elision)]
        if shown and not values:
            message = "expected a list with elements, actual an empty one"
            self._tell((node.begin, node.end), place(0), message, Kind.MISSING, node, values)
            return
        elided = len(shown) < len(nodes)
        beside = [(value, place(i)) for i, value in enumerate(values)]
        unlike = [(value, at) for value, at in beside if not any(self._fits(n, value, at, None) for n in shown)]
        for value, at in () if elided else unlike:
            if shown:
                self._explain(min(shown, key=partial(self._distance.between, actual=value, place=at)), value, at, None)
            else:
                message = not_expected(node, value, self._expected.text)
                self._tell((node.begin, node.end), at, message, Kind.EXTRA, node, value)
        for item in shown if elided or not unlike else ():
            if not any(self._fits(item, value, at, None) for value, at in beside):
                self._missing(item, place(nodes.index(item)), items, None)
