"""Searches that go back on what they chose: a way through steps, and the assignment of elements to each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from snipproof.compare.tree import Elision, Node

State = TypeVar("State")
Step = Callable[[State], Iterator[State]]


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


def assign(
    count: int, others: int, fits: Callable[[int, int], bool], hints: Mapping[int, int], step: Callable[[], None]
) -> dict[int, int]:
    """Return a largest assignment of ``range(count)`` to ``range(others)`` in which every pair fits.

    Augmenting paths, breadth first: no greedy choice stands in the way of a better one.

    :param hints: pairs that are likely to fit, tried first.
    :param step: called for each pair that is tried.
    """
    known: dict[tuple[int, int], bool] = {}

    def fit(one: int, other: int) -> bool:
        step()
        if (one, other) not in known:
            known[one, other] = fits(one, other)
        return known[one, other]

    taken: dict[int, int] = {}  # by the other one
    for one, other in hints.items():
        if other not in taken and fit(one, other):
            taken[other] = one
    placed = set(taken.values())
    for one in range(count):
        if one not in placed:
            _augment(one, others, fit, taken)
    return {one: other for other, one in taken.items()}


def _augment(begin: int, others: int, fit: Callable[[int, int], bool], taken: dict[int, int]) -> None:
    """Find a place for ``begin``, moving those that stand there elsewhere, and note it in ``taken``."""
    came_from: dict[int, int] = {}
    holds = {one: other for other, one in taken.items()}
    queue = deque([begin])
    while queue:
        one = queue.popleft()
        # A place that is free ends the search, so it is looked for first.
        for other in (*(o for o in range(others) if o not in taken), *tuple(taken)):
            if other in came_from or not fit(one, other):
                continue
            came_from[other] = one
            if other in taken:
                queue.append(taken[other])
                continue
            free: int | None = other
            while free is not None:
                mover = came_from[free]
                taken[free] = mover
                free = holds.get(mover)
            return


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
