"""Coverage of what is published: how many of the statements that readers see have run."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from snipproof.report.entries import region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.report.entries import RunReport, SnippetEntry

_Line = tuple[str, int]


class ShownCoverage(NamedTuple):
    """How many shown statements have run; those that run only after an error are counted apart.

    A statement that several Snippets or Pages show counts once. Lines are pairs of a Source and a number.
    """

    statements: int
    missed: tuple[_Line, ...]
    handling: int
    handling_missed: tuple[_Line, ...]

    @property
    def ran(self) -> int:
        """How many statements have run."""
        return self.statements - len(self.missed)

    @property
    def percent(self) -> float:
        """The percentage of statements that have run, rounded down to one place: 100 means all of them."""
        return int(1000 * self.ran / self.statements) / 10 if self.statements else 100.0

    def __str__(self) -> str:
        """Return ``98.5 % (197 of 200 shown statements)``."""
        return f"{self.percent:g} % ({self.ran:,} of {self.statements:,} shown statements)"


def coverage_of(snippets: Iterable[SnippetEntry]) -> ShownCoverage:
    """Return the coverage of ``snippets``; those that were not run have none."""
    all_lines: set[_Line] = set()
    missed: set[_Line] = set()
    handling: set[_Line] = set()
    for snippet in snippets:
        if (lines := snippet["lines"]) is not None:
            source = snippet["source"]
            all_lines.update((source, line) for line in lines["statements"])
            missed.update((source, line) for line in lines["missed"])
            handling.update((source, line) for line in lines["handling"])
    return ShownCoverage(
        len(all_lines - handling),
        tuple(sorted(missed - handling)),
        len(handling),
        tuple(sorted(missed & handling)),
    )


def published(report: RunReport) -> list[SnippetEntry]:
    """Return the Snippets that readers can see; all of them, if the report has no Pages."""
    if not report["references"]:
        return report["snippets"]
    shown = {f"{each['source']}::{each['region']}" for each in report["references"] if each["live"]}
    return [snippet for snippet in report["snippets"] if region_of(snippet) in shown]


def coverage_by_page(report: RunReport) -> dict[str, ShownCoverage]:
    """Return the coverage of each Page that shows Snippets with statements, by path."""
    of_region: dict[str, list[SnippetEntry]] = defaultdict(list)
    for snippet in report["snippets"]:
        if snippet["lines"] is not None:
            of_region[region_of(snippet)].append(snippet)
    pages: dict[str, list[SnippetEntry]] = defaultdict(list)
    for reference in report["references"]:
        found = of_region.get(f"{reference['source']}::{reference['region']}", [])
        if found and reference["live"]:
            pages[reference["page"]] += found
    return {page: coverage_of(snippets) for page, snippets in sorted(pages.items())}


def coverage_by_flavour(report: RunReport) -> dict[str, ShownCoverage]:
    """Return the coverage of the published Snippets of each flavour."""
    flavours: dict[str, list[SnippetEntry]] = defaultdict(list)
    for snippet in published(report):
        if snippet["lines"] is not None:
            flavours[snippet["flavour"]].append(snippet)
    return {flavour: coverage_of(snippets) for flavour, snippets in sorted(flavours.items())}


def is_below_floor(report: RunReport) -> bool:
    """Return whether less was executed than the run demanded. An incomplete run, such as a shard, decides nothing."""
    floor = report["run"]["coverage_floor"]
    return bool(floor) and report["run"]["complete"] and coverage_of(published(report)).percent < (floor or 0)


def coverage_lines(report: RunReport) -> Iterator[str]:
    """Yield the coverage as lines for a terminal: of each flavour, with what never ran, and of all together."""
    for flavour, covered in coverage_by_flavour(report).items():
        yield f"snipproof: coverage of {flavour}: {covered}"
        yield from (f"  {source}:{line} never ran" for source, line in covered.missed)
        branches = covered.handling_missed
        yield from (f"  {source}:{line} never ran (error branch, not counted)" for source, line in branches)
    yield f"snipproof: coverage: {coverage_of(published(report))}"
