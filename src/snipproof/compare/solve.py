"""Finds what captures stand for, so that each stands for the same thing wherever it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import Any, TypeVar

from snipproof.compare.captures import Bindings, bind, bound_value
from snipproof.compare.match import Items, Matcher, Pair
from snipproof.compare.scope import Line, Place
from snipproof.compare.tree import Array, Capture, Documents, Elision, Node, Object, String, TextLines, TypedNode

State = TypeVar("State")
Step = Callable[[State], Iterator[State]]


_Used = frozenset[int]


class Solver(Matcher):
    """A Matcher that goes back on what a capture stands for, and on which element fits which, until all agree."""

    def solutions(
        self, node: Node, actual: Any, bindings: Bindings, place: Place = None, within: Decimal | None = None
    ) -> Iterator[Bindings]:
        """Yield what the captures stand for in every way in which ``node`` stands for ``actual``.

        :param bindings: what some of them stand for already.
        :raises TooMuchError: there are too many ways.
        """
        if not self.holds(node):
            if self.matches(node, actual, place, within):
                yield bindings
            return
        self.step()
        actual = self.data(node, actual)
        if isinstance(node, Capture):
            value = bound_value(actual)
            bound = bind(bindings, node.name, value) if value else None
            if bound is not None:
                yield bound
        elif not isinstance(node, String):
            yield from self._inside(node, actual, bindings, place, within)
        elif isinstance(actual, str):
            is_value = place is None or not isinstance(place[1], Line)
            yield from self.pattern.solutions(
                node.value, actual, bindings, self.step, is_open=node.open, is_value=is_value
            )

    def _inside(
        self, node: Node, actual: Any, bindings: Bindings, place: Place, within: Decimal | None
    ) -> Iterator[Bindings]:
        """Yield what the captures in a container stand for."""
        if isinstance(node, Object):
            pairs = self.members(node, actual, place)
            if pairs is not None:
                yield from self._all(pairs, bindings)
        elif isinstance(node, Array | Documents | TextLines):
            items = self.items(node, actual, place)
            if items is not None:
                any_order = isinstance(node, Array) and self.scope.unordered(place)
                within = self.scope.tolerance(place, within) if isinstance(node, Array) else None
                yield from (self._any_order if any_order else self._ordered)(items, within, bindings)
        elif isinstance(node, TypedNode):
            called = self.call(node, actual, place)
            if called is not None:
                for bound in self._ordered(called[0], None, bindings):
                    yield from self._all(called[1], bound)

    def _all(self, pairs: Sequence[Pair], bindings: Bindings) -> Iterator[Bindings]:
        def one(pair: Pair, bound: Bindings) -> Iterator[Bindings]:
            node, value, place = pair
            return self.solutions(node, value, bound, place)

        return chain([partial(one, pair) for pair in pairs], bindings, self.step)

    def _ordered(self, items: Items, within: Decimal | None, bindings: Bindings) -> Iterator[Bindings]:
        nodes, values, place = items
        count = sum(not isinstance(node, Elision) for node in nodes)
        # How many values those behind each node need.
        behind = [count - before for before in accumulate(not isinstance(node, Elision) for node in nodes)]

        def one(index: int, state: tuple[Bindings, int]) -> Iterator[tuple[Bindings, int]]:
            bound, at = state
            if isinstance(nodes[index], Elision):
                last = len(values) - behind[index]
                return ((bound, end) for end in range(last if index + 1 == len(nodes) else at, last + 1))
            if at >= len(values):
                return iter(())
            return ((b, at + 1) for b in self.solutions(nodes[index], values[at], bound, place(at), within))

        for bound, at in chain([partial(one, index) for index in range(len(nodes))], (bindings, 0), self.step):
            if at == len(values):
                yield bound

    def _any_order(self, items: Items, within: Decimal | None, bindings: Bindings) -> Iterator[Bindings]:
        nodes, values, place = items
        # Those without a capture choose last: what is left to them is a plain assignment.
        shown = [node for node in nodes if not isinstance(node, Elision)]
        if len(values) < len(shown) or (len(shown) == len(nodes) and len(values) != len(shown)):
            return
        holding = [node for node in shown if self.holds(node)]
        plain = [node for node in shown if not self.holds(node)]

        def one(node: Node, state: tuple[Bindings, _Used]) -> Iterator[tuple[Bindings, _Used]]:
            bound, used = state
            for index, value in enumerate(values):
                if index not in used:
                    for b in self.solutions(node, value, bound, place(index), within):
                        yield b, used | {index}

        nothing: _Used = frozenset()
        for bound, used in chain([partial(one, node) for node in holding], (bindings, nothing), self.step):
            left = [index for index in range(len(values)) if index not in used]
            rest: Items = (plain, [values[index] for index in left], partial(_chosen, place, left))
            if len(self.assignment(rest, within)) == len(plain):
                yield bound


def _chosen(place: Callable[[int], Place], left: Sequence[int], number: int) -> Place:
    return place(left[number])


def chain(steps: Sequence[Step[State]], state: State, count: Callable[[], None]) -> Iterator[State]:
    """Yield every state that the steps lead to, each once; what a step yields is what it can go on with.

    :param count: called for each state that is tried.
    """
    if not steps:
        yield state
        return
    # From the same state on, everything is the same: what failed once is not tried again.
    seen: set[tuple[int, State]] = set()
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
