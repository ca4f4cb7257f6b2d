"""Compares expected with actual output, as text in the notation of JSON, Python, Node.js, Go, Java, or as plain text.

A library of its own: it reads no files, runs no code, and needs only the base dependencies.

>>> from snipproof.compare import ComparisonOptions, compare_texts
>>> compare_texts('{"distance": 0.058, ...}', "{'distance': 0.0579742, 'id': 7}").matched
True
>>> result = compare_texts('{"id": 1}', '{"id": 2}')
>>> [(difference.path, difference.message) for difference in result.differences]
[('$.id', 'expected 1, actual 2')]
>>> compare_texts('{"id": 1}', '{"id": 2}', ComparisonOptions(ignore=("id",))).matched
True
>>> print(result.explain())
expected:
>    1 | {"id": 1}
       ^ $.id: expected 1, actual 2
actual:
       | {"id": 2}

In expected text, ``...`` stands for any value, elements, members or lines, and numbers match at the precision shown.
:func:`compare_texts` raises :class:`ParseError` for expected text that begins as data and cannot be parsed.
:func:`check_expectation` compares an Expectation of a Source; the other functions know nothing of Sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.exports import lazy_exports

if TYPE_CHECKING:
    from snipproof.compare.comparison import MAX_DIFFERENCES, ComparedText, compare, compare_texts
    from snipproof.compare.differences import ABSENT, Difference, Kind, format_report
    from snipproof.compare.expectation import ExpectationResult, check_expectation
    from snipproof.compare.notation.actual import Actual, read_actual
    from snipproof.compare.notation.expected import parse_expected
    from snipproof.compare.notation.reader import ParseError, ShortenedError
    from snipproof.compare.options import ComparisonOptions, comparison_options, parse_tolerance
    from snipproof.compare.tree import UNDEFINED, Expected, Notation, TypedValue

__all__ = [
    "ABSENT",
    "MAX_DIFFERENCES",
    "UNDEFINED",
    "Actual",
    "ComparedText",
    "ComparisonOptions",
    "Difference",
    "ExpectationResult",
    "Expected",
    "Kind",
    "Notation",
    "ParseError",
    "ShortenedError",
    "TypedValue",
    "check_expectation",
    "compare",
    "compare_texts",
    "comparison_options",
    "format_report",
    "parse_expected",
    "parse_tolerance",
    "read_actual",
]

_MODULES = {
    "snipproof.compare.comparison": ("MAX_DIFFERENCES", "ComparedText", "compare", "compare_texts"),
    "snipproof.compare.differences": ("ABSENT", "Difference", "Kind", "format_report"),
    "snipproof.compare.expectation": ("ExpectationResult", "check_expectation"),
    "snipproof.compare.notation.actual": ("Actual", "read_actual"),
    "snipproof.compare.notation.expected": ("parse_expected",),
    "snipproof.compare.notation.reader": ("ParseError", "ShortenedError"),
    "snipproof.compare.options": ("ComparisonOptions", "comparison_options", "parse_tolerance"),
    "snipproof.compare.tree": ("UNDEFINED", "Expected", "Notation", "TypedValue"),
}
if not TYPE_CHECKING:  # a type checker would accept every name
    __getattr__ = lazy_exports(__name__, _MODULES)
