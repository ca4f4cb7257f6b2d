"""Makes the tree of statements of a program from a tree-sitter tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from snipproof.syntax.leaving import COMMENTS, leaves, statements
from snipproof.syntax.statements import EXPECTS_ERROR, Function, Statement, StatementKind, StatementList

_BREAK = frozenset((StatementKind.BREAK,))
_JUMPS = frozenset((StatementKind.BREAK, StatementKind.CONTINUE))
_CATCHES = {
    **dict.fromkeys(("for_statement", "for_in_statement", "enhanced_for_statement"), _JUMPS),
    **dict.fromkeys(("while_statement", "do_statement"), _JUMPS),
    **dict.fromkeys(("switch_statement", "switch_expression", "expression_switch_statement"), _BREAK),
    **dict.fromkeys(("type_switch_statement", "select_statement"), _BREAK),
}
_KINDS = {
    "return_statement": StatementKind.RETURN,
    "throw_statement": StatementKind.RAISE,
    "continue_statement": StatementKind.CONTINUE,
    **dict.fromkeys(
        ("break_statement", "yield_statement", "goto_statement", "fallthrough_statement"), StatementKind.BREAK
    ),
}
# Statements in whose blocks a run may never come.
_BRANCHING = frozenset(
    (
        *("if_statement", "else_clause", "catch_clause"),
        *("for_statement", "for_in_statement", "enhanced_for_statement", "while_statement", "do_statement"),
    )
)
_CASES = frozenset(
    (
        *("expression_case", "type_case", "communication_case", "default_case"),
        *("switch_case", "switch_default", "switch_block_statement_group", "switch_rule"),
    )
)
# Expressions that no error can leave, if none can leave their parts.
_PLAIN = frozenset(
    (
        *("identifier", "number", "string", "string_fragment", "true", "false", "null", "undefined", "array", "object"),
        *("pair", "property_identifier", "parenthesized_expression", "string_literal", "decimal_integer_literal"),
        *("null_literal", "shorthand_property_identifier"),
    )
)
# Methods that call their argument with an error.
_HANDLERS = frozenset(("catch", "exceptionally", "handle", "whenComplete"))
_LABELS = frozenset(("switch_label", "type", "value", "communication"))
_BODIES = frozenset(("consequence", "alternative", "body"))
_NEW_ERROR = re.compile(r"\b(?:fmt\.Errorf|errors\.(?:New|Join))\(")
_HAS_ERROR = re.compile(r"\b\w*[eE]rr(?:or)?\d* *!= *nil\b")


@dataclass(frozen=True, slots=True)
class _Syntax:
    """Node types of one language.

    :param blocks: nodes whose children are statements; ``declaring`` those whose children are declarations.
    :param functions: nodes with a ``body`` that runs when they are called.
    :param classes: declarations of classes; ``members`` the nodes that hold their members.
    :param nothing: statements that do nothing at run time.
    :param exits: calls that end the process or the test; ``raises`` those that raise.
    :param recovers: the call that stops a panic.
    """

    blocks: frozenset[str]
    declaring: frozenset[str]
    functions: frozenset[str]
    classes: frozenset[str]
    members: frozenset[str]
    nothing: frozenset[str]
    exits: re.Pattern[str]
    raises: re.Pattern[str]
    recovers: str = ""


_NEVER = re.compile(r"(?!)")
_SYNTAX = {
    "typescript": _Syntax(
        blocks=frozenset(("program", "statement_block")),
        declaring=frozenset(),
        functions=frozenset(
            (
                *("function_declaration", "generator_function_declaration", "function_expression"),
                *("generator_function", "arrow_function", "method_definition"),
            )
        ),
        classes=frozenset(("class_declaration", "abstract_class_declaration", "class")),
        members=frozenset(("class_body",)),
        nothing=frozenset(
            (
                *("import_statement", "interface_declaration", "type_alias_declaration", "ambient_declaration"),
                *("empty_statement", "function_signature", "import_alias", "debugger_statement", "hash_bang_line"),
            )
        ),
        exits=re.compile(r"process\.(?:exit|abort)\("),
        raises=_NEVER,
    ),
    "go": _Syntax(
        blocks=frozenset(("block", "statement_list")),
        declaring=frozenset(("source_file",)),
        functions=frozenset(("function_declaration", "method_declaration", "func_literal")),
        classes=frozenset(),
        members=frozenset(),
        nothing=frozenset(
            (*("package_clause", "import_declaration", "type_declaration", "const_declaration", "empty_statement"),)
        ),
        exits=re.compile(
            r"(?:os\.Exit|runtime\.Goexit|log\.(?:Fatal|Panic)\w*|\w+\.(?:Fatal|Fatalf|FailNow|Skip|Skipf|SkipNow))\("
        ),
        raises=re.compile(r"panic\("),
        recovers="recover()",
    ),
    "java": _Syntax(
        blocks=frozenset(("block", "constructor_body")),
        declaring=frozenset(("program",)),
        functions=frozenset(
            (
                *("method_declaration", "constructor_declaration", "compact_constructor_declaration"),
                *("lambda_expression", "static_initializer"),
            )
        ),
        classes=frozenset(("class_declaration", "record_declaration", "enum_declaration", "interface_declaration")),
        members=frozenset(("class_body", "interface_body", "enum_body", "enum_body_declarations")),
        nothing=frozenset(
            ("package_declaration", "import_declaration", "annotation_type_declaration", "field_declaration")
        ),
        exits=re.compile(r"(?:System\.exit|Runtime\.getRuntime\(\)\.(?:exit|halt))\("),
        raises=_NEVER,
    ),
}


def tree_statements(root: Any, language: str) -> StatementList:
    """Return the statements of the program whose root node is ``root``.

    :param language: one of those that have a tree-sitter grammar.
    """
    return _Maker(_SYNTAX[language]).block(root)


class _Maker:
    def __init__(self, syntax: _Syntax) -> None:
        self._syntax = syntax

    def block(self, node: Any, *, branch: bool = False) -> StatementList:
        declared = node.type in self._syntax.declaring or node.type in self._syntax.members
        inner = [each for child in statements(node) for each in (_flat(child) if node.type == "block" else [child])]
        found = [self._statement(child, declared=declared) for child in inner]
        handles = node.parent is not None and node.parent.type == "catch_clause"
        return StatementList(node, found, found[0].first if found else 0, branch, handles)

    def _statement(self, node: Any, *, declared: bool = False, wrap: tuple[str, str, str] = ("", "", "")) -> Statement:
        first, last = node.start_point[0] + 1, _last_line(node)
        core = declaration(node)
        made = Statement(node, self._kind(core), first, last, last, declared=declared, wrap=wrap)
        made.catches = _CATCHES.get(core.type, frozenset())
        made.endless = made.catches == _JUMPS and leaves(core)
        if declared and made.kind is StatementKind.PLAIN:
            made.kind = StatementKind.NOTHING  # a field, a variable of a package
        if core.type in self._syntax.functions:
            name = "static" if core.type == "static_initializer" else _text(core.child_by_field_name("name"))
            function = self._function(core, name)
            made.functions.append(function)
            if core.type != "static_initializer":
                made.kind = StatementKind.FUNCTION if function.counts else StatementKind.NOTHING
        elif core.type == "block" and declared:  # an initializer of objects
            made.functions.append(Function(core, "initializer", first, last, self.block(core)))
        elif core.type in self._syntax.classes:
            self._class(core, made)
        elif core.type in self._syntax.blocks and not declared:
            made.blocks.append(self.block(core))
        elif core.type != "ambient_declaration":
            self._collect(core, made)
            made.expects = any(EXPECTS_ERROR.search(_text(each)) for each in self._names(core))
        if core.type == "defer_statement":
            made.defers = _text(core.named_children[0].child_by_field_name("function"))
        inside = [_first_inside(each) for each in (*made.blocks, *(f.body for f in made.functions))]
        if core.type == "explicit_constructor_invocation":
            made.declared = True  # it must stay the first statement
        made.head = max(first, min(line for line in inside if line) - 1) if any(inside) else last
        return made

    def _kind(self, node: Any) -> StatementKind:  # noqa: PLR0911 (one line a kind)
        if node.type in _KINDS:
            return _KINDS[node.type]
        if node.type in self._syntax.nothing and not (
            node.type == "var_declaration" and node.parent.type != "source_file"
        ):
            return StatementKind.NOTHING
        if node.type == "export_statement":
            return StatementKind.NOTHING if node.child_by_field_name("value") is None else StatementKind.PLAIN
        if node.type == "expression_statement":
            text = _text(node)
            if statements(node) and statements(node)[0].type in ("string", "template_string"):
                return StatementKind.NOTHING
            if self._syntax.exits.match(text):
                return StatementKind.EXIT
            if self._syntax.raises.match(text):
                return StatementKind.RAISE
        if any(each.type == "yield_expression" for each in self._expressions(node)):
            return StatementKind.YIELD
        return StatementKind.PLAIN

    def _expressions(self, node: Any) -> Iterator[Any]:
        waiting = [node]  # no recursion: a chain of calls may be long
        while waiting:
            for child in waiting.pop().named_children:
                inside = child.type in self._syntax.functions or child.type in self._syntax.blocks
                if not inside and not child.type.endswith("_statement"):
                    yield child
                    waiting.append(child)

    def _names(self, node: Any) -> Iterator[Any]:
        if node.type in ("expression_statement", "lexical_declaration", "local_variable_declaration"):
            yield from (each for each in self._expressions(node) if each.type.endswith("identifier"))

    def _collect(self, node: Any, made: Statement) -> None:
        """Add the blocks and functions in ``node`` to ``made``."""
        if node.type in _CASES:
            self._case(node, made)
            return
        waiting = [_fields(node)]  # no recursion: a chain of calls may be long
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                continue
            parent, child, field = following
            if child.type in self._syntax.functions:
                made.functions.append(self._function(child, _bound_name(child)))
            elif child.type in self._syntax.members:
                made.functions += [_without_name(f) for f in self._members(child)[0]]
            elif child.type in self._syntax.blocks:
                block = self.block(child, branch=parent.type in _BRANCHING)
                block.on_error = _on_error(parent, field, child)
                made.blocks.append(block)
            elif child.type in _CASES:
                self._case(child, made)
            elif child.type != "else_clause" and _is_single(parent, child, field):
                # A body without braces.
                inner = self._statement(child, wrap=("{ ", "", " }"))
                made.blocks.append(StatementList(parent, [inner], child.start_point[0] + 1, True))
            else:
                waiting.append(_fields(child))

    def _case(self, node: Any, made: Statement) -> None:
        """Add the statements of a case."""
        found: list[Statement] = []
        for index, child in enumerate(node.children):
            if child.type in COMMENTS or not child.is_named:
                continue
            if child.type == "statement_list" or (node.type == "switch_rule" and child.type == "block"):
                found += self.block(child).statements
            elif child.type in _LABELS or node.field_name_for_child(index) in _LABELS:
                continue
            elif node.type == "switch_rule":
                between = "yield " if child.type == "expression_statement" and not _is_statement_switch(node) else ""
                found.append(self._statement(child, wrap=("{ ", between, " }")))
            else:
                found.append(self._statement(child))
        made.blocks.append(StatementList(node, found, node.start_point[0] + 1, True))

    def _function(self, node: Any, name: str) -> Function:
        body = node.child_by_field_name("body")
        if node.type == "static_initializer":
            body = node.named_children[-1]
        block = StatementList(body)
        if body is not None:
            block = self.block(body) if body.type in self._syntax.blocks else self._expression(body)
        counts = body is not None and any(s.kind is not StatementKind.NOTHING for s in block.statements or ())
        if body is not None and body.type not in self._syntax.blocks:
            counts = True  # an expression
        call = node.parent
        returns = call is None or call.parent is None or call.parent.type != "go_statement"
        made = Function(node, name, node.start_point[0] + 1, node.end_point[0] + 1, block, counts, returns)
        made.fails = body is None or not _is_plain(body)
        made.recovers = self._recovers(block)
        made.handles = made.recovers or _is_handler(node)
        return made

    def _expression(self, node: Any) -> StatementList:
        """Return the body of a function literal that is an expression."""
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        made = Statement(node, StatementKind.EXPRESSION, first, last, last, declared=True)
        if node.type in self._syntax.functions:
            made.functions.append(self._function(node, ""))
        else:
            self._collect(node, made)
        return StatementList(node, [made], first)

    def _recovers(self, block: StatementList) -> bool:
        """Return whether a statement of ``block`` stops a panic."""
        inside = (each for statement in block.statements for each in self._expressions(statement.node))
        return bool(self._syntax.recovers) and any(_text(each).startswith(self._syntax.recovers) for each in inside)

    def _class(self, node: Any, made: Statement) -> None:
        made.kind = StatementKind.CLASS
        methods, others = self._members(node.child_by_field_name("body"))
        made.functions += methods
        made.blocks.append(StatementList(node, others, others[0].first if others else 0))
        if made.declared and not any(function.counts for function in methods):
            made.kind = StatementKind.NOTHING

    def _members(self, body: Any) -> tuple[list[Function], list[Statement]]:
        """Return the methods of a class, and its other members."""
        methods: list[Function] = []
        others: list[Statement] = []
        for child in statements(body):
            if child.type in self._syntax.members:
                more = self._members(child)
                methods += more[0]
                others += more[1]
                continue
            statement = self._statement(child, declared=True)
            value = child.child_by_field_name("value")
            if child.type in self._syntax.functions and child.type != "static_initializer":
                methods += statement.functions
            elif value is not None and value.type in self._syntax.functions:
                methods.append(self._function(value, _text(child.child_by_field_name("name"))))
            else:
                if child.type == "class_static_block":
                    statement.kind = StatementKind.PLAIN
                others.append(statement)
        return methods, others


def _fields(node: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield ``node``, each named child that is not a comment, and the name of its field."""
    for index, child in enumerate(node.children):
        if child.is_named and child.type not in COMMENTS:
            yield node, child, node.field_name_for_child(index) or ""


