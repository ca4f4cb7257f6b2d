"""Compares expected with actual output: as texts (``compare_texts``), or a parsed text with data (``compare``).

First :class:`Solver` decides whether they match; only if not, :class:`Explainer` collects the differences.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from typing import Any

from snipproof.compare.captures import NO_BINDINGS
from snipproof.compare.differences import ABSENT, Difference, Kind, format_report
from snipproof.compare.explanation import Explainer
from snipproof.compare.fast_json import NotStrictJsonError, has_elisions, lazy_tree, read_strict_json
from snipproof.compare.match import StepLimitError
from snipproof.compare.notation.actual import Actual, read_actual, read_actual_loosely
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.loose import read_loosely
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.notation.verbatim import verbatim_texts
from snipproof.compare.options import ComparisonOptions, OptionError
from snipproof.compare.scope import DocumentIndex, Scope, check_options, select
from snipproof.compare.show import show
from snipproof.compare.solve import Solver
from snipproof.compare.tree import (
    Documents,
    Elision,
    Expected,
    Node,
    Notation,
    String,
    TextLines,
    VerbatimText,
)

MAX_DIFFERENCES = 1_000
_MAX_EXPLAIN_STEPS = 100_000
_NO_OPTIONS = ComparisonOptions()
_COLOUR = "\x1b["
_QUOTED = re.compile(r"\s*[\[{][\s\[{]*[\"']")


def compare(
    expected: Expected, actual: Any, options: ComparisonOptions = _NO_OPTIONS, *, max_differences: int = MAX_DIFFERENCES
) -> list[Difference]:
    """Return the differences between expected and actual data, in the order of the expected text; none if they match.

    What cannot be compared is a difference, too.

    :param actual: plain data; an :class:`Actual` with one value or several in a row; text, if plain text is expected.
    :param max_differences: how many differences to return at most; if there are more, one of kind LIMIT follows.
    """
    node = expected.node
    try:
        data = _prepared(expected, actual, options)
        roots: list[tuple[tuple[Any, ...], Any]] = [((), data)]
        if isinstance(node, Documents):
            roots = [((DocumentIndex(index),), value) for index, value in enumerate(data)]
        scope = Scope(options, roots if not isinstance(node, TextLines) else [])
        check_options(expected, data, scope)
    except _IncomparableError as error:
        return [error.difference]
    except OptionError as error:
        return [_whole(expected, str(error), Kind.OPTION)]
    if isinstance(node, TextLines):
        node = _stripped(node)
        if [item.value if isinstance(item, String) else None for item in node.items] == list(data):
            return []  # for any number of lines, and if `<name>` itself was printed
    return _differences(expected, node, data, scope, max_differences)


def _differences(expected: Expected, node: Node, data: Any, scope: Scope, max_differences: int) -> list[Difference]:
    unwraps = not expected.notation.names_types
    left_out = ""
    explainer = Explainer(expected, Solver(scope, unwraps=unwraps, steps=_MAX_EXPLAIN_STEPS), max_differences)
    try:
        if next(Solver(scope, unwraps=unwraps).solutions(node, data, NO_BINDINGS), None) is not None:
            return []
        left_out = explainer.explain_all(node, data)
    except StepLimitError:
        left_out = "there are too many ways to match this: the rest was not compared"
    except RecursionError:
        left_out = "this is nested too deep: the rest was not compared"
    found = sorted(explainer.differences, key=lambda difference: difference.begin)
    if left_out:
        found.append(_whole(expected, left_out, Kind.LIMIT))
    if not found:
        found = [_whole(expected, "the captures have no values with which all of this matches", Kind.CAPTURE)]
    return found


class _IncomparableError(Exception):
    """The data cannot be compared, for the reason in ``difference``."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.message)
        self.difference = difference


def _whole(expected: Expected, message: str, kind: Kind, actual: Any = ABSENT) -> Difference:
    """Return a difference whose span is the whole text."""
    node = expected.node
    return Difference(node.begin, node.end, expected.line(node.begin), "$", message, kind, actual, node)


