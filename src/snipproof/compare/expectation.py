"""Compares an Expectation of a Source with actual output: its block without comment tokens, and the result."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from snipproof.compare.comparison import compare, compare_texts, parse_and_compare
from snipproof.compare.differences import ABSENT, Difference, Kind, format_report
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.options import ComparisonOptions, comparison_options
from snipproof.compare.tree import Expected, Notation
from snipproof.languages import COMMENT_TOKENS
from snipproof.model import Expectation, Region, Source

_BOM = "\ufeff"
_LARGE = 100_000
# A token that needs a closing token is not in front of every line of a block.
_LINE_TOKENS = tuple(token for token in COMMENT_TOKENS if token not in ("/*", "<!--"))


@dataclass(frozen=True, slots=True)
class BlockLine:
    r"""One line of an ExpectationBlock.

    :param number: its number in the Source, from 1.
    :param prefix: what precedes its text: indentation, a comment token, a byte order mark.
    :param text: the part that is compared.
    :param ending: ``"\r"`` if the line ends with CRLF in the Source, else ``""``.
    :param begin: the offset of its text in the text of the block.
    """

    number: int
    prefix: str
    text: str
    ending: str
    begin: int

    @property
    def shown(self) -> str:
        """The line as it is in the Source."""
        return (self.prefix + self.text).removeprefix(_BOM)


@dataclass(frozen=True, slots=True)
class ExpectationBlock:
    """The lines of an Expectation; ``path`` is its Source, ``marker`` the line of its START marker there."""

    path: str
    marker: int
    lines: tuple[BlockLine, ...]

    @property
    def text(self) -> str:
        """The text that is parsed: that of the lines, joined by LF."""
        return "\n".join(line.text for line in self.lines)

    def at(self, offset: int) -> BlockLine | None:
        """Return the line at an offset of the text; ``None`` if the block has no lines."""
        index = bisect_right(self.lines, offset, key=lambda line: line.begin) - 1
        return self.lines[max(0, index)] if self.lines else None

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column in the Source, from 1, of an offset of the text."""
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
    """Return the prefix to remove from each line: the comment token in front of the START marker, and indentation.

    Other tokens are part of the text: ``# Title`` in a block comment of TypeScript, ``* item`` behind ``#``.
    """
    filled = [line for line in lines if line.strip(_BOM + " \t")]
    opening = marker.lstrip(_BOM + " \t")
    token = next((t for t in _LINE_TOKENS if opening.startswith(t)), "")
    if not token or not all(line.lstrip(_BOM + " \t").startswith(token) for line in filled):
        token = ""
    behind = {line: line.find(token) + len(token) if token else len(line) - len(line.lstrip(_BOM)) for line in filled}
    margin = _margin([line[begin:] for line, begin in behind.items()])
    return [line[: behind[line] + len(margin)] if line in behind else line for line in lines]


def _margin(lines: Sequence[str]) -> str:
    """Return the common indentation of all lines that are not blank."""
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    # What the first and the last in sorted order have in common, all have in common.
    first, last = min(indents, default=""), max(indents, default="")
    return first[
        : next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    ]


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """The result of comparing one Expectation; the lines of ``differences`` are lines of the Source.

    :param block: the lines that were compared.
    :param expected: the parsed block; ``None`` if it cannot be parsed.
    :param actual: text as it was printed, or data.
    :param options: the options of the comparison.
    :param label: the heading of ``actual`` in a report.
    :param accept: the command that accepts the actual output into the docs, ``""`` if there is none.
    """

    expectation: Expectation
    differences: tuple[Difference, ...]
    block: ExpectationBlock
    expected: Expected | None
    actual: Any
    options: ComparisonOptions = field(default_factory=ComparisonOptions)
    label: str = ""
    accept: str = ""

    @property
    def matched(self) -> bool:
        """Whether the actual output matches."""
        return not self.differences

    def explain(self) -> str:
        """Return a report: the block with its differences, the actual output, and how to accept it."""
        region = self.expectation.region
        head = f"the docs show (`{region.name}`, {region.source}):"
        lines = [(line.number, line.shown) for line in self.block.lines]
        return "\n".join(format_report(head, lines, self.differences, self.label, self.actual, self.accept))


def check_expectation(
    source: Source,
    expectation: Expectation,
    output: str,
    *,
    data: Any = ABSENT,
    label: str = "the Snippet printed",
    required_notation: Notation | None = None,
    accept: str = "",
    missing_reason: str = "",
) -> ExpectationResult:
    """Compare the block of ``expectation`` in ``source`` with the output of its Snippet.

    The attributes of the Region are the options of the comparison; they are validated when the Source is read.

    :param output: what the Snippet printed.
    :param data: data to compare with instead, such as the response on the wire.
    :param label: the heading of the actual output in a report, without a colon.
    :param required_notation: the notation of the block, if a Page names it.
    :param accept: the command that accepts the actual output; part of the report.
    :param missing_reason: why there is no actual output, which is then the only difference; ``""`` if there is some.
    """
    block = block_of(source, expectation.region)
    options = comparison_options(expectation.region.attributes)
    actual = output if data is ABSENT else data

    def result(expected: Expected | None, *found: Difference) -> ExpectationResult:
        return ExpectationResult(expectation, found, block, expected, actual, options, label, accept)

    def refuse(line: int, message: str, kind: Kind) -> ExpectationResult:
        begin = block.lines[line - 1].begin if line <= len(block.lines) else len(block.text)
        number = block.lines[min(line, len(block.lines)) - 1].number if block.lines else block.marker
        return result(None, Difference(begin, begin, number, "$", message, kind))

    if missing_reason:
        return refuse(1, missing_reason, Kind.MISSING)
    try:
        if data is ABSENT:
            compared = compare_texts(block.text, output, options, required_notation=required_notation)
            # An update needs a tree without lazy nodes.
            if compared.differences and len(block.text) < _LARGE:
                compared = parse_and_compare(block.text, output, options, required_notation=required_notation)
            expected, found = compared.expected, compared.differences
        else:
            expected = parse_expected(block.text, captures=options.captures, required_notation=required_notation)
            found = compare(expected, data, options)
    except ParseError as error:
        what = required_notation or "data"
        return refuse(error.line, f"the block is not the {what} it shows: {error.message}", Kind.UNREADABLE)
    return result(expected, *(replace(each, line=_line(block, each)) for each in found))


def _line(block: ExpectationBlock, difference: Difference) -> int:
    """Return the line of a difference in the Source: the START marker's if its attributes cause the difference."""
    return block.marker if difference.kind is Kind.OPTION else block.position(difference.begin)[0]
