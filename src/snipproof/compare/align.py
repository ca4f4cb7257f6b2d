"""Lays shown elements beside actual ones, so that one inserted element is one finding and not a thousand."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_CELLS = 2_500
_SAMPLE = 200
_SAME = -0.01  # among pairings that cost the same, the one in which more fits


@dataclass(frozen=True, slots=True)
class Side:
    """A shown element (``shown``) beside an actual one (``actual``); ``None`` where there is nothing on one side."""

    shown: int | None
    actual: int | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What is to be laid side by side.

    :param shown: how many elements are shown, and ``actual``, how many there are.
    :param elided: the shown ones that stand for any run of actual ones.
    :param same: whether a shown element stands for an actual one.
    :param distance: how far they are from each other, from 0 (nearly the same) to 1 (nothing in common).
    :param prints: gives texts of the shown ones and of the actual ones: what has the same text is the same; ``None``
        says nothing.
    :param apart: what it costs to leave one out on either side. To pair two that differ costs from 0.3 to 1.8, so that
        from 2 on nothing is left out that can be paired, even if an elision could stand for it.
    :param cells: how many pairs are looked at to find what is closest.
    """

    shown: int
    actual: int
    elided: frozenset[int]
    same: Callable[[int, int], bool]
    distance: Callable[[int, int], float]
    prints: Callable[[], tuple[Sequence[Hashable], Sequence[Hashable]]]
    apart: float = 1.0
    cells: int = _CELLS


def align(rows: Rows) -> list[Side]:
    """Return all shown and all actual elements of ``rows`` side by side, but for what an elision stands for."""
    begin, end, other_end = 0, rows.shown, rows.actual
    head: list[Side] = []
    tail: list[Side] = []
    while begin < min(end, other_end) and begin not in rows.elided and rows.same(begin, begin):
        head.append(Side(begin, begin, same=True))
        begin += 1
    other = begin
    while end > begin and other_end > other and end - 1 not in rows.elided and rows.same(end - 1, other_end - 1):
        end, other_end = end - 1, other_end - 1
        tail.append(Side(end, other_end, same=True))
    return [*head, *_middle(rows, begin, end, other, other_end), *reversed(tail)]


