"""Why what a run has shown is not proven, as a table: one row a kind of reason, the most blocks first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.languages import of_file
from snipproof.report.entries import region_of
from snipproof.report.markdown_summary import escape
from snipproof.report.proof import Proof
from snipproof.report.reason_kinds import BLOCKED, ReasonKind, reason_of
from snipproof.text import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.report.entries import SnippetEntry
    from snipproof.report.overview import Overview
    from snipproof.report.proof import ShownBlock

NO_REGION = ReasonKind("it shows no Region of a Source", "fix the page: `snipproof check` reports it")
NO_SUITE = ReasonKind("its Source is in no Suite", "add it to `sources` of a Suite, if its language can be run")
STAND_IN = ReasonKind("proven to run, with a stand-in", "nothing; a recording of the provider proves the output, too")
NOT_COMPARED = ReasonKind("output that is not compared", "see the reason of each: `snipproof report REPORT --html OUT`")
LEFT_OUT = ReasonKind("not part of this run", "run all Suites: `pytest --snippets`")
_CAUSES = {
    "it shows no Region of a Source": NO_REGION,
    "its Source is in no Suite": NO_SUITE,
    "this run left it out": LEFT_OUT,
    "the run did not see it, or other lines of it": LEFT_OUT,
    "its Source was not run as a whole": LEFT_OUT,
}
_NAMED = 3
_WIDTH = 120


@dataclass(slots=True)
class ReasonRow:
    """One kind of reason, with everything that it keeps from being proven.

    :param snippets: how many Snippets.
    :param blocks: how many blocks that readers see.
    :param names: how often the messages name each host, variable, collection and so on.
    :param example: ``path:line``, where to look first.
    """

    kind: ReasonKind
    snippets: int = 0
    blocks: int = 0
    names: Counter[str] = field(default_factory=Counter)
    example: str = ""

    @property
    def title(self) -> str:
        """The kind, and the most frequent names: ``data is missing: Article (27), Movie (8) and 2 more``."""
        named = [name for name in self.names if name]
        if not named:
            return self.kind.title
        most = sorted(named, key=lambda name: (-self.names[name], name))
        shown = ", ".join(f"{shorten(name, 40)} ({self.names[name]:,})" for name in most[:_NAMED])
        more = f" and {len(most) - _NAMED} more" if len(most) > _NAMED else ""
        return f"{self.kind.title}: {shown}{more}"


def reason_rows(overview: Overview) -> list[ReasonRow]:
    """Return a row for each kind of reason in a report. Each Snippet and each block is in one row at most.

    Of a Snippet that is blocked, the kind of the failure before it is counted.
    """
    rows: dict[ReasonKind, ReasonRow] = {}
    reasons = {each["id"]: found for each in overview.report["snippets"] if (found := reason_of(each))}
    for snippet in overview.report["snippets"]:
        if found := reasons.get(snippet["id"]):
            row = rows.setdefault(found.kind, ReasonRow(found.kind))
            row.snippets += 1
            label = snippet["id"].removeprefix(region_of(snippet))
            cause = reasons.get(f"{snippet['source']}::{found.name}{label}") if found.kind is BLOCKED else None
            row.names[cause.kind.title if cause else found.name] += 1
            row.example = row.example or _place(snippet)
    for block in overview.blocks:
        if block.proof is not Proof.PROVEN:
            failed = next((reasons[each["id"]] for each in block.snippets if each["id"] in reasons), None)
            kind = failed.kind if failed else _of_block(block)
            row = rows.setdefault(kind, ReasonRow(kind))
            row.blocks += 1
            if kind is NO_SUITE:
                row.names[of_file(block.reference["source"] or "")] += 1
            row.example = row.example or f"{block.reference['page']}:{block.reference['line']}"
    return sorted(rows.values(), key=lambda row: (-row.blocks, -row.snippets, row.kind.title))


def reasons_text(overview: Overview) -> Iterator[str]:
    """Yield the lines of the table for a terminal."""
    rows = reason_rows(overview)
    yield _headline(overview, rows)
    if rows:
        yield ""
        yield "Snippets  blocks  reason"
    for row in rows:
        yield f"{row.snippets:8,}  {row.blocks:6,}  {shorten(row.title, _WIDTH)}"
        yield f"{'':18}{row.kind.advice}"
        yield f"{'':18}first: {row.example}"


def reasons_markdown(overview: Overview) -> str:
    """Return the table as Markdown."""
    rows = reason_rows(overview)
    lines = ["### Why it is not proven", "", _headline(overview, rows), ""]
    if rows:
        lines += ["| Snippets | blocks | reason | what to do | first |", "| ---: | ---: | --- | --- | --- |"]
    for row in rows:
        title, advice = escape(shorten(row.title, _WIDTH)), row.kind.advice.replace("|", "\\|")
        lines.append(f"| {row.snippets:,} | {row.blocks:,} | {title} | {advice} | `{row.example}` |")
    return "\n".join([*lines, ""])


def _headline(overview: Overview, rows: list[ReasonRow]) -> str:
    snippets, blocks = sum(row.snippets for row in rows), sum(row.blocks for row in rows)
    total = len(overview.report["snippets"])
    if not rows:
        return "nothing is left to prove"
    return (
        f"not proven: {snippets:,} of {plural(total, 'Snippet')}, "
        f"{blocks:,} of {plural(len(overview.blocks), 'block')} that readers see"
    )


def _of_block(block: ShownBlock) -> ReasonKind:
    """Return the kind of a block whose Snippets, if it has any, all passed."""
    if block.reason.startswith("it was run with a stand-in"):
        return STAND_IN
    if block.cause.endswith("of snipproof check"):
        return ReasonKind(f"it breaks the rule {block.cause.split()[0]}", "fix what `snipproof check` reports")
    return _CAUSES.get(block.reason, NOT_COMPARED)


def _place(snippet: SnippetEntry) -> str:
    error = snippet["error"]
    return f"{snippet['source']}:{error['line'] if error else snippet['line']}"
