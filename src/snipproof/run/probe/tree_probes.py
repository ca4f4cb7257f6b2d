"""Places probes in Sources that tree-sitter has a grammar for.

A marker between two statements becomes a probe. A marker inside a statement belongs to that statement: the probe of a
START goes before it, that of an END after it. A marker between declarations, where nothing can be executed, is proven
by the functions that its Segment shows: they get probes at their entry and at their exit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from snipproof.model import Marker
from snipproof.run.probe.probed import PROBE_FUNCTION, Edits, Function, Probed
from snipproof.syntax.grammar import GRAMMARS, Grammar, load_parser
from snipproof.syntax.leaving import leaves, statements

_COMMENTS = ("comment", "line_comment", "block_comment")


class _ProbeTexts(NamedTuple):
    """The probes of one language; ``{}`` is the number of the probe.

    :param call: the statement that is a probe.
    :param enter: what follows the brace that opens a function, ``leave`` what precedes the one that closes it.
    """

    call: str
    enter: str
    leave: str


_CALL = PROBE_FUNCTION + "({});"
_JAVA_CALL = "snipproof.Probe.pass({});"
_PROBE_TEXTS = {
    # In TypeScript the statement before may have no semicolon.
    "typescript": _ProbeTexts(f";{_CALL}", f" {_CALL} try {{", f"}} finally {{ {_CALL} }} "),
    "go": _ProbeTexts(_CALL, f" {_CALL}", ""),
    "java": _ProbeTexts(_JAVA_CALL, f" {_JAVA_CALL} try {{", f"}} finally {{ {_JAVA_CALL} }} "),
}


def probe_tree(text: str, markers: Iterable[Marker], language: str, extension: str = "") -> Probed:
    """Return ``text`` with a probe for every line that holds one of ``markers``.

    :param language: a name in :data:`GRAMMARS`.
    :param extension: that of the file, if the language has several grammars.
    :raises ToolchainMissingError: the grammars are not installed.
    """
    found = sorted(set(markers), key=lambda marker: (marker.line, marker.column))
    placer = _Placer(text, language, extension)
    for line in dict.fromkeys(marker.line for marker in found):
        here = [marker for marker in found if marker.line == line]
        reason = placer.place(line, here[0].column, only_starts=all(marker.opens for marker in here))
        if reason:
            placer.silent[line] = reason
    functions = tuple(placer.watch(_segments(found, text.count("\n") + 1)))
    return Probed(
        placer.edits.text(), placer.silent, frozenset(placer.unreachable), frozenset(placer.declared), functions
    )


def _segments(markers: list[Marker], lines: int) -> set[tuple[int, int]]:
    """Return the lines of the markers that open and close each Segment of each name."""
    found = set()
    for name in {marker.name for marker in markers if marker.name is not None}:
        first = None
        for marker in markers:
            if marker.name not in (name, None):
                continue
            if first is not None:
                found.add((first, marker.line))
            first = marker.line if marker.opens else None
        if first is not None:
            found.add((first, lines + 1))
    return found


class _Placer:
    """Places one probe after the other."""

    def __init__(self, text: str, language: str, extension: str) -> None:
        self.edits = Edits(text.split("\n"))
        self.silent: dict[int, str] = {}
        self.unreachable: set[int] = set()
        self.declared: set[int] = set()
        self._grammar = GRAMMARS[language]
        self._texts = _PROBE_TEXTS[language]
        self._lines = [line.encode() for line in self.edits.lines]
        # The tree keeps a reference to what it was made from, and its nodes one to the tree.
        self._root: Any = load_parser(language, extension)(text.encode()).root_node

    def place(self, line: int, column: int, *, only_starts: bool) -> str:
        """Place the probe of a marker line; return why that is not possible, else ``""``.

        :param column: the column of the first marker on the line: characters, from 1.
        """
        row = line - 1
        offset = len(self.edits.lines[row][: column - 1].encode())
        node = self._root.descendant_for_point_range((row, offset), (row, offset + 1))
        if reason := self._not_alone(node, row):
            return reason
        parent = node.parent
        while parent is not None:
            if parent.type == "ERROR":
                return f"the code around it, from line {parent.start_point[0] + 1}, cannot be parsed"
            parent = parent.parent
        call = _numbered(self._texts.call, line)
        parent = node.parent
        if parent.type in self._grammar.containers or self._is_behind_a_case(node):
            return self._place_between(node, line, call, only_starts=only_starts)
        return self._place_inside(node, line, call, only_starts=only_starts)

    def _not_alone(self, node: Any, row: int) -> str:
        """Return why a marker at ``node`` is not a comment on a line of its own, else ``""``."""
        if node.type not in _COMMENTS:
            if "string" in node.type or "template" in node.type or "text" in node.type:
                return "the marker is not a comment: it is inside a string literal"
            return "the marker is not a comment"
        if node.start_point[0] < row or (node.end_point[0] > row and node.text.startswith(b"/*")):
            return "the marker is inside a block comment"
        line = self._lines[row]
        if line[: node.start_point[1]].strip():
            return "the marker follows code on its line: put it on a line of its own"
        end = node.end_point[1] if node.end_point[0] == row else len(line)
        rest = line[end:].strip()
        if rest and not rest.startswith((b"//", b"/*")):
            return "code follows the marker on its line: put it on a line of its own"
        return ""

    def _is_behind_a_case(self, node: Any) -> bool:
        """Return whether a comment is the end of a case, although the grammar places it after the case."""
        before = _before(node)
        return (
            node.parent.type in self._grammar.cases
            and before is not None
            and before.type != "switch_rule"
            and ("case" in before.type or before.type in self._grammar.containers)
        )

    def _place_between(self, node: Any, line: int, call: str, *, only_starts: bool) -> str:
        before = _before(node)
        while before is not None and (before.type == "statement_list" or self._is_case(before)):
            inner = statements(before)
            before = inner[-1] if inner else None
        if before is not None and leaves(before):
            return self._behind_leaving(line, before, only_starts=only_starts)
        text = self.edits.lines[line - 1]
        self.edits.replace(line, text[: len(text) - len(text.lstrip())] + call)
        return ""

    def _is_case(self, node: Any) -> bool:
        return node.parent.type in self._grammar.cases and node.type in self._grammar.containers

    def _behind_leaving(self, line: int, before: Any, *, only_starts: bool) -> str:
        if only_starts:
            return f"nothing after the statement of line {before.start_point[0] + 1} can be executed"
        self.unreachable.add(line)
        return ""

    def _place_inside(self, node: Any, line: int, call: str, *, only_starts: bool) -> str:
        around = node
        while around.parent.type not in self._grammar.containers | self._grammar.declaring:
            around = around.parent
            if around.parent is None:
                return "it is not inside a statement"
        first = around.start_point[0] + 1
        if around.parent.type in self._grammar.declaring:
            name = around.child_by_field_name("name")
            # What precedes the name, such as annotations, is not executed.
            behind = name is None or node.start_point > name.start_point
            if behind and around is not node and around.child_by_field_name("body") is not None:
                return f"the marker is inside the head of the declaration of line {first}"
            self.declared.add(line)
        elif only_starts:
            self._insert(around.start_point, f"{call} ")
        elif leaves(around):
            self.unreachable.add(line)
        else:
            self._insert(around.end_point, f" {call}" if call.startswith(("snipproof.", ";")) else f"; {call}")
        return ""

    def watch(self, segments: Iterable[tuple[int, int]]) -> Iterator[Function]:
        """Place probes in the functions of ``segments`` that a declared marker opens or closes, and yield them."""
        wanted = [(a, b) for a, b in segments if a in self.declared or b in self.declared]
        for node in _functions(self._root, self._grammar):
            body, name = node.child_by_field_name("body"), node.child_by_field_name("name")
            first, last = name.start_point[0] + 1, node.end_point[0] + 1
            if body is None or node.has_error or not any(first < b and last > a for a, b in wanted):
                continue
            opening = body.children[0]
            inner = statements(body)
            if inner and inner[0].type == "explicit_constructor_invocation":  # it must stay the first statement
                opening = inner[0]
            enter = _numbered(self._texts.enter, first)
            if not self._texts.leave:
                enter += f" defer {_numbered(self._texts.call, -first)}"
            self._insert(opening.end_point, enter)
            if self._texts.leave:
                self._insert(body.children[-1].start_point, _numbered(self._texts.leave, -first))
            yield Function(name.text.decode(), first, last)

    def _insert(self, point: tuple[int, int], text: str) -> None:
        row, offset = point
        self.edits.insert(row + 1, len(self._lines[row][:offset].decode()), text)


def _numbered(template: str, number: int) -> str:
    return template.replace("{}", str(number))


def _before(node: Any) -> Any:
    """Return the nearest sibling before a comment that is not a comment itself."""
    before = node.prev_named_sibling
    while before is not None and before.type in _COMMENTS:
        before = before.prev_named_sibling
    return before


def _functions(node: Any, grammar: Grammar) -> Iterator[Any]:
    """Yield the functions that are declared where only declarations may stand, in the order of the text."""
    for child in node.named_children:
        if child.type in grammar.functions:
            yield child
        else:
            yield from _functions(child, grammar)
