"""From one run of a Source to a Verdict for each of its Snippets. Pure: facts in, judgements out.

A Snippet passed when every Segment of it was entered and left, and its Expectations hold. What goes wrong is blamed
once: on the Snippets that were open, else on the one that hidden code kept from starting, else on the last one. Those
that could not start because of it are blocked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from snipproof.model import Expectation, Outcome, Region, Snippet, Source
from snipproof.prove.expect import ExpectationResult, check_expectation
from snipproof.prove.probe import Probed
from snipproof.prove.source_run import Ending, SourceRun


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one Snippet.

    :param line: the line of the Source a reader should look at first.
    :param reason: one line in words, empty for a pass.
    :param output: what the Snippet itself printed.
    :param duration: seconds between its markers.
    :param details: further text for a failure: a traceback, an Expectation's differences.
    """

    snippet: Snippet
    outcome: Outcome
    line: int
    reason: str = ""
    output: str = ""
    duration: float = 0.0
    details: str = ""
    expectations: tuple[ExpectationResult, ...] = ()


@dataclass(slots=True)
class _Trace:
    """How far one Region got."""

    region: Region
    begun: set[int]  # start lines that were passed
    ended: set[int]  # end lines that were passed
    output: str = ""
    duration: float = 0.0
    since: float | None = None
    last_seen: int = -1

    @property
    def open(self) -> bool:
        return self.since is not None


def judge(source: Source, probed: Probed, run: SourceRun) -> list[Verdict]:
    """Return one Verdict for each Snippet of ``source``, in the order of the Source."""
    traces = {snippet.id: _trace(snippet.region, probed, run) for snippet in source.snippets}
    verdicts = {}
    blamed = [] if run.ok else _blamed(source.snippets, traces, run)
    for snippet in source.snippets:
        trace = traces[snippet.id]
        missed = _missed(source, snippet, trace, probed)
        if snippet in blamed:
            verdict = _failure(source, snippet, trace, run)
        elif missed is None:
            verdict = Verdict(snippet, Outcome.PASSED, snippet.region.line)
        elif blamed and snippet.region.line not in probed.silent:
            names = ", ".join(f"`{b.name}`" for b in blamed)
            verdict = Verdict(snippet, Outcome.BLOCKED, snippet.region.line, f"blocked: {names} failed before it")
        else:
            verdict = missed
        verdicts[snippet.id] = replace(verdict, output=trace.output, duration=trace.duration)
    by_name = {snippet.name: snippet for snippet in source.snippets}
    for expectation in source.expectations:
        snippet = by_name[expectation.of]
        verdicts[snippet.id] = _compare(source, expectation, verdicts[snippet.id])
    return [verdicts[snippet.id] for snippet in source.snippets]


def _lines(region: Region, source_lines: int) -> tuple[set[int], set[int]]:
    """Return the lines of the markers that open and close the Segments of ``region``."""
    starts = {segment.first - 1 for segment in region.segments}
    # A Region that is never closed runs to the end of the file: there is no marker to pass.
    ends = {segment.last + 1 for segment in region.segments if segment.last < source_lines}
    return starts, ends


def _trace(region: Region, probed: Probed, run: SourceRun) -> _Trace:
    """Follow the Hits of a run through one Region: which markers were passed, what was printed, how long it took."""
    trace = _Trace(region, set(), set())
    starts, ends = _lines(region, len(probed.text.split("\n")))
    for index, hit in enumerate(run.hits):
        if trace.since is not None:
            trace.output += run.chunks[index]
            trace.duration += hit.time - trace.since
            trace.since = hit.time
        if hit.line in ends:
            trace.ended.add(hit.line)
            trace.since = None
        if hit.line in starts:
            trace.begun.add(hit.line)
            trace.since = hit.time
            trace.last_seen = index
    if trace.since is not None:
        trace.output += run.chunks[-1]
        # Its end was never passed: it is over where the statement before the marker left, or where the file ends.
        if run.ok and not (ends - trace.ended - probed.unreachable):
            trace.since = None
    return trace


