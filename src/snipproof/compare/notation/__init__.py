"""Notations: the same data as JSON, as Python, Node.js, Go and Java print it, or text; read with the places of all."""

from __future__ import annotations

from snipproof.compare.notation.actual import Actual, read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError

__all__ = ["Actual", "ParseError", "ShortenedError", "parse_expected", "read_actual", "to_plain"]
