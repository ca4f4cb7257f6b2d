"""The data in a value that was printed with the name of its type: ``UUID('…')`` holds a string."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from snipproof.compare.align import assign
from snipproof.compare.captures import Pattern, bound_value
from snipproof.compare.fast_json import written_data
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.precision import is_near, number_of
from snipproof.compare.scope import Bag, Document, Line, Place, Scope
from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Documents,
    Elision,
    Node,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
)


def unwrap(node: Node, actual: Any) -> Any:
    """Return the data that ``actual`` holds, as far as ``node`` asks for it; ``actual`` itself where it holds none."""
    while isinstance(actual, TypedValue) and not isinstance(node, TypedNode | Elision | Capture):
        inner = _inner(node, actual)
        if inner is actual:
            break
        actual = inner
    return actual


def _inner(node: Node, actual: TypedValue) -> Any:
    only = actual.positional[0] if len(actual.positional) == 1 and not actual.members else actual
    if isinstance(node, Object):
        return only if actual.positional else dict(actual.members)
    if isinstance(node, Array):
        # `deque([1, 2])` holds a list, and what holds nothing, as `set()`, an empty one; `UUID('…')` holds a string.
        if isinstance(only, list | tuple) or (isinstance(only, TypedValue) and only is not actual):
            return only
        return actual if actual.positional or actual.members else []
    if isinstance(node, Number) and actual.name == "Decimal" and isinstance(only, str):
        try:
            return Decimal(only)
        except InvalidOperation:
            return actual
    return only if isinstance(node, String | Number | Constant) else actual


STEPS = 150_000
_CONTAINERS = (Object, Array, TypedNode, Documents, TextLines)
# Their order says nothing: Python prints sets as their hashes have it, which differ from run to run.
_SETS = frozenset({"set", "frozenset"})
Pair = tuple[Node, Any, Place]
Items = tuple[Sequence[Node], Sequence[Any], Callable[[int], Place]]
"""Nodes in a row, the values they stand for, and the place of each value."""


class TooMuchError(Exception):
    """There is more to compare, or there are more ways in which it may fit, than can be looked at."""


class Matcher:
    """Matches nodes with data under the laws of ``scope``.

    :param unwraps: whether the expected text cannot write the names of types, so that only the data counts.
    :param steps: how many nodes are compared at most.
    """

    def __init__(self, scope: Scope, *, unwraps: bool, steps: int = STEPS) -> None:
        self.scope = scope
        self.pattern = Pattern(() if scope.laws.shape else scope.laws.captures)
        self._shape = scope.laws.shape
        self._unwraps = unwraps
        self._left = steps
        self._held: dict[int, bool] = {}

    def step(self, cost: int = 1) -> None:
        """Count one step, or something that takes as long as ``cost`` of them.

        :raises TooMuchError: that was one too many.
        """
        self._left -= cost
        if self._left < 0:
            raise TooMuchError

    def data(self, node: Node, actual: Any) -> Any:
        """Return what is compared with ``node``: ``actual``, or the data in it where its name does not count."""
        return unwrap(node, actual) if self._unwraps and isinstance(actual, TypedValue) else actual

    def matches(self, node: Node, actual: Any, place: Place = None, within: Decimal | None = None) -> bool:
        """Whether ``node`` stands for ``actual``, whatever the captures in it stand for elsewhere.

        :param within: how far numbers in the list around it may be off.
        :raises TooMuchError: it cannot be said within so many steps.
        """
        self._left -= 1  # as `step` does: this is the innermost loop
        if self._left < 0:
            raise TooMuchError
        if isinstance(actual, TypedValue):
            actual = self.data(node, actual)
        if not isinstance(node, _CONTAINERS):
            return self._leaf(node, actual, place, within)
        if isinstance(node, Object):
            pairs = self.members(node, actual, place)
            if pairs is None:
                return False
            return all(self.matches(inner, value, at) for inner, value, at in pairs)
        if isinstance(node, TypedNode):
            called = self.call(node, actual, place)
            if called is None:
                return False
            items, pairs = called
            return self._in_order(items, None) and all(self.matches(inner, value, at) for inner, value, at in pairs)
        items_or_none = self.items(node, actual, place)
        return items_or_none is not None and self._row(node, items_or_none, place, within)

    def _leaf(self, node: Node, actual: Any, place: Place, within: Decimal | None) -> bool:
        if isinstance(node, String):
            if not isinstance(actual, str):
                return False
            return self._shape or (actual.startswith(node.value) if node.open else actual == node.value)
        if isinstance(node, Number):
            number = number_of(actual)
            if number is None or self._shape:
                return number is not None
            return is_near(node, number, self.scope.tolerance(place, within))
        if isinstance(node, Constant):
            return actual is node.value or (self._shape and isinstance(actual, bool) and isinstance(node.value, bool))
        return isinstance(node, Elision) or bound_value(actual) is not None

    def items(self, node: Array | Documents | TextLines, actual: Any, place: Place) -> Items | None:
        """Return what is in a row in ``node`` with the values of ``actual``, ``None`` if it is no list."""
        if isinstance(actual, str) or not isinstance(actual, list | tuple):
            return None
        if isinstance(node, Array):
            return node.items, actual, lambda index: (place, index)
        kind = TextLines if isinstance(node, TextLines) else Documents
        return node.items, actual, lambda index: (None, Line(index) if kind is TextLines else Document(index))

    def members(self, node: Object, actual: Any, place: Place) -> Sequence[Pair] | None:
        """Return the members of ``node`` with their actual values, ``None`` if one is missing or one is too many.

        Those are left out that are known to fit.
        """
        if not isinstance(actual, dict):
            return None
        written = written_data(node.members)
        if written == actual:
            return ()
        pairs: list[Pair] = []
        scope = self.scope
        ignores = bool(scope.laws.ignore)
        shown = 0
        for member in node.members:
            if member.name not in actual:
                return None
            shown += 1
            if written is not None and written[member.name] == actual[member.name]:
                continue
            at = (place, member.name)
            if not (ignores and scope.ignored(at)):
                pairs.append((member.value, actual[member.name], at))
        if shown < len(actual) and not node.open:
            names = {member.name for member in node.members}
            if any(name not in names and not scope.ignored((place, name)) for name in actual):
                return None
        return pairs

    def call(self, node: TypedNode, actual: Any, place: Place) -> tuple[Items, Sequence[Pair]] | None:
        """Return what stands between the brackets with the actual values, ``None`` if the names do not fit."""
        if not isinstance(actual, TypedValue) or actual.name != node.name:
            return None
        pairs = self.members(node.members, dict(actual.members), place)
        return None if pairs is None else (self.positional(node, actual, place), pairs)

    def positional(self, node: TypedNode, actual: TypedValue, place: Place) -> Items:
        """Return what stands between the brackets without a name, with the actual values."""
        index_of = Bag if node.name in _SETS else int
        return node.positional, actual.positional, lambda index: (place, index_of(index))

    def _row(self, node: Array | Documents | TextLines, items: Items, place: Place, within: Decimal | None) -> bool:
        nodes, values, _ = items
        if written_data(nodes) == values:
            return True
        if not isinstance(node, Array):
            return self._in_order(items, None)
        within = self.scope.tolerance(place, within)
        if self._shape:
            return same_shapes(nodes, len(values), lambda n, i: self.matches(n, values[i], items[2](i)))
        return self._in_any_order(items, within) if self.scope.unordered(place) else self._in_order(items, within)

    def _in_order(self, items: Items, within: Decimal | None) -> bool:
        nodes, values, place = items
        head, *more = split(nodes)
        least = len(nodes) if not more else len(head) + sum(map(len, more))
        if len(values) < least or (not more and len(values) != least):
            return False

        written = written_data(nodes)
        if written is not None:  # in which there is no Elision
            pairs = zip(nodes, written, values, range(least), strict=True)
            return all(raw == value or self.matches(n, value, place(i), within) for n, raw, value, i in pairs)

        def fits(run: Sequence[Node], at: int) -> bool:
            return all(self.matches(n, values[at + i], place(at + i), within) for i, n in enumerate(run))

        if not more:
            return fits(head, 0)
        *middle, tail = more
        end = len(values) - len(tail)
        position = len(head)
        if not fits(head, 0) or not fits(tail, end):
            return False
        # The leftmost place of every run leaves the most room for those behind it.
        for run in middle:
            at = next((at for at in range(position, end - len(run) + 1) if fits(run, at)), None)
            if at is None:
                return False
            position = at + len(run)
        return True

    def _in_any_order(self, items: Items, within: Decimal | None) -> bool:
        shown = sum(not isinstance(node, Elision) for node in items[0])
        if len(items[1]) < shown or (shown == len(items[0]) and len(items[1]) != shown):
            return False
        return len(self.assignment(items, within)) == shown

    def assignment(self, items: Items, within: Decimal | None) -> dict[int, int]:
        """Return which node stands for which value when their order does not count: as many as possible."""
        nodes, values, place = items
        prints, actual = fingerprints(nodes, values)
        by_print: dict[Any, list[int]] = {}
        for index in range(len(values) - 1, -1, -1):
            by_print.setdefault(actual[index], []).append(index)
        hints = {}
        for index, text in enumerate(prints):
            if text is not None and by_print.get(text):
                hints[index] = by_print[text].pop()
        shown = [index for index, node in enumerate(nodes) if not isinstance(node, Elision)]
        numbered = {index: number for number, index in enumerate(shown)}
        found = assign(
            len(shown),
            len(values),
            lambda one, other: self.matches(nodes[shown[one]], values[other], place(other), within),
            {numbered[index]: other for index, other in hints.items()},
            self.step,
        )
        return {shown[one]: other for one, other in found.items()}

    def holds(self, node: Node) -> bool:
        """Whether there is a capture in ``node``."""
        if not self.scope.laws.captures or self._shape:
            return False
        if id(node) not in self._held:
            self._held[id(node)] = self._find_capture(node)
        return self._held[id(node)]

    def _find_capture(self, node: Node) -> bool:
        if isinstance(node, Capture):
            return True
        if isinstance(node, String):
            return self.pattern.holds(node.value)
        if isinstance(node, Array | Documents | TextLines):
            return any(map(self.holds, node.items))
        if isinstance(node, Object):
            return any(self.holds(member.value) for member in node.members)
        return isinstance(node, TypedNode) and (
            any(map(self.holds, node.positional)) or self._find_capture(node.members)
        )


def split(items: Sequence[Node]) -> list[list[Node]]:
    """Return the runs of nodes between Elisions, of which several in a row are one; a single run if there is none."""
    found: list[list[Node]] = [[]]
    for index, item in enumerate(items):
        if not isinstance(item, Elision):
            found[-1].append(item)
        elif index == 0 or not isinstance(items[index - 1], Elision):
            found.append([])
    return found


def same_shapes(nodes: Sequence[Node], count: int, fits: Callable[[Node, int], bool]) -> bool:
    """Return whether each node has its shape among ``count`` elements, and each element that of some node.

    Elements may be of any shape if there is an Elision. Without the first of the two, a wildcard in the place of a node
    would ask for more than the node itself: that the others are there.
    """
    shown = [node for node in nodes if not isinstance(node, Elision)]
    if not all(any(fits(node, index) for index in range(count)) for node in shown):
        return False
    return len(shown) < len(nodes) or all(any(fits(node, index) for node in shown) for index in range(count))
