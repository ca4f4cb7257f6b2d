"""Expectations: what the docs show as output, parsed, and compared with what a Snippet printed."""

from __future__ import annotations

from snipproof.compare.comparison import compare, compare_texts
from snipproof.compare.differences import ABSENT, Difference, Kind
from snipproof.compare.expectation import ExpectationResult, check_expectation
from snipproof.compare.notation import Actual, ParseError, parse_expected, read_actual
from snipproof.compare.options import ComparisonOptions, comparison_options
from snipproof.compare.tree import Notation

__all__ = [
    "ABSENT",
    "Actual",
    "ComparisonOptions",
    "Difference",
    "ExpectationResult",
    "Kind",
    "Notation",
    "ParseError",
    "check_expectation",
    "compare",
    "compare_texts",
    "comparison_options",
    "parse_expected",
    "read_actual",
]  # fmt: skip
