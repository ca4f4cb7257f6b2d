"""Which shown element became which actual one, so that each keeps its own text: its wildcards and its comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from snipproof.prove.expect.tree import Elision, Node

LARGEST = 40_000  # pairs that are looked at; a longer list is written anew
_APART = 2.0  # what it costs to take an element away or to put one in; to change one costs from 1 to 2

Holds = Callable[[int, int], bool]
Distance = Callable[[int, int], float]


@dataclass(slots=True)
class Step:
    """One element of the new list: an ``item`` that was shown, an ``actual`` one (both as numbers), or both.

    Without ``actual`` the item is an Elision that stays.
    """

    item: int | None
    actual: int | None


def align(
    items: Sequence[Node], count: int, holds: Holds, distance: Distance, *, unordered: bool = False
) -> list[Step] | None:
    """Return the elements of the new list in order, ``None`` when the lists are too long to be aligned.

    :param items: what is shown, Elisions among them.
    :param count: the number of actual elements.
    :param holds: whether the item with that number stands for the actual element with that one.
    :param distance: how far the two are from each other where they differ: from 1 to 2.
    """
    holds = cache(holds)
    if unordered:
        return _unordered(items, count, holds, distance) if len(items) * count <= LARGEST else None
    # What is the same at both ends need not be looked at again.
    head = tail = 0
    rows = len(items)
    while head < min(rows, count) and not isinstance(items[head], Elision) and holds(head, head):
        head += 1
    while (
        tail < min(rows, count) - head and not isinstance(items[~tail], Elision) and holds(rows + ~tail, count + ~tail)
    ):
        tail += 1
    middle = _aligned(
        items[head : rows - tail],
        count - head - tail,
        lambda i, j: holds(i + head, j + head),
        lambda i, j: distance(i + head, j + head),
    )
    if middle is None:
        return None
    return [
        *(Step(i, i) for i in range(head)),
        *(Step(_add(step.item, head), _add(step.actual, head)) for step in middle),
        *(Step(rows - i, count - i) for i in range(tail, 0, -1)),
    ]


def _aligned(items: Sequence[Node], count: int, holds: Holds, distance: Distance) -> list[Step] | None:
    if len(items) * count > LARGEST:
        if len(items) == count and not any(isinstance(item, Elision) for item in items):
            return [Step(i, i) for i in range(count)]
        return None
    steps = _cheapest(items, count, holds, distance)
    _move(items, steps, holds)
    return [step for step in steps if step.actual is not None or _elides(items, step)]


def _add(number: int | None, offset: int) -> int | None:
    return None if number is None else number + offset


def _elides(items: Sequence[Node], step: Step) -> bool:
    return step.item is not None and isinstance(items[step.item], Elision)


def _cheapest(items: Sequence[Node], count: int, holds: Holds, distance: Distance) -> list[Step]:
    """Return the steps that change least, elements that go away among them."""
    rows = len(items)
    # cost[i][j]: the least for what is left behind the first i items and the first j actual elements
    cost = [[_APART * (count - j) for j in range(count + 1)] for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        free = isinstance(items[i], Elision)
        for j in range(count, -1, -1):
            cost[i][j] = min(
                each for each, _, _ in _choices(cost, i, j, count, lambda a, b: _pair(a, b, holds, distance), free=free)
            )
    steps = []
    i = j = 0
    while i < rows or j < count:
        if i == rows:
            steps.append(Step(None, j))
            j += 1
            continue
        free = isinstance(items[i], Elision)
        choices = _choices(cost, i, j, count, lambda a, b: _pair(a, b, holds, distance), free=free)
        _, next_i, next_j = min(choices, key=lambda choice: choice[0])
        if not free or next_i > i:
            steps.append(Step(i if next_i > i else None, j if next_j > j else None))
        i, j = next_i, next_j
    return steps


def _choices(
    cost: list[list[float]], i: int, j: int, count: int, pair: Distance, *, free: bool
) -> list[tuple[float, int, int]]:
    """Return what can be done next: its cost with all that follows, and where one is then."""
    choices = []
    if j < count:
        if free:  # the Elision stands for one element more
            choices.append((cost[i][j + 1], i, j + 1))
        else:
            choices.append((cost[i + 1][j + 1] + pair(i, j), i + 1, j + 1))
            choices.append((cost[i][j + 1] + _APART, i, j + 1))
    choices.append((cost[i + 1][j] + (0 if free else _APART), i + 1, j))
    return choices


def _pair(i: int, j: int, holds: Holds, distance: Distance) -> float:
    return 0.0 if holds(i, j) else distance(i, j)


def _move(items: Sequence[Node], steps: list[Step], holds: Holds) -> None:
    """Let an item that holds elsewhere go there, instead of being changed or taken away where it stands."""
    loose = [
        step.item
        for step in steps
        if step.item is not None
        and not _elides(items, step)
        and (step.actual is None or not holds(step.item, step.actual))
    ]
    changed = [
        step
        for step in steps
        if step.actual is not None and (step.item is None or (step.item in loose and not holds(step.item, step.actual)))
    ]
    for step in changed:
        assert step.actual is not None
        found = next((item for item in loose if holds(item, step.actual)), None)
        if found is not None:
            loose.remove(found)
            step.item = found
        elif step.item is not None:
            step.item = ~step.item  # it is known when all have moved whether it is still there
    for step in steps:
        if step.item is not None and step.item < 0:
            step.item = ~step.item if ~step.item in loose else None
        elif step.actual is None and step.item is not None and not _elides(items, step):
            step.item = None


def _unordered(items: Sequence[Node], count: int, holds: Holds, distance: Distance) -> list[Step]:
    """Keep the order that is shown; further elements go behind it."""
    real = [i for i, item in enumerate(items) if not isinstance(item, Elision)]
    taken: dict[int, int] = {}  # by actual element

    def place(i: int, seen: set[int]) -> bool:
        for j in range(count):
            if j not in seen and holds(i, j):
                seen.add(j)
                if j not in taken or place(taken[j], seen):
                    taken[j] = i
                    return True
        return False

    for i in real:
        place(i, set())
    left = [j for j in range(count) if j not in taken]
    for i in real:
        if left and i not in taken.values():
            nearest = min(left, key=lambda j: distance(i, j))
            left.remove(nearest)
            taken[nearest] = i
    of = {i: j for j, i in taken.items()}
    steps = [Step(i, of.get(i)) for i in range(len(items)) if i in of or i not in real]
    return steps if len(real) < len(items) else [*steps, *(Step(None, j) for j in left)]