def _without_name(function: Function) -> Function:
    """Return the method of a class without a name: nobody has to call it."""
    function.name = ""
    return function


def declaration(node: Any) -> Any:
    """Return the declaration that is exported, the statement behind a label."""
    while node.type in ("export_statement", "labeled_statement"):
        inner = node.child_by_field_name("declaration") or node.child_by_field_name("body")
        if inner is None and node.type == "labeled_statement":
            inner = node.named_children[-1]
        if inner is None:
            return node
        node = inner
    return node


def _bound_name(node: Any) -> str:
    """Return the name that a function literal is bound to; of one that is called where it stands, ``function``."""
    parent = node.parent
    while parent.type in ("parenthesized_expression", "expression_list", "as_expression", "satisfies_expression"):
        node, parent = parent, parent.parent
    for value, target in (("value", "name"), ("right", "left")):
        if parent.child_by_field_name(value) == node and parent.child_by_field_name(target) is not None:
            return "" if parent.type == "pair" else _text(parent.child_by_field_name(target))
    if parent.child_by_field_name("function") == node:
        return "function"
    if parent.type == "export_statement":
        return "default"
    return ""


def _is_plain(node: Any) -> bool:
    """Return whether no error can leave an expression: it consists of literals and names."""
    inner = [child for child in node.named_children if child.type not in COMMENTS]
    return node.type in _PLAIN and all(map(_is_plain, inner))


