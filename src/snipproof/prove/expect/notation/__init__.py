"""Notations: the same data as JSON, as Python, Node.js, Go and Java print it, or text; read with the places of all."""

from __future__ import annotations

from snipproof.prove.expect.notation.actual import Actual, read_actual
from snipproof.prove.expect.notation.errors import ParseError, ShortenedError
from snipproof.prove.expect.notation.expected import parse_expected
from snipproof.prove.expect.notation.plain import to_plain

__all__ = ["Actual", "ParseError", "ShortenedError", "parse_expected", "read_actual", "to_plain"]
