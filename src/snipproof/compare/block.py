"""The text of an Expectation as it is read: its lines without comment tokens, and where each place is in the Source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from snipproof.model import Region, Source

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
