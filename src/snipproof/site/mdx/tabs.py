"""The tabs of a Page: ``<Tabs>``, ``<TabItem value="py">``, one group inside another, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.site.mdx.jsx import TagError, read_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = frozenset({"<Tabs", "<TabItem", "</Tabs", "</TabItem"})
"""What :meth:`Tabs.read` is to be told, each as far as its name goes."""
_TO_US = re.compile(r"\s*snipproof:\s*not\b(?P<rest>.*)", re.DOTALL)
_REASON = re.compile(r"\s+compared\b[\s,:]*(?:because\b[\s:]*)?(?P<reason>.*)", re.DOTALL)
_ATTRIBUTES = {"value": "value", "label": "label"}


@dataclass(frozen=True, slots=True)
class Level:
    """A tab: the number of its group, from 1, and its value. Outside of all tabs it is :data:`OUTSIDE`."""

    group: int
    tab: str


OUTSIDE = Level(0, "")


@dataclass(frozen=True, slots=True)
class Group:
    """One ``<Tabs>…</Tabs>``, from line to line, and where it stands itself."""

    first: int
    last: int
    level: Level


@dataclass(frozen=True, slots=True)
class OptOut:
    """A comment that keeps a tab from being compared, and why: ``""`` when it does not say."""

    line: int
    column: int
    level: Level
    reason: str


class Tabs:
    """The tabs of one Page, which the scan of its text tells from top to bottom.

    ``groups`` are all groups in the order of their beginnings. A group that nothing closes ends with the Page.
    """

    def __init__(self, text: str) -> None:
        self.groups: list[Group] = []
        self.opt_outs: list[OptOut] = []
        self._text = text
        self._last = text.count("\n") + 1
        self._level = OUTSIDE
        self._open: list[int] = []
        self._blocks: dict[tuple[int, int], Level] = {}

    def level(self, line: int, column: int) -> Level:
        """Return the innermost tab that the block at this place stands in."""
        return self._blocks.get((line, column), OUTSIDE)

    def around(self, level: Level) -> Iterator[Level]:
        """Yield ``level`` and the tabs that it stands in, from the innermost one."""
        while level.group:
            yield level
            level = self.groups[level.group - 1].level

    def read(self, token: str, end: int, line: int) -> None:
        """Take in the tag that begins as ``token`` says, up to the offset ``end``, on ``line``."""
        if token == "<Tabs":
            self.groups.append(Group(line, self._last, self._level))
            self._open.append(len(self.groups) - 1)
            self._level = Level(len(self.groups), "")
        elif token == "<TabItem":
            self._level = Level(self._level.group, self._value(end)) if self._open else OUTSIDE
        elif token == "</TabItem":
            self._level = Level(self._level.group, "")
        elif self._open:
            index = self._open.pop()
            group = self.groups[index]
            self.groups[index] = Group(group.first, line, group.level)
            self._level = group.level

    def block(self, line: int, column: int) -> None:
        """Take in a block."""
        self._blocks[line, column] = self._level

    def comment(self, text: str, line: int, column: int) -> None:
        """Take in a comment, if it says that a tab is not compared."""
        asked = _TO_US.match(text)
        if asked:
            why = _REASON.match(asked["rest"])
            reason = " ".join(why["reason"].split()) if why else ""
            self.opt_outs.append(OptOut(line, column, self._level if self._level.tab else OUTSIDE, reason))

    def _value(self, position: int) -> str:
        try:
            values = read_tag(self._text, position, _ATTRIBUTES).values
        except TagError:
            values = {}
        # Any name will do to tell it from its neighbours.
        return values.get("value") or values.get("label") or f"@{position}"
