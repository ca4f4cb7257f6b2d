"""The result of one check, as every format is given it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from snipproof.lint.rules.rule import Rule


def _no_text(path: str) -> str:  # noqa: ARG001 (stands in for Site.text_of)
    return ""


class CheckResult(NamedTuple):
    """The Findings to tell, sorted by place, and what was looked at.

    ``rules`` are all that there are, by id. ``known`` counts the Findings that the baseline lists, which are not told.
    ``text_of`` gives the text of a file for excerpts. ``root`` is the folder that all paths are relative to.
    """

    findings: Sequence[Finding]
    rules: Mapping[str, Rule]
    references: int = 0
    pages: int = 0
    sources: int = 0
    known: int = 0
    root: Path = Path()
    text_of: Callable[[str], str] = _no_text

    @property
    def errors(self) -> int:
        """How many of the Findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line: what was looked at, and how much was found."""
        looked_at = f"{count(self.references, 'reference')} in {count(self.pages, 'page')}"
        warnings = len(self.findings) - self.errors
        found = f"{count(self.errors, 'error')}, {count(warnings, 'warning')}" if self.findings else "no findings"
        known = f" ({self.known:,} more in the baseline)" if self.known else ""
        return f"{looked_at}, {count(self.sources, 'source')}: {found}{known}"

    def title(self, finding: Finding) -> str:
        """Return the id of the Finding's rule with its name."""
        rule = self.rules.get(finding.rule)
        return f"{finding.rule} {rule.name}" if rule else finding.rule


def workspace_prefix(root: Path) -> str:
    """Return what makes a path below ``root`` one below the repository that a CI job has checked out.

    Services that show Findings beside the code know the repository, not our root. Its folder is told by the job
    (``GITHUB_WORKSPACE``), or is the current one. The prefix is empty where the root lies outside of it.
    """
    base = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    top = root.resolve()
    if top == base or not top.is_relative_to(base):
        return ""
    return top.relative_to(base).as_posix() + "/"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 page``, ``2 pages``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
