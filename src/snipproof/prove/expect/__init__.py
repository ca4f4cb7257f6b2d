"""Expectations: what the docs show as output, parsed, and compared with what a Snippet printed."""

from __future__ import annotations

from snipproof.prove.expect.check import ExpectationResult
from snipproof.prove.expect.check import check_expectation
from snipproof.prove.expect.compare import Difference
from snipproof.prove.expect.compare import compare
from snipproof.prove.expect.parse import ParseError
from snipproof.prove.expect.parse import parse_expected

__all__ = ["Difference", "ExpectationResult", "ParseError", "check_expectation", "compare", "parse_expected"]
