"""Findings as diagnostics of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import Diagnostic, DiagnosticSeverity

from snipproof.language_server.ranges import range_of_finding
from snipproof.model import Severity

if TYPE_CHECKING:
    from snipproof.language_server.workspace import Checked

SOURCE = "snipproof"


def diagnostic(checked: Checked, text: str) -> Diagnostic:
    """Return the diagnostic of a Finding in the file with this ``text``: a hint, if the baseline lists it."""
    finding = checked.finding
    severity = DiagnosticSeverity.Error if finding.severity is Severity.ERROR else DiagnosticSeverity.Warning
    return Diagnostic(
        range=range_of_finding(text, finding.line, finding.column),
        message=f"{finding.message}\n{finding.hint}" if finding.hint else finding.message,
        severity=DiagnosticSeverity.Hint if checked.listed else severity,
        code=finding.rule,
        source=SOURCE,
    )
