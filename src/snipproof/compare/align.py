"""Pairs shown elements with actual ones, in order or in any order: one inserted element is one difference, not many."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_MAX_PAIRS = 2_500
_SAMPLE = 200
_SAME = -0.01  # among alignments of the same cost, prefer the one with more matches


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """The indexes of a shown element and of its actual counterpart; ``None`` where one of them is missing.

    :param same: whether the shown element matches the actual one.
    """

    shown: int | None
    actual: int | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class SequencePair:
    """Two sequences to align, as functions of the indexes of their elements.

    :param shown: the number of shown elements; ``actual``: the number of actual ones.
    :param elided: the indexes of the elisions among the shown elements.
    :param same: whether a shown element matches an actual one.
    :param distance: how different they are, from 0 (nearly the same) to 1 (nothing in common).
    :param fingerprints: returns the fingerprints of all shown and of all actual elements. Elements with the same
        fingerprint match; ``None`` is unknown.
    :param gap_cost: the cost of an element without a counterpart. A pair that differs costs 0.3 to 1.8: from a gap
        cost of 2 on, every element that can be paired is, even if an elision could stand for it.
    :param max_pairs: how many pairs are compared to find the closest ones.
    """

    shown: int
    actual: int
    elided: frozenset[int]
    same: Callable[[int, int], bool]
    distance: Callable[[int, int], float]
    fingerprints: Callable[[], tuple[Sequence[Hashable], Sequence[Hashable]]]
    gap_cost: float = 1.0
    max_pairs: int = _MAX_PAIRS


def align(sequences: SequencePair) -> list[AlignedPair]:
    """Return the shown elements with their actual counterparts, in order, without the elements that are elided."""
    begin, end, other_end = 0, sequences.shown, sequences.actual
    head: list[AlignedPair] = []
    tail: list[AlignedPair] = []
    while begin < min(end, other_end) and begin not in sequences.elided and sequences.same(begin, begin):
        head.append(AlignedPair(begin, begin, same=True))
        begin += 1
    other = begin
    while (
        end > begin and other_end > other and end - 1 not in sequences.elided and sequences.same(end - 1, other_end - 1)
    ):
        end, other_end = end - 1, other_end - 1
        tail.append(AlignedPair(end, other_end, same=True))
    return [*head, *_align_middle(sequences, begin, end, other, other_end), *reversed(tail)]


def _align_middle(sequences: SequencePair, begin: int, end: int, other: int, other_end: int) -> list[AlignedPair]:
    if end - begin == other_end - other == 1 and begin not in sequences.elided:
        return [AlignedPair(begin, other, same=sequences.same(begin, other))]
    if (end - begin) * (other_end - other) <= sequences.max_pairs:
        return _align_closest(sequences, begin, end, other, other_end)
    if any(begin <= index < end for index in sequences.elided):
        return _place_runs(sequences, begin, end, other, other_end)
    for shift in dict.fromkeys((other - begin, other_end - end)):
        both = range(max(begin, other - shift), min(end, other_end - shift))
        some = both[:: max(1, len(both) // _SAMPLE)]
        if sum(sequences.same(index, index + shift) for index in some) * 2 > len(some):
            # Most elements are where they should be: only what lies between them needs a closer look.
            anchors = [(index, index + shift) for index in both if sequences.same(index, index + shift)]
            return list(_align_between(sequences, anchors, (begin, end, other, other_end)))
    anchors = _anchors(sequences, begin, end, other, other_end)
    # A few that are the same by chance are no hint for the others.
    if not anchors or (end - begin == other_end - other and len(anchors) * 4 < end - begin):
        return _pair_by_position(begin, end, other, other_end)
    return list(_align_between(sequences, anchors, (begin, end, other, other_end)))


def _align_between(
    sequences: SequencePair, anchors: Sequence[tuple[int, int]], bounds: tuple[int, int, int, int]
) -> Iterator[AlignedPair]:
    begin, end, other, other_end = bounds
    for (one, two), (next_one, next_two) in pairwise([(begin - 1, other - 1), *anchors, (end, other_end)]):
        if one >= begin:
            yield AlignedPair(one, two, same=True)
        if next_one - one > 1 or next_two - two > 1:
            yield from _align_middle(sequences, one + 1, next_one, two + 1, next_two)


def _anchors(sequences: SequencePair, begin: int, end: int, other: int, other_end: int) -> list[tuple[int, int]]:
    """Return the longest sequence of pairs whose fingerprint occurs once on each side, in the same order on both."""
    fingerprints, others = sequences.fingerprints()
    places: dict[Hashable, list[int]] = {}
    for index in range(other, other_end):
        places.setdefault(others[index], []).append(index)
    counts: dict[Hashable, int] = {}
    for index in range(begin, end):
        counts[fingerprints[index]] = counts.get(fingerprints[index], 0) + 1
    pairs = [
        (index, places[fingerprints[index]][0])
        for index in range(begin, end)
        if fingerprints[index] is not None
        and counts[fingerprints[index]] == 1
        and len(places.get(fingerprints[index], ())) == 1
    ]
    return _increasing(pairs)


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence of ``pairs`` in which the second numbers increase, too."""
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


