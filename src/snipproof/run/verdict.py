"""Judges the Snippets of a Source from one run of it: facts in, a Verdict for each Snippet out.

A Snippet passed if every Segment of it was entered and left, and its Expectations match. Each Fault is blamed once: on
the Snippets that were open, else on the Snippet that shows its line, else on the Snippet that hidden code kept from
starting, else on the last one. Snippets that could not start because of it are blocked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from snipproof.compare.expectation import ExpectationResult, check_expectation
from snipproof.compare.tree import Notation
from snipproof.model import Expectation, Origin, Outcome, Region, Snippet, Source
from snipproof.redaction import redact
from snipproof.run.page_expectations import PageExpectations
from snipproof.run.probe import Probed
from snipproof.run.snippet_output import Output, output_of
from snipproof.run.source_run import Crash, Diagnostic, SourceRun, Termination
from snipproof.run.trace import Trace, trace
from snipproof.site.page_claims import ClaimPlace
from snipproof.text import plural

_NO_PAGES = PageExpectations()

Fault = Crash | Diagnostic | Termination
"""Why a run failed: an exception, a compiler's message, or how the process ended."""

_EXCERPT_CONTEXT = 3  # lines before and after the line of a failure
_MAX_OUTPUT_LINES = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one Snippet.

    :param line: the line of the Source that a reader should look at first.
    :param reason: one line, empty for a pass.
    :param output: what the Snippet itself printed.
    :param duration: seconds between its markers.
    :param details: more text about a failure: a traceback, the differences of an Expectation.
    """

    snippet: Snippet
    outcome: Outcome
    line: int
    reason: str = ""
    output: str = ""
    duration: float = 0.0
    details: str = ""
    expectations: tuple[ExpectationResult, ...] = ()

    @property
    def only_differs(self) -> bool:
        """Whether the Snippet failed only because its Expectations show something else."""
        return self.outcome is Outcome.FAILED and any(not result.matched for result in self.expectations)

    def redacted(self, secrets: Mapping[str, str]) -> Verdict:
        """Return the Verdict without ``secrets`` (values by name) in its texts; an update needs its ``expectations``.

        Only now, since the output was compared as it was printed.
        """
        reason, output, details = (redact(text, secrets) for text in (self.reason, self.output, self.details))
        return replace(self, reason=reason, output=output, details=details)


def describe(source: Source, verdict: Verdict) -> str:
    """Return a failure's text: ``path:line:col OUTCOME reason``, the code around the line, details and the output."""
    blocks = [f"{source.path}:{verdict.line}:1 {verdict.outcome.upper()} `{verdict.snippet.name}`: {verdict.reason}"]
    if verdict.outcome is Outcome.BLOCKED:
        return blocks[0]
    blocks.append(_excerpt(source, verdict.line))
    if verdict.details:
        blocks.append(verdict.details.rstrip())
    if verdict.output.strip() and not verdict.expectations:
        lines = verdict.output.rstrip("\n").split("\n")
        left = len(lines) - _MAX_OUTPUT_LINES
        shown = lines[:_MAX_OUTPUT_LINES] + ([f"… {plural(left, 'more line')}"] if left > 0 else [])
        blocks.append("\n".join(["the Snippet printed:", *(f"       | {line}" for line in shown)]))
    return "\n\n".join(blocks)


def _excerpt(source: Source, line: int) -> str:
    """Return the lines around ``line`` with their numbers, and a mark at ``line`` itself."""
    first = max(1, line - _EXCERPT_CONTEXT)
    lines = source.lines[first - 1 : line + _EXCERPT_CONTEXT]
    return "\n".join(f"{'>' if n == line else ' '} {n:4} | {text}" for n, text in enumerate(lines, start=first))


def judge(source: Source, probed: Probed, run: SourceRun, pages: PageExpectations = _NO_PAGES) -> list[Verdict]:
    """Return one Verdict for each Snippet of ``source``, in the order of the Source.

    :param pages: the Expectations that Pages add to those of the Source.
    """
    traces = {snippet.id: trace(snippet.region, probed, run) for snippet in source.snippets}
    faults = _faults(source, traces, run)
    names = ", ".join(f"`{s.name}`" for s in source.snippets if s.id in faults)
    not_built = run.termination is Termination.NOT_BUILT
    verdicts = {}
    for snippet in source.snippets:
        found = traces[snippet.id]
        missed = _missed(source, snippet, found, probed)
        if snippet.id in faults:
            verdict = _failure(source, snippet, found, run, faults[snippet.id])
        elif missed is None:
            verdict = Verdict(snippet, Outcome.PASSED, snippet.region.line)
        elif not run.ok and snippet.region.line not in probed.silent:
            why = f"the Source was not built because of {names}" if not_built else f"{names} failed before it"
            verdict = Verdict(snippet, Outcome.BLOCKED, snippet.region.line, f"blocked: {why}")
        else:
            verdict = missed
        verdicts[snippet.id] = replace(verdict, output=found.output, duration=found.duration)
    by_name = {snippet.name: snippet for snippet in source.snippets}
    for expectation in source.expectations:
        snippet = by_name[expectation.of]
        given = output_of(expectation.origin, traces[snippet.id], run)
        verdicts[snippet.id] = _compare(source, expectation, verdicts[snippet.id], given, pages)
    for snippet in source.snippets:
        for claim in pages.claims.get(snippet.id, ()):
            expectation = Expectation(claim.expectation, snippet.name, claim.origin)
            holder = pages.holders[claim.expectation.source]
            given = output_of(expectation.origin, traces[snippet.id], run)
            verdicts[snippet.id] = _compare(holder, expectation, verdicts[snippet.id], given, pages, claim.places)
    return [verdicts[snippet.id] for snippet in source.snippets]


