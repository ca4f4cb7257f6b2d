"""Compares an Expectation with actual data: the engine decides whether they match, and then explains why not."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from typing import Any

from snipproof.compare.captures import NOTHING_BOUND
from snipproof.compare.differences import ABSENT, Difference, Kind
from snipproof.compare.explanation import Explainer
from snipproof.compare.fast_json import NotPlainError, plain_tree, read_plain
from snipproof.compare.match import TooMuchError
from snipproof.compare.notation import Actual, ParseError, ShortenedError, parse_expected, read_actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.scope import Document, OptionError, Scope, check_names, select
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
)

MOST = 1_000
_EXPLAINED = 100_000
_PLAIN = ComparisonOptions()
_WITH_NAMES = frozenset({Notation.PYTHON, Notation.NODE})


def compare(expected: Expected, actual: Any, laws: ComparisonOptions = _PLAIN, *, most: int = MOST) -> list[Difference]:
    """Return the differences between what is expected and what is there, in the order of the expected text.

    No difference means that it matches: whatever could not be compared is told as one.

    :param actual: plain data; an :class:`Actual` with one value or several in a row; for plain text the text itself.
    :param laws: by what laws.
    :param most: how many differences are told; that there are more is the last one.
    """
    node = expected.node
    try:
        data = _prepared(expected, actual, laws)
        roots: list[tuple[tuple[Any, ...], Any]] = [((), data)]
        if isinstance(node, Documents):
            roots = [((Document(index),), value) for index, value in enumerate(data)]
        scope = Scope(laws, roots if not isinstance(node, TextLines) else [])
        check_names(expected, data, laws, scope)
    except _CannotError as error:
        return [error.difference]
    except OptionError as error:
        return [_whole(expected, str(error), Kind.LAW)]
    if isinstance(node, TextLines):
        node = _stripped(node)
        if [item.value if isinstance(item, String) else None for item in node.items] == list(data):
            return []  # however many lines there are, and with `<name>` standing for `<name>`
    return _differences(expected, node, data, scope, most)


def _differences(expected: Expected, node: Node, data: Any, scope: Scope, most: int) -> list[Difference]:
    unwraps = expected.notation not in _WITH_NAMES
    left_out = ""
    explainer = Explainer(expected, Solver(scope, unwraps=unwraps, steps=_EXPLAINED), most)
    try:
        if next(Solver(scope, unwraps=unwraps).solutions(node, data, NOTHING_BOUND), None) is not None:
            return []
        left_out = explainer.explain_all(node, data)
    except TooMuchError:
        left_out = "there are too many ways in which this may fit: the rest was not compared"
    except RecursionError:
        left_out = "this is nested too deep: the rest was not compared"
    found = sorted(explainer.found, key=lambda difference: difference.begin)
    if left_out:
        found.append(_whole(expected, left_out, Kind.LIMIT))
    if not found:
        found = [_whole(expected, "no way to read the captures makes all of this fit", Kind.CAPTURE)]
    return found


class _CannotError(Exception):
    """There is nothing to compare with; ``difference`` says why."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.message)
        self.difference = difference


def _whole(expected: Expected, message: str, kind: Kind, actual: Any = ABSENT) -> Difference:
    """Return a difference of the whole text."""
    node = expected.node
    return Difference(node.begin, node.end, expected.line(node.begin), "$", message, kind, actual, node)


