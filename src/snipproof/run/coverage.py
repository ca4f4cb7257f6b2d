"""Which shown statements a run executed, from the events that decide the Outcome: no second run, no other tool."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from snipproof.model import Region
from snipproof.run.probe.plan import Plan, Signal
from snipproof.run.source_run import SourceRun


@dataclass(frozen=True, slots=True)
class Coverage:
    """The statements of one Region, by the lines of the Source at which readers see them begin.

    :param statements: all that can run, in order.
    :param missed: those that did not; a line with several statements is missed if one of them is.
    :param handling: those that run only after an error: handlers, the body of Go's ``if err != nil``.
    """

    statements: tuple[int, ...]
    missed: tuple[int, ...]
    handling: tuple[int, ...]


def statements_that_ran(run: SourceRun) -> AbstractSet[int]:
    """Return the numbers of the statements that ``run`` has reached."""
    return {event.line for event in run.events if event.signal is Signal.AT}


def cover(region: Region, plan: Plan, ran: AbstractSet[int]) -> Coverage:
    """Return the Coverage of ``region``.

    :param ran: the numbers of the statements that the run has reached.
    """
    shown = [line for segment in region.segments for line in range(segment.first, segment.last + 1)]
    lines: dict[int, set[int]] = {}
    for number in plan.regions[region.name].statements - plan.idle:
        # A statement may begin before the Region, in code that is hidden.
        place = bisect_left(shown, plan.lines[number])
        if place < len(shown):
            lines.setdefault(shown[place], set()).add(number)
    ordered = sorted(lines)
    return Coverage(
        statements=tuple(ordered),
        missed=tuple(line for line in ordered if not lines[line] <= ran),
        handling=tuple(line for line in ordered if lines[line] <= plan.handling),
    )
