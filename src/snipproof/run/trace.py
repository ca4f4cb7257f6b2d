"""How far a run got in each Region: the probes that it passed, what it printed meanwhile, how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field

from snipproof.model import Region
from snipproof.run.probe import Function, Probed
from snipproof.run.source_run import TEST_ENDED, SourceRun


@dataclass(frozen=True, slots=True)
class RegionProbes:
    """The probes that enter and leave the Segments of one Region.

    :param functions: those that a marker between declarations shows.
    """

    starts: frozenset[int]
    ends: frozenset[int]
    functions: tuple[Function, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing in the Region can be executed."""
        return not self.starts


def _probes_of(region: Region, probed: Probed) -> RegionProbes:
    """Return the probes of ``region``.

    A Segment that shows declarations is proven by its functions. A Segment of declarations without a function, such as
    the imports of a Go file, has no probe: compiling the file proves it.
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
        # A Region that is never closed runs to the end of the file, where no marker is.
        if not closes and segment.last < lines:
            ends.add(last)
    return RegionProbes(frozenset(starts), frozenset(ends), tuple(shown))


@dataclass(slots=True)
class Trace:
    """How far a run got in one Region.

    :param passed: the probes of the Region that the run passed.
    :param output: what was printed inside the Region.
    :param duration: seconds inside the Region.
    :param stays: when the run was inside, as indexes of probe events: (first, last or ``None``).
    """

    region: Region
    probes: RegionProbes
    passed: set[int] = field(default_factory=set)
    output: str = ""
    duration: float = 0.0
    stays: list[tuple[int, int | None]] = field(default_factory=list)

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

    def missed_starts(self) -> list[int]:
        """Return the probes of starts that were never passed, in the order of the text."""
        return sorted(self.probes.starts - self.passed)

    def missed_ends(self, probed: Probed) -> list[int]:
        """Return the probes of ends that were never passed, except those after a statement that leaves."""
        return sorted(self.probes.ends - self.passed - probed.unreachable, key=abs)


def trace(region: Region, probed: Probed, run: SourceRun) -> Trace:
    """Follow the events of ``run`` through ``region``."""
    found = Trace(region, _probes_of(region, probed))
    inside = _Inside()
    since = 0.0
    for index, event in enumerate(run.events):
        was = inside.any
        if was:
            found.output += run.chunks[index]
            found.duration += event.time - since
        since = event.time
        if event.line in found.probes.ends or event.line in found.probes.starts:
            found.passed.add(event.line)
            inside.move(event.line, found.probes)
        elif event.line == TEST_ENDED:
            inside = _Inside()
        if inside.any and not was:
            found.stays.append((index, None))
        elif was and not inside.any:
            found.stays[-1] = (found.stays[-1][0], index)
    if inside.any:
        found.output += run.chunks[-1]
        # Its end was never passed: it ended at the statement before the marker that left, or at the end of the file.
        if run.ok and not found.missed_ends(probed):
            found.stays[-1] = (found.stays[-1][0], len(run.events))
    return found


@dataclass(slots=True)
class _Inside:
    """Whether a run is inside a Region: between its markers, or in its functions, which may call each other."""

    marked: bool = False
    depth: int = 0

    @property
    def any(self) -> bool:
        return self.marked or self.depth > 0

    def move(self, probe: int, probes: RegionProbes) -> None:
        if probe in {f.first for f in probes.functions}:
            self.depth += 1
        elif probe < 0:
            self.depth = max(0, self.depth - 1)
        else:
            self.marked = probe in probes.starts
