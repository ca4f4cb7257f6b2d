"""Judges the Snippets of a Source from one run of it: facts in, a Verdict for each Snippet out.

A Snippet passed if it was executed as a whole (:mod:`.trace`), is not to blame for a failure (:mod:`.faults`), raised
the error that it announces (:mod:`.raised`), and its Expectations match. Snippets that could not start because of a
failure are blocked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from snipproof.compare.expectation import ExpectationResult, check_expectation
from snipproof.compare.tree import Notation
from snipproof.model import Expectation, Origin, Outcome, Snippet, Source
from snipproof.redaction import redact
from snipproof.run.coverage import Coverage, cover, statements_that_ran
from snipproof.run.faults import Fault, find_faults, showing, snippets_of_part
from snipproof.run.page_expectations import PageExpectations
from snipproof.run.probe import Probed
from snipproof.run.raised import (
    find_raised,
    last_line,
    raise_problem,
    skip_reason,
    unreached_reason,
    without_raised,
)
from snipproof.run.snippet_output import Output, output_of
from snipproof.run.source_run import Crash, Diagnostic, SourceRun, Termination
from snipproof.run.trace import Trace, trace
from snipproof.site.page_claims import ClaimPlace
from snipproof.text import plural

_NO_PAGES = PageExpectations()

_EXCERPT_CONTEXT = 3  # lines before and after the line of a failure
_MAX_OUTPUT_LINES = 60
_NO_ERROR = "no error"  # the kind of failure of a Snippet that announces one


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one Snippet.

    :param line: the line of the Source that a reader should look at first.
    :param reason: one line, empty for a pass.
    :param kind: what kind of failure it is, the same in each run: the type of the error, the tool that rejected the
        code, or what differs; empty unless the Snippet failed.
    :param output: what the Snippet itself printed.
    :param duration: seconds between its markers.
    :param details: more text about a failure: a traceback, the differences of an Expectation.
    :param coverage: the shown statements and those that ran; ``None`` if the probes do not follow statements.
    :param stand_in: the hosts of model providers for which a stand-in answered, before the Snippet ended; its data may
        come from one.
    :param not_compared: the Expectations that were not compared because of that.
    :param spoiled: whether a Source before it in its chain failed, so that its output may be another one.
    :param replies: the hosts whose own replies were the answer until then, with ``replay``, ``record`` or ``live``.
    """

    snippet: Snippet
    outcome: Outcome
    line: int
    reason: str = ""
    output: str = ""
    duration: float = 0.0
    details: str = ""
    expectations: tuple[ExpectationResult, ...] = ()
    coverage: Coverage | None = None
    stand_in: str = ""
    not_compared: tuple[Expectation, ...] = ()
    kind: str = ""
    spoiled: bool = False
    replies: tuple[tuple[str, str], ...] = ()

    @property
    def only_differs(self) -> bool:
        """Whether the Snippet failed only because its Expectations show something else."""
        return self.outcome is Outcome.FAILED and any(not result.matched for result in self.expectations)

    def redacted(self, secrets: Mapping[str, str]) -> Verdict:
        """Return the Verdict without ``secrets`` (values by name) in its texts; an update needs its ``expectations``.

        Only now, since the output was compared as it was printed.
        """
        texts = self.reason, self.kind, self.output, self.details
        reason, kind, output, details = (redact(text, secrets) for text in texts)
        return replace(self, reason=reason, kind=kind, output=output, details=details)


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


