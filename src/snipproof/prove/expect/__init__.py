"""Expectations: what the docs show as output, parsed, and compared with what a Snippet printed."""

from __future__ import annotations

from snipproof.prove.expect.check import ExpectationResult, check_expectation
from snipproof.prove.expect.compare import compare
from snipproof.prove.expect.difference import ABSENT, Difference, Kind
from snipproof.prove.expect.laws import Laws, laws_of
from snipproof.prove.expect.notation import Actual, ParseError, parse_expected, read_actual
from snipproof.prove.expect.texts import compare_texts
from snipproof.prove.expect.tree import Notation

__all__ = [
    "ABSENT", "Actual", "Difference", "ExpectationResult", "Kind", "Laws", "Notation", "ParseError",
    "check_expectation", "compare", "compare_texts", "laws_of", "parse_expected", "read_actual",
]  # fmt: skip
