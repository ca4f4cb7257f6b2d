"""SP0xx: what cannot be read, and suppressions that suppress nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules.base import finding, rule
from snipproof.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.base import Context
    from snipproof.model import Finding


@rule("SP001", "unreadable", Severity.ERROR, "a page or a Source cannot be read")
def unreadable(context: Context) -> Iterator[Finding]:
    """A file, a tag or the attributes of a marker cannot be read."""
    yield from context.site.problems


@rule("SP002", "unexplained-suppression", Severity.ERROR, "a suppression gives no reason")
def unexplained_suppression(context: Context) -> Iterator[Finding]:
    """A comment names no rule or gives no reason; it suppresses nothing."""
    for suppression in context.suppressions.all:
        if not suppression.is_valid:
            what = "gives no reason" if suppression.rules else "names no rule"
            message = f"this comment {what}, so it suppresses nothing"
            hint = "write `snipproof: ignore SP201 because …`, or in a tab `snipproof: not compared because …`"
            yield finding(suppression.path, suppression.line, suppression.column, message, hint)


@rule("SP003", "unused-suppression", Severity.WARNING, "a suppression has nothing to suppress", runs_last=True)
def unused_suppression(context: Context) -> Iterator[Finding]:
    """Nothing is left to suppress. Rules that are off are not missed."""
    for suppression in context.suppressions.all:
        needed = context.suppressions.is_used(suppression) or not context.applied.intersection(suppression.rules)
        if suppression.is_valid and not needed:
            message = f"nothing to suppress: no {' or '.join(suppression.rules)} on the next line"
            yield finding(suppression.path, suppression.line, suppression.column, message, "remove the comment")
