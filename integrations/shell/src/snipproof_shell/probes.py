"""Adds probes to a Bash program, on the lines where its statements stand.

A probe before a statement reports that it begins, and gets the exit code of the one before it. So does a probe behind
the last statement of a block. None of them changes an exit code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from snipproof.api import Edits, Probed, Probes, Statement, StatementKind, make_plan
from snipproof_shell.statements import Block, Tree, leading, parts, read_tree, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snipproof.api import Region

_AT = '__snipproof_at {} $? "${{PIPESTATUS[@]}}" "$_" && : "$_"'
_ENTER = (
    " local __snipproof_status=$? __snipproof_frame=$BASHPID.$((++__snipproof_frames)) __snipproof_group=0"
    " __snipproof_line=0; trap '__snipproof_exit $? {n}; trap - RETURN' RETURN;"
    ' __snipproof_enter "$__snipproof_status" {n} && :;'
)
# Of the same length, so that no column moves: a probe comes between a pipeline and what reads its exit codes.
_PIPES, _SAVED_PIPES = "PIPESTATUS", "__SP_PIPES"
_STATUS = re.compile(r"\$\{?\?|PIPESTATUS")
_RETURNS = 5
_MODES = {(True, False): 1, (True, True): 2, (False, False): 3, (False, True): 4}


def probe_shell(text: str, regions: Sequence[Region]) -> Probed:
    """Return ``text`` with the probes that ``regions``, those of Snippets, need.

    :raises ToolchainMissingError: the grammar is not installed.
    """
    tree = read_tree(text)
    plan, probes = make_plan(tree.root, regions)
    edits = Edits(text.split("\n"))
    end = "".join(_Placing(tree, probes, edits).place(block) for block in tree.blocks)
    # On a line of its own, behind the last one.
    return Probed(f"{edits.text()}\n{end}\n", _silent(text, tree, regions), plan, columns=edits.columns())


class _Placing:
    def __init__(self, tree: Tree, probes: Probes, edits: Edits) -> None:
        self._tree = tree
        self._probes = probes
        self._edits = edits

    def place(self, block: Block) -> str:
        """Place the probes of one block; return the one at the end of the file."""
        before: Statement | None = None
        function = block.function
        if function in self._probes.functions:
            assert function is not None
            row, column = function.node.start_point
            self._insert((row, column + 1), _ENTER.format(n=self._probes.functions[function]))
        for statement in block.statements.statements:
            if statement.declared:
                before = None
                continue
            self._insert(statement.node.start_point, self._at(statement, block, before) + "; ")
            self._save_pipes(statement.node)
            before = statement
        if before is None or before is not block.statements.statements[-1]:
            return ""
        probe = self._at(block.owner if not function else None, block, before, last=True)
        if block.closer is None:
            return probe
        self._insert(block.closer.start_point, block.surround(probe, self._tree.data))
        return ""

    def _at(self, statement: Statement | None, block: Block, before: Statement | None, *, last: bool = False) -> str:
        numbers = self._probes.statements
        number = numbers.get(statement, 0) if statement else 0
        group = self._probes.groups.get(number, 0)
        kind = "goes-on" if last else "begins"
        if statement and not last and statement.kind is StatementKind.RETURN:
            kind = "return"
        check = line = done = force = 0
        if before:
            line, force, shown = before.first, int(bool(before.blocks)), numbers.get(before, 0) > 0
            done = numbers.get(before, 0) if before in self._probes.done else 0
            if last and block.function:
                check = _RETURNS  # the caller may handle it
            elif not (block.handler and (not shown or numbers.get(block.handler))):  # hidden code must not handle it
                check = _check(before, shown=shown)
            if statement and not last and _reads_status(statement.node):
                check = 0
        here = statement.first if statement else 0
        return _AT.format(f"{number} {group} {here} {kind} {check} {line} {done} {force}")

    def _save_pipes(self, node: Any) -> None:
        """Let the first command of a statement read the exit codes of the pipeline before it."""
        command = leading(node)
        if command is None:
            return
        for found in re.finditer(_PIPES.encode(), self._tree.data[command.start_byte : command.end_byte]):
            head = self._tree.data[: command.start_byte + found.start()]
            line = head.count(b"\n") + 1
            self._edits.overwrite(line, len(head.rpartition(b"\n")[2].decode()), _SAVED_PIPES)

    def _insert(self, point: tuple[int, int], text: str) -> None:
        row, column = point
        line = self._edits.lines[row].encode()[:column].decode()
        self._edits.insert(row + 1, len(line), text)


def _check(statement: Statement, *, shown: bool) -> int:
    """Return what the exit code of a statement means, for its probe."""
    found = parts(statement.node)
    node = statement.node
    is_number = node.type == "compound_statement" and node.children[0].type == "(("
    if statement.kind is not StatementKind.PLAIN or "negated_command" in found or is_number:
        return 0
    if node.type == "command" and text_of(node.child_by_field_name("name")) == "let":
        return 0
    return _MODES[shown, "pipeline" in found]


def _reads_status(node: Any) -> bool:
    """Return whether a statement reads the exit code of the one before it."""
    return bool(_STATUS.search(text_of(leading(node))))


def _silent(text: str, tree: Tree, regions: Sequence[Region]) -> Mapping[int, str]:
    """Return, for the markers of Regions that a run cannot decide, the reason."""
    lines = text.split("\n")
    silent: dict[int, str] = {}
    for region in regions:
        for marker in region.markers:
            before = lines[marker.line - 2] if marker.line > 1 else ""
            if marker.line not in tree.comments or not lines[marker.line - 1].lstrip().startswith("#"):
                silent[marker.line] = "its marker stands inside a string, a here-document or a line of code"
            elif before.endswith("\\") and marker.line - 1 not in tree.comments:
                silent[marker.line] = "its marker stands behind a line that goes on (`\\`)"
        for first, last, reason in tree.undecided:
            if any(first <= segment.last and last >= segment.first for segment in region.segments):
                silent.setdefault(region.line, f"line {first}: {reason}")
    return silent