def _prepared(expected: Expected, actual: Any, options: ComparisonOptions) -> Any:
    """Return what to compare with the tree: a value; for Documents the values, for TextLines the lines.

    :raises OptionError: the path of ``select`` is not valid.
    :raises _IncomparableError: the data is of another kind, or ``select`` finds nothing.
    """
    values = actual.values if isinstance(actual, Actual) else (actual,)
    if options.select is not None:
        values = tuple(_selected(expected, options.select, value) for value in values)
    if isinstance(expected.node, Documents):
        return values
    if len(values) != 1:
        what = f"{len(values)} values in a row" if values else "nothing"
        raise _IncomparableError(_whole(expected, f"expected one value, actual {what}", Kind.VALUE))
    if not isinstance(expected.node, TextLines):
        return values[0]
    if not isinstance(values[0], str):
        if expected.node.items and all(isinstance(item, Elision) for item in expected.node.items):
            return ()  # `...` alone stands for any output, data included
        message = f"expected text, actual {show(values[0])}"
        raise _IncomparableError(_whole(expected, message, Kind.TYPE, values[0]))
    lines = [line.rstrip() for line in values[0].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    shown = [index for index, line in enumerate(lines) if line]
    return tuple(lines[shown[0] : shown[-1] + 1]) if shown else ()


def _selected(expected: Expected, path: str, value: Any) -> Any:
    found, selected = select(path, value)
    if not found:
        message = f"`select` finds nothing at {path} in the actual output: {show(value)}"
        raise _IncomparableError(_whole(expected, message, Kind.MISSING, value))
    return selected


def _stripped(node: TextLines) -> TextLines:
    """Return the lines without trailing white space."""
    return TextLines(
        node.begin,
        node.end,
        tuple(String(i.begin, i.end, i.value.rstrip()) if isinstance(i, String) else i for i in node.items),
    )


@dataclass(frozen=True, slots=True)
class ComparedText:
    """The result of comparing two texts.

    :param expected: the parsed expected text.
    :param actual: the data of the actual text, or the text itself if plain text is expected. On the fast path for JSON
        its numbers are :data:`~snipproof.compare.tree.RawNumber`.
    :param differences: empty if the texts match.
    """

    expected: Expected
    actual: Any
    differences: list[Difference]

    @property
    def matched(self) -> bool:
        """Whether the texts match."""
        return not self.differences

    def explain(self) -> str:
        """Return a report: the expected text with its differences, and the actual output."""
        lines = list(enumerate(self.expected.text.split("\n"), start=1))
        return "\n".join(format_report("expected:", lines, self.differences, "actual", self.actual))


def compare_texts(
    expected: str,
    actual: str,
    options: ComparisonOptions = _NO_OPTIONS,
    *,
    required_notation: Notation | None = None,
    max_differences: int = MAX_DIFFERENCES,
) -> ComparedText:
    """Compare an expected text with an actual one.

    :param required_notation: the notation of the expected text; by default it is detected.
    :param max_differences: as for :func:`compare`.
    :raises ParseError: the expected text looks like data, or has to be in ``required_notation``, and cannot be parsed.
    """
    fast = (
        _compare_strict_json(expected, actual, options, max_differences)
        if required_notation in (None, Notation.JSON)
        else None
    )
    return fast or parse_and_compare(
        expected, actual, options, required_notation=required_notation, max_differences=max_differences
    )


def parse_and_compare(
    expected: str,
    actual: str,
    options: ComparisonOptions = _NO_OPTIONS,
    *,
    required_notation: Notation | None = None,
    max_differences: int = MAX_DIFFERENCES,
) -> ComparedText:
    """Compare two texts as :func:`compare_texts` does, but without the fast path for strict JSON and its lazy nodes.

    Equal texts match, whatever they are: all texts can be compared line by line. That they can be read as data only
    widens what else matches.
    """
    try:
        tree = parse_expected(expected, captures=options.captures, required_notation=required_notation)
    except ParseError as error:
        if required_notation:
            raise
        return _compare_unparsable(expected, actual, options, max_differences, error)
    return _matched_if_same(_compare(tree, actual, options, max_differences), actual, options)


def _matched_if_same(compared: ComparedText, actual: str, options: ComparisonOptions) -> ComparedText:
    """Return ``compared`` without its differences if the texts are equal line by line, and the options are valid."""
    found = compared.differences
    if not found or found[0].kind is Kind.OPTION or not _same(compared.expected.text, actual, options):
        return compared
    if found[0].kind is Kind.UNREADABLE and options.approx:
        return compared  # the names of `approx` have not been checked
    return replace(compared, differences=[])


def _compare_unparsable(
    expected: str, actual: str, options: ComparisonOptions, max_differences: int, error: ParseError
) -> ComparedText:
    """Compare a text that looks like data, but cannot be parsed, in the other ways in which it can be read.

    It may be plain text, or data with text and with values that no notation knows.

    :raises ParseError: it does not match in any way, and something shows that it should be data: an option, the actual
        output, or the text itself.
    """
    lines: ComparedText | None = None
    if _may_be_text(expected, actual, options, error):
        tree = parse_expected(expected, required_notation=Notation.TEXT)
        lines = _matched_if_same(_compare(tree, actual, options, max_differences), actual, options)
        if lines.matched:
            return lines
    loose = None if isinstance(error, ShortenedError) else _parse_loosely(expected, options)
    if loose is not None:
        compared = _compare(loose, actual, options, max_differences, loosely=True)
        # A value that no notation knows is a typing error, unless it was printed.
        if compared.matched or (lines is None and _are_printed(loose.node, compared.actual)):
            return compared
    if lines is None:
        raise error
    return lines


def _may_be_text(expected: str, actual: str, options: ComparisonOptions, error: ParseError) -> bool:
    """Whether a text that cannot be parsed as data may be plain text."""
    if _same(expected, actual, options) and not options.approx and not options.shape:
        return True
    if options != ComparisonOptions(captures=options.captures) or isinstance(error, ShortenedError):
        return False
    return not _begins_as_data(expected, error) and not _looks_like_data(actual)


def _parse_loosely(expected: str, options: ComparisonOptions) -> Expected | None:
    try:
        found = read_loosely(expected, captures=options.captures)
    except ShortenedError:
        return None
    if found is None:
        return None
    notation, items = found
    one = items[0] if len(items) == 1 else Documents(items[0].begin, items[-1].end, items)
    return Expected(expected, one, notation)


def _are_printed(node: Node, actual: Any) -> bool:
    """Whether all values of ``node`` that no notation knows are somewhere in the actual output."""
    return isinstance(actual, Actual) and verbatim_texts(node) <= verbatim_texts(actual.values)


def read_shown(
    expected: str, actual: Any, options: ComparisonOptions, required_notation: Notation | None = None
) -> Expected:
    """Parse an expected text in view of the actual one, as :func:`parse_and_compare` does.

    :raises ParseError: it should be data and cannot be parsed.
    """
    try:
        return parse_expected(expected, captures=options.captures, required_notation=required_notation)
    except ParseError as error:
        if required_notation or not isinstance(actual, str):
            raise
        return _compare_unparsable(expected, actual, options, 1, error).expected


def _begins_as_data(expected: str, error: ParseError) -> bool:
    """Whether unparsable text was evidently meant as data: it begins with a quote in brackets, or lacks its end."""
    return _QUOTED.match(expected) is not None or error.offset >= len(expected.rstrip())


def _looks_like_data(actual: str) -> bool:
    """Whether output is data, or data that its program shortened."""
    try:
        return parse_expected(actual).notation is not Notation.TEXT
    except ParseError as error:
        return isinstance(error, ShortenedError)


def _same(expected: str, actual: str, options: ComparisonOptions) -> bool:
    """Whether both texts are equal apart from invisible characters, and both of them are compared as a whole."""
    if options.select is not None:
        return False
    one, other = (
        "\n".join(line.rstrip() for line in text.removeprefix("\ufeff").split("\n")).strip("\n")
        for text in (expected, actual)
    )
    return one == other


def _compare(
    tree: Expected, actual: str, options: ComparisonOptions, max_differences: int, *, loosely: bool = False
) -> ComparedText:
    """Compare a tree with a text.

    :param loosely: how the text of the tree was read; the actual one is read in the same way if possible.
    """
    if isinstance(tree.node, TextLines) and options.select is None:
        return ComparedText(tree, actual, compare(tree, actual, options, max_differences=max_differences))
    data = read_actual_loosely(actual, tree.notation) if loosely else None
    try:
        data = data or read_actual(actual, tree.notation)
    except ParseError as error:
        loose = None if isinstance(error, ShortenedError) else read_actual_loosely(actual, tree.notation)
        if loose is not None and (_is_data(loose) or verbatim_texts(tree.node)):
            return ComparedText(tree, loose, compare(tree, loose, options, max_differences=max_differences))
        line = tree.line(tree.node.begin)
        message = f"{tree.notation} expected, but the output is something else: line {error.line}: {error.message}"
        if isinstance(tree.node, String) and tree.node.value == actual.strip():
            message = "a string in quotes expected, but it was printed without quotes: remove the quotes"
        if _COLOUR in actual:
            message += "; it contains colours: print without them (NO_COLOR=1)"
        unreadable = Difference(tree.node.begin, tree.node.end, line, "$", message, Kind.UNREADABLE, ABSENT, tree.node)
        return ComparedText(tree, actual, [unreadable])
    return ComparedText(tree, data, compare(tree, data, options, max_differences=max_differences))


def _is_data(actual: Actual) -> bool:
    """Whether there is only data, and no text beside it."""
    return not any(isinstance(value, VerbatimText) for value in actual.values)


def _compare_strict_json(
    expected: str, actual: str, options: ComparisonOptions, max_differences: int
) -> ComparedText | None:
    """Compare two texts on the fast path; ``None`` if one is not strict JSON or an option needs the slow path."""
    if options.captures or options.select is not None or sys.flags.bytes_warning:
        return None
    if any(name.startswith("$") for name in (*options.ignore, *options.approx, *options.unordered)):
        return None
    if has_elisions(expected):
        return None
    try:
        shown = read_strict_json(expected)
        data = shown if expected == actual else read_strict_json(actual)
        tree = Expected(expected, lazy_tree(expected, shown), Notation.JSON)
        if shown == data and not (options.approx or options.ignore):
            return ComparedText(tree, Actual((data,), Notation.JSON), [])
        return ComparedText(
            tree, Actual((data,), Notation.JSON), compare(tree, data, options, max_differences=max_differences)
        )
    except (NotStrictJsonError, InvalidOperation):
        return None
