"""The report for GitHub Actions: workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.check_result import workspace_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from snipproof.lint.check_result import CheckResult
    from snipproof.model import Finding

# What ends a command, or one of its properties, is written as in a URL.
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def lines(result: CheckResult) -> Iterator[str]:
    """Return one command for each Finding, and the summary as a line of the log."""
    prefix = workspace_prefix(result.root)
    for finding in result.findings:
        yield _command(finding, prefix + finding.path, result.title(finding))
    yield result.summary


def _command(finding: Finding, path: str, title: str) -> str:
    properties = {"file": path, "line": str(finding.line), "col": str(finding.column), "title": title}
    message = f"{finding.message}\nhint: {finding.hint}" if finding.hint else finding.message
    return command(finding.severity, properties, message)


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a workflow command of GitHub: ``error`` or ``warning`` with its properties and message."""
    written = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {written}::{message.translate(_DATA)}"