def _pair_by_position(begin: int, end: int, other: int, other_end: int) -> list[AlignedPair]:
    """Pair elements by their position: there are too many to compare them."""
    both = min(end - begin, other_end - other)
    found = [AlignedPair(begin + i, other + i) for i in range(both)]
    found += [AlignedPair(index, None) for index in range(begin + both, end)]
    return found + [AlignedPair(None, index) for index in range(other + both, other_end)]


def _place_runs(sequences: SequencePair, begin: int, end: int, other: int, other_end: int) -> list[AlignedPair]:
    """Place each run between elisions as far left as it fits; stop at the first run that does not fit, and align it."""
    found: list[AlignedPair] = []
    position = other
    index = begin
    free = False
    while index < end:
        if index in sequences.elided:
            free, index = True, index + 1
            continue
        stop = next((i for i in range(index, end) if i in sequences.elided), end)
        length = stop - index
        last = other_end - length if free and stop < end else position
        if free and stop == end:
            position = last = max(position, other_end - length)
        last = min(last, other_end - length)
        at = next(
            (p for p in range(position, last + 1) if all(sequences.same(index + i, p + i) for i in range(length))), None
        )
        if at is None:
            reach = range(position, max(position, last) + 1)[: max(1, _MAX_PAIRS // length)]
            counted = [
                (sum(p + i < other_end and sequences.same(index + i, p + i) for i in range(length)), -p) for p in reach
            ]
            at = -max(counted)[1]
            return found + _align_closest_or_by_position(sequences, index, stop, at, min(at + length, other_end))
        found += [AlignedPair(index + i, at + i, same=True) for i in range(length)]
        position, index, free = at + length, stop, False
    return found


def _align_closest_or_by_position(
    sequences: SequencePair, begin: int, end: int, other: int, other_end: int
) -> list[AlignedPair]:
    small = (end - begin) * (other_end - other) <= sequences.max_pairs
    bounds = begin, end, other, other_end
    return _align_closest(sequences, *bounds) if small else _pair_by_position(*bounds)


def _align_closest(sequences: SequencePair, begin: int, end: int, other: int, other_end: int) -> list[AlignedPair]:
    """Return the alignment of the lowest cost: the sum of the distances and of ``gap_cost`` for each gap."""
    gap_cost = sequences.gap_cost
    height, width = end - begin, other_end - other
    costs = [[gap_cost * column for column in range(width + 1)]]
    pair_costs = [[0.0] * width for _ in range(height)]
    for row in range(height):
        elided = begin + row in sequences.elided
        above, line = costs[-1], [costs[-1][0] + (0.0 if elided else gap_cost)]
        for column in range(width):
            if elided:
                line.append(min(above[column + 1], line[column]))
                continue
            if sequences.same(begin + row, other + column):
                cost = _SAME
            else:
                cost = 0.3 + 1.5 * sequences.distance(begin + row, other + column)
            pair_costs[row][column] = cost
            line.append(min(above[column] + cost, above[column + 1] + gap_cost, line[column] + gap_cost))
        costs.append(line)
    found: list[AlignedPair] = []
    row, column = height, width
    while row or column:
        elided = row > 0 and begin + row - 1 in sequences.elided
        cost = costs[row][column]
        if elided:
            if cost == costs[row - 1][column]:
                row -= 1
            else:
                column -= 1
        elif row and column and cost == costs[row - 1][column - 1] + pair_costs[row - 1][column - 1]:
            row, column = row - 1, column - 1
            found.append(AlignedPair(begin + row, other + column, same=pair_costs[row][column] == _SAME))
        elif row and cost == costs[row - 1][column] + gap_cost:
            row -= 1
            found.append(AlignedPair(begin + row, None))
        else:
            column -= 1
            found.append(AlignedPair(None, other + column))
    return found[::-1]


def find_moved(
    pairs: list[AlignedPair], same: Callable[[int, int], bool], max_pairs: int = _MAX_PAIRS
) -> tuple[list[AlignedPair], list[tuple[int, int]]]:
    """Return ``pairs`` without the elements that only moved, and the moved ones as (shown, actual)."""
    lost = [pair for pair in pairs if pair.shown is not None and not pair.same]
    new = [pair for pair in pairs if pair.actual is not None and not pair.same]
    if not lost or not new or len(lost) * len(new) > max_pairs:
        return pairs, []
    moved: list[tuple[int, int]] = []
    taken: set[int] = set()
    for pair in lost:
        for candidate in new:
            if candidate.actual in taken or candidate is pair:
                continue
            assert pair.shown is not None
            assert candidate.actual is not None
            if same(pair.shown, candidate.actual):
                taken.add(candidate.actual)
                moved.append((pair.shown, candidate.actual))
                break
    gone = {shown for shown, _ in moved}
    kept = [
        AlignedPair(
            None if pair.shown in gone else pair.shown, None if pair.actual in taken else pair.actual, pair.same
        )
        for pair in pairs
    ]
    return [pair for pair in kept if pair.shown is not None or pair.actual is not None], moved


def assign(
    count: int, others: int, fits: Callable[[int, int], bool], hints: Mapping[int, int], step: Callable[[], None]
) -> dict[int, int]:
    """Return a maximum matching between ``range(count)`` and ``range(others)`` in which every pair fits.

    Uses augmenting paths, breadth first.

    :param hints: pairs that probably fit; they are tried first.
    :param step: called for each pair that is tried; may raise an error to end the search.
    """
    known: dict[tuple[int, int], bool] = {}

    def fit(one: int, other: int) -> bool:
        step()
        if (one, other) not in known:
            known[one, other] = fits(one, other)
        return known[one, other]

    taken: dict[int, int] = {}  # from the second number of a pair to the first
    for one, other in hints.items():
        if other not in taken and fit(one, other):
            taken[other] = one
    placed = set(taken.values())
    for one in range(count):
        if one not in placed:
            _augment(one, others, fit, taken)
    return {one: other for other, one in taken.items()}


def _augment(begin: int, others: int, fit: Callable[[int, int], bool], taken: dict[int, int]) -> None:
    """Add ``begin`` to the matching ``taken``, if an augmenting path exists."""
    came_from: dict[int, int] = {}
    counterparts = {one: other for other, one in taken.items()}
    queue = deque([begin])
    while queue:
        one = queue.popleft()
        # A free counterpart ends the search, so the free ones come first.
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
                free = counterparts.get(mover)
            return
