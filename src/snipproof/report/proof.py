"""Whether what a Page shows was proven: one rule for the marks on pages, the report's page and its summary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from snipproof.report.entries import known_failure_of, region_of
from snipproof.report.matrix_report import label_of
from snipproof.site.shown_output import PARTLY_COMPARED
from snipproof.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.report.entries import ExpectationEntry, ReferenceEntry, RunReport, SnippetEntry


class Proof(StrEnum):
    """How much of one block was proven."""

    PROVEN = "proven"
    PARTLY = "partly"  # some of it was not: lines that cannot run, tabs that are not compared
    FAILED = "failed"
    UNPROVEN = "unproven"  # nobody ran or compared it


_FAILED = frozenset(("failed", "blocked", "not executed"))
_WORST_FIRST = (Proof.FAILED, Proof.UNPROVEN, Proof.PARTLY, Proof.PROVEN)
_STRENGTH = (Proof.UNPROVEN, Proof.PARTLY, Proof.PROVEN)
_REASONS = {
    "updated": "this run changed its expected output: run it again",
    "skipped": "skipped",
    "error": "it could not be run",
}


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One Reference with what is known about it.

    :param reason: one line, ``""`` if it is proven.
    :param cause: the kind of reason, without names, so that blocks can be counted by it.
    :param snippets: what was run for it: the Snippet itself, or those whose output it shows.
    :param comparisons: for a block of output, what it was compared with.
    """

    reference: ReferenceEntry
    proof: Proof
    reason: str
    snippets: tuple[SnippetEntry, ...] = ()
    comparisons: tuple[ExpectationEntry, ...] = ()
    cause: str = ""

    @property
    def id(self) -> str:
        """The id of its Region, ``""`` if it has none."""
        return f"{self.reference['source']}::{self.reference['region']}" if self.reference["region"] else ""


def judge_blocks(report: RunReport, references: list[ReferenceEntry] | None = None) -> list[ShownBlock]:
    """Return a ShownBlock for each Reference, in their order.

    :param references: those to judge, by default those of the report.
    """
    snippets = {each["id"]: each for each in report["snippets"]}
    of_region: dict[str, list[SnippetEntry]] = defaultdict(list)
    for each in report["snippets"]:
        of_region[region_of(each)].append(each)
    collected = set(report["run"]["collected"])
    if any(map(label_of, report["snippets"])):
        collected |= {name.rpartition("[")[0] for name in collected}  # without the label of a combination
    comparisons: dict[str, list[ExpectationEntry]] = defaultdict(list)
    for expectation in report["expectations"]:
        comparisons[expectation["id"]].append(_as_listed(expectation, snippets))
    given = report["references"] if references is None else references
    return [_as_shown(_judge(each, snippets, of_region, collected, comparisons)) for each in given]


def _as_listed(expectation: ExpectationEntry, snippets: dict[str, SnippetEntry]) -> ExpectationEntry:
    """Return ``expectation``, not compared if its Snippet is a known failure: neither wrong nor proven."""
    snippet = snippets.get(expectation["snippet"])
    listed = known_failure_of(snippet) if snippet else ""
    return {**expectation, "outcome": "not compared", "reason": listed} if listed else expectation


def _as_shown(block: ShownBlock) -> ShownBlock:
    """Return ``block``, not proven if it shows output that is not compared with all of the code beside it."""
    finding = block.reference["finding"]
    if finding is None or block.proof is Proof.FAILED:
        return block
    partly = finding["rule"] == PARTLY_COMPARED and block.proof is not Proof.UNPROVEN
    proof = Proof.PARTLY if partly else Proof.UNPROVEN
    return replace(block, proof=proof, reason=finding["message"], cause=f"{finding['rule']} of snipproof check")