def _missed(source: Source, snippet: Snippet, trace: _Trace, probed: Probed) -> Verdict | None:
    """Return why a Snippet was not executed as a whole, ``None`` when it was."""
    starts, ends = _lines(trace.region, len(source.lines))
    path = source.path
    for line in sorted(starts - trace.begun):
        if line in probed.silent:
            reason = f"not executed: {probed.silent[line]} ({path}:{line})"
        elif trace.begun:
            reason = f"not executed as a whole: the part that starts at {path}:{line} was never reached"
        else:
            reason = f"not executed: its START marker at {path}:{line} was never reached (a dead branch?)"
        return Verdict(snippet, Outcome.NOT_EXECUTED, line, reason)
    for line in sorted(ends - trace.ended - probed.unreachable):
        why = probed.silent.get(line, "the code before it left, so the rest of the Snippet never ran")
        reason = f"not executed as a whole: its END marker at {path}:{line} was never reached: {why}"
        return Verdict(snippet, Outcome.NOT_EXECUTED, line, reason)
    return None


def _blamed(snippets: Sequence[Snippet], traces: Mapping[str, _Trace], run: SourceRun) -> list[Snippet]:
    """Return the Snippets that a run's failure belongs to; never none of them."""
    opened = [s for s in snippets if traces[s.id].open]
    # The next part of any Snippet that was not reached: hidden code kept it from starting.
    waiting = {
        min(missed): s for s in snippets if (missed := {g.first - 1 for g in s.region.segments} - traces[s.id].begun)
    }
    if opened:
        return opened
    # Code that does not compile never runs: the fault belongs to the Snippet that shows it.
    if not run.hits and run.crash and run.crash.lines:
        shown = [s for s in snippets if any(g.first <= run.crash.lines[-1] <= g.last for g in s.region.segments)]
        if shown:
            return shown
    if waiting:
        return [waiting[min(waiting)]]
    return [max(snippets, key=lambda s: traces[s.id].last_seen)]


def _failure(source: Source, snippet: Snippet, trace: _Trace, run: SourceRun) -> Verdict:
    """Return the Verdict on a Snippet that is blamed for the failure of its run."""
    inside = trace.open or any(
        segment.first <= line <= segment.last
        for line in (run.crash.lines[-1:] if run.crash else ())
        for segment in trace.region.segments
    )
    where = "" if inside else ("hidden code after it: " if trace.begun else "hidden code before it: ")
    details = ""
    if run.ending is Ending.TIMED_OUT:
        line = run.stopped_at or snippet.region.line
        what = f"still running after {run.limit}, stopped at {source.path}:{line}"
    elif run.ending is Ending.FLOODED:
        line = snippet.region.line
        what = f"stopped: it printed more than {run.limit}"
    elif run.crash:
        line = run.crash.lines[-1] if run.crash.lines else snippet.region.line
        first = run.crash.message.strip().split("\n")[0]
        what = f"{run.crash.type}: {first}" if first else run.crash.type
        details = run.crash.traceback
    else:
        line = snippet.region.line
        code = run.exit_code or 0
        what = f"the process was killed by signal {-code}" if code < 0 else f"the process ended with exit code {code}"
        details = run.stderr
    return Verdict(snippet, Outcome.FAILED, line, where + what, details=details)


def _compare(source: Source, expectation: Expectation, verdict: Verdict) -> Verdict:
    """Hold an Expectation against what its Snippet printed, if that one got so far."""
    if verdict.outcome is not Outcome.PASSED:
        return verdict
    result = check_expectation(source, expectation, verdict.output)
    results = (*verdict.expectations, result)
    if result.matched:
        return replace(verdict, expectations=results)
    line = result.differences[0].line
    reason = f"expected output differs: {source.path}:{line} {result.differences[0].message}"
    return replace(
        verdict, outcome=Outcome.FAILED, line=line, reason=reason, details=result.explain(), expectations=results
    )
