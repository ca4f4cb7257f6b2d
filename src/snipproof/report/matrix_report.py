"""The matrix of versions in a report: what was proven in which of its combinations.

A Snippet that is proven in several has an entry for each, whose id ends with the label of the combination.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Combination
from snipproof.report.entries import region_of, state_of, with_snippet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snipproof.model import Suite
    from snipproof.report.entries import RunReport, SnippetEntry
    from snipproof.report.tree_facts import TreeFacts


def spread(facts: TreeFacts, combinations: Mapping[str, Sequence[Suite]]) -> TreeFacts:
    """Return ``facts``, changed to those of a run in all ``combinations``, by the path of the Suite."""
    suite_of = {source["path"]: source["suite"] for source in facts.sources}

    def named(snippet: str) -> list[str]:
        suites = combinations.get(suite_of.get(snippet.partition("::")[0], ""), ())
        return [suite.combination.named(snippet) for suite in suites] or [snippet]

    facts.collected = [each for snippet in facts.collected for each in named(snippet)]
    facts.expectations = [with_snippet(entry, each) for entry in facts.expectations for each in named(entry["snippet"])]
    return facts


class VersionRow(NamedTuple):
    """What was proven with one combination of versions.

    :param label: that of the combination; ``""`` for the versions that the settings and Suites have by themselves.
    :param outcomes: how many Snippets have each Outcome.
    """

    label: str
    outcomes: dict[str, int]

    @property
    def title(self) -> str:
        """The label, or words for its absence."""
        return self.label or "default versions"


class SnippetRow(NamedTuple):
    """A Snippet with its Outcome in each combination in which it was run, by label."""

    region: str
    outcomes: dict[str, str]

    @property
    def worst(self) -> str:
        """``proven`` if it passed in all of them, else ``failed``."""
        return "proven" if set(self.outcomes.values()) == {"passed"} else "failed"


def label_of(snippet: SnippetEntry) -> str:
    """Return the label of the combination in which a Snippet was run; ``""`` without one."""
    versions = snippet.get("combination")
    return Combination(versions["server"] or "", versions["client"] or "").label if versions else ""


def version_rows(report: RunReport) -> list[VersionRow]:
    """Return what each combination proves; nothing without a matrix."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for snippet in report["snippets"]:
        counts[label_of(snippet)][state_of(snippet)] += 1
    return [VersionRow(label, dict(found.most_common())) for label, found in counts.items()] if any(counts) else []


def snippet_rows(report: RunReport) -> list[SnippetRow]:
    """Return which combinations prove each Snippet; nothing without a matrix."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for snippet in report["snippets"]:
        found[region_of(snippet)][label_of(snippet)] = state_of(snippet)
    has_matrix = any(label for outcomes in found.values() for label in outcomes)
    return [SnippetRow(region, outcomes) for region, outcomes in found.items()] if has_matrix else []
