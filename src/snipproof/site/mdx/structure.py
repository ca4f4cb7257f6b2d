"""The structure of a Page: its headings, fences, comments and tabs, made from what the scan noted.

The scan notes offsets only. Lines are counted on demand, because only few Pages need them.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.site.mdx.tabs import TAB_TAGS, Tabs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADING, FENCE, COMMENT, BLOCK = "heading", "fence", "comment", "block"
Note = tuple[str, int, int]
"""One thing on a Page: its kind and the offsets at which it begins and ends.

The kind is one of the four above or one of :data:`.tabs.TAB_TAGS`. The note of a tag of tabs ends behind its name.
"""


class PageStructure:
    """Where things stand on the Page with this ``text``; ``notes`` are those of its scan, in order.

    Lines and columns count from 1.
    """

    def __init__(self, text: str, notes: Sequence[Note]) -> None:
        self._text = text
        self._notes = notes

    @cached_property
    def headings(self) -> list[int]:
        """The line of each heading."""
        return [line for _, line, _ in self._placed(HEADING)]

    @cached_property
    def fences(self) -> list[tuple[int, int]]:
        """The first and last line of each fence, without those of ``mdx-code-block``, whose content is rendered."""
        return [(line, line + self._text.count("\n", begin, end)) for (_, begin, end), line, _ in self._placed(FENCE)]

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """The first and last line of the tag of each block, in the order of the Page's References."""
        return [(line, line + self._text.count("\n", begin, end)) for (_, begin, end), line, _ in self._placed(BLOCK)]

    @cached_property
    def tabs(self) -> Tabs:
        """The groups of tabs, with the blocks, fences and comments in them."""
        tabs = Tabs(self._text)
        for (kind, begin, end), line, column in self._placed(*TAB_TAGS, BLOCK, FENCE, COMMENT):
            if kind in (BLOCK, FENCE):
                tabs.add_block(line, column)
            elif kind == COMMENT:
                tabs.add_comment(self._text[begin:end], line, column)
            else:
                tabs.add_tag(kind, end, line, column)
        return tabs

    def heading_above(self, line: int) -> int:
        """Return the line of the last heading at or above ``line``, 0 if there is none."""
        index = bisect_right(self.headings, line)
        return self.headings[index - 1] if index else 0

    def in_fence(self, line: int) -> bool:
        """Return whether ``line`` is in a fence, so that readers see it as it is written."""
        index = bisect_right(self.fences, line, key=lambda fence: fence[0])
        return index > 0 and line <= self.fences[index - 1][1]

    def _placed(self, *kinds: str) -> Iterator[tuple[Note, int, int]]:
        """Yield each note of these ``kinds`` with the line and column of its beginning."""
        line, counted = 1, 0
        for note in self._notes:
            kind, begin, _ = note
            if kind in kinds:
                line += self._text.count("\n", counted, begin)
                counted = begin
                yield note, line, begin - self._text.rfind("\n", 0, begin)