def _judge(
    reference: ReferenceEntry,
    snippets: dict[str, SnippetEntry],
    of_region: dict[str, list[SnippetEntry]],
    collected: set[str],
    comparisons: dict[str, list[ExpectationEntry]],
) -> ShownBlock:
    name = f"{reference['source']}::{reference['region']}"
    if reference["source"] is None or reference["kind"] == "none":
        return ShownBlock(reference, Proof.UNPROVEN, "it shows no Region of a Source")
    if reference["kind"] == "expectation":
        return _judge_output(reference, snippets, comparisons.get(name, []))
    if reference["suite"] is None:
        return ShownBlock(reference, Proof.UNPROVEN, "its Source is in no Suite")
    if name not in of_region:
        reason = "this run left it out" if name in collected else "the run did not see it, or other lines of it"
        return ShownBlock(reference, Proof.UNPROVEN, reason)
    return _of_combinations(reference, of_region[name])


def _of_combinations(reference: ReferenceEntry, snippets: Sequence[SnippetEntry]) -> ShownBlock:
    """Return what the worst of the combinations in which a Snippet was run proves."""
    found = [_of_snippet(each) for each in snippets]
    worst, reason = min(found, key=lambda each: _WORST_FIRST.index(each[0]))
    labels = [label_of(each) for each, (proof, _) in zip(snippets, found, strict=True) if proof is worst]
    if reason and len(snippets) > 1:
        return ShownBlock(reference, worst, f"with {listed(labels)}: {reason}", tuple(snippets), cause=reason)
    return ShownBlock(reference, worst, reason, tuple(snippets))


def _of_snippet(snippet: SnippetEntry) -> tuple[Proof, str]:
    outcome, reason = snippet["outcome"], snippet["error"]["reason"] if snippet["error"] else ""
    if listed := known_failure_of(snippet):
        return Proof.UNPROVEN, listed
    if outcome == "passed":
        return _of_run(snippet)
    if outcome == "unreached":
        return Proof.PARTLY, reason
    if outcome in _FAILED:
        return Proof.FAILED, reason or outcome
    return Proof.UNPROVEN, f"{_REASONS[outcome]}: {reason}" if reason else _REASONS[outcome]


def _of_run(snippet: SnippetEntry) -> tuple[Proof, str]:
    """Return how much a Snippet that passed proves, whatever it printed."""
    if not snippet["complete"]:
        return Proof.UNPROVEN, "its Source was not run as a whole"
    if snippet["stand_in"] is not None:
        return Proof.PARTLY, f"it was run with a stand-in: {snippet['stand_in']}"
    return Proof.PROVEN, ""


def _judge_output(
    reference: ReferenceEntry, snippets: dict[str, SnippetEntry], compared: list[ExpectationEntry]
) -> ShownBlock:
    ran = tuple(snippets[each["snippet"]] for each in compared if each["snippet"] in snippets)
    outcomes = {each["outcome"] for each in compared}
    if "differs" in outcomes:
        proof = Proof.FAILED
    elif "matched" not in outcomes:
        proof = Proof.UNPROVEN
    else:
        proof = Proof.PROVEN if outcomes == {"matched"} else Proof.PARTLY
    if proof is Proof.PROVEN:
        if len({each["id"] for each in ran}) < len({each["snippet"] for each in compared}):
            return ShownBlock(reference, Proof.UNPROVEN, "the run saw other lines of the code that gives it", ran)
        weakest, reason = min((_of_run(each) for each in ran), key=lambda found: _STRENGTH.index(found[0]))
        return ShownBlock(reference, weakest, reason, ran, tuple(compared))
    if not compared:
        reason = "nothing was compared with it" if reference["suite"] else "its Source is in no Suite"
        return ShownBlock(reference, proof, reason)
    reasons: dict[str, list[str]] = defaultdict(list)
    for each in compared:
        if each["outcome"] == "differs":
            reasons["another output"].append(each["snippet"])
        elif each["outcome"] != "matched":
            reasons[f"not compared: {each['reason']}"].append(each["snippet"])
    reason = "; ".join(f"{why} ({listed(names)})" for why, names in reasons.items())
    return ShownBlock(reference, proof, reason, ran, tuple(compared), "; ".join(reasons))
