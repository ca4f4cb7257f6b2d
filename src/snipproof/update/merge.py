"""Brings what a block shows up to date with actual data: what still holds keeps its text, to the byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from snipproof.compare.align import SequencePair
from snipproof.compare.scope import DataPath, DocumentIndex, LineIndex
from snipproof.compare.tree import (
    Array,
    Documents,
    Elision,
    Expected,
    Member,
    Node,
    Notation,
    Number,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
)
from snipproof.update.captured import keep_captures
from snipproof.update.element_pairs import Step, align
from snipproof.update.judge import Judge
from snipproof.update.layout import BlockLayout, lay_out
from snipproof.update.style import Style, line_indent, stands_beside
from snipproof.update.write_data import write, write_line, write_name
from snipproof.update.write_numbers import is_number, write_like

_APART = 2.0  # to change an element is better than to put another one in its place
_CELLS = 40_000

Items = Sequence[Node]


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge of actual data into a block.

    :param anew: places of nodes in the text that are written anew, whole, even if a part of them still holds.
    """

    expected: Expected
    style: Style
    judge: Judge
    anew: frozenset[tuple[int, int]] = frozenset()

    def text(self, values: Sequence[Any]) -> str:
        """Return the new text of the block.

        :param values: what it shows from now on: values in a row, or lines.
        :raises CannotWriteError: the notation of the block has no form for them.
        """
        text, node = self.expected.text, self.expected.node
        if isinstance(node, TextLines):
            return self._lines(node, values)
        if isinstance(node, Documents) or len(values) != 1:
            items = node.items if isinstance(node, Documents) else (node,)
            whole = Documents(node.begin, node.end, items)
            new = self._sequence(whole, items, values, lambda j: (None, DocumentIndex(j)))
            if new is None:
                new = "\n".join(write(value, self.style) for value in values)
        else:
            new = self._node(node, values[0], None)
        return text[: node.begin] + new + text[node.end :]

    def _lines(self, node: TextLines, actual: Sequence[str]) -> str:
        # Blanks at the end of a line are not seen.
        items = [replace(item, value=item.value.rstrip()) if isinstance(item, String) else item for item in node.items]
        steps = self._align(items, actual, lambda j: (None, LineIndex(j)))
        if steps is None or not items:
            return "\n".join(map(write_line, actual))
        shown = self.expected.text.split("\n")
        first = self.expected.line(node.begin) - 1
        new = []
        for step in steps:
            line = actual[step.actual] if step.actual is not None else None
            if step.item is not None and (line is None or self._line_holds(items[step.item], line, step)):
                new.append(shown[first + step.item])
            elif line is not None:
                kept = self._captured(items[step.item], line) if step.item is not None else None
                new.append(write_line(line) if kept is None else kept)
        return "\n".join([*shown[:first], *new, *shown[first + len(items) :]])

    def _line_holds(self, item: Node, line: str, step: Step) -> bool:
        return (item.begin, item.end) not in self.anew and self.judge.holds(
            item, line, (None, LineIndex(step.actual or 0))
        )

    def _captured(self, node: Node, actual: Any) -> str | None:
        """Return the new text of a string or a line whose captures stay, ``None`` if there are none to keep."""
        if not isinstance(node, String) or not isinstance(actual, str) or (node.begin, node.end) in self.anew:
            return None
        return keep_captures(node.value, actual, self.judge.captures)

    def _node(self, node: Node, actual: Any, place: DataPath) -> str:
        """Return the new text of ``node``, which shows ``actual`` from now on."""
        if (node.begin, node.end) in self.anew:
            return self._whole(node, actual)
        if not self._has_anew(node) and self.judge.holds(node, actual, place):
            return self._raw(node)
        data = self.judge.data(node, actual)
        if isinstance(node, Array) and isinstance(data, list | tuple):
            text = self._sequence(node, node.items, list(data), lambda j: (place, j))
            return self._whole(node, actual) if text is None else text
        if isinstance(node, Object) and isinstance(data, dict) and (node.members or node.elisions):
            return self._members(node, ((), ()), data, place)
        if (
            isinstance(node, TypedNode)
            and isinstance(actual, TypedValue)
            and self._alike(node, actual)
            and node.members.members
        ):
            return self._members(node, (node.positional, actual.positional), dict(actual.members), place)
        return self._whole(node, actual)

    def _has_anew(self, node: Node) -> bool:
        return any(node.begin <= begin and end <= node.end for begin, end in self.anew)

    def _raw(self, node: Node | Member) -> str:
        return self.expected.text[node.begin : node.end]

    def _whole(self, node: Node, actual: Any) -> str:
        """Return ``actual``, written in place of ``node``."""
        text = self.expected.text
        data = self.judge.data(node, actual)
        if isinstance(node, Number) and is_number(data) and (node.begin, node.end) not in self.anew:
            return write_like(node.text, data, self.style.notation)
        style = self.style
        if isinstance(node, String) and node.end > node.begin:
            mark = text[node.begin]
            style = replace(style, quote=mark if mark in "'\"`" else "")
            actual = self._captured(node, actual) or actual
        return write(actual, style, line_indent(text, node.begin), one_line=stands_beside(text, node.begin))

    def _sequence(
        self, node: Node, items: Items, actual: Sequence[Any], place: Callable[[int], DataPath]
    ) -> str | None:
        """Return the new text of a list or of Documents, ``None`` when it has to be written whole."""
        steps = self._align(items, actual, place, unordered=self._in_any_order(node, place))
        if steps is None or not items:
            return None
        layout, indent = self._layout(node, items)
        entries: list[tuple[int | None, str]] = []
        for step in steps:
            if step.item is None:
                assert step.actual is not None
                entries.append((None, self._fresh(actual[step.actual], layout, indent)))
            elif step.actual is None:
                entries.append((step.item, self._raw(items[step.item])))
            else:
                entries.append((step.item, self._node(items[step.item], actual[step.actual], place(step.actual))))
        return layout.put(entries, indent)

    def _in_any_order(self, node: Node, place: Callable[[int], DataPath]) -> bool:
        at = place(0)
        return isinstance(node, Array) and at is not None and self.judge.unordered(at[0])

    def _align(
        self, items: Items, actual: Sequence[Any], place: Callable[[int], DataPath], *, unordered: bool = False
    ) -> list[Step] | None:
        rows = SequencePair(
            len(items),
            len(actual),
            frozenset(index for index, item in enumerate(items) if isinstance(item, Elision)),
            lambda i, j: self.judge.holds(items[i], actual[j], place(j)),
            lambda i, j: self.judge.distance(items[i], actual[j], place(j)),
            lambda: self.judge.prints(items, actual),
            gap_cost=_APART,
            max_pairs=_CELLS,
        )
        return align(rows, unordered=unordered)

    def _members(
        self,
        node: Object | TypedNode,
        positional: tuple[Items, Sequence[Any]],
        actual: Mapping[str, Any],
        place: DataPath,
    ) -> str:
        """Return the new text of an Object, or of a TypedNode with as many positional values as before.

        :param positional: the shown ones and the actual ones.
        """
        members = node.members if isinstance(node, TypedNode) else node
        items: list[Node | Member] = [*positional[0], *members.members, *members.elisions]
        items.sort(key=lambda item: item.begin)
        layout, indent = self._layout(node, items)
        # One list for what goes in front, then one for each item with what follows it.
        groups: list[list[tuple[int | None, str]]] = [[]]
        at = {}
        for number, item in enumerate(items):
            if not isinstance(item, Member):
                text = self._raw(item)
                if number < len(positional[0]):
                    text = self._node(item, positional[1][number], (place, number))
            elif item.name in actual:
                value = self._node(item.value, actual[item.name], (place, item.name))
                text = self.expected.text[item.begin : item.value.begin] + value
                at[item.name] = len(groups)
            else:
                continue
            groups.append([(number, text)])
        behind = len(positional[0])
        for name, value in actual.items():
            behind = at.get(name, behind)
            if name not in at and not members.open and not self.judge.ignored((place, name)):
                named = f"{name}=" if isinstance(node, TypedNode) and self.style.notation is Notation.PYTHON else None
                before = named or write_name(name, self.style) + self.style.pair
                groups[behind].append((None, before + self._fresh(value, layout, indent)))
        return layout.put([entry for group in groups for entry in group], indent)

    def _fresh(self, value: Any, layout: BlockLayout, indent: str) -> str:
        """Return a further item, over several lines only where its siblings have lines of their own."""
        return write(value, self.style, indent, one_line=not layout.on_lines)

    def _layout(self, node: Node, items: Sequence[Node | Member]) -> tuple[BlockLayout, str]:
        """Return how a container is laid out, and the indentation of what is in it."""
        text = self.expected.text
        places = [(item.begin, item.end) for item in items]
        if isinstance(node, Documents):
            return lay_out(text, node.begin, node.end, places, "", rows=True), ""
        separator = "" if self.style.notation is Notation.GO else ","
        layout = lay_out(text, node.begin, node.end, places, separator)
        for begin, _ in places:
            line = text.rfind("\n", 0, begin) + 1
            if not text[line:begin].strip():
                return layout, text[line:begin]
        return layout, line_indent(text, node.begin) + self.style.unit

    def _alike(self, node: TypedNode, actual: TypedValue) -> bool:
        """Whether a value has the name of ``node`` and as many positional values."""
        return node.name == actual.name and len(node.positional) == len(actual.positional)
