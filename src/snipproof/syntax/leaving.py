"""Decides whether a statement leaves, so that nothing after it can be executed and no probe can stand there.

Java calls it "cannot complete normally" (Java Language Specification, 14.22), Go "terminating statements" (The Go
Programming Language Specification). Their compilers reject a statement after such a one, or report a missing
``return``; in TypeScript it is dead code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_LEAVING = frozenset(
    (
        *("return_statement", "throw_statement", "break_statement", "continue_statement", "yield_statement"),
        *("goto_statement", "fallthrough_statement"),
    )
)
_BLOCKS = frozenset(("block", "statement_block", "statement_list", "constructor_body", "else_clause"))
_LOOPS = frozenset(("for_statement", "while_statement", "do_statement"))
_SWITCHES = frozenset(
    (
        *("expression_switch_statement", "type_switch_statement", "select_statement"),
        *("switch_statement", "switch_expression"),
    )
)
_CASES = frozenset(
    (
        *("expression_case", "type_case", "communication_case", "default_case"),
        *("switch_case", "switch_default", "switch_block_statement_group", "switch_rule"),
    )
)
COMMENTS = frozenset(("comment", "line_comment", "block_comment"))


def statements(node: Any) -> list[Any]:
    """Return the named children of a tree-sitter node without comments."""
    return [child for child in node.named_children if child.type not in COMMENTS]


def leaves(node: Any) -> bool:
    """Return whether nothing that follows the statement ``node`` can be executed."""
    rule = _RULES.get(node.type)
    return rule is not None and rule(node)


def _panics(node: Any) -> bool:
    return bool(node.text.startswith(b"panic(")) and bool(statements(node)[0].type == "call_expression")


def _block_leaves(node: Any) -> bool:
    inner = statements(node)
    return bool(inner) and leaves(inner[-1])


def _if_leaves(node: Any) -> bool:
    then, otherwise = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    return otherwise is not None and leaves(then) and leaves(otherwise)


def _loop_leaves(node: Any) -> bool:
    return _is_endless(node) and not _breaks(node)


def _labeled_leaves(node: Any) -> bool:
    return _block_leaves(node) and not _breaks(node)


def _is_endless(node: Any) -> bool:
    condition = node.child_by_field_name("condition")
    if node.type != "for_statement":  # while (true), do … while (true)
        return condition is not None and bool(condition.text.strip(b"() \t\r\n") == b"true")
    clause = next((child for child in node.named_children if child.type in ("for_clause", "range_clause")), None)
    if clause is not None:  # Go
        return clause.type == "for_clause" and clause.child_by_field_name("condition") is None
    if any(child.type == "(" for child in node.children):  # for (…; …; …)
        return condition is None or condition.type == "empty_statement" or bool(condition.text == b"true")
    return not [child for child in statements(node) if child.type != "block"]  # Go's for { … }


def _switch_leaves(node: Any) -> bool:
    cases = [case for case in _walk(node, _SWITCHES) if case.type in _CASES]
    has_default = any(
        case.type in ("default_case", "switch_default") or case.text.startswith(b"default") for case in cases
    )
    if node.type == "select_statement":  # without a case it never ends
        has_default = True
    elif not cases:
        return False
    if not has_default or _breaks(node):
        return False
    # Where cases fall through, only the last one counts; Go's cases do not fall through.
    judged = cases if node.type not in ("switch_statement", "switch_expression") else cases[-1:]
    if any(case.type == "switch_rule" for case in cases):
        judged = cases
    return all((inner := statements(case)) and leaves(inner[-1]) for case in judged)


def _try_leaves(node: Any) -> bool:
    last = statements(node)[-1]
    if last.type == "finally_clause" and leaves(statements(last)[-1]):
        return True
    body = node.child_by_field_name("body")
    catches = [child for child in statements(node) if child.type == "catch_clause"]
    return leaves(body) and all(leaves(statements(clause)[-1]) for clause in catches)


def _breaks(node: Any) -> bool:
    """Return whether a ``break`` inside may leave ``node`` itself; every ``break`` with a label may."""
    return any(
        inner.type == "break_statement" and (inner.named_child_count or not _is_inner(inner, node))
        for inner in _walk(node, frozenset())
    )


def _is_inner(statement: Any, node: Any) -> bool:
    """Return whether the ``break`` ``statement`` belongs to a loop or switch inside ``node``."""
    parent = statement.parent
    while parent != node:
        if parent.type in _LOOPS | _SWITCHES:
            return True
        parent = parent.parent
    return False


def _walk(node: Any, stop: frozenset[str]) -> Iterator[Any]:
    """Yield all descendants of ``node`` except those below nodes of the types ``stop``."""
    for child in node.named_children:
        yield child
        if child.type not in stop:
            yield from _walk(child, stop)


_RULES: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(_LEAVING, lambda _: True),
    **dict.fromkeys(_BLOCKS, _block_leaves),
    **dict.fromkeys(_LOOPS, _loop_leaves),
    **dict.fromkeys(_SWITCHES, _switch_leaves),
    "expression_statement": _panics,
    "if_statement": _if_leaves,
    "labeled_statement": _labeled_leaves,
    "synchronized_statement": _block_leaves,
    "try_statement": _try_leaves,
    "try_with_resources_statement": _try_leaves,
}
