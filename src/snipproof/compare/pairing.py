"""Lays the nodes of a list beside actual values, in their order or in any, to explain where they differ."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from snipproof.compare.align import Rows, Side, align, find_moved
from snipproof.compare.distance import Distance
from snipproof.compare.fingerprint import fingerprints
from snipproof.compare.lazy import written_data
from snipproof.compare.match import Items
from snipproof.compare.places import Place
from snipproof.compare.solve import Solver
from snipproof.compare.tree import Elision, Node

_CANDIDATES = 60
Fits = Callable[[Node, Any, Place], bool]


def in_order(items: Items, solver: Solver, distance: Distance, fits: Fits) -> tuple[list[Side], list[tuple[int, int]]]:
    """Return the nodes of ``items`` beside their values, and those that only stand elsewhere, as (node, value)."""
    nodes, values, place = items
    known: dict[tuple[int, int], bool] = {}
    written = written_data(nodes)

    def same(one: int, other: int) -> bool:
        if (one, other) not in known:
            alike = written is not None and written[one] == values[other]
            known[one, other] = alike or fits(nodes[one], values[other], place(other))
        return known[one, other]

    def prints() -> tuple[list[Hashable], list[Hashable]]:
        shown, there = fingerprints(nodes, values)
        if solver.scope.laws.captures:
            shown = [None if solver.holds(node) else text for node, text in zip(nodes, shown, strict=True)]
        return shown, there

    rows = Rows(
        len(nodes),
        len(values),
        frozenset(index for index, item in enumerate(nodes) if isinstance(item, Elision)),
        same,
        lambda one, other: distance.between(nodes[one], values[other], place(other)),
        prints,
    )
    return find_moved(align(rows), same)


def in_any_order(items: Items, solver: Solver, distance: Distance, take: Fits, within: Decimal | None) -> list[Side]:
    """Return what is left of ``items`` when as many nodes as possible have their value: each beside the closest one.

    :param take: whether a node fits; from then on its captures stand for what they do there.
    """
    nodes, values, place = items
    shown = [index for index, item in enumerate(nodes) if not isinstance(item, Elision)]
    found: dict[int, int] = {}
    if any(solver.holds(item) for item in nodes):
        for one in shown:
            free = (other for other in range(len(values)) if other not in found.values())
            fit = next((other for other in free if take(nodes[one], values[other], place(other))), None)
            if fit is not None:
                found[one] = fit
    else:
        found = solver.assignment(items, within)
    lost = [one for one in shown if one not in found]
    placed = set(found.values())
    left = [other for other in range(len(values)) if other not in placed]
    sides: list[Side] = []
    for one in lost:
        near = [(distance.between(nodes[one], values[other], place(other)), other) for other in left[:_CANDIDATES]]
        nearest = min(near, default=None)
        if nearest is not None and (nearest[0] < 1 or len(lost) == len(left) == 1):
            left.remove(nearest[1])
            sides.append(Side(one, nearest[1]))
        else:
            sides.append(Side(one, None))
    # An elision among them stands for all that is left.
    return sides if len(shown) < len(nodes) else sides + [Side(None, other) for other in left]
