"""Readers of data in every notation: JSON, what Python, Node.js, Go and Java print, and plain text.

To add a notation, write a module with a :class:`~snipproof.compare.notation.reader.Reader`, and add a row to
``readers.READERS`` and a member to :class:`~snipproof.compare.tree.Notation`.
"""

from __future__ import annotations

from snipproof.compare.notation.actual import Actual, read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError

__all__ = ["Actual", "ParseError", "ShortenedError", "parse_expected", "read_actual", "to_plain"]
