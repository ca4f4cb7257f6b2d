"""Findings as diagnostics of the protocol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import Diagnostic, DiagnosticSeverity, Range

from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from snipproof.language_server.positions import Positions

SOURCE = "snipproof"
_TAG = re.compile(r"</?[\w.]+")


class Checked(NamedTuple):
    """A Finding, and whether the baseline lists it."""

    finding: Finding
    listed: bool = False


def diagnostic(checked: Checked, positions: Positions) -> Diagnostic:
    """Return the diagnostic of a Finding in the file with these ``positions``: a hint, if the baseline lists it."""
    finding = checked.finding
    severity = DiagnosticSeverity.Error if finding.severity is Severity.ERROR else DiagnosticSeverity.Warning
    return Diagnostic(
        range=underlined(finding, positions),
        message=f"{finding.message}\n{finding.hint}" if finding.hint else finding.message,
        severity=DiagnosticSeverity.Hint if checked.listed else severity,
        code=finding.rule,
        source=SOURCE,
    )


def underlined(finding: Finding, positions: Positions) -> Range:
    """Return what is underlined for a Finding: the name of a tag that stands there, else the rest of the line."""
    begin = positions.offset_of(finding.line, finding.column)
    if tag := _TAG.match(positions.text, begin):
        return positions.range(begin, tag.end())
    end = positions.text.find("\n", begin)
    rest = positions.text[begin : len(positions.text) if end < 0 else end].rstrip()
    return positions.range(begin, begin + len(rest))