def judge(
    source: Source,
    probed: Probed,
    run: SourceRun,
    pages: PageExpectations = _NO_PAGES,
    update: str = "pytest --snippets-update",
) -> list[Verdict]:
    """Return one Verdict for each Snippet of ``source``, in the order of the Source.

    :param pages: the Expectations that Pages add to those of the Source.
    :param update: the command that accepts the output of Sources, whose paths follow.
    """
    relevant = tuple(c for c in run.crashes if not c.if_shown or any(showing(source.snippets, n) for n in c.lines))
    raised = find_raised(source, relevant)
    run = without_raised(run, relevant, raised)
    traces = {s.id: trace(s.region, probed, run, until=last_line(raised, s)) for s in source.snippets}
    faults = find_faults(source, probed, traces, run)
    facts = _Facts(source, probed, run, traces, faults, raised, _skipped(source, probed, traces, run))
    ran = statements_that_ran(run)
    verdicts = {
        snippet.id: replace(
            _judge_run(snippet, facts),
            output=traces[snippet.id].output,
            duration=traces[snippet.id].duration,
            coverage=cover(snippet.region, probed.plan, ran) if probed.plan else None,
            stand_in=", ".join(host for host, since in run.stand_ins if _left_after(traces[snippet.id], since)),
            replies=tuple((host, how) for host, how, since in run.replies if _left_after(traces[snippet.id], since)),
        )
        for snippet in source.snippets
    }
    by_name = {snippet.name: snippet for snippet in source.snippets}
    for expectation in source.expectations:
        snippet = by_name[expectation.of]
        given = output_of(expectation.origin, traces[snippet.id], run, raised.get(snippet.id))
        verdicts[snippet.id] = _compare(source, expectation, verdicts[snippet.id], given, pages, update)
    for snippet in source.snippets:
        for claim in pages.claims.get(snippet.id, ()):
            expectation = Expectation(claim.expectation, snippet.name, claim.origin)
            holder = pages.holders[claim.expectation.source]
            given = output_of(expectation.origin, traces[snippet.id], run, raised.get(snippet.id))
            verdicts[snippet.id] = _compare(
                holder, expectation, verdicts[snippet.id], given, pages, update, claim.places
            )
    return [verdicts[snippet.id] for snippet in source.snippets]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known about a run.

    :param traces: by the id of the Snippet, as are all others.
    """

    source: Source
    probed: Probed
    run: SourceRun
    traces: Mapping[str, Trace]
    faults: Mapping[str, Fault]
    raised: Mapping[str, Crash]
    skipped: Mapping[str, str]


def _judge_run(snippet: Snippet, facts: _Facts) -> Verdict:  # noqa: PLR0911 (one line a rule, in their order)
    """Return the Verdict on one Snippet, whatever its Expectations show."""
    line, trace = snippet.region.line, facts.traces[snippet.id]
    if reason := skip_reason(snippet):
        return Verdict(snippet, Outcome.SKIPPED, line, reason)
    if snippet.id in facts.faults:
        return _failure(facts.source, snippet, trace, facts.run, facts.faults[snippet.id])
    if crash := next((c for c in facts.run.crashes if c.cause and c.region == snippet.name), None):
        at = crash.lines[-1] if crash.lines else line
        reason = f"blocked: `{crash.cause}` failed before it ({crash.type}: {crash.headline})"
        return Verdict(snippet, Outcome.BLOCKED, at, reason)
    if (trace.begun or facts.run.ok) and (problem := raise_problem(snippet, facts.probed, facts.run, facts.raised)):
        raised = facts.raised.get(snippet.id)
        return Verdict(snippet, Outcome.FAILED, line, problem, kind=raised.type if raised else _NO_ERROR)
    if snippet.id in facts.skipped:
        return Verdict(snippet, Outcome.SKIPPED, line, facts.skipped[snippet.id])
    if trace.begun and (reason := unreached_reason(snippet)):
        return Verdict(snippet, Outcome.UNREACHED, line, reason)
    if not trace.gaps:
        return Verdict(snippet, Outcome.PASSED, line)
    if not facts.run.ok and (facts.faults or facts.raised) and line not in facts.probed.silent:
        return Verdict(snippet, Outcome.BLOCKED, line, f"blocked: {_obstacle(facts)}")
    gap = trace.gaps[0]
    return Verdict(snippet, Outcome.NOT_EXECUTED, gap.line, f"not executed{gap.reason}")


def _left_after(trace: Trace, since: int) -> bool:
    """Return whether the Snippet was still running, or began, when the probe event with this number had come."""
    return any(end is None or end >= since for _, end in trace.stays)


def _obstacle(facts: _Facts) -> str:
    """Return why a Snippet could not start."""
    names = ", ".join(f"`{s.name}`" for s in facts.source.snippets if s.id in facts.faults)
    if not names:
        raising = ", ".join(f"`{s.name}`" for s in facts.source.snippets if s.id in facts.raised)
        return f"the error that {raising} raises ended the run"
    if facts.run.termination is Termination.NOT_BUILT:
        return f"the Source was not built because of {names}"
    return f"{names} failed before it"


def _skipped(source: Source, probed: Probed, traces: Mapping[str, Trace], run: SourceRun) -> dict[str, str]:
    """Return why Snippets were skipped by their native tests."""
    found = {}
    for test in run.skipped:
        own = snippets_of_part(source, probed, traces, test.name, test.since, test.after, test.lines)
        for snippet in own or source.snippets:
            if test.since is None:
                skips = test.whole or bool(traces[snippet.id].gaps)
            else:  # what another part entered is not skipped
                skips = not traces[snippet.id].begun or traces[snippet.id].last_entry(test.after) >= test.since
            if skips:
                found[snippet.id] = test.reason
    return found


def _failure(source: Source, snippet: Snippet, trace: Trace, run: SourceRun, fault: Fault) -> Verdict:
    """Return the Verdict on a Snippet that is blamed for ``fault``."""
    line: int | None = None
    details = ""
    if isinstance(fault, Diagnostic):
        line = fault.line if fault.path == source.path else None
        # All messages at once: a writer fixes them together.
        details = "\n".join(str(diagnostic) for diagnostic in run.diagnostics)
        what, kind = f"{fault.tool}: {fault.message}" if line else str(fault), fault.tool
    elif isinstance(fault, Crash):
        line = fault.lines[-1] if fault.lines else None
        what, kind = f"{fault.type}: {fault.headline}" if fault.headline else fault.type, fault.type
        details = fault.traceback
    elif fault is Termination.TIMED_OUT:
        line = run.stopped_at
        what, kind = f"still running after {run.limit}", fault.value
        what += f", stopped at {source.path}:{line or snippet.region.line}"
    elif fault is Termination.FLOODED:
        what, kind = f"stopped: it printed more than {run.limit}", fault.value
    elif fault is Termination.NOT_BUILT:
        what, kind = "it was not built", fault.value
    elif run.failure_reason and not run.exit_code:
        what = kind = run.failure_reason
        details = run.stderr
    else:
        code = run.exit_code or 0
        kind = f"signal {-code}" if code < 0 else f"exit code {code}"
        what = f"the process was killed by {kind}" if code < 0 else f"the process ended with {kind}"
        what += f": {run.failure_reason}" if run.failure_reason else ""
        details = run.stderr
    reason = _where(trace, fault, line) + what
    return Verdict(snippet, Outcome.FAILED, line or snippet.region.line, reason, details=details, kind=kind)


def _where(trace: Trace, fault: Fault, line: int | None) -> str:
    """Return a prefix that names the place of a Fault in hidden code; empty if it is in the Snippet itself."""
    if isinstance(fault, Diagnostic):
        if line is None or trace.region.shows(line):
            return ""
        return f"hidden code {'before' if line < trace.region.line else 'after'} it: "
    if trace.open_after(fault.after if isinstance(fault, Crash) else None):
        return ""
    if isinstance(fault, Crash) and not fault.lines:  # nobody knows which code it was
        return ""
    lines = fault.lines if isinstance(fault, Crash) else (line,)
    if any(each is not None and trace.region.shows(each) for each in lines):
        return ""
    return f"hidden code {'after' if trace.begun else 'before'} it: "


def _compare(
    holder: Source,
    expectation: Expectation,
    verdict: Verdict,
    given: Output,
    pages: PageExpectations,
    update: str,
    places: Sequence[ClaimPlace] = (),
) -> Verdict:
    """Return ``verdict`` with an Expectation compared, unless the Snippet failed for another reason.

    :param holder: the Source that holds the Expectation.
    :param given: the output of the Snippet.
    :param update: the command that accepts it.
    :param places: where Pages show the Expectation as output of the Snippet; empty if the Source itself binds it.
    """
    if verdict.outcome is not Outcome.PASSED and not verdict.expectations:
        return verdict
    if verdict.stand_in:
        return replace(verdict, not_compared=(*verdict.not_compared, expectation))
    region = expectation.region
    result = check_expectation(
        holder,
        expectation,
        given.text,
        data=given.data,
        label=given.label,
        required_notation=Notation.JSON if region.id in pages.as_json else None,
        # All Sources that give this output, since it is written only if they agree.
        accept=f"{update} {' '.join(pages.sources_of(expectation))}",
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
    kind = f"{what} differs"
    reason = f"{kind}: {region.source}:{first.line} {first.path}: {first.message}"
    failed = replace(verdict, outcome=Outcome.FAILED, line=line, reason=reason, details=details, kind=kind)
    return replace(failed, expectations=results)
