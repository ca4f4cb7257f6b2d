"""Rewrites a block: the new text keeps as much of the old one as still matches, and has no differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.comparison import compare
from snipproof.compare.differences import Difference, Kind
from snipproof.compare.notation.actual import Actual
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.scope import DocumentIndex, select
from snipproof.compare.tree import Documents, Expected, Node, Notation, TextLines
from snipproof.update.merge import Merge
from snipproof.update.reuse import NodeMatcher
from snipproof.update.style import Style, children, nodes, style_of, usual_style
from snipproof.update.write_data import CannotWriteError, without_type_names, write, write_line

# Kinds of Difference that no new text of the block can fix.
UNFIXABLE = (Kind.OPTION, Kind.UNREADABLE)
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text of a block and its notation: another one if the old notation cannot represent the data."""

    text: str
    notation: Notation


def rewrite(
    expected: Expected, actual: Any, options: ComparisonOptions, read: Callable[[str], Expected] | None = None
) -> Rewritten:
    """Return a text of the block that has no difference from ``actual``.

    :param expected: the block as it is.
    :param actual: what it was compared with: plain data, an ``Actual``, or a string if the block is plain text.
    :param read: parses a new text as the block will be parsed; a plain ``parse_expected`` if omitted.
    :raises CannotWriteError: there is no such text; the message is the reason.
    """
    read = read or (lambda text: parse_expected(text, captures=options.captures))
    differences = compare(expected, actual, options, max_differences=_NO_LIMIT)
    if unfixable := next((each for each in differences if each.kind in UNFIXABLE), None):
        raise CannotWriteError(unfixable.message)
    if not differences:
        return Rewritten(expected.text, expected.notation)
    writer = _Writer(read(expected.text), _values(expected, actual, options), actual, options, read)
    reason = ""
    printed = actual.notation if isinstance(actual, Actual) else Notation.JSON
    same = expected.notation
    attempts = [
        (writer.merged, same),
        (writer.whole, same),
        (writer.as_json, Notation.JSON),
        (writer.as_printed, printed),
    ]
    if isinstance(expected.node, TextLines):  # text stays text, and data that replaces it is written as data
        attempts = attempts[:2] if writer.is_text else attempts[2:]
    for attempt, notation in attempts:
        try:
            for text in attempt():
                if not (remaining := compare(read(text), actual, options, max_differences=1)):
                    return Rewritten(text, notation)
                reason = reason or remaining[0].message
        except (CannotWriteError, ParseError) as error:
            reason = reason or str(error)
    raise CannotWriteError(f"the block cannot show it: {reason}")


def _values(expected: Expected, actual: Any, options: ComparisonOptions) -> list[Any]:
    """Return the values that are compared, or the lines of plain text."""
    values = actual.values if isinstance(actual, Actual) else (actual,)
    if options.select is not None:
        values = tuple(select(options.select, value)[1] for value in values)
    if not isinstance(expected.node, TextLines) or not isinstance(values[0], str):
        return [_parse_numbers(value) for value in values]
    lines = [line.rstrip() for line in values[0].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    shown = [index for index, line in enumerate(lines) if line]
    return lines[shown[0] : shown[-1] + 1] if shown else []


def _parse_numbers(value: Any) -> Any:
    """Return ``value`` with numbers in place of their digits, which the comparison of plain JSON leaves unparsed."""
    if isinstance(value, bytes):
        return Decimal(value.decode())
    if isinstance(value, list | tuple):
        return [_parse_numbers(each) for each in value]
    return {name: _parse_numbers(each) for name, each in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes a block in several ways, from the one that keeps most of it to those that keep nothing."""

    expected: Expected
    values: list[Any]
    actual: Any
    options: ComparisonOptions
    read: Callable[[str], Expected]

    @property
    def is_text(self) -> bool:
        """Whether lines of plain text are written."""
        values = self.actual.values if isinstance(self.actual, Actual) else (self.actual,)
        return isinstance(self.expected.node, TextLines) and self.options.select is None and isinstance(values[0], str)

    def merged(self) -> Iterator[str]:
        """Yield texts that keep what matches; each one rewrites larger parts around the remaining differences."""
        current, style = self.expected, style_of(self.expected)
        several = len(self.values) != 1 or isinstance(current.node, Documents)
        roots = [((DocumentIndex(index),) if several else (), value) for index, value in enumerate(self.values)]
        matcher = NodeMatcher(self.options, roots, unwraps=not current.notation.names_types)
        rewritten: frozenset[tuple[int, int]] = frozenset()
        for height in range(-1, _depth(current.node) + 1):
            if height >= 0:
                remaining = compare(current, self.actual, self.options, max_differences=_NO_LIMIT)
                rewritten = frozenset(_enclosing_span(current.node, each, height) for each in remaining)
            text = Merge(current, style, matcher, rewritten).text(self.values)
            yield text
            current = self.read(text)
            if current.notation is not self.expected.notation:
                return

    def whole(self) -> Iterator[str]:
        """Yield the data in the notation and the style of the block."""
        yield self._write(self.values, style_of(self.expected))

    def as_json(self) -> Iterator[str]:
        """Yield the data as JSON, which can represent everything but ``undefined``."""
        yield self._write(without_type_names(self.values), usual_style(Notation.JSON, style_of(self.expected).unit))

    def as_printed(self) -> Iterator[str]:
        """Yield the data in the notation that it was printed in, for example ``undefined`` of Node.js."""
        if isinstance(self.actual, Actual):
            yield self._write(self.values, usual_style(self.actual.notation))

    def _write(self, values: list[Any], style: Style) -> str:
        if self.is_text:
            return "\n".join(map(write_line, values))
        text = self.expected.text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        indent = before[before.rfind("\n") + 1 :]
        return before + ("\n" + indent).join(write(value, style, indent) for value in values) + after


def _enclosing_span(node: Node, difference: Difference, height: int) -> tuple[int, int]:
    """Return begin and end of the node that a Difference is in, or of its ancestor ``height`` levels up."""
    begin, end = difference.begin, difference.end
    chain = [each for each in nodes(node) if each.begin <= begin and end <= each.end]
    found = chain[max(len(chain) - 1 - height, 0)] if chain else node
    return found.begin, found.end


def _depth(node: Node) -> int:
    return 1 + max((_depth(each) for each in children(node)), default=0)
