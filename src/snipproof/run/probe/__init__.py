"""Probes: calls put in the place of marker comments, so that a run tells which Region it is in.

A marker comment that stands where a statement may stand becomes a call *on the same line*, so no line moves and every
message of an interpreter or compiler names the docs source's own lines. Whether a marker is a comment, and where
statements begin and end, is asked of a real parser: Python's own, else a tree-sitter grammar.
"""

from snipproof.run.probe.probed import PROBE_FUNCTION, Function, Probed

__all__ = ["PROBE_FUNCTION", "Function", "Probed"]
