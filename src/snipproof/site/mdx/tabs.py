"""The tabs of a Page: ``<Tabs>``, ``<TabItem value="py">``, groups inside tabs, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from snipproof.site.mdx.jsx import TagError, read_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

TAB_TAGS = frozenset({"<Tabs", "<TabItem", "</Tabs", "</TabItem"})
"""The tags of tabs, each up to the end of its name."""
_OPT_OUT = re.compile(r"(?:<!--|\{\s*/\*)\s*snipproof:\s*not\b(?P<rest>.*?)(?:-->|\*/\s*\})", re.DOTALL)
_REASON = re.compile(r"\s+compared\b[\s,:]*(?:because\b[\s:]*)?(?P<reason>.*)", re.DOTALL)
# Nearly all tabs are like this.
_USUAL = re.compile(r"""\s+value="([^"&]*)"\s+label="([^"&]*)"\s*>""")
_ATTRIBUTES = {"value": "value", "label": "label", "group": "groupId"}


@dataclass(frozen=True, slots=True)
class Level:
    """A tab: the number of its group, from 1, and its value. Outside of all tabs it is :data:`OUTSIDE`."""

    group: int
    tab: str


OUTSIDE = Level(0, "")


@dataclass(frozen=True, slots=True)
class Group:
    """One ``<Tabs>…</Tabs>``, from line to line, the level on which it stands itself, and its ``groupId``."""

    first: int
    last: int
    level: Level
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One ``<TabItem>``: its place, its level, and its value and label as written, ``""`` for none."""

    line: int
    column: int
    level: Level
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """A comment that excludes a tab from comparison, and the reason, ``""`` if it gives none."""

    line: int
    column: int
    level: Level
    reason: str


class Tabs:
    """The tabs of the Page with this ``text``; tags, blocks and comments are added from top to bottom.

    ``groups`` are all groups in the order of their beginnings, ``items`` the tabs in them. A group that nothing closes
    ends with the Page.
    """

    def __init__(self, text: str) -> None:
        self.groups: list[Group] = []
        self.items: list[Item] = []
        self.opt_outs: list[OptOut] = []
        self._text = text
        self._last = text.count("\n") + 1
        self._level = OUTSIDE
        self._open: list[int] = []
        self._blocks: dict[tuple[int, int], Level] = {}

    def level(self, line: int, column: int) -> Level:
        """Return the innermost tab around the block at this place."""
        return self._blocks.get((line, column), OUTSIDE)

    def around(self, level: Level) -> Iterator[Level]:
        """Yield ``level`` and the tabs around it, from the innermost one."""
        while level.group:
            yield level
            level = self.groups[level.group - 1].level

    def add_tag(self, kind: str, name_end: int, line: int, column: int = 1) -> None:
        """Add a tag on ``line``: one of :data:`TAB_TAGS`, whose name ends at the offset ``name_end``."""
        if kind == "<Tabs":
            self.groups.append(Group(line, self._last, self._level, self._values(name_end).get("group") or ""))
            self._open.append(len(self.groups) - 1)
            self._level = Level(len(self.groups), "")
        elif kind == "<TabItem" and not self._open:
            self._level = OUTSIDE
        elif kind == "<TabItem":
            if usual := _USUAL.match(self._text, name_end):
                value, label = usual.groups()
            else:
                values = self._values(name_end)
                value, label = values.get("value") or "", values.get("label") or ""
            # A tab without a readable name gets one of its own.
            self._level = Level(self._level.group, value or label or f"@{name_end}")
            self.items.append(Item(line, column, self._level, value, label))
        elif kind == "</TabItem":
            self._level = Level(self._level.group, "")
        elif self._open:
            index = self._open.pop()
            group = self.groups[index]
            self.groups[index] = replace(group, last=line)
            self._level = group.level

    def add_block(self, line: int, column: int) -> None:
        """Add a block."""
        self._blocks[line, column] = self._level

    def add_comment(self, comment: str, line: int, column: int) -> None:
        """Add a comment if it excludes a tab from comparison."""
        match = _OPT_OUT.fullmatch(comment)
        if match:
            why = _REASON.match(match["rest"])
            reason = " ".join(why["reason"].split()) if why else ""
            self.opt_outs.append(OptOut(line, column, self._level if self._level.tab else OUTSIDE, reason))

    def _values(self, name_end: int) -> dict[str, str | None]:
        try:
            return read_tag(self._text, name_end, _ATTRIBUTES).values
        except TagError:
            return {}
