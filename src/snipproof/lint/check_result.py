"""The result of one check, which every format is given."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Finding, Severity
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from snipproof.lint.rules.base import Rule


def _no_text(path: str) -> str:  # noqa: ARG001 (stands in for Site.text_of)
    return ""


class CheckResult(NamedTuple):
    """The Findings to report, sorted by place, and what was looked at.

    :param rules: all rules by id.
    :param baselined: how many more Findings the baseline lists; they are not reported.
    :param root: the folder that all paths are relative to.
    :param text_of: returns the text of a file, for excerpts.
    :param colour: whether text is printed in colour.
    """

    findings: Sequence[Finding]
    rules: Mapping[str, Rule]
    references: int = 0
    pages: int = 0
    sources: int = 0
    baselined: int = 0
    root: Path = Path()
    text_of: Callable[[str], str] = _no_text
    colour: bool = False

    @property
    def errors(self) -> int:
        """How many of the Findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line: what was looked at, and how much was found."""
        looked_at = f"{plural(self.references, 'reference')} in {plural(self.pages, 'page')}"
        warnings = len(self.findings) - self.errors
        found = f"{plural(self.errors, 'error')}, {plural(warnings, 'warning')}" if self.findings else "no findings"
        baselined = f" ({self.baselined:,} more in the baseline)" if self.baselined else ""
        return f"{looked_at}, {plural(self.sources, 'source')}: {found}{baselined}"

    @property
    def statistics(self) -> list[tuple[str, Severity, int]]:
        """How often each rule was broken, by id and severity, the most frequent first."""
        counts = Counter((finding.rule, finding.severity) for finding in self.findings)
        return sorted(((*key, number) for key, number in counts.items()), key=lambda row: (-row[2], row[0], row[1]))

    def title(self, finding: Finding) -> str:
        """Return the id of the Finding's rule with its name."""
        rule = self.rules.get(finding.rule)
        return f"{finding.rule} {rule.name}" if rule else finding.rule


def workspace_prefix(root: Path) -> str:
    """Return what turns a path below ``root`` into one below the repository that a CI job has checked out.

    Services that show Findings beside the code know the repository, not our root. Its folder is given by the job
    (``GITHUB_WORKSPACE``), or is the current one. The prefix is empty if the root lies outside of it.
    """
    base = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    top = root.resolve()
    if top == base or not top.is_relative_to(base):
        return ""
    return top.relative_to(base).as_posix() + "/"