def _missed(source: Source, snippet: Snippet, trace: Trace, probed: Probed) -> Verdict | None:
    """Return the Verdict on a Snippet that was not executed as a whole; ``None`` if it was."""
    names = {function.first: function.name for function in trace.probes.functions}
    place = f"{source.path}:"
    as_a_whole = " as a whole" if trace.begun else ""
    if trace.probes.empty:
        line = snippet.region.line
        why = f": it shows no code that can be executed, so nothing proves it ({place}{line})"
    elif starts := trace.missed_starts():
        line = starts[0]
        if line in probed.silent:
            why = f": {probed.silent[line]} ({place}{line})"
        elif line in names:
            why = f"{as_a_whole}: `{names[line]}` ({place}{line}) was never called"
        elif trace.begun:
            why = f" as a whole: the part that starts at {place}{line} was never reached"
        else:
            why = f": its START marker at {place}{line} was never reached (a dead branch?)"
    elif ends := trace.missed_ends(probed):
        line = abs(ends[0])
        if ends[0] < 0:
            why = f" as a whole: `{names[line]}` ({place}{line}) was never left"
        else:
            because = probed.silent.get(line, "the code before it left, so the rest of the Snippet never ran")
            why = f" as a whole: its END marker at {place}{line} was never reached: {because}"
    else:
        return None
    return Verdict(snippet, Outcome.NOT_EXECUTED, line, f"not executed{why}")


def _faults(source: Source, traces: Mapping[str, Trace], run: SourceRun) -> dict[str, Fault]:
    """Return the first Fault of each Snippet that is blamed for one, at least one if the run is not ok."""
    faults: dict[str, Fault] = {}

    def blame(snippets: Sequence[Snippet], fault: Fault) -> None:
        for snippet in snippets:
            faults.setdefault(snippet.id, fault)

    for diagnostic in run.diagnostics:
        blame(_at_line(source, diagnostic), diagnostic)
    for crash in run.crashes:
        opened = [s for s in source.snippets if traces[s.id].open_after(crash.after)]
        line = crash.lines[-1] if crash.lines else None
        blame(opened or _showing(source.snippets, line) or _nearest(source.snippets, traces, line, crash.after), crash)
    if not run.ok and not run.crashes and run.termination is not Termination.NOT_BUILT:
        opened = [s for s in source.snippets if traces[s.id].open]
        blame(opened or _nearest(source.snippets, traces, run.stopped_at, None), run.termination)
    if run.termination is Termination.NOT_BUILT and not faults:
        blame(source.snippets, run.termination)
    return faults


def _showing(snippets: Sequence[Snippet], line: int | None) -> list[Snippet]:
    """Return the Snippets that show ``line``."""
    return [s for s in snippets if line is not None and _shows(s.region, line)]


def _shows(region: Region, line: int) -> bool:
    return any(segment.first <= line <= segment.last for segment in region.segments)


def _at_line(source: Source, diagnostic: Diagnostic) -> list[Snippet]:
    """Return the Snippets that a compiler's message belongs to: those that show its line, else the next one."""
    if diagnostic.path != source.path:
        return list(source.snippets)
    if shown := _showing(source.snippets, diagnostic.line):
        return shown
    later = [s for s in source.snippets if s.region.segments[-1].last >= diagnostic.line]
    return [min(later, key=lambda s: s.region.line)] if later else [source.snippets[-1]]


def _nearest(
    snippets: Sequence[Snippet], traces: Mapping[str, Trace], line: int | None, after: int | None
) -> list[Snippet]:
    """Return the Snippet that hidden code kept from starting or continuing, else the Snippet that was entered last.

    :param line: the line of the hidden code, if it is known.
    :param after: the number of events before it failed, ``None`` for all: test functions run in any order.
    """
    waiting: dict[int, Snippet] = {}
    for snippet in snippets:
        for start in traces[snippet.id].missed_starts():
            waiting.setdefault(start, snippet)
    later = [start for start in waiting if line is not None and start > line]
    if waiting:
        return [waiting[min(later or waiting)]]
    return [max(snippets, key=lambda s: traces[s.id].last_entry(after))]


