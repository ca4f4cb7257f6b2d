"""How far a run got in each Region: what it reported, what it printed meanwhile, how long it took, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from snipproof.model import Region
from snipproof.run.probe import Probed
from snipproof.run.probe.plan import RegionPlan, Report, Signal
from snipproof.run.source_run import ProbeEvent, SourceRun


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a Region needs and that never happened.

    :param line: the line to look at first.
    :param reason: what never happened, to follow "not executed".
    :param starts: whether a part of the Region was never entered, rather than never left.
    """

    line: int
    reason: str
    starts: bool = True


@dataclass(slots=True)
class Trace:
    """How far a run got in one Region.

    :param output: what was printed inside the Region.
    :param duration: seconds inside the Region.
    :param stays: when the run was inside, as indexes of probe events: (first, last or ``None``).
    :param gaps: what is missing, in the order of the text; none if the Region was executed as a whole.
    """

    region: Region
    output: str = ""
    duration: float = 0.0
    stays: list[tuple[int, int | None]] = field(default_factory=list)
    gaps: tuple[Gap, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether the Region was ever entered."""
        return bool(self.stays)

    def last_entry(self, count: int | None) -> int:
        """Return the index of the last event that entered the Region, among the first ``count`` or all; -1 if none."""
        return max((begin for begin, _ in self.stays if count is None or begin < count), default=-1)

    @property
    def open(self) -> bool:
        """Whether the Region was entered and not left when the run ended."""
        return self.open_after(None)

    def open_after(self, count: int | None) -> bool:
        """Whether the Region was entered and not left after the first ``count`` events of the run; ``None`` for all."""
        if count is None:
            return self.begun and self.stays[-1][1] is None
        return any(begin < count and (end is None or count <= end) for begin, end in self.stays)


def trace(region: Region, probed: Probed, run: SourceRun, until: int | None = None) -> Trace:
    """Follow the events of ``run`` through ``region``.

    :param until: the line that raised the error that the Region announces; what stands behind it cannot run.
    """
    if probed.plan is None:
        return _trace_markers(region, probed, run)
    plan = probed.plan.regions[region.name]
    found = Trace(region)
    _follow(found, run, _Standing(plan))
    # The module itself never returns: after a good run its last statement has ended.
    if run.reached_end and found.open:
        found.stays[-1] = (found.stays[-1][0], len(run.events))
    shown = (e for e in run.events if e.signal is not Signal.CAUGHT or e.frame in plan.handlers)
    reports: set[Report] = {(event.signal, event.line) for event in shown if event.signal}
    found.gaps = tuple(_gaps(region, probed, plan, reports, begun=found.begun, until=until))
    return found


class _Standing:
    """The statement at which each activation of a function stands.

    What runs in the background may stand there for long: it counts until the tests enter another Region.
    """

    def __init__(self, plan: RegionPlan) -> None:
        self._plan = plan
        self._frames: set[str] = set()
        self._background: set[str] = set()

    def move(self, event: ProbeEvent) -> bool:
        """Take note of an event; return whether the run is inside the Region now."""
        if event.signal is Signal.AT and event.line in self._plan.statements:
            self._frames.add(event.frame)
            if event.background:
                self._background.add(event.frame)
        elif event.signal in (Signal.AT, Signal.EXIT):
            self._frames.discard(event.frame)
            if event.signal is Signal.AT and event.line and not event.background:
                self._frames -= self._background
        return bool(self._frames)


def _follow(found: Trace, run: SourceRun, standing: _Standing | _Inside) -> None:
    """Collect what was printed inside the Region, how long the run was inside, and when."""
    inside = False
    since = 0.0
    for index, event in enumerate(run.events):
        if inside:
            found.output += run.chunks[index]
            found.duration += event.time - since
        since = event.time
        was, inside = inside, standing.move(event)
        if inside and not was:
            found.stays.append((index, None))
        elif was and not inside:
            found.stays[-1] = (found.stays[-1][0], index)
    if inside:
        found.output += run.chunks[-1]


def _gaps(
    region: Region,
    probed: Probed,
    plan: RegionPlan,
    reports: set[Report],
    *,
    begun: bool,
    until: int | None,
) -> Iterable[Gap]:
    place = f"{region.source}:"
    for marker in region.markers:
        if marker.line in probed.silent:
            yield Gap(marker.line, f": {probed.silent[marker.line]} ({place}{marker.line})")
            return
    if plan.nothing:
        yield Gap(region.line, f": {plan.nothing} ({place}{region.line})")
        return
    given = (r for r in plan.requirements if r.given is None or r.given in reports)
    missing = [r for r in given if not r.reports & reports and (until is None or r.line < until)]
    as_a_whole = " as a whole" if begun else ""
    # What explains the others comes first: a function that is never called, then lines, then an END.
    calls = [r for r in missing if r.problem and any(signal is Signal.ENTER for signal, _ in r.reports)]
    lines = sorted({r.line for r in missing if not r.problem})
    for call in calls:
        yield Gap(call.line, f"{as_a_whole}: {call.problem} ({place}{call.line})")
    if lines:
        yield Gap(lines[0], f"{as_a_whole}: {_ranges(lines)} never ran ({place}{lines[0]})")
    for end in missing:
        if end.problem and end not in calls:
            yield Gap(end.line, f"{as_a_whole}: {end.problem} ({place}{end.line})", starts=False)


def _ranges(lines: list[int]) -> str:
    """Return ``line 3`` or ``lines 3, 5-7``."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][-1] + 1:
            parts[-1][1:] = [line]
        else:
            parts.append([line])
    word = "line" if len(lines) == 1 else "lines"
    return f"{word} {', '.join('-'.join(map(str, part)) for part in parts)}"


def _trace_markers(region: Region, probed: Probed, run: SourceRun) -> Trace:
    """Follow a run whose probes are the markers themselves."""
    lines = len(probed.text.split("\n"))
    # A Region that is never closed runs to the end of the file, where no marker is.
    inside = _Inside(
        frozenset(segment.first - 1 for segment in region.segments),
        frozenset(segment.last + 1 for segment in region.segments if segment.last < lines),
    )
    found = Trace(region)
    _follow(found, run, inside)
    if run.ok and found.open and not inside.ends - inside.passed:
        found.stays[-1] = (found.stays[-1][0], len(run.events))
    found.gaps = tuple(_marker_gaps(found, probed, inside))
    return found


def _marker_gaps(found: Trace, probed: Probed, inside: _Inside) -> Iterable[Gap]:
    place = f"{found.region.source}:"
    for line in sorted(inside.starts - inside.passed):
        if line in probed.silent:
            yield Gap(line, f": {probed.silent[line]} ({place}{line})")
        elif found.begun:
            yield Gap(line, f" as a whole: the part that starts at {place}{line} was never reached")
        else:
            yield Gap(line, f": its START marker at {place}{line} was never reached (a dead branch?)")
    for line in sorted(inside.ends - inside.passed):
        because = probed.silent.get(line, "the code before it left, so the rest of the Snippet never ran")
        why = f" as a whole: its END marker at {place}{line} was never reached: {because}"
        yield Gap(line, why, starts=False)


@dataclass(slots=True)
class _Inside:
    """Whether a run is between the markers of a Region."""

    starts: frozenset[int]
    ends: frozenset[int]
    passed: set[int] = field(default_factory=set)
    inside: bool = False

    def move(self, event: ProbeEvent) -> bool:
        """Take note of an event; return whether the run is inside the Region now."""
        if event.line in self.starts | self.ends:
            self.passed.add(event.line)
            self.inside = event.line in self.starts
        return self.inside
