"""How often each rule was broken, in place of the Findings themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from snipproof.lint.formats.json_format import head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.results import CheckResult
    from snipproof.model import Severity


def text_lines(report: CheckResult) -> Iterator[str]:
    """Return a line for each rule that was broken, the most frequent first, and the summary."""
    counts = _counts(report)
    width = max((len(f"{count:,}") for _, _, count in counts), default=0)
    for rule, severity, count in counts:
        name = report.rules[rule].name if rule in report.rules else ""
        yield f"{count:>{width},} {severity:7} {rule} {name}".rstrip()
    yield report.summary


def json_lines(report: CheckResult) -> Iterator[str]:
    """Return the same as one JSON object."""
    keys = ("rule", "severity", "count")
    rows = [dict(zip(keys, row, strict=True)) for row in _counts(report)]
    yield json.dumps({**head(report), "statistics": rows}, indent=1)


def _counts(report: CheckResult) -> list[tuple[str, Severity, int]]:
    counts = Counter((finding.rule, finding.severity) for finding in report.findings)
    return sorted(((*key, count) for key, count in counts.items()), key=lambda row: (-row[2], row[0], row[1]))
