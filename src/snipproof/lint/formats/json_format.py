"""The report for other programs, as one JSON object. Keys are only ever added to ``format_version`` 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.results import CheckResult
    from snipproof.model import Finding

FORMAT_VERSION = 1


def lines(report: CheckResult) -> Iterator[str]:
    """Return the report with all parts of every Finding."""
    yield json.dumps({**head(report), "findings": [_finding(finding) for finding in report.findings]}, indent=1)


def head(report: CheckResult) -> dict[str, Any]:
    """Return what stands before the Findings: the version of the format and what was looked at."""
    counts = {"references": report.references, "pages": report.pages, "sources": report.sources}
    return {"format_version": FORMAT_VERSION, **counts, "in_baseline": report.known}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
    }