def _prepared(expected: Expected, actual: Any, laws: ComparisonOptions) -> Any:
    """Return the data that the tree is compared with: a value, values for Documents, lines for TextLines."""
    values = actual.values if isinstance(actual, Actual) else (actual,)
    if laws.select is not None:
        values = tuple(_selected(expected, laws.select, value) for value in values)
    if isinstance(expected.node, Documents):
        return values
    if len(values) != 1:
        what = f"{len(values)} values in a row" if values else "nothing"
        raise _CannotError(_whole(expected, f"expected one value, actual {what}", Kind.VALUE))
    if not isinstance(expected.node, TextLines):
        return values[0]
    if not isinstance(values[0], str):
        if expected.node.items and all(isinstance(item, Elision) for item in expected.node.items):
            return ()  # `...` and nothing else stands for any output, data or text
        message = f"expected text, actual {show(values[0])}"
        raise _CannotError(_whole(expected, message, Kind.TYPE, values[0]))
    lines = [line.rstrip() for line in values[0].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    shown = [index for index, line in enumerate(lines) if line]
    return tuple(lines[shown[0] : shown[-1] + 1]) if shown else ()


def _selected(expected: Expected, path: str, value: Any) -> Any:
    found, selected = select(path, value)
    if not found:
        message = f"`select` finds nothing at {path} in the actual output: {show(value)}"
        raise _CannotError(_whole(expected, message, Kind.MISSING, value))
    return selected


def _stripped(node: TextLines) -> TextLines:
    """Return the lines without blanks behind them, which nobody sees."""
    return TextLines(
        node.begin,
        node.end,
        tuple(String(i.begin, i.end, i.value.rstrip()) if isinstance(i, String) else i for i in node.items),
    )


_COLOUR = "\x1b["
_QUOTED = re.compile(r"\s*[\[{][\s\[{]*[\"']")


@dataclass(frozen=True, slots=True)
class ComparedText:
    """Two texts, compared.

    ``actual`` is what :func:`~snipproof.compare.comparison.compare` was given; read the quick way, its numbers are
    ``bytes``, as they were printed.
    """

    expected: Expected
    actual: Any
    differences: list[Difference]


def compare_texts(
    expected: str, actual: str, laws: ComparisonOptions = _PLAIN, *, claims: Notation | None = None, most: int = MOST
) -> ComparedText:
    """Compare what the docs show with what was printed.

    :param claims: the notation that the expected text has to be in.
    :raises ParseError: the expected text is not what it claims to be.
    """
    quick = _compare_plain(expected, actual, laws, most) if claims in (None, Notation.JSON) else None
    return quick or compare_with_care(expected, actual, laws, claims=claims, most=most)


def compare_with_care(
    expected: str, actual: str, laws: ComparisonOptions = _PLAIN, *, claims: Notation | None = None, most: int = MOST
) -> ComparedText:
    """Do what :func:`compare_texts` does, with no short cut for plain JSON; its tree is made of nothing but nodes."""
    compared = _compare(read_shown(expected, actual, laws, claims), actual, laws, most)
    found = compared.differences
    if found and found[0].kind is Kind.UNREADABLE and _same(expected, actual, laws):
        return replace(compared, differences=[])
    return compared


def read_shown(expected: str, actual: Any, laws: ComparisonOptions, claims: Notation | None = None) -> Expected:
    """Return what the docs show beside what was printed.

    What looks like data and is not is text where nothing says that it is data: no Page, no law, not the output, and not
    the text itself by beginning with a quoted name or element, or by a bracket that is never closed.

    :raises ParseError: it is not what it claims to be.
    """
    try:
        return parse_expected(expected, captures=laws.captures, claims=claims)
    except ParseError as error:
        if claims or laws != ComparisonOptions(captures=laws.captures) or not isinstance(actual, str):
            raise
        if isinstance(error, ShortenedError):
            if not _same(expected, actual, laws):
                raise
        elif _begins_as_data(expected, error) or (_looks_like_data(actual) and not _same(expected, actual, laws)):
            raise
        return parse_expected(expected, claims=Notation.TEXT)


def _begins_as_data(expected: str, error: ParseError) -> bool:
    """Whether a text that is no data was to be data: one of which something is wrong, or missing at its end."""
    return _QUOTED.match(expected) is not None or error.offset >= len(expected.rstrip())


def _looks_like_data(actual: str) -> bool:
    """Whether output would be data if the docs showed it, or is data of which something is left out."""
    try:
        return parse_expected(actual).notation is not Notation.TEXT
    except ParseError as error:
        return isinstance(error, ShortenedError)


def _same(expected: str, actual: str, laws: ComparisonOptions) -> bool:
    """Whether both are the same text, apart from what nobody sees, and no law asks for more."""
    if laws.select is not None or laws.captures or laws.approx:
        return False
    one, other = (
        "\n".join(line.rstrip() for line in text.removeprefix("\ufeff").split("\n")).strip("\n")
        for text in (expected, actual)
    )
    return one == other


def _compare(tree: Expected, actual: str, laws: ComparisonOptions, most: int) -> ComparedText:
    if isinstance(tree.node, TextLines) and laws.select is None:
        return ComparedText(tree, actual, compare(tree, actual, laws, most=most))
    try:
        data = read_actual(actual, tree.notation)
    except ParseError as error:
        line = tree.line(tree.node.begin)
        message = f"{tree.notation} expected, but the output is something else: line {error.line}: {error.message}"
        if isinstance(tree.node, String) and tree.node.value == actual.strip():
            message = "a string in quotes expected, but it was printed without quotes: show it without"
        if _COLOUR in actual:
            message += "; there are colours in it: print without them (NO_COLOR=1)"
        unread = Difference(tree.node.begin, tree.node.end, line, "$", message, Kind.UNREADABLE, ABSENT, tree.node)
        return ComparedText(tree, actual, [unread])
    return ComparedText(tree, data, compare(tree, data, laws, most=most))


def _compare_plain(expected: str, actual: str, laws: ComparisonOptions, most: int) -> ComparedText | None:
    """Compare two texts of plain JSON, ``None`` if they are not that or a law needs more than can be done so."""
    if laws.captures or laws.select is not None or sys.flags.bytes_warning:
        return None
    if any(name.startswith("$") for name in (*laws.ignore, *laws.approx, *laws.unordered)):
        return None
    try:
        shown = read_plain(expected)
        data = shown if expected == actual else read_plain(actual)
        tree = Expected(expected, plain_tree(expected, shown), Notation.JSON)
        if shown == data and not (laws.approx or laws.ignore):
            return ComparedText(tree, Actual((data,), Notation.JSON), [])
        return ComparedText(tree, Actual((data,), Notation.JSON), compare(tree, data, laws, most=most))
    except (NotPlainError, InvalidOperation):
        return None
