"""Reads a Bash program: its statements as a tree that looks the same in every language, and where probes can stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from snipproof.api import Function, Statement, StatementKind, StatementList, load_parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEAVES = {
    "return": StatementKind.RETURN,
    "break": StatementKind.BREAK,
    "continue": StatementKind.CONTINUE,
    "exit": StatementKind.EXIT,
    "exec": StatementKind.EXIT,
}
_LOOPS = frozenset(("for_statement", "c_style_for_statement", "while_statement", "select_statement"))
_KEYWORDS = frozenset(("done", "fi", "elif_clause", "else_clause", "}", "esac"))
_RESERVED = frozenset(
    ("if", "then", "elif", "else", "fi", "do", "done", "case", "esac", "in", "function", "{", "}", "!")
)
_RESERVED |= {"while", "until", "for", "select"}
_ON_ONE_LINE = frozenset(
    ("command", "declaration_command", "redirected_statement", "list", "pipeline", "negated_command")
)
_FOREVER = re.compile(r"while\s+(true|:)\b|until\s+false\b")

BACKGROUND = "the exit code of what runs in the background (`&`) is unknown"
SUBSTITUTION = "the exit code of a process substitution, `<(…)`, is unknown: use a pipe"
BACKQUOTES = "the exit code in backquotes is unknown: write `$(…)`"
PIPELINE_IN_LIST = "the exit codes of a pipeline between `&&` or `||` are unknown: make it a statement of its own"
SUBSHELL_FUNCTION = "a function whose body is not in braces cannot be followed"
UNREADABLE = "the parser does not understand this code"
_NOT_FOLLOWED = {"process_substitution": SUBSTITUTION, "function_definition": SUBSHELL_FUNCTION}
_NOT_FOLLOWED = {"process_substitution": SUBSTITUTION, "function_definition": SUBSHELL_FUNCTION}


@dataclass(eq=False)
class Block:
    """Where a list of statements ends: the token that closes it, ``None`` for the end of the file.

    :param owner: the statement that holds it, or the function that it is the body of.
    :param handler: the outermost statement around it that handles exit codes other than 0, such as ``{ … } || true``.
    """

    statements: StatementList
    closer: Any
    owner: Statement | None = None
    function: Function | None = None
    handler: Statement | None = None

    def surround(self, probe: str, data: bytes) -> str:
        """Return ``probe`` with the separators that it needs between the last statement and the token."""
        between = data[self.statements.statements[-1].node.end_byte : self.closer.start_byte]
        before = "" if re.search(rb"[;\n]", between) else "; "
        return before + probe + ("; " if self.closer.type in _KEYWORDS else " ")


@dataclass(eq=False)
class Tree:
    """A Bash program.

    :param comments: the lines on which comments begin.
    :param undecided: first and last line of what cannot be followed, with the reason.
    """

    data: bytes
    root: StatementList = field(default_factory=lambda: StatementList(None))
    blocks: list[Block] = field(default_factory=list)
    comments: set[int] = field(default_factory=set)
    undecided: list[tuple[int, int, str]] = field(default_factory=list)


def read_tree(text: str) -> Tree:
    """Return the tree of a program.

    :raises ToolchainMissingError: the grammar is not installed.
    """
    data = text.encode()
    root = load_parser("shell")(data).root_node
    tree = Tree(data)
    tree.comments = {node.start_point[0] + 1 for node in _walk(root) if node.type == "comment"}
    if misread := root if root.is_error else next((node for node in _walk(root) if _is_misread(node, data)), None):
        # Nothing behind it is certain: the Source runs without probes.
        tree.undecided.append((1, text.count("\n") + 1, f"{UNREADABLE}, from line {_first(misread)} on"))
    else:
        tree.root = _Reader(tree).block(root.children, None)
    return tree


class _Reader:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def block(
        self,
        nodes: Sequence[Any],
        closer: Any,
        *,
        owner: Statement | None = None,
        function: Function | None = None,
        handler: Statement | None = None,
        first: int = 0,
        branch: bool = False,
    ) -> StatementList:
        """Return the statements among ``nodes``, which ``closer`` follows."""
        made = StatementList(closer, branch=branch)
        # Outer blocks come first.
        self._tree.blocks.append(Block(made, closer, owner, function, handler))
        for node in nodes:
            if node.type == "&" and made.statements:
                self._undecided(made.statements[-1].node, BACKGROUND)
            elif node.is_error or node.is_missing:
                self._undecided(node, UNREADABLE)
            elif node.is_named and node.type != "comment":
                made.statements.append(self._statement(node, handler))
        made.first = first or (made.statements[0].first if made.statements else 0)
        return made

    def _undecided(self, node: Any, reason: str) -> None:
        self._tree.undecided.append((_first(node), _last(node), reason))

    def _statement(self, node: Any, handler: Statement | None) -> Statement:
        first, last = _first(node), _last(node)
        made = Statement(node, kind_of(node), first, last, last)
        if node.has_error:
            made.declared = True  # without probes
            self._undecided(node, UNREADABLE)
        elif node.type == "function_definition":
            self._function(node, made)
        else:
            if {"list", "pipeline"} <= parts(node) and node.type != "negated_command":
                self._undecided(node, PIPELINE_IN_LIST)
            if any(text_of(each) == "coproc" for each in _walk(node) if each.type == "command_name"):
                self._undecided(node, BACKGROUND)
            self._collect(node, made, handler or (made if handles(node) else None), branch=False)
            if node.type in _LOOPS:
                made.catches = frozenset((StatementKind.BREAK, StatementKind.CONTINUE))
                made.endless = bool(_FOREVER.match(text_of(node)))
        return made

    def _function(self, node: Any, made: Statement) -> None:
        body = node.child_by_field_name("body")
        name = text_of(node.child_by_field_name("name"))
        if body is None or body.type != "compound_statement" or body.children[0].type != "{":
            self._undecided(node, SUBSHELL_FUNCTION)
            return
        function = Function(body, name, made.first, made.last, StatementList(body))
        made.functions.append(function)
        made.head = _first(body)
        function.body = self.block(body.children[1:-1], body.children[-1], owner=made, function=function)

    def _collect(self, node: Any, made: Statement, handler: Statement | None, *, branch: bool) -> None:
        """Add the blocks below ``node`` to the statement."""
        kind = node.type
        if kind in _NOT_FOLLOWED:
            self._undecided(made.node, _NOT_FOLLOWED[kind])
        elif kind == "command_substitution":
            self._substitution(node, made, handler)
        elif kind in ("subshell", "do_group") or (kind == "compound_statement" and node.children[0].type == "{"):
            branch = branch or kind == "do_group"
            self._add(node.children[1:-1], node.children[-1], made, handler, branch=branch, opener=node)
        elif kind in ("if_statement", "elif_clause", "else_clause"):
            self._branches(node, made, handler)
        elif kind == "case_item":
            self._case(node, made, handler)
        elif kind == "negated_command":
            for child in node.children:
                self._collect(child, made, handler or made, branch=branch)
        elif kind == "list" and len(node.children) == 3:
            left, operator, right = node.children
            self._collect(left, made, handler or (made if operator.type == "||" else None), branch=branch)
            self._collect(right, made, handler, branch=True)
        else:
            for index, child in enumerate(node.children):
                condition = node.field_name_for_child(index) == "condition"
                self._collect(child, made, handler or (made if condition else None), branch=branch)

    def _add(
        self,
        nodes: Sequence[Any],
        closer: Any,
        made: Statement,
        handler: Statement | None,
        *,
        branch: bool,
        opener: Any,
        first: int = 0,
    ) -> None:
        if made.head == made.last and opener.type != "command_substitution":
            made.head = _first(opener)
        made.blocks.append(self.block(nodes, closer, owner=made, handler=handler, branch=branch, first=first))

    def _substitution(self, node: Any, made: Statement, handler: Statement | None) -> None:
        if node.children[0].type == "$(":
            nodes, closer = node.children[1:-1], node.children[-1]
            self._add(nodes, closer, made, handler, branch=True, opener=node)
        elif made.node.type != "variable_assignment" or "pipeline" in {each.type for each in _walk(node)}:
            self._undecided(made.node, BACKQUOTES)

    def _branches(self, node: Any, made: Statement, handler: Statement | None) -> None:
        """Add the parts of an ``if``; what precedes ``then`` are conditions."""
        children = node.children
        opener = next(i for i, child in enumerate(children) if child.type in ("then", "else"))
        for child in children[:opener]:
            self._collect(child, made, handler or made, branch=True)
        stop = next(
            (i for i in range(opener + 1, len(children)) if children[i].type in ("elif_clause", "else_clause", "fi")),
            len(children),
        )
        closer = children[stop] if stop < len(children) else _next(node)
        first = 0 if node.type == "if_statement" else _first(node)
        nodes = children[opener + 1 : stop]
        self._add(nodes, closer, made, handler, branch=True, opener=children[opener], first=first)
        for child in children[stop:]:
            self._collect(child, made, handler, branch=True)

    def _case(self, node: Any, made: Statement, handler: Statement | None) -> None:
        nodes = [c for i, c in enumerate(node.children) if node.field_name_for_child(i) != "value"]
        begin = next(i for i, child in enumerate(nodes) if child.type == ")")
        ends = [child for child in nodes if child.type in (";;", ";&", ";;&")]
        closer = ends[0] if ends else _next(node)
        inside = [c for c in nodes[begin + 1 :] if c not in ends]
        self._add(inside, closer, made, handler, branch=True, opener=node, first=_first(node))


def kind_of(node: Any) -> StatementKind:
    """Return what a statement does."""
    if node.type == "function_definition":
        return StatementKind.FUNCTION
    body = node.child_by_field_name("body") if node.type == "redirected_statement" else node
    name = body.child_by_field_name("name") if body is not None and body.type == "command" else None
    word = text_of(name)
    if word == "exec" and len(body.named_children) == 1:
        return StatementKind.PLAIN  # it only redirects
    return _LEAVES.get(word, StatementKind.PLAIN)


def parts(node: Any) -> set[str]:
    """Return the types of nodes in a statement, without those in its blocks, substitutions and strings."""
    found = {node.type}
    if node.type in ("redirected_statement", "heredoc_redirect", "list", "pipeline", "negated_command"):
        for child in node.children:
            found |= parts(child)
    return found


def handles(node: Any) -> bool:
    """Return whether a here-document is part of a list that handles failures; see the reader for all others."""
    return node.type == "redirected_statement" and "||" in parts(node)


def leading(node: Any) -> Any:
    """Return the command of a statement that runs first: the one that can see the exit code of the one before."""
    while node.type in ("list", "pipeline", "redirected_statement", "negated_command", *_LOOPS, "if_statement"):
        node = node.child_by_field_name("condition") or node.child_by_field_name("value") or node.named_children[0]
    if node.type == "case_statement":
        return node.child_by_field_name("value") or node
    return None if node.type in ("compound_statement", "subshell", "function_definition") else node


def text_of(node: Any) -> str:
    """Return the text of a node, ``""`` for none."""
    return node.text.decode() if node is not None else ""


def _is_misread(node: Any, data: bytes) -> bool:
    """Return whether the grammar took a word of Bash for a command, or the next command for an argument."""
    if node.type == "command_name":
        return text_of(node) in _RESERVED
    if node.type not in _ON_ONE_LINE:
        return False
    pairs = zip(node.children, node.children[1:], strict=False)
    gaps = (data[a.end_byte : b.start_byte] for a, b in pairs if a.type not in ("|", "|&", "&&", "||"))
    return any(b"\n" in gap.replace(b"\\\n", b"") for gap in gaps)


def _next(node: Any) -> Any:
    """Return the token that follows a clause."""
    while node.next_sibling is None:
        node = node.parent
    found = node.next_sibling
    while found.type == "comment":
        found = found.next_sibling
    return found


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _first(node: Any) -> int:
    return int(node.start_point[0]) + 1


def _last(node: Any) -> int:
    row, column = node.end_point
    return int(row) + (1 if column else 0)
