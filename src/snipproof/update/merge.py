"""Merges actual data into a block: what still matches keeps its text, to the byte."""

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
from snipproof.update.layout import BlockLayout, lay_out
from snipproof.update.reuse import ElementPair, NodeMatcher, keep_captures, pair_elements
from snipproof.update.style import Style, follows_open_bracket, line_indent
from snipproof.update.write_data import is_number, write, write_like, write_line, write_name

_GAP_COST = 2.0  # high, so that an element is changed rather than removed and another one inserted
_MAX_CELLS = 40_000

Items = Sequence[Node]


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge of actual data into a block.

    :param expected: the block as it is.
    :param style: the style of what is added.
    :param matcher: decides which nodes still match.
    :param rewritten: begin and end of nodes that are rewritten as a whole, even if a part of them still matches.
    """

    expected: Expected
    style: Style
    matcher: NodeMatcher
    rewritten: frozenset[tuple[int, int]] = frozenset()

    def text(self, values: Sequence[Any]) -> str:
        """Return the new text of the block.

        :param values: what the block has to show: values one after the other, or lines.
        :raises CannotWriteError: the notation of the block cannot represent them.
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
        # White space at the end of a line is not compared.
        items = [replace(item, value=item.value.rstrip()) if isinstance(item, String) else item for item in node.items]
        pairs = self._pairs(items, actual, lambda j: (None, LineIndex(j)))
        if pairs is None or not items:
            return "\n".join(map(write_line, actual))
        shown = self.expected.text.split("\n")
        first = self.expected.line(node.begin) - 1
        new = []
        for pair in pairs:
            line = actual[pair.actual] if pair.actual is not None else None
            if pair.item is not None and (line is None or self._line_matches(items[pair.item], line, pair)):
                new.append(shown[first + pair.item])
            elif line is not None:
                kept = self._with_captures(items[pair.item], line) if pair.item is not None else None
                new.append(write_line(line) if kept is None else kept)
        return "\n".join([*shown[:first], *new, *shown[first + len(items) :]])

    def _line_matches(self, item: Node, line: str, pair: ElementPair) -> bool:
        return (item.begin, item.end) not in self.rewritten and self.matcher.matches(
            item, line, (None, LineIndex(pair.actual or 0))
        )

    def _with_captures(self, node: Node, actual: Any) -> str | None:
        """Return the new text of a string or line with its captures, ``None`` if it keeps none."""
        if not isinstance(node, String) or not isinstance(actual, str) or (node.begin, node.end) in self.rewritten:
            return None
        return keep_captures(node.value, actual, self.matcher.captures)

    def _node(self, node: Node, actual: Any, place: DataPath) -> str:
        """Return the text of ``node`` that shows ``actual``."""
        if (node.begin, node.end) in self.rewritten:
            return self._rewritten_node(node, actual)
        if not self._contains_rewritten(node) and self.matcher.matches(node, actual, place):
            return self._unchanged(node)
        data = self.matcher.data(node, actual)
        if isinstance(node, Array) and isinstance(data, list | tuple):
            text = self._sequence(node, node.items, list(data), lambda j: (place, j))
            return self._rewritten_node(node, actual) if text is None else text
        if isinstance(node, Object) and isinstance(data, dict) and (node.members or node.elisions):
            return self._members(node, ((), ()), data, place)
        if (
            isinstance(node, TypedNode)
            and isinstance(actual, TypedValue)
            and self._has_same_shape(node, actual)
            and node.members.members
        ):
            return self._members(node, (node.positional, actual.positional), dict(actual.members), place)
        return self._rewritten_node(node, actual)

    def _contains_rewritten(self, node: Node) -> bool:
        return any(node.begin <= begin and end <= node.end for begin, end in self.rewritten)

    def _unchanged(self, node: Node | Member) -> str:
        return self.expected.text[node.begin : node.end]

    def _rewritten_node(self, node: Node, actual: Any) -> str:
        """Return ``actual`` as the text that replaces ``node``."""
        text = self.expected.text
        data = self.matcher.data(node, actual)
        if isinstance(node, Number) and is_number(data) and (node.begin, node.end) not in self.rewritten:
            return write_like(node.text, data, self.style.notation)
        style = self.style
        if isinstance(node, String) and node.end > node.begin:
            mark = text[node.begin]
            style = replace(style, quote=mark if mark in "'\"`" else "")
            actual = self._with_captures(node, actual) or actual
        return write(actual, style, line_indent(text, node.begin), one_line=follows_open_bracket(text, node.begin))

    def _sequence(
        self, node: Node, items: Items, actual: Sequence[Any], place: Callable[[int], DataPath]
    ) -> str | None:
        """Return the new text of a list or of Documents, ``None`` if it has to be rewritten as a whole."""
        pairs = self._pairs(items, actual, place, unordered=self._is_unordered(node, place))
        if pairs is None or not items:
            return None
        layout, indent = self._layout(node, items)
        entries: list[tuple[int | None, str]] = []
        for pair in pairs:
            if pair.item is None:
                assert pair.actual is not None
                entries.append((None, self._added(actual[pair.actual], layout, indent)))
            elif pair.actual is None:
                entries.append((pair.item, self._unchanged(items[pair.item])))
            else:
                entries.append((pair.item, self._node(items[pair.item], actual[pair.actual], place(pair.actual))))
        return layout.render(entries, indent)

    def _is_unordered(self, node: Node, place: Callable[[int], DataPath]) -> bool:
        at = place(0)
        return isinstance(node, Array) and at is not None and self.matcher.unordered(at[0])

    def _pairs(
        self, items: Items, actual: Sequence[Any], place: Callable[[int], DataPath], *, unordered: bool = False
    ) -> list[ElementPair] | None:
        rows = SequencePair(
            len(items),
            len(actual),
            frozenset(index for index, item in enumerate(items) if isinstance(item, Elision)),
            lambda i, j: self.matcher.matches(items[i], actual[j], place(j)),
            lambda i, j: self.matcher.distance(items[i], actual[j], place(j)),
            lambda: self.matcher.fingerprints(items, actual),
            gap_cost=_GAP_COST,
            max_pairs=_MAX_CELLS,
        )
        return pair_elements(rows, unordered=unordered)

    def _members(
        self,
        node: Object | TypedNode,
        positional: tuple[Items, Sequence[Any]],
        actual: Mapping[str, Any],
        place: DataPath,
    ) -> str:
        """Return the new text of an Object, or of a TypedNode whose number of positional values is the same.

        :param positional: the shown values and the actual ones.
        """
        members = node.members if isinstance(node, TypedNode) else node
        items: list[Node | Member] = [*positional[0], *members.members, *members.elisions]
        items.sort(key=lambda item: item.begin)
        layout, indent = self._layout(node, items)
        # One list for what precedes the first item, then one for each item with the new items after it.
        groups: list[list[tuple[int | None, str]]] = [[]]
        group_of = {}
        for number, item in enumerate(items):
            if not isinstance(item, Member):
                text = self._unchanged(item)
                if number < len(positional[0]):
                    text = self._node(item, positional[1][number], (place, number))
            elif item.name in actual:
                value = self._node(item.value, actual[item.name], (place, item.name))
                text = self.expected.text[item.begin : item.value.begin] + value
                group_of[item.name] = len(groups)
            else:
                continue
            groups.append([(number, text)])
        previous = len(positional[0])
        for name, value in actual.items():
            previous = group_of.get(name, previous)
            if name not in group_of and not members.open and not self.matcher.ignored((place, name)):
                named = f"{name}=" if isinstance(node, TypedNode) and self.style.notation is Notation.PYTHON else None
                before = named or write_name(name, self.style) + self.style.pair
                groups[previous].append((None, before + self._added(value, layout, indent)))
        return layout.render([entry for group in groups for entry in group], indent)

    def _added(self, value: Any, layout: BlockLayout, indent: str) -> str:
        """Return the text of a new item, on several lines only if its siblings are on lines of their own."""
        return write(value, self.style, indent, one_line=not layout.on_lines)

    def _layout(self, node: Node, items: Sequence[Node | Member]) -> tuple[BlockLayout, str]:
        """Return the layout of a container, and the indentation of its items."""
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

    def _has_same_shape(self, node: TypedNode, actual: TypedValue) -> bool:
        """Return whether a value has the type name of ``node`` and as many positional values."""
        return node.name == actual.name and len(node.positional) == len(actual.positional)
