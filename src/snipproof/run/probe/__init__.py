"""Probes: calls that report how far a run got.

They stand on the lines of the statements that they follow, so no line moves and every message of an interpreter or
compiler has the line numbers of the docs source. A real parser decides what is a comment and where statements begin and
end: Python's own, or a tree-sitter grammar.
"""

from snipproof.run.probe.probed import PROBE_FUNCTION, Probed

__all__ = ["PROBE_FUNCTION", "Probed"]
