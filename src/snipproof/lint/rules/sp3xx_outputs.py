"""SP3xx: shown output that belongs to no Snippet or to several, and comments that keep a tab from being compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules.base import rule
from snipproof.model import Severity
from snipproof.site.binding import unbound_expectations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.base import Context, Rule
    from snipproof.model import Finding


@rule("SP301", "unbound-expectation", Severity.ERROR, "shown output belongs to no Snippet")
def unbound_expectation(context: Context) -> Iterator[Finding]:
    """An Expectation in a Suite belongs to no Snippet, so nothing would check it."""
    site = context.site
    for path in sorted(site.suite_of):
        if path in site.sources:
            yield from unbound_expectations(site.sources[path], context.bound_by_pages)


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


def _claim_findings(context: Context, wanted: Rule) -> Iterator[Finding]:
    """Return the Findings of one rule among those that reading the claims of pages gives; none without Suites."""
    findings = context.claimed.findings if context.site.suites else []
    return (finding for finding in findings if finding.rule == wanted.id)
