"""What a rule is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Finding, Reference, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snipproof.lint.rules.context import Context

_LONGEST_QUOTE = 80


class Rule(NamedTuple):
    """One rule of ``snipproof check``: ``check`` gives its Findings, at their default severity."""

    id: str
    name: str
    severity: Severity
    summary: str
    check: Callable[[Context], Iterator[Finding]]


def at(reference: Reference, rule: str, message: str, hint: str = "") -> Finding:
    """Return a Finding at the tag of ``reference``."""
    return Finding(reference.page, reference.line, reference.column, rule, message, hint)


def quoted(text: str) -> str:
    """Return ``text`` in quotes for a one-line message, cut where it is long; its blanks may be what is wrong."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def count(number: int, noun: str) -> str:
    """Return ``1 line``, ``2 lines``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