def _failure(source: Source, snippet: Snippet, trace: Trace, run: SourceRun, fault: Fault) -> Verdict:
    """Return the Verdict on a Snippet that is blamed for ``fault``."""
    line: int | None = None
    details = ""
    if isinstance(fault, Diagnostic):
        line = fault.line if fault.path == source.path else None
        # All messages at once: a writer fixes them together.
        details = "\n".join(str(diagnostic) for diagnostic in run.diagnostics)
        what = f"{fault.tool}: {fault.message}" if line else str(fault)
    elif isinstance(fault, Crash):
        line = fault.lines[-1] if fault.lines else None
        first = fault.message.strip().split("\n")[0]
        what = f"{fault.type}: {first}" if first else fault.type
        details = fault.traceback
    elif fault is Termination.TIMED_OUT:
        line = run.stopped_at
        what = f"still running after {run.limit}"
        what += f", stopped at {source.path}:{line or snippet.region.line}"
    elif fault is Termination.FLOODED:
        what = f"stopped: it printed more than {run.limit}"
    elif fault is Termination.NOT_BUILT:
        what = "it was not built"
    elif run.failure_reason and not run.exit_code:
        what = run.failure_reason
        details = run.stderr
    else:
        code = run.exit_code or 0
        what = f"the process was killed by signal {-code}" if code < 0 else f"the process ended with exit code {code}"
        what += f": {run.failure_reason}" if run.failure_reason else ""
        details = run.stderr
    return Verdict(
        snippet, Outcome.FAILED, line or snippet.region.line, _where(trace, fault, line) + what, details=details
    )


def _where(trace: Trace, fault: Fault, line: int | None) -> str:
    """Return a prefix that names the place of a Fault in hidden code; empty if it is in the Snippet itself."""
    if isinstance(fault, Diagnostic):
        if line is None or _shows(trace.region, line):
            return ""
        return f"hidden code {'before' if line < trace.region.line else 'after'} it: "
    if trace.open_after(fault.after if isinstance(fault, Crash) else None):
        return ""
    if line is not None and _shows(trace.region, line):
        return ""
    return f"hidden code {'after' if trace.begun else 'before'} it: "


def _compare(
    holder: Source,
    expectation: Expectation,
    verdict: Verdict,
    given: Output,
    pages: PageExpectations,
    places: Sequence[ClaimPlace] = (),
) -> Verdict:
    """Return ``verdict`` with an Expectation compared, unless the Snippet failed for another reason.

    :param holder: the Source that holds the Expectation.
    :param given: the output of the Snippet.
    :param places: where Pages show the Expectation as output of the Snippet; empty if the Source itself binds it.
    """
    if verdict.outcome is not Outcome.PASSED and not verdict.expectations:
        return verdict
    region = expectation.region
    result = check_expectation(
        holder,
        expectation,
        given.text,
        data=given.data,
        label=given.label,
        required_notation=Notation.JSON if region.id in pages.as_json else None,
        # All Sources that give this output, since it is written only if they agree.
        accept=f"pytest --snippets-update {' '.join(pages.sources_of(expectation))}",
        missing_reason=given.error,
    )
    results = (*verdict.expectations, result)
    if result.matched:
        return replace(verdict, expectations=results)
    details = result.explain()
    if places:
        shown = ", ".join(f"{place.page}:{place.line}" + f" (tab {place.tab})" * bool(place.tab) for place in places)
        details = f"shown as its {expectation.origin} on {shown}\n{details}"
        if expectation.origin is Origin.RESPONSE and "from" not in region.attributes:
            printed = check_expectation(holder, expectation, verdict.output)
            hint = "it is what the Snippet prints: add `{from: stdout}` to its START line to compare it with that"
            details += f"\n{hint}" if printed.matched else ""
    if verdict.outcome is not Outcome.PASSED:  # the first difference gives the reason
        return replace(verdict, details=f"{verdict.details}\n\n{details}", expectations=results)
    first = result.differences[0]
    # The line of the block, if the Snippet's own Source holds it, else the line of the Snippet.
    line = first.line if region.source == verdict.snippet.region.source else verdict.line
    what = "expected output" if expectation.origin is Origin.STDOUT else f"expected {expectation.origin}"
    reason = f"{what} differs: {region.source}:{first.line} {first.path}: {first.message}"
    return replace(verdict, outcome=Outcome.FAILED, line=line, reason=reason, details=details, expectations=results)