def _is_handler(node: Any) -> bool:
    """Return whether a function literal is an argument that is called with an error."""
    arguments = node.parent
    call = arguments.parent if arguments is not None and arguments.type in ("arguments", "argument_list") else None
    callee = call and (call.child_by_field_name("name") or call.child_by_field_name("function"))
    name = _text(callee).rpartition(".")[2]
    return name in _HANDLERS or (name == "then" and statements(arguments).index(node) == 1)


def _first_inside(block: StatementList) -> int:
    """Return the line at which the statements of a block can begin, 0 if it has none."""
    if block.statements:
        return block.statements[0].first + (block.statements[0].kind is StatementKind.EXPRESSION)
    return int(block.node.start_point[0]) + 2 if block.node is not None else 0


def _last_line(node: Any) -> int:
    """Return the last line of a statement, without a semicolon that the next line begins with."""
    children = node.children
    if len(children) > 1 and children[-1].type == ";" and children[-1].start_point[0] > children[-2].end_point[0]:
        return int(children[-2].end_point[0]) + 1
    row, column = node.end_point
    return int(row) + (1 if column else 0)


def _is_single(node: Any, child: Any, field: str) -> bool:
    """Return whether ``child`` is the body of ``node`` without braces; a chain of ``else if`` is one statement."""
    if child.type == "if_statement":
        return False
    return node.type == "else_clause" or (node.type in _BRANCHING and field in _BODIES and _is_statement(child))


