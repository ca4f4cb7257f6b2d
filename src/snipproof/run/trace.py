"""How far each Region got in a run: which of its probes were passed, what it printed meanwhile, how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field

from snipproof.model import Region
from snipproof.run.probe import Function, Probed
from snipproof.run.source_run import TEST_ENDED, SourceRun


@dataclass(frozen=True, slots=True)
class Points:
    """The probes that enter and leave the Segments of one Region.

    ``functions`` are those that a marker between declarations shows; ``empty`` says that nothing in the Region can be
    executed.
    """

    starts: frozenset[int]
    ends: frozenset[int]
    functions: tuple[Function, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to pass."""
        return not self.starts


def points(region: Region, probed: Probed) -> Points:
    """Return the probes of ``region``.

    A Segment that shows declarations is proven by its functions. One without any, such as the imports of a Go file, has
    nothing to pass: that the file compiles is all there is to prove.
    """
    lines = len(probed.text.split("\n"))
    starts: set[int] = set()
    ends: set[int] = set()
    shown: list[Function] = []
    for segment in region.segments:
        first, last = segment.first - 1, segment.last + 1
        opens, closes = first in probed.declared, last in probed.declared
        if opens or closes:
            inner = [f for f in probed.functions if f.first < last and f.last > first]
            shown += inner
            starts |= {f.first for f in inner if f.first > first}
            ends |= {-f.first for f in inner if f.last < last}
        if not opens:
            starts.add(first)
        # A Region that is never closed runs to the end of the file: there is no marker to pass.
        if not closes and segment.last < lines:
            ends.add(last)
    return Points(frozenset(starts), frozenset(ends), tuple(shown))


@dataclass(slots=True)
class Trace:
    """How far one Region got. ``stays`` are the times it was inside, as numbers of Hits: (begin, end or ``None``)."""

    region: Region
    points: Points
    passed: set[int] = field(default_factory=set)
    output: str = ""
    duration: float = 0.0
    stays: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether it was ever entered."""
        return bool(self.stays)

    def last_seen(self, hits: int | None) -> int:
        """Return the number of the ProbeEvent that entered it last, among the first ``hits`` or all; -1 if none."""
        return max((begin for begin, _ in self.stays if hits is None or begin < hits), default=-1)

    @property
    def open(self) -> bool:
        """Whether it was entered and not left when the run was over."""
        return self.open_after(None)

    def open_after(self, hits: int | None) -> bool:
        """Whether it was entered and not left after so many Hits of the run, all of them if it is ``None``."""
        if hits is None:
            return self.begun and self.stays[-1][1] is None
        return any(begin < hits and (end is None or hits <= end) for begin, end in self.stays)

    def missed_starts(self) -> list[int]:
        """Return the probes of its starts that were never passed, in the order of the text."""
        return sorted(self.points.starts - self.passed)

    def missed_ends(self, probed: Probed) -> list[int]:
        """Return the probes of its ends that were never passed, but for those behind a statement that leaves."""
        return sorted(self.points.ends - self.passed - probed.unreachable, key=abs)


def trace(region: Region, probed: Probed, run: SourceRun) -> Trace:
    """Follow the Hits of ``run`` through ``region``."""
    found = Trace(region, points(region, probed))
    inside = _Inside()
    since = 0.0
    for index, hit in enumerate(run.hits):
        was = inside.any
        if was:
            found.output += run.chunks[index]
            found.duration += hit.time - since
        since = hit.time
        if hit.line in found.points.ends or hit.line in found.points.starts:
            found.passed.add(hit.line)
            inside.move(hit.line, found.points)
        elif hit.line == TEST_ENDED:
            inside = _Inside()
        if inside.any and not was:
            found.stays.append((index, None))
        elif was and not inside.any:
            found.stays[-1] = (found.stays[-1][0], index)
    if inside.any:
        found.output += run.chunks[-1]
        # Its end was never passed: it is over where the statement before the marker left, or where the file ends.
        if run.ok and not found.missed_ends(probed):
            found.stays[-1] = (found.stays[-1][0], len(run.hits))
    return found


@dataclass(slots=True)
class _Inside:
    """Whether a run is inside a Region: between its markers, or in functions of it, which may call each other."""

    marked: bool = False
    depth: int = 0

    @property
    def any(self) -> bool:
        return self.marked or self.depth > 0

    def move(self, probe: int, points: Points) -> None:
        if probe in {f.first for f in points.functions}:
            self.depth += 1
        elif probe < 0:
            self.depth = max(0, self.depth - 1)
        else:
            self.marked = probe in points.starts
