"""Finds values for captures, so that each capture has the same value wherever it occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import Any, TypeVar

from snipproof.compare.captures import Bindings, bind, captured_value
from snipproof.compare.match import Items, Matcher, Pair
from snipproof.compare.scope import DataPath, LineIndex
from snipproof.compare.tree import (
    Array,
    Capture,
    Documents,
    Elision,
    Node,
    Object,
    String,
    TextLines,
    TypedNode,
    Verbatim,
    VerbatimText,
)

_Used = frozenset[int]
_State = TypeVar("_State")
_Step = Callable[[_State], Iterator[_State]]


def chain(steps: Sequence[_Step[_State]], state: _State, count: Callable[[], None]) -> Iterator[_State]:
    """Run ``steps`` in order and yield every final state once; a step yields the states that can follow a state.

    :param count: called for each state that is tried; may raise an error to end the search.
    """
    if not steps:
        yield state
        return
    # The rest depends only on the state, so no state is tried twice.
    seen: set[tuple[int, _State]] = set()
    stack = [steps[0](state)]
    while stack:
        count()
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif (len(stack), found) not in seen:
            seen.add((len(stack), found))
            if len(stack) == len(steps):
                yield found
            else:
                stack.append(steps[len(stack)](found))


class Solver(Matcher):
    """A Matcher that backtracks over the values of captures, and over which element matches which, until all agree."""

    def solutions(
        self, node: Node, actual: Any, bindings: Bindings, path: DataPath = None, tolerance: Decimal | None = None
    ) -> Iterator[Bindings]:
        """Yield the bindings of every way in which ``node`` matches ``actual``.

        :param bindings: the captures that already have a value.
        :raises StepLimitError: the search takes too many steps.
        """
        if not self.has_capture(node):
            if self.matches(node, actual, path, tolerance):
                yield bindings
            return
        self.step()
        actual = self.unwrapped(node, actual)
        if isinstance(node, Capture):
            value = captured_value(actual)
            bound = bind(bindings, node.name, value) if value else None
            if bound is not None:
                yield bound
        elif isinstance(node, Verbatim):
            if isinstance(actual, VerbatimText):
                yield from self.pattern.solutions(
                    node.text, actual.text, bindings, self.step, is_open=False, is_value=False
                )
        elif not isinstance(node, String):
            yield from self._inside(node, actual, bindings, path, tolerance)
        elif isinstance(actual, str):
            is_value = path is None or not isinstance(path[1], LineIndex)
            yield from self.pattern.solutions(
                node.value, actual, bindings, self.step, is_open=node.open, is_value=is_value
            )

    def _inside(
        self, node: Node, actual: Any, bindings: Bindings, path: DataPath, tolerance: Decimal | None
    ) -> Iterator[Bindings]:
        """Yield the bindings of the captures in a container."""
        if isinstance(node, Object):
            pairs = self.members(node, actual, path)
            if pairs is not None:
                yield from self._all(pairs, bindings)
        elif isinstance(node, Array | Documents | TextLines):
            items = self.items(node, actual, path)
            if items is not None:
                any_order = self.any_order(node, path)
                tolerance = self.scope.tolerance(path, tolerance) if isinstance(node, Array) else None
                yield from (self._any_order if any_order else self._ordered)(items, tolerance, bindings)
        elif isinstance(node, TypedNode):
            called = self.typed_parts(node, actual, path)
            if called is not None:
                for bound in self._ordered(called[0], None, bindings):
                    yield from self._all(called[1], bound)

    def _all(self, pairs: Sequence[Pair], bindings: Bindings) -> Iterator[Bindings]:
        def one(pair: Pair, bound: Bindings) -> Iterator[Bindings]:
            node, value, path = pair
            return self.solutions(node, value, bound, path)

        return chain([partial(one, pair) for pair in pairs], bindings, self.step)

    def _ordered(self, items: Items, tolerance: Decimal | None, bindings: Bindings) -> Iterator[Bindings]:
        nodes, values, path_of = items
        count = sum(not isinstance(node, Elision) for node in nodes)
        # How many values the nodes behind each node need.
        behind = [count - before for before in accumulate(not isinstance(node, Elision) for node in nodes)]

        def one(index: int, state: tuple[Bindings, int]) -> Iterator[tuple[Bindings, int]]:
            bound, at = state
            if isinstance(nodes[index], Elision):
                last = len(values) - behind[index]
                return ((bound, end) for end in range(last if index + 1 == len(nodes) else at, last + 1))
            if at >= len(values):
                return iter(())
            return ((b, at + 1) for b in self.solutions(nodes[index], values[at], bound, path_of(at), tolerance))

        for bound, at in chain([partial(one, index) for index in range(len(nodes))], (bindings, 0), self.step):
            if at == len(values):
                yield bound

    def _any_order(self, items: Items, tolerance: Decimal | None, bindings: Bindings) -> Iterator[Bindings]:
        nodes, values, path_of = items
        # Nodes without a capture come last: for them, a plain assignment of the remaining values suffices.
        shown = [node for node in nodes if not isinstance(node, Elision)]
        if len(values) < len(shown) or (len(shown) == len(nodes) and len(values) != len(shown)):
            return
        holding = [node for node in shown if self.has_capture(node)]
        plain = [node for node in shown if not self.has_capture(node)]

        def one(node: Node, state: tuple[Bindings, _Used]) -> Iterator[tuple[Bindings, _Used]]:
            bound, used = state
            for index, value in enumerate(values):
                if index not in used:
                    for b in self.solutions(node, value, bound, path_of(index), tolerance):
                        yield b, used | {index}

        nothing: _Used = frozenset()
        for bound, used in chain([partial(one, node) for node in holding], (bindings, nothing), self.step):
            left = [index for index in range(len(values)) if index not in used]
            rest: Items = (plain, [values[index] for index in left], partial(_path_of_chosen, path_of, left))
            if len(self.assignment(rest, tolerance)) == len(plain):
                yield bound


def _path_of_chosen(path_of: Callable[[int], DataPath], left: Sequence[int], number: int) -> DataPath:
    return path_of(left[number])
