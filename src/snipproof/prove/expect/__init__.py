"""Expectations: what the docs show as output, parsed, and compared with what a Snippet printed."""

from __future__ import annotations

from snipproof.prove.expect.check import ExpectationResult, check_expectation
from snipproof.prove.expect.compare import Difference, compare
from snipproof.prove.expect.parse import ParseError, parse_expected

__all__ = ["Difference", "ExpectationResult", "ParseError", "check_expectation", "compare", "parse_expected"]
