"""The new text of a block: as much of the old one as still holds, and nothing that would differ again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.comparison import compare
from snipproof.compare.differences import Difference, Kind
from snipproof.compare.notation import Actual, ParseError, parse_expected
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.scope import DocumentIndex, select
from snipproof.compare.tree import Documents, Expected, Node, Notation, RawNumber, TextLines
from snipproof.update.judge import Judge
from snipproof.update.merge import Merge
from snipproof.update.style import Style, children, nodes, style_of, usual_style
from snipproof.update.unnamed import unnamed
from snipproof.update.write_data import CannotWriteError, write, write_line

# What no other text of the block would mend.
HOPELESS = (Kind.OPTION, Kind.UNREADABLE)
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text of a block, and its notation, which is another one where the old one has no form for the data."""

    text: str
    notation: Notation


def rewrite(
    expected: Expected, actual: Any, laws: ComparisonOptions, read: Callable[[str], Expected] | None = None
) -> Rewritten:
    """Return the text with which ``expected`` has no difference from ``actual`` any more.

    :param actual: what ``expected`` was compared with: plain data, an ``Actual``, or a text for plain text.
    :param read: reads the new text as the block will be read.
    :raises CannotWriteError: there is no such text; the message says why.
    """
    read = read or (lambda text: parse_expected(text, captures=laws.captures))
    differences = compare(expected, actual, laws, max_differences=_ALL)
    if hopeless := next((each for each in differences if each.kind in HOPELESS), None):
        raise CannotWriteError(hopeless.message)
    if not differences:
        return Rewritten(expected.text, expected.notation)
    writer = _Writer(read(expected.text), _values(expected, actual, laws), actual, laws, read)
    reason = ""
    printed = actual.notation if isinstance(actual, Actual) else Notation.JSON
    same = expected.notation
    ways = [(writer.gently, same), (writer.whole, same), (writer.as_json, Notation.JSON), (writer.as_printed, printed)]
    if isinstance(expected.node, TextLines):  # text remains text, and data in its place is written as data
        ways = ways[:2] if writer.is_text else ways[2:]
    for attempt, notation in ways:
        try:
            for text in attempt():
                if not (left := compare(read(text), actual, laws, max_differences=1)):
                    return Rewritten(text, notation)
                reason = reason or left[0].message
        except (CannotWriteError, ParseError) as error:
            reason = reason or str(error)
    raise CannotWriteError(f"no text of the block would show it: {reason}")


def _values(expected: Expected, actual: Any, laws: ComparisonOptions) -> list[Any]:
    """Return the values in a row that are compared, or the lines."""
    values = actual.values if isinstance(actual, Actual) else (actual,)
    if laws.select is not None:
        values = tuple(select(laws.select, value)[1] for value in values)
    if not isinstance(expected.node, TextLines) or not isinstance(values[0], str):
        return [_readable(value) for value in values]
    lines = [line.rstrip() for line in values[0].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    shown = [index for index, line in enumerate(lines) if line]
    return lines[shown[0] : shown[-1] + 1] if shown else []


def _readable(value: Any) -> Any:
    """Return ``value`` with numbers in place of their digits, as which they are read for the quick comparison."""
    if isinstance(value, RawNumber):
        return Decimal(value.decode())
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    return {name: _readable(each) for name, each in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class _Writer:
    """Ways to write a block, from the one that keeps most to the one that keeps nothing."""

    expected: Expected
    values: list[Any]
    actual: Any
    laws: ComparisonOptions
    read: Callable[[str], Expected]

    @property
    def is_text(self) -> bool:
        """Whether lines of plain text are written."""
        values = self.actual.values if isinstance(self.actual, Actual) else (self.actual,)
        return isinstance(self.expected.node, TextLines) and self.laws.select is None and isinstance(values[0], str)

    def gently(self) -> Iterator[str]:
        """Yield texts that keep what holds; where one still differs, the next has a larger part written anew."""
        current, style = self.expected, style_of(self.expected)
        several = len(self.values) != 1 or isinstance(current.node, Documents)
        roots = [((DocumentIndex(index),) if several else (), value) for index, value in enumerate(self.values)]
        judge = Judge(self.laws, roots, unwraps=current.notation not in (Notation.PYTHON, Notation.NODE))
        anew: frozenset[tuple[int, int]] = frozenset()
        for height in range(-1, _depth(current.node) + 1):
            if height >= 0:
                left = compare(current, self.actual, self.laws, max_differences=_ALL)
                anew = frozenset(_around(current.node, each, height) for each in left)
            text = Merge(current, style, judge, anew).text(self.values)
            yield text
            current = self.read(text)
            if current.notation is not self.expected.notation:
                return

    def whole(self) -> Iterator[str]:
        """Yield all of the data in the notation and the style of the block."""
        yield self._written(self.values, style_of(self.expected))

    def as_json(self) -> Iterator[str]:
        """Yield all of the data as JSON, which has a form for everything but ``undefined``."""
        yield self._written(unnamed(self.values), usual_style(Notation.JSON, style_of(self.expected).unit))

    def as_printed(self) -> Iterator[str]:
        """Yield all of the data in the notation that it was printed in, such as ``undefined`` by Node.js."""
        if isinstance(self.actual, Actual):
            yield self._written(self.values, usual_style(self.actual.notation))

    def _written(self, values: list[Any], style: Style) -> str:
        if self.is_text:
            return "\n".join(map(write_line, values))
        text = self.expected.text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        indent = before[before.rfind("\n") + 1 :]
        return before + ("\n" + indent).join(write(value, style, indent) for value in values) + after


def _around(node: Node, difference: Difference, height: int) -> tuple[int, int]:
    """Return the place of the node that a Difference is in, or of the one so many levels around it."""
    begin, end = difference.begin, difference.end
    chain = [each for each in nodes(node) if each.begin <= begin and end <= each.end]
    found = chain[max(len(chain) - 1 - height, 0)] if chain else node
    return found.begin, found.end


def _depth(node: Node) -> int:
    return 1 + max((_depth(each) for each in children(node)), default=0)
