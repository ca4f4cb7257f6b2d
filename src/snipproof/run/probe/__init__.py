"""Probes: calls in the place of marker comments, which report how far a run got.

A marker comment at the position of a statement becomes a call *on the same line*, so no line moves and every message of
an interpreter or compiler has the line numbers of the docs source. A real parser decides what is a comment and where
statements begin and end: Python's own, or a tree-sitter grammar.
"""

from snipproof.run.probe.probed import PROBE_FUNCTION, Function, Probed

__all__ = ["PROBE_FUNCTION", "Function", "Probed"]
