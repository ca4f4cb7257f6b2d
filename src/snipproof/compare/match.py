"""Decides whether actual data matches a node of the expected text. The reasons for a difference: ``explanation``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from snipproof.compare.align import assign
from snipproof.compare.captures import CapturePattern, captured_value
from snipproof.compare.fast_json import raw_data
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.moments import iso_text
from snipproof.compare.precision import is_near, number_of
from snipproof.compare.scope import DataPath, DocumentIndex, LineIndex, Scope, SetIndex
from snipproof.compare.tree import (
    ROW,
    STRUCT,
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
    Verbatim,
    VerbatimText,
)

MAX_STEPS = 150_000
_CONTAINERS = (Object, Array, TypedNode, Documents, TextLines)
# Python prints the elements of sets in the order of their hashes, which differ from run to run.
_SETS = frozenset({"set", "frozenset"})
_TYPE_NAME = re.compile(r"(?:<|[^\W\d])[\w.]*")
Pair = tuple[Node, Any, DataPath]
Items = tuple[Sequence[Node], Sequence[Any], Callable[[int], DataPath]]
"""The nodes of a list, the values to match them with, and a function that returns the path of a value by its index."""


class StepLimitError(Exception):
    """The comparison takes too many steps: there is too much data, or there are too many ways to match it."""


class Matcher:
    """Matches nodes with actual data under the options of ``scope``.

    :param unwraps: whether to ignore the names of types, since the notation of the expected text has none.
    :param steps: how many nodes to compare at most.
    """

    def __init__(self, scope: Scope, *, unwraps: bool, steps: int = MAX_STEPS) -> None:
        self.scope = scope
        self.pattern = CapturePattern(() if scope.options.shape else scope.options.captures)
        self._shape = scope.options.shape
        self._unwraps = unwraps
        self._left = steps
        self._capture_cache: dict[int, bool] = {}

    def step(self, cost: int = 1) -> None:
        """Count a step; ``cost`` is how many steps it counts for.

        :raises StepLimitError: there are no steps left.
        """
        self._left -= cost
        if self._left < 0:
            raise StepLimitError

    def unwrapped(self, node: Node, actual: Any) -> Any:
        """Return what is compared with ``node``: ``actual``, or the data in it if the name of its type is ignored."""
        return _unwrap(node, actual) if self._unwraps and isinstance(actual, TypedValue) else actual

    def matches(self, node: Node, actual: Any, path: DataPath = None, tolerance: Decimal | None = None) -> bool:
        """Whether ``node`` matches ``actual``, whatever values its captures have elsewhere.

        :param tolerance: the tolerance of the list that the value is an element of.
        :raises StepLimitError: there are no steps left.
        """
        self._left -= 1  # inlined `step`: this is the innermost loop
        if self._left < 0:
            raise StepLimitError
        if isinstance(actual, TypedValue):
            actual = self.unwrapped(node, actual)
        if not isinstance(node, _CONTAINERS):
            return self._leaf(node, actual, path, tolerance)
        if isinstance(node, Object):
            pairs = self.members(node, actual, path)
            if pairs is None:
                return False
            return all(self.matches(inner, value, at) for inner, value, at in pairs)
        if isinstance(node, TypedNode):
            called = self.typed_parts(node, actual, path)
            if called is None:
                return False
            items, pairs = called
            return self._in_order(items, None) and all(self.matches(inner, value, at) for inner, value, at in pairs)
        items_or_none = self.items(node, actual, path)
        return items_or_none is not None and self._row(node, items_or_none, path, tolerance)

    def _leaf(  # noqa: PLR0911 (one for each kind of node)
        self, node: Node, actual: Any, path: DataPath, tolerance: Decimal | None
    ) -> bool:
        if isinstance(node, String):
            if not isinstance(actual, str):
                return False
            return self._shape or (actual.startswith(node.value) if node.open else actual == node.value)
        if isinstance(node, Number):
            number = number_of(actual)
            if number is None or self._shape:
                return number is not None
            return is_near(node, number, self.scope.tolerance(path, tolerance))
        if isinstance(node, Constant):
            return actual is node.value or (self._shape and isinstance(actual, bool) and isinstance(node.value, bool))
        if isinstance(node, Verbatim):
            same = isinstance(actual, VerbatimText) and actual.text == node.text
            return same or (self._shape and isinstance(actual, VerbatimText) and _alike(node, actual))
        return isinstance(node, Elision) or captured_value(actual) is not None

    def items(self, node: Array | Documents | TextLines, actual: Any, path: DataPath) -> Items | None:
        """Return the items of ``node`` with the values of ``actual``, ``None`` if ``actual`` is not a list."""
        if isinstance(actual, str) or not isinstance(actual, list | tuple):
            return None
        if isinstance(node, Array):
            return node.items, actual, lambda index: (path, index)
        kind = TextLines if isinstance(node, TextLines) else Documents
        return node.items, actual, lambda index: (None, LineIndex(index) if kind is TextLines else DocumentIndex(index))

    def members(self, node: Object, actual: Any, path: DataPath) -> Sequence[Pair] | None:
        """Return the members of ``node`` with their actual values, ``None`` if one is missing or unexpected.

        Members that are ignored or known to match are left out.
        """
        if not isinstance(actual, dict):
            return None
        raw = raw_data(node.members)
        if raw == actual:
            return ()
        pairs: list[Pair] = []
        scope = self.scope
        ignores = bool(scope.options.ignore)
        shown = 0
        for member in node.members:
            if member.name not in actual:
                return None
            shown += 1
            if raw is not None and raw[member.name] == actual[member.name]:
                continue
            at = (path, member.name)
            if not (ignores and scope.ignored(at)):
                pairs.append((member.value, actual[member.name], at))
        if shown < len(actual) and not node.open:
            names = {member.name for member in node.members}
            if any(name not in names and not scope.ignored((path, name)) for name in actual):
                return None
        return pairs

    def typed_parts(self, node: TypedNode, actual: Any, path: DataPath) -> tuple[Items, Sequence[Pair]] | None:
        """Return positional items and members of ``node`` with their actual values, ``None`` if the names differ."""
        if not isinstance(actual, TypedValue) or actual.name != node.name:
            return None
        pairs = self.members(node.members, dict(actual.members), path)
        return None if pairs is None else (self.positional(node, actual, path), pairs)

    def positional(self, node: TypedNode, actual: TypedValue, path: DataPath) -> Items:
        """Return the positional items of ``node`` with their actual values."""
        index_of = SetIndex if node.name in _SETS else int
        return node.positional, actual.positional, lambda index: (path, index_of(index))

    def _row(
        self, node: Array | Documents | TextLines, items: Items, path: DataPath, tolerance: Decimal | None
    ) -> bool:
        nodes, values, _ = items
        if raw_data(nodes) == values:
            return True
        if not isinstance(node, Array):
            return self._in_any_order(items, None) if self.any_order(node, path) else self._in_order(items, None)
        tolerance = self.scope.tolerance(path, tolerance)
        if self._shape:
            return _same_shapes(nodes, len(values), lambda n, i: self.matches(n, values[i], items[2](i)))
        return self._in_any_order(items, tolerance) if self.any_order(node, path) else self._in_order(items, tolerance)

    def any_order(self, node: Node, path: DataPath) -> bool:
        """Whether the items of ``node`` may be in any order: those of a list, or values in a row."""
        if isinstance(node, Documents):
            return self.scope.options.all_unordered
        return isinstance(node, Array) and self.scope.unordered(path)

    def _in_order(self, items: Items, tolerance: Decimal | None) -> bool:
        nodes, values, path_of = items
        head, *more = _runs(nodes)
        least = len(nodes) if not more else len(head) + sum(map(len, more))
        if len(values) < least or (not more and len(values) != least):
            return False

        raw = raw_data(nodes)
        if raw is not None:  # without an Elision
            pairs = zip(nodes, raw, values, range(least), strict=True)
            return all(shown == value or self.matches(n, value, path_of(i), tolerance) for n, shown, value, i in pairs)

        def fits(run: Sequence[Node], at: int) -> bool:
            return all(self.matches(n, values[at + i], path_of(at + i), tolerance) for i, n in enumerate(run))

        if not more:
            return fits(head, 0)
        *middle, tail = more
        end = len(values) - len(tail)
        position = len(head)
        if not fits(head, 0) or not fits(tail, end):
            return False
        # The leftmost position of each run leaves the most room for the runs behind it.
        for run in middle:
            at = next((at for at in range(position, end - len(run) + 1) if fits(run, at)), None)
            if at is None:
                return False
            position = at + len(run)
        return True

    def _in_any_order(self, items: Items, tolerance: Decimal | None) -> bool:
        shown = sum(not isinstance(node, Elision) for node in items[0])
        if len(items[1]) < shown or (shown == len(items[0]) and len(items[1]) != shown):
            return False
        return len(self.assignment(items, tolerance)) == shown

    def assignment(self, items: Items, tolerance: Decimal | None) -> dict[int, int]:
        """Return a maximum matching of nodes with values in any order, by their indexes."""
        nodes, values, path_of = items
        node_fingerprints, actual = fingerprints(nodes, values)
        by_fingerprint: dict[Any, list[int]] = {}
        for index in range(len(values) - 1, -1, -1):
            by_fingerprint.setdefault(actual[index], []).append(index)
        hints = {}
        for index, text in enumerate(node_fingerprints):
            if text is not None and by_fingerprint.get(text):
                hints[index] = by_fingerprint[text].pop()
        shown = [index for index, node in enumerate(nodes) if not isinstance(node, Elision)]
        numbered = {index: number for number, index in enumerate(shown)}
        found = assign(
            len(shown),
            len(values),
            lambda one, other: self.matches(nodes[shown[one]], values[other], path_of(other), tolerance),
            {numbered[index]: other for index, other in hints.items()},
            self.step,
        )
        return {shown[one]: other for one, other in found.items()}

    def has_capture(self, node: Node) -> bool:
        """Whether ``node`` contains a capture."""
        if not self.scope.options.captures or self._shape:
            return False
        if id(node) not in self._capture_cache:
            self._capture_cache[id(node)] = self._find_capture(node)
        return self._capture_cache[id(node)]

    def _find_capture(self, node: Node) -> bool:
        if isinstance(node, Capture):
            return True
        if isinstance(node, String):
            return self.pattern.has_capture(node.value)
        if isinstance(node, Verbatim):
            return self.pattern.has_capture(node.text)
        if isinstance(node, Array | Documents | TextLines):
            return any(map(self.has_capture, node.items))
        if isinstance(node, Object):
            return any(self.has_capture(member.value) for member in node.members)
        return isinstance(node, TypedNode) and (
            any(map(self.has_capture, node.positional)) or self._find_capture(node.members)
        )


def _runs(items: Sequence[Node]) -> list[list[Node]]:
    """Return the runs of nodes between Elisions, adjacent ones counted as one; a single run without any."""
    found: list[list[Node]] = [[]]
    for index, item in enumerate(items):
        if not isinstance(item, Elision):
            found[-1].append(item)
        elif index == 0 or not isinstance(items[index - 1], Elision):
            found.append([])
    return found


def _same_shapes(nodes: Sequence[Node], count: int, fits: Callable[[Node, int], bool]) -> bool:
    """Whether each node has the shape of one of ``count`` elements, and each element the shape of some node.

    With an Elision, elements may have any shape. The first condition always holds: otherwise a wildcard in place of a
    node would require more than the node itself, that the other shapes are present.
    """
    shown = [node for node in nodes if not isinstance(node, Elision)]
    if not all(any(fits(node, index) for index in range(count)) for node in shown):
        return False
    return len(shown) < len(nodes) or all(any(fits(node, index) for node in shown) for index in range(count))


def _alike(node: Verbatim, actual: VerbatimText) -> bool:
    """Whether two values that no notation knows begin with the same name, as far as they have one."""
    one, other = (_TYPE_NAME.match(text) for text in (node.text, actual.text))
    return one is not None and other is not None and one[0] == other[0]


def _unwrap(node: Node, actual: Any) -> Any:
    """Return the data inside ``actual`` that ``node`` can match: ``UUID('…')`` contains a string. Else ``actual``."""
    while isinstance(actual, TypedValue) and not isinstance(node, TypedNode | Elision | Capture):
        if actual.name in (ROW, STRUCT):
            break
        inner = _inner(node, actual)
        if inner is actual:
            break
        actual = inner
    return actual


def _inner(node: Node, actual: TypedValue) -> Any:  # noqa: PLR0911 (one for each kind of node)
    only = actual.positional[0] if len(actual.positional) == 1 and not actual.members else actual
    if isinstance(node, Object):
        return only if actual.positional else dict(actual.members)
    if isinstance(node, Array):
        # `deque([1, 2])` contains a list, and `set()`, which contains nothing, an empty one; `UUID('…')` a string.
        if isinstance(only, list | tuple) or (isinstance(only, TypedValue) and only is not actual):
            return only
        return actual if actual.positional or actual.members else []
    if isinstance(node, Number) and actual.name == "Decimal" and isinstance(only, str):
        try:
            return Decimal(only)
        except InvalidOperation:
            return actual
    if isinstance(node, String) and (moment := iso_text(actual, node.value)) is not None:
        return moment
    return only if isinstance(node, String | Number | Constant) else actual
