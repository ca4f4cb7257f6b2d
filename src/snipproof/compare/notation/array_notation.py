"""What NumPy prints with ``str``: nested lists of numbers without commas, padded and over several lines."""

from __future__ import annotations

import re

from snipproof.compare.notation.words import Words
from snipproof.compare.tree import Constant, Member, Node, Number

_NUMBER = re.compile(
    r"[+-]?(?:(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,5})?|nan|inf)(?=[\s\[\]]|\Z)"
)
_ALONE = re.compile(r"\[[ \t]*\r?\n|\n\s*\]")
_CONSTANT = re.compile(r"(?:True|False)(?=[\s\[\]]|\Z)")


class ArrayReader(Words):
    """Reads arrays of numbers, ``True`` and ``False``.

    Only rows, and the lines of a long row, are separated by line breaks: numbers one below the other are not an array,
    but JSON without its commas.
    """

    @property
    def sure(self) -> bool:
        """``True``: numbers are not words."""
        return True

    def document(self) -> Node:
        """Return the array that begins here."""
        if not self.at("["):
            self.fail(f"an array expected, found {self.found}")
        begin = self.begin
        node = self.value()
        if match := _ALONE.search(self.text, begin, self.begin):
            self.fail("a line break next to a bracket", match.start())
        return node

    def value(self) -> Node:
        """Return the array or number that begins here."""
        begin = self.begin
        if self.at("["):
            return self.list("[", "]", self.value)
        if match := _CONSTANT.match(self.text, begin):
            self.begin = match.end()
            return Constant(begin, self.begin, match[0] == "True")
        match = _NUMBER.match(self.text, begin)
        if match is None:
            self.fail(f"a number expected, found {self.found}")
        self.begin = match.end()
        return Number(begin, self.begin, "NaN" if match[0].endswith("nan") else match[0])

    def margin(self) -> None:
        """Skip white space next to brackets."""
        self.blank()

    def separator(self, last: Node | Member, closing: str) -> None:
        """Skip the white space between two items, which :meth:`margin` may have skipped before."""
        between = self.text[last.end : self.begin]
        if not between:
            self.fail(f"a space or {closing!r} expected, found {self.found}")
        if "\n" in between and isinstance(last, Number) and not (self.at("[") or self.dots()):
            begin = max(self.text.rfind("\n", 0, last.end), self.text.rfind("[", 0, last.end)) + 1
            if len(self.text[begin : last.end].split()) < 2:
                self.fail("a single number on its line")
