"""Compares two texts: what the docs show and what was printed. Plain JSON on both sides is read the quick way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any

from snipproof.prove.expect.compare import MOST, compare
from snipproof.prove.expect.difference import ABSENT, Difference, Kind
from snipproof.prove.expect.laws import Laws
from snipproof.prove.expect.lazy import NotPlainError, plain_tree, read_plain
from snipproof.prove.expect.notation import Actual, ParseError, parse_expected, read_actual
from snipproof.prove.expect.tree import Expected, Lines, Notation

_PLAIN = Laws()
_COLOUR = "\x1b["


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts, compared.

    ``actual`` is what :func:`~snipproof.prove.expect.compare.compare` was given; read the quick way, its numbers are
    ``bytes``, as they were printed.
    """

    expected: Expected
    actual: Any
    differences: list[Difference]


def compare_texts(
    expected: str, actual: str, laws: Laws = _PLAIN, *, claims: Notation | None = None, most: int = MOST
) -> Compared:
    """Compare what the docs show with what was printed.

    :param claims: the notation that the expected text has to be in.
    :raises ParseError: the expected text is not what it claims to be.
    """
    quick = _compare_plain(expected, actual, laws, most) if claims in (None, Notation.JSON) else None
    return quick or compare_with_care(expected, actual, laws, claims=claims, most=most)


def compare_with_care(
    expected: str, actual: str, laws: Laws = _PLAIN, *, claims: Notation | None = None, most: int = MOST
) -> Compared:
    """Do what :func:`compare_texts` does, with no short cut for plain JSON; its tree is made of nothing but nodes."""
    tree = parse_expected(expected, captures=laws.captures, claims=claims)
    if isinstance(tree.node, Lines) and laws.select is None:
        return Compared(tree, actual, compare(tree, actual, laws, most=most))
    try:
        data = read_actual(actual, tree.notation)
    except ParseError as error:
        line = tree.line(tree.node.begin)
        message = f"{tree.notation} expected, but the output is something else: line {error.line}: {error.message}"
        if _COLOUR in actual:
            message += "; there are colours in it: print without them (NO_COLOR=1)"
        unread = Difference(tree.node.begin, tree.node.end, line, "$", message, Kind.UNREADABLE, ABSENT, tree.node)
        return Compared(tree, actual, [unread])
    return Compared(tree, data, compare(tree, data, laws, most=most))


def _compare_plain(expected: str, actual: str, laws: Laws, most: int) -> Compared | None:
    """Compare two texts of plain JSON, ``None`` if they are not that or a law needs more than can be done so."""
    if laws.captures or laws.select is not None or sys.flags.bytes_warning:
        return None
    if any(name.startswith("$") for name in (*laws.ignore, *laws.approx, *laws.unordered)):
        return None
    try:
        shown = read_plain(expected)
        data = shown if expected == actual else read_plain(actual)
        tree = Expected(expected, plain_tree(expected, shown), Notation.JSON)
        if shown == data and not laws.approx:
            return Compared(tree, Actual((data,), Notation.JSON), [])
        return Compared(tree, Actual((data,), Notation.JSON), compare(tree, data, laws, most=most))
    except (NotPlainError, InvalidOperation):
        return None
