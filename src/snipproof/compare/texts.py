"""Compares two texts: what the docs show and what was printed. Plain JSON on both sides is read the quick way."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from typing import Any

from snipproof.compare.comparison import MOST, compare
from snipproof.compare.difference import ABSENT, Difference, Kind
from snipproof.compare.lazy import NotPlainError, plain_tree, read_plain
from snipproof.compare.notation import Actual, ParseError, ShortenedError, parse_expected, read_actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Expected, Notation, String, TextLines

_PLAIN = ComparisonOptions()
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
