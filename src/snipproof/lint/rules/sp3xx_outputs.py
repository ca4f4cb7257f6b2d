"""SP3xx: shown output that belongs to no Snippet or to several, and comments that keep a tab from being compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules.base import rule
from snipproof.model import Severity
from snipproof.site.binding import unbound_expectations
from snipproof.site.lost_expectations import lost_expectations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.base import Context, Rule
    from snipproof.model import Finding


@rule("SP301", "unbound-expectation", Severity.ERROR, "shown output belongs to no Snippet")
def unbound_expectation(context: Context) -> Iterator[Finding]:
    """An Expectation in a Suite belongs to no Snippet, so nothing would check it."""
    for source in context.suite_sources:
        yield from unbound_expectations(source, context.bound_by_pages)


@rule("SP302", "ambiguous-output", Severity.ERROR, "it is ambiguous which Snippet an output block belongs to")
def ambiguous_output(context: Context) -> Iterator[Finding]:
    """A tab shows several Snippets, or none that is known, so its output is compared with none."""
    return _claim_findings(context, ambiguous_output)


@rule("SP303", "unexplained-opt-out", Severity.ERROR, "an opt-out gives no reason, or is outside of a tab")
def unexplained_opt_out(context: Context) -> Iterator[Finding]:
    """A comment that would keep a tab from being compared gives no reason, or is outside of a tab."""
    return _claim_findings(context, unexplained_opt_out)


@rule("SP304", "unneeded-opt-out", Severity.WARNING, "an opt-out has no effect")
def unneeded_opt_out(context: Context) -> Iterator[Finding]:
    """A comment keeps nothing from being compared."""
    return _claim_findings(context, unneeded_opt_out)


@rule("SP305", "uncompared-output", Severity.ERROR, "shown output is compared with nothing")
def uncompared_output(context: Context) -> Iterator[Finding]:
    """A block shows output of code of a Suite, but is not an Expectation, so that nothing compares it."""
    return _claim_findings(context, uncompared_output)


@rule("SP306", "output-of-other-code", Severity.ERROR, "the code beside an output block does not give it")
def output_of_other_code(context: Context) -> Iterator[Finding]:
    """A block shows the output of a Snippet, and the code beside it is that of others."""
    return _claim_findings(context, output_of_other_code)


@rule("SP307", "partly-compared", Severity.ERROR, "an output block is not compared with every tab")
def partly_compared(context: Context) -> Iterator[Finding]:
    """A block stands where it is compared with some tabs of its group only, or a tab of the group is empty."""
    return _claim_findings(context, partly_compared)


@rule("SP308", "fenced-output", Severity.ERROR, "a fence shows output that nothing compares")
def fenced_output(context: Context) -> Iterator[Finding]:
    """A fence right behind code of a Suite shows its output: a fence is never compared."""
    return _claim_findings(context, fenced_output)


@rule("SP309", "lost-expectation", Severity.ERROR, "an Expectation has lost its START line")
def lost_expectation(context: Context) -> Iterator[Finding]:
    """Only the END line of an Expectation, or its text, is left in a Source of a Suite."""
    for source in context.suite_sources:
        found = list(lost_expectations(source))
        if found:
            # A page may open a block at one marker and close it at this one.
            shown = [block for block in context.blocks_of.get(source.path, ()) if block.rendered.selection.named]
            ends = {block.reference.end_marker for block in shown} - {None, ""}
            lines = context.lines(source)
            yield from (each for each in found if not any(str(end) in lines[each.line - 1] for end in ends))


@rule("SP310", "output-apart", Severity.WARNING, "an output block does not stand below its code")
def output_apart(context: Context) -> Iterator[Finding]:
    """A block shows the output of code that stands below it, or that neither its section nor the one before shows."""
    return _claim_findings(context, output_apart)


def _claim_findings(context: Context, wanted: Rule) -> Iterator[Finding]:
    """Return the Findings of one rule among those that reading the claims of pages gives; none without Suites."""
    findings = context.claimed.findings if context.site.suites else []
    return (finding for finding in findings if finding.rule == wanted.id)
