"""What a reader wants to know of a report, worked out once for the page and for the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from snipproof.report.changes import Changes, find_changes
from snipproof.report.entries import known_failure_of, missing_of, state_of
from snipproof.report.line_coverage import ShownCoverage, coverage_by_flavour, coverage_by_page, coverage_of, published
from snipproof.report.matrix_report import VersionRow, label_of, version_rows
from snipproof.report.proof import Proof, ShownBlock, judge_blocks
from snipproof.server_settings import split_version
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.report.entries import ExpectationEntry, RunReport, SnippetEntry, SourceEntry

_SEVERITY = (Proof.FAILED, Proof.UNPROVEN, Proof.PARTLY, Proof.PROVEN)
_FAILED = ("failed", "not executed")
_SLOWEST = 15
_PHASES = {
    "services": "starting Weaviate and other services",
    "waiting": "waiting for packages and builds",
    "sources": "running Sources",
    "restore": "restoring what they changed",
}


class Failure(NamedTuple):
    """A Snippet that failed.

    :param comparisons: its Expectations that differ.
    :param pages: where readers see it: ``docs/p.mdx:12``.
    :param blocked: the ids of Snippets of its Source that could not run because of it.
    """

    snippet: SnippetEntry
    comparisons: list[ExpectationEntry]
    pages: list[str]
    blocked: list[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """The blocks of one flavour on one Page."""

    blocks: Sequence[ShownBlock]

    @property
    def proven(self) -> int:
        """How many of them are proven."""
        return sum(block.proof is Proof.PROVEN for block in self.blocks)

    @property
    def worst(self) -> Proof:
        """The worst result of them."""
        found = {block.proof for block in self.blocks}
        return next(proof for proof in _SEVERITY if proof in found)


class PageRow(NamedTuple):
    """One Page of the matrix; a flavour that it does not show has no cell."""

    path: str
    number: int
    blocks: list[ShownBlock]
    cells: dict[str, Cell]

    @property
    def worst(self) -> Proof:
        """The worst result of all its blocks."""
        return Cell(self.blocks).worst


class Phase(NamedTuple):
    """A part of the time of a run, in seconds."""

    name: str
    seconds: float


class Overview:
    """A report with everything that follows from it.

    :param earlier: the report to compare it with.
    """

    def __init__(self, report: RunReport, earlier: RunReport | None = None) -> None:
        self.report = report
        self.run = report["run"]
        self.earlier = earlier["run"] if earlier else None
        self.changes: Changes | None = find_changes(earlier, report) if earlier else None

    @cached_property
    def blocks(self) -> list[ShownBlock]:
        """The blocks that readers can see."""
        return judge_blocks(self.report, [each for each in self.report["references"] if each["live"]])

    @cached_property
    def proofs(self) -> dict[Proof, int]:
        """How many blocks there are of each kind, the best first."""
        counted = Counter(block.proof for block in self.blocks)
        return {proof: counted[proof] for proof in reversed(_SEVERITY) if counted[proof]}

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """How many Snippets have each Outcome, the most frequent first; those that were not run come last.

        Known failures and unstable Snippets are counted apart.
        """
        counted = Counter(map(state_of, self.report["snippets"]))
        ran = len(self.report["snippets"])
        left = {"not run": len(self.run["collected"]) - ran} if len(self.run["collected"]) > ran else {}
        return dict(counted.most_common()) | left

    @cached_property
    def comparisons(self) -> dict[str, int]:
        """How many Expectations have each result; those of known failures are counted apart."""
        listed = {snippet["id"] for snippet, _ in self.known_failures}
        found = (
            "of known failures" if each["snippet"] in listed else each["outcome"]
            for each in self.report["expectations"]
        )
        return dict(Counter(found).most_common())

    @cached_property
    def missing(self) -> list[str]:
        """The ids of the Snippets that were not run."""
        return missing_of(self.report)

    @cached_property
    def headline(self) -> str:
        """The result in one sentence."""
        failed, blocked = sum(self.outcomes.get(name, 0) for name in _FAILED), self.outcomes.get("blocked", 0)
        if failed or blocked:
            return f"{plural(failed, 'Snippet')} failed" + f", and {blocked:,} could not run because of it" * bool(
                blocked
            )
        if not self.outcomes.get("passed"):
            return "Nothing is proven"
        proven, shown = self.proofs.get(Proof.PROVEN, 0), len(self.blocks)
        if self.run["complete"] and proven == shown and not self.known_failures:
            return "Everything that readers see is proven" if shown else "Everything that was run is proven"
        incomplete = "" if self.run["complete"] else "Incomplete: "
        nothing = "nothing unexpected" if self.known_failures else "nothing"
        return f"{incomplete}{nothing} failed, {proven:,} of {shown:,} shown blocks are proven".capitalize()

    @property
    def state(self) -> Proof:
        """The colour of the headline."""
        if any(self.outcomes.get(name) for name in (*_FAILED, "blocked")) or not self.outcomes.get("passed"):
            return Proof.FAILED
        whole = self.run["complete"] and not self.run["errors"] and self.proofs.keys() <= {Proof.PROVEN}
        return Proof.PROVEN if whole and not self.known_failures else Proof.PARTLY

    @cached_property
    def known_failures(self) -> list[tuple[SnippetEntry, str]]:
        """The Snippets that did what the ledger of known failures expects, each with ``known failure: reason``."""
        return [(each, listed) for each in self.report["snippets"] if (listed := known_failure_of(each))]

    @cached_property
    def failures(self) -> list[Failure]:
        """All Snippets that failed or were not executed, in the order of the Suites."""
        differing: dict[str, list[ExpectationEntry]] = defaultdict(list)
        for expectation in self.report["expectations"]:
            if expectation["outcome"] == "differs":
                differing[expectation["snippet"]].append(expectation)
        blocked: dict[tuple[str, str], list[str]] = defaultdict(list)
        for snippet in self.report["snippets"]:
            if state_of(snippet) == "blocked":
                blocked[snippet["source"], label_of(snippet)].append(snippet["name"])
        found = []
        for snippet in self.report["snippets"]:
            if state_of(snippet) in _FAILED:
                pages = self._pages_of.get(snippet["id"], [])
                others = blocked.pop((snippet["source"], label_of(snippet)), [])  # named once, below the first failure
                found.append(Failure(snippet, differing[snippet["id"]], pages, others))
        return found

    @cached_property
    def _pages_of(self) -> dict[str, list[str]]:
        pages: dict[str, list[str]] = defaultdict(list)
        for block in self.blocks:
            place = f"{block.reference['page']}:{block.reference['line']}"
            for name in {block.id, *(each["id"] for each in block.snippets)} - {""}:
                pages[name].append(place)
        return pages

    @cached_property
    def flavours(self) -> list[str]:
        """The columns of the matrix: the flavours of Suites, then the languages of blocks in no Suite."""
        shown = {block.reference["flavour"] for block in self.blocks}
        first = [suite["flavour"] for suite in self.run["suites"] if suite["flavour"] in shown]
        return list(dict.fromkeys([*first, *sorted(shown)]))

    @cached_property
    def pages(self) -> list[PageRow]:
        """The rows of the matrix, by path."""
        by_page: dict[str, list[ShownBlock]] = defaultdict(list)
        for block in self.blocks:
            by_page[block.reference["page"]].append(block)
        return [_row(path, number, blocks) for number, (path, blocks) in enumerate(sorted(by_page.items()), start=1)]

    @cached_property
    def unproven(self) -> list[tuple[str, list[ShownBlock]]]:
        """What is published and neither proven nor failed, by reason, the most frequent first."""
        by_reason: dict[str, list[ShownBlock]] = defaultdict(list)
        for block in self.blocks:
            if block.proof in (Proof.UNPROVEN, Proof.PARTLY):
                by_reason[f"{block.proof}: {block.cause or block.reason}"].append(block)
        return sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))

    @cached_property
    def coverage(self) -> ShownCoverage:
        """How many of all statements that readers see have run."""
        return coverage_of(published(self.report))

    @cached_property
    def flavour_coverage(self) -> dict[str, ShownCoverage]:
        """The same for each flavour."""
        return coverage_by_flavour(self.report)

    @cached_property
    def incomplete_pages(self) -> dict[str, ShownCoverage]:
        """The coverage of Pages that show statements that never ran, the lowest first."""
        found = {path: each for path, each in coverage_by_page(self.report).items() if each.missed}
        return dict(sorted(found.items(), key=lambda item: (item[1].percent, item[0])))

    @cached_property
    def missed_lines(self) -> list[tuple[str, int, str, bool]]:
        """Each shown line that never ran: Source, number, text, and whether it runs only after an error."""
        found: dict[tuple[str, int], tuple[str, bool]] = {}
        for snippet in published(self.report):
            if (lines := snippet["lines"]) is not None:
                handling = set(lines["handling"])
                for line in lines["missed"]:
                    found[snippet["source"], line] = (lines["text"].get(str(line), ""), line in handling)
        return [(source, line, *rest) for (source, line), rest in sorted(found.items())]

    @cached_property
    def slowest(self) -> list[SourceEntry]:
        """The Sources that took longest."""
        ran = [source for source in self.run["sources"] if source["duration"] is not None]
        return sorted(ran, key=lambda source: -(source["duration"] or 0.0))[:_SLOWEST]

    @cached_property
    def phases(self) -> list[Phase]:
        """Where the time of all workers went; what no phase explains comes last, if it is known."""
        times = self.run["times"]
        found = [Phase(words, times[name]) for name, words in _PHASES.items() if name in times]
        rest = times.get("total", 0.0) - sum(phase.seconds for phase in found)
        return [*found, Phase("everything else", rest)] if rest > 0 else found

    @cached_property
    def servers(self) -> list[tuple[str, str]]:
        """What is known of each server, with its mode, ``""`` if that is unknown: ``("Weaviate 1.39.0", "url")``."""
        found = self.run.get("services") or {}
        if not found:
            versions = self.run["versions"]
            known = versions.get("weaviate")
            return [(f"Weaviate {known}", versions.get("weaviate mode", ""))] if known else []
        services = {name: split_version(name)[0] for name in found}
        only = len(set(services.values())) == 1
        return [
            (f"{'Weaviate' if only else services[name]} {each['version']}", _mode(each["mode"], each["nodes"]))
            for name, each in sorted(found.items())
        ]

    @cached_property
    def clients(self) -> list[tuple[str, str]]:
        """The client of each flavour that was run: ``("python-v4", "weaviate-client 4.23.1")``."""
        order = {suite["path"]: number for number, suite in enumerate(self.run["suites"])}
        used = {
            (order.get(each["suite"], len(order)), each["flavour"], f"{client['name']} {client['version']}"): None
            for each in self.report["snippets"]
            if (client := each["client"])
        }
        return [(flavour, client) for _, flavour, client in sorted(used)]

    @cached_property
    def versions(self) -> list[VersionRow]:
        """What each combination of the matrix of versions proves; empty without one."""
        return version_rows(self.report)


def _mode(mode: str, nodes: int) -> str:
    return f"{mode}, {nodes} nodes" if nodes > 1 else mode


def _row(path: str, number: int, blocks: list[ShownBlock]) -> PageRow:
    cells: dict[str, list[ShownBlock]] = defaultdict(list)
    for block in blocks:
        cells[block.reference["flavour"]].append(block)
    return PageRow(path, number, blocks, {flavour: Cell(found) for flavour, found in cells.items()})