def _middle(rows: Rows, begin: int, end: int, other: int, other_end: int) -> list[Side]:
    if end - begin == other_end - other == 1 and begin not in rows.elided:
        return [Side(begin, other, same=rows.same(begin, other))]
    if (end - begin) * (other_end - other) <= rows.cells:
        return _closest(rows, begin, end, other, other_end)
    if any(begin <= index < end for index in rows.elided):
        return _runs(rows, begin, end, other, other_end)
    for shift in dict.fromkeys((other - begin, other_end - end)):
        both = range(max(begin, other - shift), min(end, other_end - shift))
        some = both[:: max(1, len(both) // _SAMPLE)]
        if sum(rows.same(index, index + shift) for index in some) * 2 > len(some):
            # Where most stand where they should, what lies between two such is looked at apart.
            anchors = [(index, index + shift) for index in both if rows.same(index, index + shift)]
            return list(_between(rows, anchors, (begin, end, other, other_end)))
    anchors = _anchors(rows, begin, end, other, other_end)
    # A few that are the same by chance say nothing about as many others.
    if not anchors or (end - begin == other_end - other and len(anchors) * 4 < end - begin):
        return _by_place(begin, end, other, other_end)
    return list(_between(rows, anchors, (begin, end, other, other_end)))


def _between(rows: Rows, anchors: Sequence[tuple[int, int]], bounds: tuple[int, int, int, int]) -> Iterator[Side]:
    begin, end, other, other_end = bounds
    for (one, two), (next_one, next_two) in pairwise([(begin - 1, other - 1), *anchors, (end, other_end)]):
        if one >= begin:
            yield Side(one, two, same=True)
        if next_one - one > 1 or next_two - two > 1:
            yield from _middle(rows, one + 1, next_one, two + 1, next_two)


def _anchors(rows: Rows, begin: int, end: int, other: int, other_end: int) -> list[tuple[int, int]]:
    """Return pairs that are the same and unlike all others, in the longest order that both sides agree on."""
    prints, others = rows.prints()
    places: dict[Hashable, list[int]] = {}
    for index in range(other, other_end):
        places.setdefault(others[index], []).append(index)
    counts: dict[Hashable, int] = {}
    for index in range(begin, end):
        counts[prints[index]] = counts.get(prints[index], 0) + 1
    pairs = [
        (index, places[prints[index]][0])
        for index in range(begin, end)
        if prints[index] is not None and counts[prints[index]] == 1 and len(places.get(prints[index], ())) == 1
    ]
    return _increasing(pairs)


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of ``pairs`` in which the second numbers rise as the first do."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(tops, second)
        before.append(ends[at - 1] if at else None)
        tops[at : at + 1] = [second]
        ends[at : at + 1] = [index]
    found: list[tuple[int, int]] = []
    last: int | None = ends[-1] if ends else None
    while last is not None:
        found.append(pairs[last])
        last = before[last]
    return found[::-1]


def _by_place(begin: int, end: int, other: int, other_end: int) -> list[Side]:
    """Pair by place, without a look at them: there are too many to find what is closest."""
    both = min(end - begin, other_end - other)
    found = [Side(begin + i, other + i) for i in range(both)]
    found += [Side(index, None) for index in range(begin + both, end)]
    return found + [Side(None, index) for index in range(other + both, other_end)]


def _runs(rows: Rows, begin: int, end: int, other: int, other_end: int) -> list[Side]:
    """Place the runs between elisions one after the other, as far left as they fit; the first that does not is told."""
    found: list[Side] = []
    position = other
    index = begin
    free = False
    while index < end:
        if index in rows.elided:
            free, index = True, index + 1
            continue
        stop = next((i for i in range(index, end) if i in rows.elided), end)
        length = stop - index
        last = other_end - length if free and stop < end else position
        if free and stop == end:
            position = last = max(position, other_end - length)
        last = min(last, other_end - length)
        at = next(
            (p for p in range(position, last + 1) if all(rows.same(index + i, p + i) for i in range(length))), None
        )
        if at is None:
            reach = range(position, max(position, last) + 1)[: max(1, _CELLS // length)]
            counted = [
                (sum(p + i < other_end and rows.same(index + i, p + i) for i in range(length)), -p) for p in reach
            ]
            at = -max(counted)[1]
            return found + _closest_or_place(rows, index, stop, at, min(at + length, other_end))
        found += [Side(index + i, at + i, same=True) for i in range(length)]
        position, index, free = at + length, stop, False
    return found


def _closest_or_place(rows: Rows, begin: int, end: int, other: int, other_end: int) -> list[Side]:
    small = (end - begin) * (other_end - other) <= rows.cells
    bounds = begin, end, other, other_end
    return _closest(rows, *bounds) if small else _by_place(*bounds)


def _closest(rows: Rows, begin: int, end: int, other: int, other_end: int) -> list[Side]:
    """Pair so that the sum of distances is the least; to leave one out on either side costs ``apart``."""
    apart = rows.apart
    height, width = end - begin, other_end - other
    costs = [[apart * column for column in range(width + 1)]]
    pair = [[0.0] * width for _ in range(height)]
    for row in range(height):
        elided = begin + row in rows.elided
        above, line = costs[-1], [costs[-1][0] + (0.0 if elided else apart)]
        for column in range(width):
            if elided:
                line.append(min(above[column + 1], line[column]))
                continue
            if rows.same(begin + row, other + column):
                cost = _SAME
            else:
                cost = 0.3 + 1.5 * rows.distance(begin + row, other + column)
            pair[row][column] = cost
            line.append(min(above[column] + cost, above[column + 1] + apart, line[column] + apart))
        costs.append(line)
    found: list[Side] = []
    row, column = height, width
    while row or column:
        elided = row > 0 and begin + row - 1 in rows.elided
        cost = costs[row][column]
        if elided:
            if cost == costs[row - 1][column]:
                row -= 1
            else:
                column -= 1
        elif row and column and cost == costs[row - 1][column - 1] + pair[row - 1][column - 1]:
            row, column = row - 1, column - 1
            found.append(Side(begin + row, other + column, same=pair[row][column] == _SAME))
        elif row and cost == costs[row - 1][column] + apart:
            row -= 1
            found.append(Side(begin + row, None))
        else:
            column -= 1
            found.append(Side(None, other + column))
    return found[::-1]


def find_moved(
    sides: list[Side], same: Callable[[int, int], bool], cells: int = _CELLS
) -> tuple[list[Side], list[tuple[int, int]]]:
    """Return ``sides`` without the elements that only stand elsewhere, and these, as (shown, actual)."""
    lost = [side for side in sides if side.shown is not None and not side.same]
    new = [side for side in sides if side.actual is not None and not side.same]
    if not lost or not new or len(lost) * len(new) > cells:
        return sides, []
    moved: list[tuple[int, int]] = []
    taken: set[int] = set()
    for side in lost:
        for candidate in new:
            if candidate.actual in taken or candidate is side:
                continue
            assert side.shown is not None
            assert candidate.actual is not None
            if same(side.shown, candidate.actual):
                taken.add(candidate.actual)
                moved.append((side.shown, candidate.actual))
                break
    gone = {shown for shown, _ in moved}
    kept = [
        Side(None if side.shown in gone else side.shown, None if side.actual in taken else side.actual, side.same)
        for side in sides
    ]
    return [side for side in kept if side.shown is not None or side.actual is not None], moved


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
