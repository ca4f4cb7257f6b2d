"""The items of a container and the text around each: items are removed, added and moved, and the rest stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from snipproof.compare.notation.reader import COMMENT

# A comment, a line end, or a separator; between them is only white space.
_TOKEN = re.compile(rf"{COMMENT}|\n|,", re.DOTALL)
_LINE_COMMENT = re.compile(r"//|#")
# `{`, `map[`, `Object(`, and with Node's counts `Map(2) {`
_OPENING = re.compile(r"[^\[{(]*(?:\(\d+\)\s*)?[\[{(]")


@dataclass(frozen=True, slots=True)
class Slot:
    """One item in its container.

    :param lead: white space and comments before it, from the preceding line end if there is one.
    :param core: the item itself.
    :param before: the text between it and its comma.
    :param comma: whether a comma follows it.
    :param after: the text after the comma on the same line, such as a comment.
    """

    lead: str
    core: str
    before: str = ""
    comma: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """A container.

    :param head: its text before the first slot.
    :param tail: its text after the last slot.
    :param separator: the text between items: a comma or nothing.
    :param rows: whether its items are values one after the other, without brackets around them.
    """

    head: str
    slots: tuple[Slot, ...]
    tail: str
    separator: str
    rows: bool = False

    @property
    def on_lines(self) -> bool:
        """Whether each item is on lines of its own."""
        return self.rows or not self.slots or any("\n" in slot.lead for slot in self.slots)

    def render(self, entries: Sequence[tuple[int | None, str]], indent: str) -> str:
        """Return the text of the container with other items.

        A comment on the line of a removed item is removed too; one on a line of its own stays.

        :param entries: for each item, in order: the index of its slot, ``None`` for a new item, and its text.
        :param indent: the indentation of an item, for a container without items.
        """
        comments, pending = self._kept_comments({slot for slot, _ in entries if slot is not None})
        if not entries and not pending and not _TOKEN.search((self.head + self.tail).replace("\n", "")):
            return self.head.rstrip() + self.tail.lstrip()
        text = [self.head]
        after = self.head[1:]
        for index, (slot, core) in enumerate(entries):
            own = self.slots[slot] if slot is not None else Slot("", core)
            lead = self._lead(slot, first=index == 0, indent=indent)
            if _LINE_COMMENT.search(after) and "\n" not in comments.get(slot, "") + lead:
                lead = "\n" + indent + lead.lstrip()
            following = entries[index + 1][0] if index + 1 < len(entries) else None
            comma = self._comma(slot, following, last=index == len(entries) - 1)
            text += [comments.get(slot, ""), lead, core, own.before, self.separator * comma, own.after]
            after = core + own.after if core.startswith(("//", "#")) else own.after
        return "".join([*text, pending, self.tail])

    def _kept_comments(self, kept: set[int]) -> tuple[dict[int | None, str], str]:
        """Return the comments above removed items: by the index of the next slot that stays, and those at the end."""
        by_slot: dict[int | None, str] = {}
        pending = ""
        for number, slot in enumerate(self.slots):
            if number in kept:
                by_slot[number] = pending
                pending = ""
            elif slot.lead.strip() and "\n" in slot.lead:
                pending += slot.lead.rstrip()
        return by_slot, pending

    def _lead(self, slot: int | None, *, first: bool, indent: str) -> str:
        if slot is not None:
            own = self.slots[slot].lead
            if own.strip() or "\n" in own or (slot == 0) == first:
                return own
        if not self.slots:
            return "\n" + indent
        if first:
            return _white_space(self.slots[0].lead)
        if len(self.slots) > 1:
            return _white_space(self.slots[1].lead)
        only = _white_space(self.slots[0].lead)
        return "\n" if self.rows else only if "\n" in only else " "

    def _comma(self, slot: int | None, following: int | None, *, last: bool) -> bool:
        end = len(self.slots) - 1
        if last:
            return end >= 0 and self.slots[-1].comma
        if slot is None or slot == end or following != slot + 1:
            return True
        return self.slots[slot].comma


def lay_out(
    text: str, begin: int, end: int, items: Sequence[tuple[int, int]], separator: str, *, rows: bool = False
) -> BlockLayout:
    """Return the layout of the container that ``text[begin:end]`` is.

    :param items: the begin and the end in ``text`` of each of its items.
    :param separator: the text between items: a comma or nothing.
    :param rows: whether it has no brackets.
    """
    opening = _OPENING.match(text, begin, items[0][0] if items else end)
    inside = opening.end() if opening and not rows else begin
    first = items[0][0] if items else end
    cut = _line_end(text, inside, first)
    head, lead = text[begin:cut], text[cut:first]
    if not items:
        inner = text[inside : end - 1].rstrip()
        return BlockLayout(text[begin:inside] + inner, (), text[inside + len(inner) : end], separator)
    slots = []
    for number, (item_begin, item_end) in enumerate(items):
        following = items[number + 1][0] if number + 1 < len(items) else end
        comma = next((m.start() for m in _TOKEN.finditer(text, item_end, following) if m[0] == ","), None)
        before_end = item_end if comma is None else comma
        rest = item_end if comma is None else comma + 1
        cut = _line_end(text, rest, following)
        slots.append(
            Slot(lead, text[item_begin:item_end], text[item_end:before_end], comma is not None, text[rest:cut])
        )
        lead = text[cut:following]
    return BlockLayout(head, tuple(slots), lead, separator, rows)


def _line_end(text: str, begin: int, end: int) -> int:
    """Return where the line of ``begin`` ends, outside of comments; ``begin`` if that is after ``end``."""
    return next((match.start() for match in _TOKEN.finditer(text, begin, end) if match[0] == "\n"), begin)


def _white_space(lead: str) -> str:
    """Return ``lead`` without comments and empty lines."""
    if "\n" not in lead:
        return " " if lead else ""
    line = lead[lead.rfind("\n") + 1 :]
    return "\n" + line[: len(line) - len(line.lstrip(" \t"))]
