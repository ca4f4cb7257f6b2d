"""Finds the Snippets that are to blame for what failed in a run.

A Fault is blamed on the Snippet that shows the line that raised it, else on those that were open, else on the one that
hidden code kept from starting, else on the one that was entered last: among the Snippets of its native test, if it has
any.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from snipproof.model import Snippet, Source
from snipproof.run.probe import Probed
from snipproof.run.source_run import Crash, Diagnostic, SourceRun, Termination
from snipproof.run.trace import Trace

Fault = Crash | Diagnostic | Termination
"""Why a run failed: an exception, a compiler's message, or how the process ended."""


def find_faults(source: Source, probed: Probed, traces: Mapping[str, Trace], run: SourceRun) -> dict[str, Fault]:
    """Return the first Fault of each Snippet that is blamed for one, by its id; at least one if the run is not ok."""
    faults: dict[str, Fault] = {}

    def blame(snippets: Sequence[Snippet], fault: Fault) -> None:
        for snippet in snippets:
            faults.setdefault(snippet.id, fault)

    for diagnostic in run.diagnostics:
        blame(_at_line(source, diagnostic), diagnostic)
    for crash in run.crashes:
        if crash.cause:  # another one is to blame
            continue
        blame(_of_crash(source, probed, traces, crash), crash)
    never_ended = False
    for test in run.unfinished:
        own = snippets_of_part(source, probed, traces, test.name, test.since)
        never_ended = never_ended or bool(own)
        if own and not run.ok and not run.announced and not any(snippet.id in faults for snippet in own):
            opened = [s for s in own if traces[s.id].open]
            # Other crashes are failures of tests that ended before.
            cause = next((crash for crash in reversed(run.crashes) if crash.after is None), run.termination)
            blame(opened or _nearest(own, traces, run.stopped_at, None), cause)
    ended = run.announced and run.termination is Termination.EXITED
    # A run goes on behind some crashes, and in spite of what a compiler reports: these do not explain its end. But one
    # that cannot go on ends with 1.
    cannot_go_on = run.crashes and run.termination is Termination.EXITED and run.exit_code == 1
    explained = ended or never_ended or cannot_go_on or any(not crash.went_on for crash in run.crashes)
    if not run.reached_end and not explained and run.termination is not Termination.NOT_BUILT:
        opened = [s for s in source.snippets if traces[s.id].open]
        blame(opened or _nearest(source.snippets, traces, run.stopped_at, None), run.termination)
    if run.termination is Termination.NOT_BUILT and not faults:
        blame(source.snippets, run.termination)
    return faults


def snippets_of_test(source: Source, probed: Probed, test: str) -> list[Snippet]:
    """Return the Snippets that a native test function holds; none if its place is unknown."""
    places = _places(probed, test)
    return [s for s in source.snippets if any(a <= s.region.line <= b for a, b in places)] if places else []


def snippets_of_part(
    source: Source,
    probed: Probed,
    traces: Mapping[str, Trace],
    test: str,
    since: int | None,
    after: int | None = None,
    lines: Sequence[int] = (),
) -> list[Snippet]:
    """Return the Snippets of a part of a native test, such as a subtest: those of the function that holds it.

    If that function is unknown, return those of the test that were never entered, or else all of them.

    :param since: the number of events before the part began, ``None`` for the whole test; ``after`` likewise its end.
    :param lines: those at which it failed, outermost first.
    """
    own = snippets_of_test(source, probed, test)
    if since is None:
        return own
    entered = [s for s in source.snippets if since <= traces[s.id].last_entry(after)]
    entered.sort(key=lambda snippet: traces[snippet.id].last_entry(after))
    starts = [snippet.region.line for snippet in entered if snippet in own]
    inside = [line for line in lines if any(first <= line <= last for first, last in _places(probed, test))]
    found = []
    if place := _innermost(probed, starts[-1] if starts else next(iter(inside), None)):
        found = [s for s in own if place[0] <= s.region.line <= place[1]]
    never = [snippet for snippet in own if not traces[snippet.id].begun]
    return found or entered or never or own


def _places(probed: Probed, test: str) -> Sequence[tuple[int, int]]:
    """Return the first and the last line of each function of this name; none for ``""``."""
    return probed.plan.functions.get(test, ()) if probed.plan and test else ()


def _innermost(probed: Probed, line: int | None) -> tuple[int, int] | None:
    """Return the first and the last line of the innermost function around ``line``."""
    every = itertools.chain.from_iterable(probed.plan.functions.values()) if probed.plan else ()
    around = [place for place in every if line is not None and place[0] <= line <= place[1]]
    return max(around, default=None)


def _of_crash(source: Source, probed: Probed, traces: Mapping[str, Trace], crash: Crash) -> list[Snippet]:
    own = snippets_of_part(source, probed, traces, crash.test, crash.since, crash.after, crash.lines)
    # The innermost line that a Snippet shows; the exception may have left its functions before it was reported.
    shown = next((s for line in reversed(crash.lines) if (s := showing(source.snippets, line))), [])
    opened = [s for s in own or source.snippets if traces[s.id].open_after(crash.after)]
    found = shown or opened
    if not found or (own and not any(snippet in own for snippet in found)):
        # A test that failed makes at least one of its own Snippets red.
        part = _innermost(probed, own[0].region.line) if own and crash.since is not None else None
        places = [part] if part else _places(probed, crash.test)
        inside = [line for line in crash.lines if any(first <= line <= last for first, last in places)]
        line = next(iter(reversed(inside or crash.lines)), None)
        if inside and not any(gap.line > inside[-1] for s in own for gap in traces[s.id].gaps if gap.starts):
            # What stands above this line was not kept from starting.
            own = [s for s in own if traces[s.id].last_entry(crash.after) >= 0] or own
        outermost = next(iter(inside or crash.lines), None)
        found = [*found, *_nearest(own or source.snippets, traces, line, crash.after, outermost)]
    return found


def showing(snippets: Sequence[Snippet], line: int | None) -> list[Snippet]:
    """Return the Snippets that show ``line``."""
    return [s for s in snippets if line is not None and s.region.shows(line)]


def _at_line(source: Source, diagnostic: Diagnostic) -> list[Snippet]:
    """Return the Snippets that a compiler's message belongs to: those that show its line, else the next one."""
    if diagnostic.path != source.path:
        return list(source.snippets)
    if shown := showing(source.snippets, diagnostic.line):
        return shown
    later = [s for s in source.snippets if s.region.segments[-1].last >= diagnostic.line]
    return [min(later, key=lambda s: s.region.line)] if later else [source.snippets[-1]]


def _nearest(
    snippets: Sequence[Snippet],
    traces: Mapping[str, Trace],
    line: int | None,
    after: int | None,
    outermost: int | None = None,
) -> list[Snippet]:
    """Return the Snippet that hidden code kept from starting or continuing, else the Snippet that was entered last.

    :param line: the line of the hidden code, if it is known.
    :param after: the number of events before it failed, ``None`` for all: test functions run in any order.
    :param outermost: the line that called it: a Snippet that was entered does not continue above it.
    """
    waiting: dict[int, Snippet] = {}
    for snippet in snippets:
        trace = traces[snippet.id]
        for gap in trace.gaps:
            if gap.starts and (outermost is None or gap.line > outermost or not trace.begun):
                waiting.setdefault(gap.line, snippet)
    later = [start for start in waiting if line is not None and start > line]
    if waiting:
        return [waiting[min(later or waiting)]]
    return [max(snippets, key=lambda s: traces[s.id].last_entry(after))]
