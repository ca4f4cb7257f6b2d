"""Decides whether the expression that is the body of a Java lambda is its value, or a statement.

A call can be both; then the functional interface that the lambda implements decides (Java Language Specification,
15.27.3), which is found by the type that its variable is declared with, or by the method that gets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_STATEMENTS = frozenset(
    ("method_invocation", "object_creation_expression", "assignment_expression", "update_expression")
)
_VOID = re.compile(r"(?:\w*Consumer|\w*Runnable|\w*Executable|\w*Closeable)")
_VALUE = re.compile(r"(?:\w*Supplier|\w*Callable|\w*Function|\w*Operator|\w*Predicate|\w*Comparator)")

# Methods of the JDK and of JUnit whose argument is the one or the other, whatever they are called on.
_VOID_ARGUMENT = frozenset(
    ("assertThrows", "assertThrowsExactly", "forEach", "ifPresent", "thenAccept", "thenRun", "runAsync")
)
_VALUE_ARGUMENT = frozenset(("exceptionally", "thenApply", "supplyAsync", "computeIfAbsent", "orElseGet", "removeIf"))


def gives_value(node: Any) -> bool | None:
    """Return whether the body of a lambda without braces is its value; ``None`` if that cannot be seen."""
    if node.child_by_field_name("body").type not in _STATEMENTS:
        return True
    root = node
    while root.parent is not None:
        root = root.parent
    name = _declared(node, root)
    for interface in _walk(root, "interface_declaration"):
        if name and _text(interface.child_by_field_name("name")) == name:
            for method in _walk(interface, "method_declaration"):
                if method.child_by_field_name("body") is None:
                    return bool(method.child_by_field_name("type").type != "void_type")
    call = node.parent.parent if node.parent.type == "argument_list" else None
    method = _text(call.child_by_field_name("name")) if call is not None else ""
    if method in _VOID_ARGUMENT or _VOID.fullmatch(name):
        return False
    return True if method in _VALUE_ARGUMENT or _VALUE.fullmatch(name) else None


def _declared(node: Any, root: Any) -> str:
    """Return the simple name of the type of the variable that holds a lambda, ``""`` if it is unknown."""
    while node.parent.type in ("parenthesized_expression", "cast_expression"):
        node = node.parent
        if node.type == "cast_expression":
            return _simple(node.child_by_field_name("type"))
    target = node.parent
    if target.type == "assignment_expression":
        name = _text(target.child_by_field_name("left")).rpartition(".")[2]
        found = (d for d in _walk(root, "variable_declarator") if _text(d.child_by_field_name("name")) == name)
        target = next(found, None)
    if target is None or target.type != "variable_declarator":
        return ""
    return _simple(target.parent.child_by_field_name("type"))


def _simple(node: Any) -> str:
    return _text(node).partition("<")[0].strip().rpartition(".")[2]


def _walk(node: Any, kind: str) -> Iterator[Any]:
    for child in node.named_children:
        if child.type == kind:
            yield child
        yield from _walk(child, kind)


def _text(node: Any) -> str:
    return node.text.decode() if node is not None else ""
