"""Decides behind which statements of a TypeScript Source a run can go on after an error.

Those are the ones at its top level, or in the body of a function that does the work of one: ``void main();``.

A statement is guarded if its error can be caught without changing what any other statement means. What a failed part
would have declared or assigned is missing from then on, until another statement assigns it: a guarded statement that
may read it is not executed. "May read" errs on the safe side. It follows names through the functions that hold them,
and ignores that a name may be another one in an inner scope.

Declarations of guarded statements become ``var``, so that they are visible outside of their guards. Types are checked
in the text without probes, and programs in which a ``var`` would mean something else are left as they are:
:func:`going_on` returns nothing for them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snipproof.syntax.leaving import COMMENTS
from snipproof.syntax.script_names import DECLARATIONS, Names, declarators, descendants, names_of
from snipproof.syntax.statements import Statement, StatementKind, StatementList

_FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))
_LITERALS = frozenset(
    (
        *("number", "string", "string_fragment", "escape_sequence", "true", "false", "null", "undefined", "regex"),
        *("array", "object", "pair", "property_identifier", "regex_pattern", "regex_flags", "template_string"),
    )
)

_MAIN = re.compile(r"(?:void\s+|await\s+)?([A-Za-z_$][\w$]*)\(\)")


@dataclass(frozen=True, slots=True)
class GoingOn:
    """What is added to a program, so that a run of it goes on behind an error.

    :param start: stands before everything that runs.
    :param around: by statement, the texts before and behind it.
    :param widened: the statements whose declarations become ``var``.
    """

    start: str
    around: Mapping[Statement, tuple[str, str]]
    widened: frozenset[Statement]


def main_body(root: StatementList) -> StatementList | None:
    """Return the body of the function that the last statement of a program calls and that is called nowhere else."""
    running = [s for s in root.statements if s.kind is not StatementKind.NOTHING]
    call = _MAIN.match(running[-1].node.text.decode()) if running else None
    found = [s for s in running if s.node.type == "function_declaration" and call and s.functions[0].name == call[1]]
    if len(found) != 1 or found[0].node.child_by_field_name("parameters").named_children:
        return None
    name = found[0].functions[0].name.encode()
    try:
        uses = [each for each in descendants(root.node) if each.type == "identifier" and each.text == name]
    except RecursionError:
        return None
    return found[0].functions[0].body if len(uses) == 2 else None


def going_on(
    root: StatementList, block: StatementList, frame: str, parts: Sequence[tuple[str, Sequence[Statement]]]
) -> GoingOn | None:
    """Return what makes a run go on behind each of ``parts``, ``None`` if nothing safely does.

    :param root: the statements of the program.
    :param block: those that hold the parts: ``root``, or the body of a function that runs once.
    :param frame: the frame of that function, or of the module.
    :param parts: rows of statements of ``block``, each with the name of its Region or ``""``.
    """
    try:
        return _going_on(root, block, frame, parts)
    except RecursionError:
        return None


def _going_on(
    root: StatementList, block: StatementList, frame: str, parts: Sequence[tuple[str, Sequence[Statement]]]
) -> GoingOn | None:
    part_of = {statement: (number, name) for number, (name, row) in enumerate(parts) for statement in row}
    names = {statement: names_of(statement.node) for statement in block.statements}
    outer = root.statements if root is not block else []
    around_it = {s: names_of(s.node) for s in outer if not any(f.body is block for f in s.functions)}
    guarded = {statement for statement in part_of if _can_be_guarded(statement)}
    widened = frozenset(s for s in guarded if s.node.type in DECLARATIONS)
    if root.node.has_error or _changes_meaning(block, names, widened):
        return None
    every = {**around_it, **names}
    reads = _closure(every, lambda each: each.later)
    writes = _closure(every, lambda each: each.changed_later)
    lost = {s: _lost(names[s], reads, writes) for s in guarded}
    risky = set().union(*lost.values())
    variables = {name for s in around_it if _is_variable(s, widened) for name in around_it[s].declared}
    variables -= {name for each in names.values() for name in each.declared}
    variables |= {name for s in names if _is_variable(s, widened) for name in names[s].declared}
    around = {}
    for statement, (number, region) in part_of.items():
        if statement in guarded:
            own = names[statement]
            needs = _reached(own.read | own.later, reads) & risky
            around[statement] = _guard(frame, number, region, needs, own, lost[statement], variables)
        elif _runs(statement):
            around[statement] = (f"{frame}.whole(); ", "")
    hoisted = sorted(name for statement in widened for name in names[statement].declared)
    return GoingOn("".join(_poison(frame, name) for name in hoisted), around, widened)


def _guard(
    frame: str, number: int, region: str, needs: set[str], names: Names, lost: set[str], variables: set[str]
) -> tuple[str, str]:
    """Return the texts before and behind a guarded statement."""
    before = f"if ({frame}.goes({number}, {json.dumps(region)}, {_listed(needs)})) try {{ "
    certain = names.certain | names.declared
    behind = f"; {frame}.assigned({_listed(certain)});" if certain else ""
    behind += " } catch (__snipproof__) { "
    behind += f"if ({frame}.left({number}, {json.dumps(region)}, __snipproof__)) throw __snipproof__; }}"
    if lost:
        poisons = "".join(_poison(frame, name) for name in sorted(lost & variables))
        behind += f" if ({frame}.lost({number}, {_listed(lost)})) {{ {poisons}}}"
    return before, behind


def _poison(frame: str, name: str) -> str:
    return f"{name} = {frame}.missing({json.dumps(name)}); "


def _listed(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))


def _can_be_guarded(statement: Statement) -> bool:
    """Return whether an error of a statement can be caught, and is possible."""
    node = statement.node
    if node.type in DECLARATIONS:
        values = [each.child_by_field_name("value") for each in declarators(node)]
        return None not in values and not all(map(_is_harmless, values))
    if node.type == "expression_statement" and node.named_children[0].type == "internal_module":
        return False
    return bool(node.type.endswith(("_statement", "_block"))) and node.type not in (
        *("import_statement", "export_statement", "empty_statement", "debugger_statement"),
    )


def _runs(statement: Statement) -> bool:
    """Return whether a statement without a guard executes code where it stands, so that nothing may be missing."""
    node = statement.node
    if statement.kind in (StatementKind.NOTHING, StatementKind.FUNCTION):
        return False
    if node.type in DECLARATIONS:
        return any(v is not None and not _is_harmless(v) for v in _values(node))
    return node.type != "export_statement" or node.child_by_field_name("source") is None


def _changes_meaning(block: StatementList, names: Mapping[Statement, Names], widened: frozenset[Statement]) -> bool:
    """Return whether ``var`` in place of ``const`` or ``let`` would accept what the language rejects."""
    declared = Counter(name for each in names.values() for name in each.declared)
    lexical = [s for s in block.statements if s.node.type == "lexical_declaration"]
    if any(declared[name] > 1 for s in lexical for name in names[s].declared):
        return True
    constants = {n for s in lexical if s.node.children[0].text == b"const" for n in names[s].declared}
    if any(constants & each.assigned for each in names.values()):
        return True
    unknown: set[str] = set().union(*(names[s].declared for s in widened))
    for statement in block.statements:
        if names[statement].read & unknown or _has_using(statement.node):
            return True  # `var` has a value before its declaration runs
        unknown -= names[statement].declared
    return False


def _has_using(node: Any) -> bool:
    return any(each.type == "using" for child in node.named_children for each in child.children)


def _is_variable(statement: Statement, widened: frozenset[Statement]) -> bool:
    """Return whether what a statement declares can be assigned."""
    word = statement.node.children[0].text if statement.node.type in DECLARATIONS else b"const"
    return word != b"const" or statement in widened


def _is_harmless(value: Any) -> bool:
    """Return whether a value is a literal or a function: no error is possible."""
    if value.type in _FUNCTIONS:
        return True
    inner = [child for child in value.named_children if child.type not in COMMENTS]
    return value.type in _LITERALS and all(map(_is_harmless, inner))


def _closure(names: Mapping[Statement, Names], get: Callable[[Names], set[str]]) -> dict[str, set[str]]:
    """Return, by name, what the functions that it may hold use: those in statements that declare or assign it."""
    found: dict[str, set[str]] = {}
    for each in names.values():
        for name in each.declared | each.changed:
            found.setdefault(name, set()).update(get(each))
    return found


def _reached(names: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    """Return ``names`` with all that they lead to."""
    found, waiting = set(names), list(names)
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _lost(own: Names, reads: Mapping[str, set[str]], writes: Mapping[str, set[str]]) -> set[str]:
    """Return what is missing if a statement fails: all that it may assign, through functions too."""
    called = _reached(own.read | own.later, reads)
    return own.declared | own.changed | own.changed_later | set().union(*(writes.get(name, ()) for name in called))


def _values(node: Any) -> list[Any]:
    return [each.child_by_field_name("value") for each in declarators(node)]
