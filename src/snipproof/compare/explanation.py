"""Collects the differences between an Expectation and actual data; compares each element with its counterpart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from snipproof.compare.align import AlignedPair
from snipproof.compare.captures import NO_BINDINGS, Bindings
from snipproof.compare.differences import ABSENT, Difference, Kind
from snipproof.compare.fast_json import decode_numbers, raw_data
from snipproof.compare.match import Items, StepLimitError
from snipproof.compare.pairing import DistanceMetric, in_any_order, in_order
from snipproof.compare.reasons import close_name, not_expected, reason
from snipproof.compare.scope import DataPath, element_word, path_text
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
_MAX_CANDIDATES = 60


class _LimitReachedError(Exception):
    """The maximum number of differences is reached."""


class Explainer:
    """Collects the ``differences`` of one comparison, at most ``max_differences``."""

    def __init__(
        self, expected: Expected, solver: Solver, max_differences: int, bindings: Bindings = NO_BINDINGS
    ) -> None:
        self.differences: list[Difference] = []
        self._expected = expected
        self._solver = solver
        self._scope = solver.scope
        self._distance = DistanceMetric(solver)
        self._max_differences = max_differences
        self._bindings = bindings
        self._counted = 0, 1

    def explain_all(self, node: Node, actual: Any) -> str:
        """Collect the differences of ``node``, which does not match; return why some are left out, else ``""``."""
        try:
            self._explain(node, actual, None, None)
        except _LimitReachedError:
            return f"there are more differences: these are the first {self._max_differences}"
        except StepLimitError:
            return "this is too much to compare one by one: there may be more differences"
        except RecursionError:
            return "this is nested too deep: there may be more differences"
        return ""

    def _report(
        self,
        span: tuple[int, int],
        path: DataPath,
        message: str,
        kind: Kind,
        node: Node,
        actual: Any = ABSENT,
    ) -> None:
        if len(self.differences) >= self._max_differences:
            raise _LimitReachedError
        begin, end = span
        line = self._line(begin)
        self.differences.append(
            Difference(begin, end, line, path_text(path), message, kind, decode_numbers(actual), node)
        )

    def _line(self, offset: int) -> int:
        """Return the line of ``offset``, counted from the previous offset: most of them ascend, in a long text."""
        last, line = self._counted
        text = self._expected.text
        line += text.count("\n", last, offset) if offset >= last else -text.count("\n", offset, last)
        self._counted = offset, line
        return line

    def _fits(self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None) -> bool:
        """Whether ``node`` matches with the current values of the captures."""
        if not self._solver.has_capture(node):
            return self._solver.matches(node, actual, path, tolerance)
        return next(self._solver.solutions(node, actual, self._bindings, path, tolerance), None) is not None

    def _take(self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None) -> bool:
        """Whether ``node`` matches; if so, bind its captures."""
        if not self._solver.has_capture(node):
            return self._solver.matches(node, actual, path, tolerance)
        bindings = next(self._solver.solutions(node, actual, self._bindings, path, tolerance), None)
        if bindings is not None:
            self._bindings = bindings
        return bindings is not None

    def _explain(self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None) -> None:
        """Report why ``node`` does not match."""
        actual = self._solver.unwrapped(node, actual)
        if isinstance(node, Object) and isinstance(actual, dict):
            self._members(node, actual, path)
            return
        if isinstance(node, Array | Documents | TextLines):
            items = self._solver.items(node, actual, path)
            if items is not None:
                tolerance = self._scope.tolerance(path, tolerance) if isinstance(node, Array) else None
                if isinstance(node, Array) and self._scope.options.shape:
                    self._shapes(node, items)
                elif self._solver.any_order(node, path):
                    self._any_order(node, items, tolerance)
                else:
                    self._rows(node, items, tolerance)
                return
        if isinstance(node, TypedNode) and isinstance(actual, TypedValue) and actual.name == node.name:
            self._rows(node, self._solver.positional(node, actual, path), None)
            self._members(node.members, dict(actual.members), path)
            return
        kind, message = reason(
            node, actual, self._scope.tolerance(path, tolerance), self._solver.pattern, dict(self._bindings)
        )
        self._report((node.begin, node.end), path, message, kind, node, actual)

    def _members(self, node: Object, actual: dict[str, Any], path: DataPath) -> None:
        shown = {member.name for member in node.members}
        further = [name for name in actual if name not in shown]
        known = raw_data(node.members)
        for member in node.members:
            at = (path, member.name)
            if member.name not in actual:
                close = close_name(member.name, further)
                guess = f", which has `{close}`: did you mean that?" if close else ""
                message = f"expected, but missing in the actual output{guess}"
                self._report((member.begin, member.end), at, message, Kind.MISSING, member.value)
            elif known is not None and known[member.name] == actual[member.name]:
                continue
            elif not self._scope.ignored(at) and self._may_differ(member.value, actual[member.name], at, None):
                self._explain(member.value, actual[member.name], at, None)
        if node.open:
            return
        for name in further:
            if not self._scope.ignored((path, name)):
                message = not_expected(node, actual[name], self._expected.text)
                self._report((node.begin, node.end), (path, name), message, Kind.EXTRA, node, actual[name])

    def _may_differ(self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None) -> bool:
        """Whether to look into ``node``; always into an object, as one that matches has no differences to report."""
        if isinstance(node, Object) and isinstance(actual, dict) and not self._solver.has_capture(node):
            return True
        return not self._take(node, actual, path, tolerance)

    def _rows(self, node: Array | TypedNode | Documents | TextLines, items: Items, tolerance: Decimal | None) -> None:
        nodes, values, path_of = items
        fits = partial(self._fits, tolerance=tolerance)
        aligned, moved = in_order(items, self._solver, self._distance, fits)
        for one, other in moved:
            what = "line" if isinstance(node, TextLines) else "value" if isinstance(node, Documents) else "element"
            message = f"{what} {one + 1} is at position {other + 1} in the actual output: the order differs"
            item = nodes[one]
            self._report((item.begin, item.end), path_of(other), message, Kind.ORDER, node, values[other])
        self._explain_pairs(node, items, aligned, tolerance)

    def _explain_pairs(
        self,
        node: Array | TypedNode | Documents | TextLines,
        items: Items,
        aligned: Sequence[AlignedPair],
        tolerance: Decimal | None,
    ) -> None:
        nodes, values, path_of = items
        behind = node.begin + (0 if isinstance(node, Documents | TextLines) else self._opening(node))
        for pair in aligned:
            if pair.shown is not None:
                behind = nodes[pair.shown].end
            if pair.shown is None:
                assert pair.actual is not None
                message = not_expected(node, values[pair.actual], self._expected.text)
                self._report((behind, behind), path_of(pair.actual), message, Kind.EXTRA, node, values[pair.actual])
            elif pair.actual is None:
                self._missing(nodes[pair.shown], path_of(pair.shown), items, tolerance)
            elif pair.same and not self._solver.has_capture(nodes[pair.shown]):
                continue
            elif self._may_differ(nodes[pair.shown], values[pair.actual], path_of(pair.actual), tolerance):
                self._explain(nodes[pair.shown], values[pair.actual], path_of(pair.actual), tolerance)

    def _opening(self, node: Array | TypedNode) -> int:
        """Return how far behind the beginning of ``node`` its first element may be."""
        text = self._expected.text
        at = text.find("(" if isinstance(node, TypedNode) else "[", node.begin, node.end)
        return at + 1 - node.begin if at >= 0 else 0

    def _missing(self, node: Node, path: DataPath, items: Items, tolerance: Decimal | None) -> None:
        message = f"expected, but there is no such {element_word(path)} in the actual output"
        closest = self._closest(node, items, tolerance)
        if closest is not None:
            nearest, first = closest
            where = "" if first.path == nearest else f", where {first.path} differs"
            message += f"; the closest is {nearest}{where}: {first.message}"
        self._report((node.begin, node.end), path, message, Kind.MISSING, node)

    def _closest(self, node: Node, items: Items, tolerance: Decimal | None) -> tuple[str, Difference] | None:
        """Return the path of the actual element that is closest to ``node``, and its first difference."""
        _, values, path_of = items
        some = enumerate(values[:_MAX_CANDIDATES])
        near = min(((self._distance.between(node, value, path_of(i)), i) for i, value in some), default=(1.0, 0))
        if near[0] > _CLOSE_ENOUGH:
            return None
        index = near[1]
        inner = Explainer(self._expected, self._solver, 1, self._bindings)
        if not inner._fits(node, values[index], path_of(index), tolerance):
            inner.explain_at(node, values[index], path_of(index), tolerance)
        return (path_text(path_of(index)), inner.differences[0]) if inner.differences else None

    def explain_at(self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None) -> None:
        """Collect the differences of a node at ``path``."""
        try:
            self._explain(node, actual, path, tolerance)
        except _LimitReachedError:
            return

    def _any_order(self, node: Array | Documents | TextLines, items: Items, tolerance: Decimal | None) -> None:
        take = partial(self._take, tolerance=tolerance)
        self._explain_pairs(node, items, in_any_order(items, self._solver, self._distance, take, tolerance), tolerance)

    def _shapes(self, node: Array, items: Items) -> None:
        nodes, values, path_of = items
        shown = [item for item in nodes if not isinstance(item, Elision)]
        if shown and not values:
            message = "expected a list with elements, actual an empty one"
            self._report((node.begin, node.end), path_of(0), message, Kind.MISSING, node, values)
            return
        elided = len(shown) < len(nodes)
        beside = [(value, path_of(i)) for i, value in enumerate(values)]
        unlike = [(value, at) for value, at in beside if not any(self._fits(n, value, at, None) for n in shown)]
        for value, at in () if elided else unlike:
            if shown:
                self._explain(min(shown, key=partial(self._distance.between, actual=value, path=at)), value, at, None)
            else:
                message = not_expected(node, value, self._expected.text)
                self._report((node.begin, node.end), at, message, Kind.EXTRA, node, value)
        for item in shown if elided or not unlike else ():
            if not any(self._fits(item, value, at, None) for value, at in beside):
                self._missing(item, path_of(nodes.index(item)), items, None)
