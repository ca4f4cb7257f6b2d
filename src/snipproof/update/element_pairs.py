"""Which shown element became which actual one, so that each keeps its own text: its wildcards and its comments."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from snipproof.compare import align as expect_align
from snipproof.compare.align import AlignedPair, SequencePair, assign


@dataclass(slots=True)
class Step:
    """One element of the new list: an ``item`` that was shown, an ``actual`` one (both as numbers), or both.

    Without ``actual`` the item is an Elision that stays.
    """

    item: int | None
    actual: int | None


def align(rows: SequencePair, *, unordered: bool = False) -> list[Step] | None:
    """Return the elements of the new list in order, ``None`` when the lists are too long to be aligned."""
    rows = replace(rows, same=cache(rows.same), distance=cache(rows.distance), fingerprints=cache(rows.fingerprints))
    if unordered:
        return _unordered(rows)
    sides = expect_align.align(rows)
    if sum(side.shown is not None for side in sides) + len(rows.elided) < rows.shown:
        return None
    _, moved = expect_align.find_moved(sides, rows.same, rows.max_pairs)
    return _steps(sides, {actual: shown for shown, actual in moved}, sorted(rows.elided))


def _steps(sides: Sequence[AlignedPair], moved: dict[int, int], elided: list[int]) -> list[Step]:
    """Return what stays or is new, the Elisions between them; an item that moved goes where it holds."""
    gone = set(moved.values())
    steps: list[Step] = []
    for side in sides:
        while elided and side.shown is not None and elided[0] < side.shown:
            steps.append(Step(elided.pop(0), None))
        if side.actual is not None:
            stays = None if side.shown in gone else side.shown
            steps.append(Step(moved.get(side.actual, stays), side.actual))
    return steps + [Step(index, None) for index in elided]


def _unordered(rows: SequencePair) -> list[Step] | None:
    """Keep the order that is shown; further elements go behind it."""
    real = [i for i in range(rows.shown) if i not in rows.elided]
    hints = _alike(rows, real)
    if (len(real) - len(hints)) * rows.actual > rows.max_pairs:
        return None
    found = assign(len(real), rows.actual, lambda i, j: rows.same(real[i], j), hints, lambda: None)
    of = {real[i]: j for i, j in found.items()}
    left = sorted(set(range(rows.actual)).difference(of.values()))
    for i in real:
        if left and i not in of:
            of[i] = min(left, key=lambda j: rows.distance(i, j))
            left.remove(of[i])
    steps = [Step(i, of.get(i)) for i in range(rows.shown) if i in of or i in rows.elided]
    return steps if rows.elided else [*steps, *(Step(None, j) for j in left)]


def _alike(rows: SequencePair, real: Sequence[int]) -> dict[int, int]:
    """Return pairs of the same text, by the places in ``real``."""
    shown, actual = rows.fingerprints()
    free: dict[Hashable, list[int]] = {}
    for j in range(rows.actual - 1, -1, -1):
        free.setdefault(actual[j], []).append(j)
    return {n: free[shown[i]].pop() for n, i in enumerate(real) if shown[i] is not None and free.get(shown[i])}
