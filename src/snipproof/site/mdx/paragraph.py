"""The open paragraph of a Page, or its open table, whose text is read when it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.site.mdx.containers import after_blanks
from snipproof.site.mdx.markup import DEFINITION, read_inline
from snipproof.site.mdx.structure import HEADING

if TYPE_CHECKING:
    from snipproof.site.mdx.containers import Containers
    from snipproof.site.mdx.markup import Found
    from snipproof.site.profile import Profile

_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\r?(?=\n|\Z)")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*\r?(?=\n|\Z)")
_CELL = re.compile(r"(?:[^|\\\n]++|\\[^\n]?)++")
_SPECIAL = re.compile(r"[<{]")


class Paragraph:
    """The open paragraph or table of ``text``, if there is one; what it contains is added to ``found``."""

    def __init__(self, text: str, containers: Containers, found: Found, profile: Profile) -> None:
        self.in_table = False
        self._text = text
        self._containers = containers
        self._found = found
        self._profile = profile
        self._lines: list[tuple[int, int]] = []

    def __bool__(self) -> bool:
        """Return whether a paragraph or a table is open."""
        return bool(self._lines)

    def add(self, position: int, end: int, *, lazy: bool) -> None:
        """Add a line of text, or a row of the table; a ``lazy`` one continues fewer containers than are open."""
        text = self._text
        if self.in_table:
            self._read_row(position, end)
        elif self._lines and not lazy and text[position] in "|:-" and self._begins_table(position, end):
            head = self._lines.pop()
            self.end()
            self._lines.append(head)
            self.in_table = True
            self._read_row(*head)
        else:
            self._lines.append((position, end))

    def _begins_table(self, position: int, end: int) -> bool:
        """Return whether the line at ``position`` is the second one of a table with as many columns as the first."""
        if _DELIMITERS.match(self._text, position) is None:
            return False
        delimiters = self._text[position:end]
        has_columns = "|" in delimiters or ":" in delimiters
        return has_columns and len(self._cells(position, end)) == len(self._cells(*self._lines[-1]))

    def _cells(self, position: int, end: int) -> list[tuple[int, int]]:
        return [cell.span() for cell in _CELL.finditer(self._text, position, end) if cell[0].strip()]

    def _read_row(self, position: int, end: int) -> None:
        if _SPECIAL.search(self._text, position, end):
            for begin, cell_end in self._cells(position, end):
                read_inline(self._text[begin:cell_end], begin, self._found, self._profile)

    def is_underlined(self, position: int) -> bool:
        """Return whether the line at ``position`` makes the open paragraph a heading."""
        text = self._text
        if not self._lines or self.in_table or text[position] not in "=-" or _UNDERLINE.match(text, position) is None:
            return False
        begin, end = self._lines[0][0], self._lines[-1][1]
        while text.startswith("[", begin) and begin < end and (definition := DEFINITION.match(text, begin)):
            begin = after_blanks(text, definition.end())
        return begin < end

    def end(self, *, heading: bool = False) -> None:
        """End the open paragraph or table and read its text; with ``heading``, it is one."""
        lines = self._lines
        if not lines:
            return
        self._lines = []
        if self.in_table:
            self.in_table = False
            return
        begin, end = lines[0][0], lines[-1][1]
        if heading:
            self._found.notes.append((HEADING, begin, end))
        if _SPECIAL.search(self._text, begin, end):
            read_inline(self._containers.without_prefixes(lines), begin, self._found, self._profile)
