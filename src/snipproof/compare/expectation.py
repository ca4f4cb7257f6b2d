"""Holds one Expectation of a Source against what its Snippet printed, or against data that went over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from snipproof.compare.block import ExpectationBlock, block_of
from snipproof.compare.comparison import compare
from snipproof.compare.difference import ABSENT, Difference, Kind
from snipproof.compare.difference_text import report
from snipproof.compare.notation import ParseError, parse_expected
from snipproof.compare.options import ComparisonOptions, comparison_options
from snipproof.compare.texts import compare_texts, compare_with_care
from snipproof.compare.tree import Expected, Notation
from snipproof.model import Expectation, Source

_LARGE = 100_000


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """What came of comparing one Expectation; ``differences`` carry lines of the Source.

    :param block: the lines that were compared.
    :param expected: what they say; ``None`` if they are not what they claim to be.
    :param actual: what they were compared with: text as it was printed, or data.
    :param laws: by what laws.
    :param label: what ``actual`` is, in words.
    :param accept: the command that would take the actual output over into the docs.
    """

    expectation: Expectation
    differences: tuple[Difference, ...]
    block: ExpectationBlock
    expected: Expected | None
    actual: Any
    laws: ComparisonOptions = field(default_factory=ComparisonOptions)
    label: str = ""
    accept: str = ""

    @property
    def matched(self) -> bool:
        """Whether the output is what the docs show."""
        return not self.differences

    def explain(self) -> str:
        """Return the block with every difference under its line, the actual output, and how to accept it."""
        region = self.expectation.region
        head = f"the docs show (`{region.name}`, {region.source}):"
        lines = [(line.number, line.shown) for line in self.block.lines]
        return "\n".join(report(head, lines, self.differences, self.label, self.actual, self.accept))


def check_expectation(
    source: Source,
    expectation: Expectation,
    output: str,
    *,
    data: Any = ABSENT,
    label: str = "the Snippet printed",
    claims: Notation | None = None,
    accept: str = "",
    trouble: str = "",
) -> ExpectationResult:
    """Compare the block of ``expectation`` in ``source`` with what its Snippet printed.

    :param output: what it printed.
    :param data: compare with this data instead, such as the response on the wire.
    :param label: what the block is compared with, in words that go on with a colon.
    :param claims: the notation that the block has to be in, if a Page says so.
    :param accept: the command that would accept the actual output, told with a failure.
    :param trouble: why there is nothing to compare with: this is the difference then.
    """
    block = block_of(source, expectation.region)
    actual = output if data is ABSENT else data

    def result(expected: Expected | None, laws: ComparisonOptions, *found: Difference) -> ExpectationResult:
        return ExpectationResult(expectation, found, block, expected, actual, laws, label, accept)

    def refuse(line: int, message: str, laws: ComparisonOptions, kind: Kind) -> ExpectationResult:
        begin = block.lines[line - 1].begin if line <= len(block.lines) else len(block.text)
        number = block.lines[min(line, len(block.lines)) - 1].number if block.lines else block.marker
        return result(None, laws, Difference(begin, begin, number, "$", message, kind))

    try:
        laws = comparison_options(expectation.region.attributes)
    except ValueError as error:
        return result(None, ComparisonOptions(), Difference(0, 0, block.marker, "$", str(error), Kind.LAW))
    if trouble:
        return refuse(1, trouble, laws, Kind.MISSING)
    try:
        if data is ABSENT:
            compared = compare_texts(block.text, output, laws, claims=claims)
            if compared.differences and len(block.text) < _LARGE:
                compared = compare_with_care(block.text, output, laws, claims=claims)
            expected, found = compared.expected, compared.differences
        else:
            expected = parse_expected(block.text, captures=laws.captures, claims=claims)
            found = compare(expected, data, laws)
    except ParseError as error:
        what = claims or "data"
        return refuse(error.line, f"the block is not the {what} it shows: {error.message}", laws, Kind.UNREADABLE)
    return result(expected, laws, *(replace(each, line=_line(block, each)) for each in found))


def _line(block: ExpectationBlock, difference: Difference) -> int:
    """Return the line of the Source at which a difference is told: that of the START marker for what it asks for."""
    return block.marker if difference.kind is Kind.LAW else block.place(difference.begin)[0]
