"""The text of an Expectation as it is read: its lines without comment tokens, and where each place is in the Source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from snipproof.compare.comparison import compare, compare_texts, compare_with_care
from snipproof.compare.differences import ABSENT, Difference, Kind, report
from snipproof.compare.notation import ParseError, parse_expected
from snipproof.compare.options import ComparisonOptions, comparison_options
from snipproof.compare.tree import Expected, Notation
from snipproof.model import Expectation, Region, Source

_TOKENS = ("//", "#", "--", "*")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class BlockLine:
    r"""One line of a ExpectationBlock.

    :param number: its number in the Source, from 1.
    :param prefix: what stands before its text: indentation, a comment token, a byte order mark.
    :param text: what is read of it.
    :param ending: ``"\r"`` where the line ends so in the Source, which is split at LF, else nothing.
    :param begin: where its text begins in the text of the ExpectationBlock.
    """

    number: int
    prefix: str
    text: str
    ending: str
    begin: int

    @property
    def shown(self) -> str:
        """The line as it stands in the Source."""
        return (self.prefix + self.text).removeprefix(_BOM)


@dataclass(frozen=True, slots=True)
class ExpectationBlock:
    """The lines of an Expectation; ``path`` is its Source, ``marker`` the line of its START marker there."""

    path: str
    marker: int
    lines: tuple[BlockLine, ...]

    @property
    def text(self) -> str:
        """What is parsed: the lines, joined by LF."""
        return "\n".join(line.text for line in self.lines)

    def at(self, offset: int) -> BlockLine | None:
        """Return the line in which a place of the text is; ``None`` if there is no line."""
        index = bisect_right(self.lines, offset, key=lambda line: line.begin) - 1
        return self.lines[max(0, index)] if self.lines else None

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column (from 1) in the Source of a place of the text."""
        line = self.at(offset)
        if line is None:
            return self.marker, 1
        return line.number, len(line.prefix.removeprefix(_BOM)) + offset - line.begin + 1


def block_of(source: Source, region: Region) -> ExpectationBlock:
    """Return the ExpectationBlock of ``region`` in ``source``."""
    all_lines = source.lines
    numbers = [n for segment in region.segments for n in range(segment.first, segment.last + 1)]
    lines = [all_lines[number - 1] for number in numbers]
    texts = [line.removesuffix("\r") for line in lines]
    prefixes = _prefixes(texts, all_lines[region.line - 1])
    found: list[BlockLine] = []
    begin = 0
    for number, line, text, prefix in zip(numbers, lines, texts, prefixes, strict=True):
        found.append(BlockLine(number, prefix, text[len(prefix) :], line[len(text) :], begin))
        begin += len(text) - len(prefix) + 1
    return ExpectationBlock(source.path, region.line, tuple(found))


def _prefixes(lines: Sequence[str], marker: str) -> list[str]:
    """Return what to take off each line: the comment token that the START marker stands behind too, and indentation.

    Another token is part of the text: ``# Title`` in a block comment of TypeScript, ``* item`` behind ``#``.
    """
    filled = [line for line in lines if line.strip(_BOM + " \t")]
    opening = marker.lstrip(_BOM + " \t")
    token = next((t for t in _TOKENS if opening.startswith(t)), "")
    if not token or not all(line.lstrip(_BOM + " \t").startswith(token) for line in filled):
        token = ""
    behind = {line: line.find(token) + len(token) if token else len(line) - len(line.lstrip(_BOM)) for line in filled}
    margin = _margin([line[begin:] for line, begin in behind.items()])
    return [line[: behind[line] + len(margin)] if line in behind else line for line in lines]


def _margin(lines: Sequence[str]) -> str:
    """Return the blanks that all lines that hold anything begin with."""
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    # The first and the last in order have in common what all have.
    first, last = min(indents, default=""), max(indents, default="")
    return first[
        : next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    ]


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
