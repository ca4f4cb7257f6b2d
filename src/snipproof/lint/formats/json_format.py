"""The report for other programs, as one JSON object. Keys are only ever added to ``format_version`` 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from snipproof.site.manifest import finding_as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.check_result import CheckResult

FORMAT_VERSION = 1


def lines(result: CheckResult) -> Iterator[str]:
    """Return the report with all parts of every Finding."""
    yield json.dumps({**_head(result), "findings": [finding_as_json(finding) for finding in result.findings]}, indent=1)


def statistics_lines(result: CheckResult) -> Iterator[str]:
    """Return how often each rule was broken, in place of the Findings."""
    keys = ("rule", "severity", "count")
    rows = [dict(zip(keys, row, strict=True)) for row in result.statistics]
    yield json.dumps({**_head(result), "statistics": rows}, indent=1)


def _head(result: CheckResult) -> dict[str, Any]:
    """Return the first members: the version of the format and what was looked at."""
    counts = {"references": result.references, "pages": result.pages, "sources": result.sources}
    return {"format_version": FORMAT_VERSION, **counts, "in_baseline": result.baselined}