def _on_error(node: Any, field: str, block: Any) -> bool:
    """Return whether a block runs only after an error.

    That is a handler, the body of ``if err != nil``, and, in Go, a branch that returns a new error.
    """
    if node.type != "if_statement":
        return bool(node.type == "catch_clause")
    if field == "consequence" and _HAS_ERROR.search(_text(node.child_by_field_name("condition"))):
        return True
    last = next((each for child in reversed(statements(block)) for each in reversed(_flat(child))), None)
    return last is not None and last.type == "return_statement" and bool(_NEW_ERROR.search(_text(last)))


def _is_statement(node: Any) -> bool:
    return bool(node.type.endswith(("_statement", "_declaration"))) or node.type in ("else_clause", "switch_expression")


def _is_statement_switch(rule: Any) -> bool:
    """Return whether a Java switch is a statement, not a value."""
    switch = rule.parent.parent
    return switch.parent.type in ("block", "constructor_body", "switch_block_statement_group", "labeled_statement") or (
        switch.parent.type in _BRANCHING
    )


def _flat(node: Any) -> list[Any]:
    """Return the statements of a list inside a block, which the grammar of Go has."""
    return statements(node) if node.type == "statement_list" else [node]


def _text(node: Any) -> str:
    return node.text.decode() if node is not None else ""


def ends(statement: Statement) -> bool:
    """Return whether the next statement can be reached from ``statement``."""
    return not leaves(declaration(statement.node))
