"""The names that a top-level statement of TypeScript or JavaScript declares, may read and may assign.

It errs on the side of more names, but for those of inner scopes, which are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from snipproof.syntax.leaving import COMMENTS

_LAZY = frozenset(
    (
        *("function_declaration", "generator_function_declaration", "function_expression", "generator_function"),
        *("arrow_function", "method_definition", "class", "class_declaration", "abstract_class_declaration"),
    )
)
_TYPES = frozenset(
    (
        *("type_annotation", "type_arguments", "type_parameters", "type_predicate_annotation", "import_statement"),
        *("interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature"),
    )
)
DECLARATIONS = frozenset(("lexical_declaration", "variable_declaration"))
_NAMES = frozenset(("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"))
# Methods of arrays, maps and sets that change them.
_CHANGING = frozenset(
    (
        *(".push", ".pop", ".shift", ".unshift", ".splice", ".sort", ".reverse", ".fill", ".copyWithin"),
        *(".set", ".add", ".delete", ".clear", ".append"),
    )
)
_DEFAULTS = frozenset(("assignment_pattern", "object_assignment_pattern"))


@dataclass(slots=True)
class Names:
    """The names in one statement; that of a property begins with a dot.

    :param declared: what it declares.
    :param read: what it may read by itself, ``later`` what functions in it may read.
    :param certain: what it assigns whenever it ends.
    :param changed: what it may assign or change, ``changed_later`` what functions in it may.
    :param assigned: the variables that it, or a function in it, assigns.
    """

    declared: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    certain: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    changed_later: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)


def names_of(node: Any) -> Names:
    """Return the names in a statement at the top level, given as a node of tree-sitter."""
    found = Names()
    _Reader(found).statement(node)
    return found


class _Reader:
    """Collects the names in one top-level statement. ``hidden`` are those that are others in an inner scope."""

    def __init__(self, found: Names) -> None:
        self._found = found

    def statement(self, node: Any) -> None:
        core = node.child_by_field_name("declaration") if node.type == "export_statement" else None
        core = node if core is None else core
        if core.type in DECLARATIONS:
            for each in declarators(core):
                self._found.declared |= set(_bound(each.child_by_field_name("name")))
                self._target(each.child_by_field_name("name"), lazy=False, hidden=frozenset())
                if each.child_by_field_name("value") is not None:
                    self._read(each.child_by_field_name("value"), lazy=False)
            return
        if core.type == "import_statement":
            self._found.declared |= {_text(each) for each in descendants(core) if each.type == "identifier"}
            return
        if core.type in _LAZY and core.child_by_field_name("name") is not None:
            self._found.declared.add(_text(core.child_by_field_name("name")))
        inner = core.named_children[0] if core.type == "expression_statement" and core.named_children else core
        while inner.type == "parenthesized_expression" and len(inner.named_children) == 1:
            inner = inner.named_children[0]
        if inner.type == "assignment_expression":
            targets = self._target(inner.child_by_field_name("left"), lazy=False, hidden=frozenset())
            self._found.changed |= targets.keys()
            self._found.certain |= {name for name, whole in targets.items() if whole}
            self._found.assigned |= self._found.certain
            self._found.read |= {name for name, whole in targets.items() if not whole}
            self._read(inner.child_by_field_name("right"), lazy=False)
            return
        self._read(core, lazy=False)

    def _read(self, node: Any, *, lazy: bool, hidden: frozenset[str] = frozenset()) -> None:
        """Collect what an expression or a statement may read and assign."""
        if node.type in _TYPES:
            return
        lazy = lazy or node.type in _LAZY
        hidden |= _own_names(node)
        seen = self._found.later if lazy else self._found.read
        if node.type in _NAMES:
            seen |= {_text(node)} - hidden
        elif node.type == "member_expression":
            seen.add(_property(node))
        target = _assigned_pattern(node)
        if target is not None:
            targets = self._target(target, lazy=lazy, hidden=hidden)
            (self._found.changed_later if lazy else self._found.changed).update(targets)
            seen |= targets.keys()
            if node.type != "call_expression":
                self._found.assigned |= {name for name, whole in targets.items() if whole}
        for child in node.named_children:
            if child.type not in COMMENTS:
                self._read(child, lazy=lazy, hidden=hidden)

    def _target(self, node: Any, *, lazy: bool, hidden: frozenset[str]) -> dict[str, bool]:
        """Return the names that a pattern assigns, and whether nothing of an older value is left."""
        if node.type in _NAMES:
            return {} if _text(node) in hidden else {_text(node): True}
        if node.type == "member_expression":
            self._read(node.child_by_field_name("object"), lazy=lazy, hidden=hidden)
            return {_property(node): True}
        if node.type == "subscript_expression":
            self._read(node, lazy=lazy, hidden=hidden)
            return dict.fromkeys(self._target(node.child_by_field_name("object"), lazy=lazy, hidden=hidden), False)
        parts = node.named_children
        if node.type in _DEFAULTS:
            self._read(node.child_by_field_name("right"), lazy=lazy, hidden=hidden)
            parts = [node.child_by_field_name("left")]
        elif node.type == "pair_pattern":
            if node.child_by_field_name("key").type == "computed_property_name":
                self._read(node.child_by_field_name("key"), lazy=lazy, hidden=hidden)
            parts = [node.child_by_field_name("value")]
        found: dict[str, bool] = {}
        for part in parts:
            found |= self._target(part, lazy=lazy, hidden=hidden)
        return found


def _assigned_pattern(node: Any) -> Any:
    """Return what an expression or a statement assigns or changes: a pattern; ``None`` if nothing of the module."""
    if node.type in ("assignment_expression", "augmented_assignment_expression"):
        return node.child_by_field_name("left")
    if node.type == "for_in_statement" and not _is_lexical(node):
        return node.child_by_field_name("left")
    if node.type == "update_expression":
        return node.child_by_field_name("argument")
    if node.type == "call_expression" and node.child_by_field_name("function").type == "member_expression":
        method = node.child_by_field_name("function")
        changed = method.child_by_field_name("object")
        # That of a property, such as `client.collections`, is rarely one of these.
        return changed if _property(method) in _CHANGING and changed.type == "identifier" else None
    if node.type == "variable_declarator" and node.parent.type == "variable_declaration":
        return node.child_by_field_name("name")  # a `var` in a block is one of the module
    return None


def _own_names(node: Any) -> frozenset[str]:
    """Return the names of the scope that a node opens."""
    found: list[str] = []
    inside = node.named_children
    if node.type in _LAZY:
        parameters = node.child_by_field_name("parameters")
        for each in parameters.named_children if parameters is not None else ():
            pattern = each.child_by_field_name("pattern")
            found += _bound(pattern) if pattern is not None else ()
        found += _bound(node.child_by_field_name("parameter"))
    elif node.type == "for_in_statement" and _is_lexical(node):
        found += _bound(node.child_by_field_name("left"))
    elif node.type == "catch_clause":
        found += _bound(node.child_by_field_name("parameter"))
    elif node.type == "switch_body":
        inside = [statement for case in inside for statement in case.named_children]
    elif node.type not in ("statement_block", "for_statement"):
        return frozenset()
    for child in inside:
        if child.type == "lexical_declaration":
            found += [name for each in declarators(child) for name in _bound(each.child_by_field_name("name"))]
        elif child.type in _LAZY and node.type not in _LAZY:
            found += _bound(child.child_by_field_name("name"))
    return frozenset(found)


def _bound(pattern: Any) -> list[str]:
    """Return the names that a pattern declares."""
    if pattern is None:
        return []
    if pattern.type in (*_NAMES, "type_identifier"):
        return [_text(pattern)]
    if pattern.type in _DEFAULTS:
        return _bound(pattern.child_by_field_name("left"))
    if pattern.type == "pair_pattern":
        return _bound(pattern.child_by_field_name("value"))
    if pattern.type in ("object_pattern", "array_pattern", "rest_pattern"):
        return [name for child in pattern.named_children for name in _bound(child)]
    return []


def _is_lexical(loop: Any) -> bool:
    return any(child.type in ("const", "let", "using") for child in loop.children)


def _property(node: Any) -> str:
    return "." + _text(node.child_by_field_name("property"))


def declarators(node: Any) -> list[Any]:
    """Return the parts of a declaration of variables, one for each value."""
    return [child for child in node.named_children if child.type == "variable_declarator"]


def descendants(node: Any) -> Iterator[Any]:
    """Yield the named nodes below ``node``."""
    for child in node.named_children:
        yield child
        yield from descendants(child)


def _text(node: Any) -> str:
    return node.text.decode() if node is not None else ""
