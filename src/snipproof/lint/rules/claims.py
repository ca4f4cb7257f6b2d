"""SP302, SP303, SP304: shown output of which it cannot be told whose it is, and comments that keep it from a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding


def ambiguous(context: Context) -> Iterator[Finding]:
    """SP302: a tab shows several Snippets, or none that is known, so that its output is compared with none."""
    return _found(context, "SP302")


def wrong_opt_out(context: Context) -> Iterator[Finding]:
    """SP303: a comment that would keep a tab from being compared gives no reason, or stands in no tab."""
    return _found(context, "SP303")


def unneeded_opt_out(context: Context) -> Iterator[Finding]:
    """SP304: a comment keeps nothing from being compared."""
    return _found(context, "SP304")


def _found(context: Context, rule: str) -> Iterator[Finding]:
    findings = context.claimed.findings if context.site.suites else []
    return (finding for finding in findings if finding.rule == rule)
