"""Adds probes to Sources that tree-sitter has a grammar for, on the lines where their statements stand."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snipproof.model import Region
from snipproof.run.probe.going_on import going_on, main_body
from snipproof.run.probe.plan import Probes, make_plan
from snipproof.run.probe.probed import PROBE_FUNCTION, Edits, Probed
from snipproof.syntax.grammar import load_parser
from snipproof.syntax.java_lambdas import gives_value
from snipproof.syntax.leaving import COMMENTS, leaves, statements
from snipproof.syntax.statements import Function, Statement, StatementKind, StatementList, walk
from snipproof.syntax.tree_statements import declaration, ends, tree_statements

_LABELED = (
    *("for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"),
    "labeled_statement",
)
_PAUSE = re.compile(rb"\w+\.Parallel\(\)")


@dataclass(frozen=True, slots=True)
class ProbeTexts:
    """The probes of one language. ``{f}`` is the frame, ``{n}`` a number and ``{g}`` a group.

    :param at: stands before a statement, ``done`` behind it.
    :param enter: follows the brace that opens a function, ``leave`` precedes the one that closes it.
    :param called: surrounds the body of a function literal that is an expression; ``called_void`` one whose value, if
        it has any, is ignored.
    :param made: follows the brace that opens a class; ``derived`` instead, if it has a base class but no constructor.
    :param returned: surrounds a value that is returned; the frame reports a return by itself if it is empty.
    :param suspend: surrounds a value that is yielded, ``resume`` the whole expression.
    :param module: the frame of code outside of functions.
    :param raising: surrounds each statement at the top level that may raise the error which its Region, ``{r}``,
        announces.
    :param announced: precedes the first statement of a Region that announces an error, or the ``throw`` in ``leave``.
    :param final: follows the brace that opens a ``finally``, and precedes the one that closes it.
    :param pause: precedes a statement that lets other tests run.
    :param caught: begins a handler; ``{e}`` is a comma and the error, or nothing if it has no name.
    :param expecting: precedes a statement that expects an error, ``expected`` follows it.
    :param guards: whether ``expecting`` also begins the block whose errors a handler catches.
    :param goes_on: whether a run can go on behind a part of the program that failed.
    """

    at: str
    done: str
    enter: str
    leave: str
    frame: str
    called: tuple[str, str] = ("", "")
    made: str = ""
    derived: str = ""
    returned: tuple[str, str] = ("", "")
    suspend: tuple[str, str] = ("", "")
    resume: tuple[str, str] = ("", "")
    module: str = ""
    raising: tuple[str, str] = ("", "")
    called_void: tuple[str, str] = ("", "")
    announced: str = ""
    final: tuple[str, str] = ("", "")
    pause: str = ""
    caught: str = " {f}.caught({n}{e});"
    expecting: str = "{f}.expecting(); "
    expected: str = " {f}.expected({n});"
    guards: bool = False
    goes_on: bool = False


_FRAME = "__snipproof_frame__"
_ENTER_TYPESCRIPT = f" const {_FRAME} = {PROBE_FUNCTION}.enter({{n}}); try {{"
_LEAVE_TYPESCRIPT = f"{_FRAME}.ended(); }} finally {{ {_FRAME}.exit(); }} "
_ENTER_JAVA = f" snipproof.Frame {_FRAME}{{n}} = snipproof.Probe.enter({{n}}); try {{"
_LEAVE_JAVA = (
    f"}} catch (Throwable __snipproof_error_{{n}}) {{ {_FRAME}{{n}}.failed(__snipproof_error_{{n}});"
    f" throw __snipproof_error_{{n}}; }} finally {{ {_FRAME}{{n}}.exit(); }} "
)
TEXTS = {
    "typescript": ProbeTexts(
        at="{f}.at({n}, {g}); ",
        done=";{f}.done({n});",
        enter=_ENTER_TYPESCRIPT,
        leave=_LEAVE_TYPESCRIPT,
        frame=_FRAME,
        called=(f"{{{_ENTER_TYPESCRIPT} return {_FRAME}.returned(0, (", f")); {_LEAVE_TYPESCRIPT}}}"),
        made=f" #snipproof{{n}} = {PROBE_FUNCTION}.made({{n}});",
        # The constructor of a base class may return the same object twice; a private field would be added twice.
        derived=f" constructor(...__snipproof__) {{{{ super(...__snipproof__); {PROBE_FUNCTION}.made({{n}}); }}}}",
        returned=("{f}.returned({n}, (", "))"),
        suspend=("{f}.suspend(", ")"),
        resume=("{f}.resume(", ")"),
        module=PROBE_FUNCTION,
        caught=" {f}.expected({n});",
        expecting="{f}.expecting({n}); ",
        expected=";{f}.expected({n});",
        guards=True,
        goes_on=True,
        raising=(
            f"if (!{PROBE_FUNCTION}.hasRaised({{r}})) try {{ ",
            f" }} catch (__snipproof__) {{ {PROBE_FUNCTION}.raised({{r}}, __snipproof__); }}",
        ),
    ),
    "go": ProbeTexts(
        at="{f}.At({n}, {g}); ",
        done="; {f}.Done({n})",
        enter=f" {_FRAME} := {PROBE_FUNCTION}({{n}}); defer {_FRAME}.Exit();",
        leave="",
        frame=_FRAME,
        announced="defer {f}.Raised({name}, {numbers}); ",
        pause="{f}.Pause(); ",
        caught=" {f}.Caught({n});",
        expecting="{f}.Expecting(); ",
        expected="; {f}.Expected({n})",
    ),
    "java": ProbeTexts(
        at="{f}.at({n}, {g}); ",
        done=" {f}.done({n});",
        enter=_ENTER_JAVA,
        leave=_LEAVE_JAVA,
        frame=_FRAME + "{n}",  # a lambda must not hide a variable of the function around it
        made=" {{ snipproof.Probe.made({n}); }}",
        called=(f"{{{_ENTER_JAVA} return ", f"; {_LEAVE_JAVA}}}"),
        called_void=(f"{{{_ENTER_JAVA} ", f"; {_LEAVE_JAVA}}}"),
        caught=" {f}.handles({n}{e});",
        announced="{f}.caught({error}, {name}, {numbers}); ",
        final=(" int __snipproof_last_{n} = {f}.last();", " {f}.back(__snipproof_last_{n}); "),
    ),
}


def probe_tree(
    text: str, regions: Sequence[Region], language: str, extension: str = "", *, goes_on: bool = True
) -> Probed:
    """Return ``text`` with the probes that follow ``regions``; no line moves.

    :param language: one of those that have a tree-sitter grammar.
    :param extension: that of the file, if the language has several grammars.
    :param goes_on: whether the run goes on behind a Region that failed, where the language allows it.
    :raises ToolchainMissingError: the grammars are not installed.
    """
    # The tree keeps a reference to what it was made from, and its nodes one to the tree.
    root: Any = load_parser(language, extension)(text.encode()).root_node
    markers = sorted({(marker.line, marker.column) for region in regions for marker in region.markers})
    try:
        tree = tree_statements(root, language)
        goes_on = goes_on and TEXTS[language].goes_on
        plan, probes = make_plan(tree, regions, main_body(tree) if goes_on else None)
        inserter = _Inserter(text, TEXTS[language], probes)
        if goes_on:
            inserter.go_on(tree)
        inserter.insert(tree)
    except RecursionError:
        return Probed(text, {line: "the file is nested too deeply to be followed" for line, _ in markers})
    silent: dict[int, str] = {}
    for line, column in markers:
        reason = _not_a_marker(root, inserter.edits.lines, line, column)
        if reason:
            silent.setdefault(line, reason)
        elif language == "go":  # joined to a marker, `// Output:` would not begin its comment
            inserter.edits.replace(line, "")
    return Probed(inserter.edits.text(), silent, plan=plan, columns=inserter.edits.columns())


def _not_a_marker(root: Any, lines: Sequence[str], line: int, column: int) -> str:  # noqa: PLR0911 (one for each reason)
    """Return why a run cannot follow the marker at ``line`` and ``column``, else ``""``."""
    row = line - 1
    offset = len(lines[row][: column - 1].encode())
    node = root.descendant_for_point_range((row, offset), (row, offset + 1))
    if node.type not in COMMENTS:
        if "string" in node.type or "template" in node.type or "text" in node.type:
            return "the marker is not a comment: it is inside a string literal"
        return "the marker is not a comment"
    if node.start_point[0] < row or (node.end_point[0] > row and node.text.startswith(b"/*")):
        return "the marker is inside a block comment"
    code = lines[row].encode()
    if code[: node.start_point[1]].strip():
        return "the marker follows code on its line: put it on a line of its own"
    end = node.end_point[1] if node.end_point[0] == row else len(code)
    rest = code[end:].strip()
    if rest and not rest.startswith((b"//", b"/*")):
        return "code follows the marker on its line: put it on a line of its own"
    parent = node.parent
    while parent is not None:
        if parent.type == "ERROR":
            return f"the code around it, from line {parent.start_point[0] + 1}, cannot be parsed"
        parent = parent.parent
    return ""


class _Inserter:
    """Inserts probes into a text."""

    def __init__(self, text: str, texts: ProbeTexts, probes: Probes) -> None:
        self.edits = Edits(text.split("\n"))
        self._lines = [line.encode() for line in self.edits.lines]
        self._texts = texts
        self._probes = probes
        self._raising = {s: name for name, row in probes.raising for s in row if texts.raising[0] and _may_raise(s)}
        self._finals = itertools.count(1)
        self._announcing: dict[str, list[tuple[str, str]]] = {}
        self._guards: Mapping[Statement, tuple[str, str]] = {}
        self._first: Statement | None = None  # what stands before it: the start of what makes a run go on
        self._start = ""

    def go_on(self, root: StatementList) -> None:
        """Insert what makes a run go on behind the parts of a program that fail."""
        block = self._probes.divided or root
        added = going_on(root, block, self._texts.module if block is root else self._texts.frame, self._probes.parts)
        if added:
            self._guards = added.around
            self._first = next((s for s in block.statements if not _is_header(s.node)), None)
            self._start = added.start
            for statement in added.widened:
                self._widen(statement.node)

    def insert(self, root: StatementList) -> None:
        """Insert the probes of a whole program."""
        self._block(root, self._texts.module)

    def _block(self, block: StatementList, frame: str) -> None:
        for statement in block.statements:
            self._open(statement)
            self._before(statement, frame)
            for inner in statement.blocks:
                final = self._final(inner, frame)
                if final:
                    self._insert(inner.node.children[0].end_point, final[0])
                self._handling(inner, frame)
                self._caught(inner, frame)
                self._block(inner, frame)
                if final:
                    self._insert(inner.node.children[-1].start_point, final[1])
            for function in statement.functions:
                self._function(function)
            self._after(statement, frame)
            self._class(statement)
            self._close(statement)

    def _open(self, statement: Statement) -> None:
        """Insert what catches the error of a statement at the top level, before it."""
        start = statement.node.start_point
        if statement in self._raising:
            self._widen(statement.node)
            self._insert(start, self._texts.raising[0].replace("{r}", json.dumps(self._raising[statement])))
        if statement is self._first:
            self._insert(start, self._start)
        if statement in self._guards:
            self._insert(start, self._guards[statement][0])

    def _close(self, statement: Statement) -> None:
        """Insert the same behind it."""
        end = _end_point(statement.node)
        if statement in self._raising:
            self._insert(end, self._texts.raising[1].replace("{r}", json.dumps(self._raising[statement])))
        if statement in self._guards:
            self._insert(end, self._guards[statement][1])

    def _widen(self, node: Any) -> None:
        """Make a variable visible behind the block that is put around its declaration."""
        if node.type == "lexical_declaration":
            row, offset = node.start_point
            word = node.children[0].text.decode()
            self.edits.overwrite(row + 1, len(self._lines[row][:offset].decode()), "var".ljust(len(word)))

    def _final(self, block: StatementList, frame: str) -> list[str]:
        """Return the probes of a block that may run after a ``return``, which stays the last statement of the run."""
        is_final = self._texts.final[0] and block.node is not None and block.node.parent.type == "finally_clause"
        if not is_final or leaves(block.node) or not any(s in self._probes.statements for s in block.statements):
            return []
        number = next(self._finals)
        return [text.format(f=frame, n=number) for text in self._texts.final]

    def _caught(self, block: StatementList, frame: str) -> None:
        """Insert the probe of a handler that may catch the error that a Region of its function announces."""
        clause = block.node.parent if block.node is not None else None
        if clause is not None and clause.type == "catch_clause" and frame in self._announcing:
            parameter = next(child for child in clause.named_children if child.type == "catch_formal_parameter")
            for announced in self._announcing[frame]:
                text = self._announce(frame, parameter.child_by_field_name("name").text.decode(), announced)
                self._insert(block.node.children[0].end_point, f" {text}")

    def _announce(self, frame: str, error: str, announced: tuple[str, str]) -> str:
        name, numbers = announced
        return self._texts.announced.format(f=frame, error=error, name=json.dumps(name), numbers=numbers)

    def _before(self, statement: Statement, frame: str) -> None:
        number = self._probes.statements.get(statement)
        if number is None or statement.kind is StatementKind.NOTHING or _is_super(statement.node):
            return
        opening, between, _ = statement.wrap
        group = self._probes.groups[number]
        call = self._texts.at.format(f=frame, n=number, g=group)
        if self._texts.pause and _PAUSE.fullmatch(statement.node.text):
            call += self._texts.pause.format(f=frame)
        for handler in (statement, *(statement.functions if self._texts.guards else ())):
            if handler in self._probes.handlers:
                call += self._texts.expecting.format(f=frame, n=self._probes.handlers[handler])
        self._insert(_begin(statement.node), f"{opening}{call}{between}")
        if statement.kind is StatementKind.RETURN and self._texts.returned[0]:
            self._return(statement.node, frame, number)
        if statement.kind is StatementKind.YIELD and frame != self._texts.module:
            self._yields(statement.node, frame)

    def _return(self, node: Any, frame: str, number: int) -> None:
        before, behind = (text.format(f=frame, n=number) for text in self._texts.returned)
        value = next((child for child in node.named_children if child.type not in COMMENTS), None)
        if value is None:
            self._insert(node.start_point, f"{before}undefined{behind}; ")
        else:
            self._around(value, before, behind)

    def _yields(self, node: Any, frame: str) -> None:
        for each in _yields(node):
            self._around(each, *(text.format(f=frame) for text in self._texts.resume))
            before, behind = (text.format(f=frame) for text in self._texts.suspend)
            if each.named_children:
                self._around(each.named_children[-1], before, behind)
            else:
                self._insert(each.end_point, f" {before}{behind}")

    def _after(self, statement: Statement, frame: str) -> None:
        number = self._probes.statements.get(statement)
        if number is None or statement.kind is StatementKind.NOTHING or _is_super(statement.node):
            return
        closing = statement.wrap[2]
        done = statement in self._probes.done and ends(statement)
        text = self._texts.done.format(f=frame, n=number) if done else ""
        if statement in self._probes.handlers and ends(statement):
            text = self._texts.expected.format(f=frame, n=self._probes.handlers[statement]) + text
        if text or closing:
            self._insert(_end_point(statement.node), text + closing)

    def _class(self, statement: Statement) -> None:
        node = declaration(statement.node)
        # A record may have no initializer, and an interface has no objects of its own.
        if statement in self._probes.classes and node.type in ("class_declaration", "abstract_class_declaration"):
            number = self._probes.classes[statement]
            opening = node.child_by_field_name("body").children[0]
            text = self._texts.made
            if self._texts.derived and _has_base(node):
                # A constructor of its own reports by itself.
                text = "" if any(f.name == "constructor" for f in statement.functions) else self._texts.derived
            self._insert(opening.end_point, text.format(n=number))

    def _function(self, function: Function) -> None:
        number = self._probes.functions.get(function)
        frame = self._texts.frame.replace("{n}", str(number))
        body = function.body.node
        if number is not None and body is not None:
            if body.children and body.children[0].type == "{":
                self._frame(function, number)
            elif texts := self._called(function):
                before, behind = (text.replace("{n}", str(number)) for text in texts)
                opening, gap, rest = before.partition("try {")
                self._around(body, f"{opening}{self._handler(function, frame)} {gap}{rest}", behind)
        self._block(function.body, frame)

    def _handler(self, place: StatementList | Function, frame: str, error: str = "") -> str:
        """Return the probe that begins a handler, ``""`` if ``place`` handles no error."""
        number = self._probes.handlers.get(place)
        return self._texts.caught.format(f=frame, n=number, e=error and f", {error}") if number else ""

    def _handling(self, block: StatementList, frame: str) -> None:
        """Insert the probe that begins a handler."""
        if block not in self._probes.handlers:
            return
        clause = block.node.parent
        formal = next((child for child in clause.named_children if child.type == "catch_formal_parameter"), None)
        error = formal.child_by_field_name("name").text.decode() if formal is not None else ""
        self._insert(block.node.children[0].end_point, self._handler(block, frame, error))
        if self._texts.guards:
            guarded = clause.parent.child_by_field_name("body").children[0]
            text = self._texts.expecting.format(f=frame, n=self._probes.handlers[block])
            self._insert(guarded.end_point, f" {text}")

    def _called(self, function: Function) -> tuple[str, str] | None:
        """Return what surrounds the body of a function literal that is an expression."""
        if not self._texts.called_void[0]:
            return self._texts.called if self._texts.called[0] else None
        return {True: self._texts.called, False: self._texts.called_void, None: None}[gives_value(function.node)]

    def _frame(self, function: Function, number: int) -> None:
        body = function.body.node
        opening = body.children[0]
        inner = statements(body)
        for first in inner:
            if not (_is_super(first) or _is_directive(first)):
                break
            opening = first
        leave = self._texts.leave.replace("{n}", str(number))
        frame = self._texts.frame.replace("{n}", str(number))
        enter = self._texts.enter.replace("{n}", str(number))
        self._insert(opening.end_point, enter + self._handler(function, frame))
        for name, inside in self._announced(function):
            announced = (name, ", ".join(str(self._probes.statements[s]) for s in inside))
            if leave:
                self._announcing.setdefault(frame, []).append(announced)
                text = self._announce(frame, f"__snipproof_error_{number}", announced)
                leave = leave.replace(" throw __", f" {text}throw __", 1)
            else:
                self._insert(inside[0].node.start_point, self._announce(frame, "", announced))
        if leave:
            self._insert(body.children[-1].start_point, leave)

    def _announced(self, function: Function) -> Iterator[tuple[str, list[Statement]]]:
        """Yield each Region in ``function`` that announces an error, with its statements."""
        if not self._texts.announced:
            return
        inside = set(walk(function.body))
        for name, row in self._probes.raising:
            own = [s for s in walk(StatementList(None, row)) if s in inside and s in self._probes.statements]
            if own:
                yield name, own

    def _around(self, node: Any, before: str, behind: str) -> None:
        self._insert(node.start_point, before)
        self._insert(_end_point(node), behind)

    def _insert(self, point: tuple[int, int], text: str) -> None:
        row, offset = point
        self.edits.insert(row + 1, len(self._lines[row][:offset].decode()), text)


def _end_point(node: Any) -> tuple[int, int]:
    """Return where ``node`` ends, without the comments that a statement without a semicolon takes along."""
    last, takes = node, False
    while inner := [child for child in last.children if child.type not in COMMENTS]:
        takes = takes or inner[-1] != last.children[-1]
        last = inner[-1]
    row, column = last.end_point if takes else node.end_point
    return row, column


def _may_raise(statement: Statement) -> bool:
    """Return whether a statement at the top level can be put into a block without hiding what it declares."""
    node = statement.node
    if node.type in ("lexical_declaration", "variable_declaration"):
        return bool(node.parent.type == "program")
    if node.type == "expression_statement" and node.named_children[0].type == "internal_module":
        return False
    return bool(
        node.parent.type == "program"
        and node.type.endswith(("_statement", "_block"))
        and node.type not in ("import_statement", "export_statement")
    )


def _begin(node: Any) -> tuple[int, int]:
    """Return the place of the probe before a statement: behind a label of Go, since ``goto`` jumps to it."""
    label = node.named_children[0] if node.type == "labeled_statement" else None
    inner = node.named_children[-1] if label is not None else node
    # `break` and `continue` need the label of a loop right before it.
    if label is None or label.type != "label_name" or inner.type in _LABELED:
        return tuple(node.start_point)
    return tuple(node.end_point if inner == label else inner.start_point)


def _is_super(node: Any) -> bool:
    """Return whether a statement must stay the first one of its constructor."""
    return bool(node.type == "explicit_constructor_invocation")


def _has_base(node: Any) -> bool:
    """Return whether a class has a base class."""
    return any(each.type == "extends_clause" for child in node.children for each in child.children)


def _is_directive(node: Any) -> bool:
    return bool(node.type == "expression_statement" and node.named_children and node.named_children[0].type == "string")


def _is_header(node: Any) -> bool:
    return node.type == "hash_bang_line" or _is_directive(node)


def _yields(node: Any) -> list[Any]:
    found, waiting = [], [node]
    while waiting:
        for child in waiting.pop().named_children:
            if child.type == "yield_expression":
                found.append(child)
            inside = child.type in ("statement_block", "arrow_function", "function_expression", "method_definition")
            if not inside and not child.type.endswith("_statement"):
                waiting.append(child)
    return found
