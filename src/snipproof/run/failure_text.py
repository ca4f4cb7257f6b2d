"""Verdicts as text for the person who has to act on them."""

from __future__ import annotations

from snipproof.model import Outcome, Source
from snipproof.run.verdict import Verdict

_AROUND = 3
_OUTPUT_LINES = 60


def describe(source: Source, verdict: Verdict) -> str:
    """Return a failure's text: ``path:line:col OUTCOME reason``, the code around the line, details and the output."""
    blocks = [f"{source.path}:{verdict.line}:1 {verdict.outcome.upper()} `{verdict.snippet.name}`: {verdict.reason}"]
    if verdict.outcome is Outcome.BLOCKED:
        return blocks[0]
    blocks.append(excerpt(source, verdict.line))
    if verdict.details:
        blocks.append(verdict.details.rstrip())
    if verdict.output.strip() and not verdict.expectations:
        lines = verdict.output.rstrip("\n").split("\n")
        left = len(lines) - _OUTPUT_LINES
        shown = lines[:_OUTPUT_LINES] + ([f"… {left} more lines"] if left > 0 else [])
        blocks.append("\n".join(["the Snippet printed:", *(f"       | {line}" for line in shown)]))
    return "\n\n".join(blocks)


def excerpt(source: Source, line: int) -> str:
    """Return the lines around ``line`` with their numbers, the line itself marked."""
    first = max(1, line - _AROUND)
    lines = source.lines[first - 1 : line + _AROUND]
    return "\n".join(f"{'>' if n == line else ' '} {n:4} | {text}" for n, text in enumerate(lines, start=first))
