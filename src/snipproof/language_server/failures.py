"""What the last run found wrong in a Source, as diagnostics: output that differs, and errors.

They have the lines of the text that was run. Once a Source has another text, they are information only, at the START
line of their Region: the name of a Region stays when lines move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import Diagnostic, DiagnosticSeverity, Range

from snipproof.language_server.diagnostics import SOURCE
from snipproof.language_server.symbols import name_range
from snipproof.report.entries import diff_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.language_server.last_outcomes import LastOutcomes
    from snipproof.language_server.positions import Positions
    from snipproof.model import Source
    from snipproof.report.entries import ExpectationEntry, SnippetEntry

OUTPUT, RUN = "output", "run"
"""The codes of the diagnostics: output differs, and a Snippet failed."""
_MAX_LINES = 60
_KNOWN = " (a known failure)"


class RunFailure(NamedTuple):
    """One failure: its diagnostic, and the ids of the Snippets whose update would correct it."""

    diagnostic: Diagnostic
    updated_by: tuple[str, ...] = ()


def failures_of(outcomes: LastOutcomes, source: Source, positions: Positions) -> Iterator[RunFailure]:
    """Yield what the last run found wrong in ``source``.

    :param positions: those of its text.
    """
    changed = outcomes.is_changed(source)
    by_id = {region.id: region for region in source.regions}
    for compared in outcomes.differing(source.path):
        region = by_id.get(compared["id"])
        if region is None:
            continue  # it has another name now
        here = name_range(source, region, positions) if changed else _differing_lines(compared, positions)
        known = outcomes.is_known_failure(compared["snippet"])
        made = _diagnostic(here, _explained(compared, known=known), OUTPUT, changed=changed, known=known)
        yield RunFailure(made, () if known else (compared["snippet"],))
    for snippet in outcomes.failed(source.path):
        region, error = by_id.get(snippet["id"]), snippet["error"]
        if region is not None and error is not None:
            here = name_range(source, region, positions) if changed else _line(error["line"], positions)
            yield RunFailure(
                _diagnostic(here, _reason(snippet), RUN, changed=changed, known=bool(snippet["known_failure"]))
            )


def _diagnostic(here: Range, message: str, code: str, *, changed: bool, known: bool = False) -> Diagnostic:
    severity = DiagnosticSeverity.Information if changed or known else DiagnosticSeverity.Error
    if changed:
        message = f"the last run, of another text than this one: {message}"
    return Diagnostic(range=here, message=message, severity=severity, code=code, source=SOURCE)


def _explained(compared: ExpectationEntry, *, known: bool) -> str:
    name = compared["snippet"].partition("::")[2]
    lines = diff_lines(compared) or [f"line {each['line']}: {each['message']}" for each in compared["differences"]]
    if len(lines) > _MAX_LINES:
        lines = [*lines[:_MAX_LINES], "  …"]
    return "\n".join([f"this is not the output of {name!r}{_KNOWN if known else ''}:", *lines])


def _reason(snippet: SnippetEntry) -> str:
    error = snippet["error"]
    reason = error["reason"] if error else snippet["outcome"]
    return f"{snippet['name']!r} failed{_KNOWN if snippet['known_failure'] else ''}: {reason}"


def _differing_lines(compared: ExpectationEntry, positions: Positions) -> Range:
    """Return the range from the first line that differs to the last one; that of the whole block, if none is known."""
    lines = [each["line"] for each in compared["differences"]] or [
        line for each in compared["segments"] for line in each
    ]
    lines = lines or [compared["line"]]
    return Range(_line(min(lines), positions).start, positions.range_of_line(max(lines)).end)


def _line(line: int, positions: Positions) -> Range:
    """Return the range of a line without its indentation."""
    whole = positions.range_of_line(line)
    begin, end = positions.offset(whole.start), positions.offset(whole.end)
    text = positions.text[begin:end]
    return positions.range(begin + len(text) - len(text.lstrip()), end)
