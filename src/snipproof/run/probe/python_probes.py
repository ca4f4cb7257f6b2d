"""Adds probes to Python Sources, in their abstract syntax tree, so that all lines and columns stay as they are."""

from __future__ import annotations

import ast
import io
import marshal
import tokenize
import warnings
from collections.abc import Collection, Mapping, Sequence

from snipproof.model import Region
from snipproof.run.probe.plan import Probes, make_plan
from snipproof.run.probe.probed import PROBE_FUNCTION, Probed
from snipproof.syntax.python_code import parse_python, parsing
from snipproof.syntax.python_statements import python_statements
from snipproof.syntax.statements import Statement, StatementList

_FRAME = "__snipproof_frame__"
_LISTING = frozenset(("locals", "vars", "dir"))
_CODE = frozenset((tokenize.NAME, tokenize.OP, tokenize.NUMBER))


def probe_python(
    text: str, regions: Sequence[Region], path: str = "<source>", optimize: int = -1, *, goes_on: bool = True
) -> Probed:
    """Return ``text`` with the probes that follow ``regions``; its ``program`` is a marshalled code object.

    Text that is not Python has no program: running it reports the wrong line.

    :param path: the file name of the code.
    :param optimize: the level of optimization, as for ``compile``; -1 is that of this interpreter.
    :param goes_on: whether the run goes on behind a Region that failed.
    """
    markers = sorted({marker.line for region in regions for marker in region.markers})
    try:
        tree = parse_python(text)
        comments, code = _comments(text)
        silent = {line: reason for line in markers if (reason := _not_a_marker(text.split("\n"), comments, code, line))}
        silent |= _between_decorators(tree, markers)
        plan, probes = make_plan(python_statements(tree), regions)
        _Inserter(probes, goes_on=goes_on).visit(tree)
        ast.fix_missing_locations(tree)
        with parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the Source itself does not change
            program = compile(tree, path, "exec", dont_inherit=True, optimize=optimize)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return Probed(text, dict.fromkeys(markers, "the file is not valid Python"))
    except (RecursionError, MemoryError):
        return Probed(text, dict.fromkeys(markers, "the file is nested too deeply for the parser"))
    return Probed(text, silent, plan=plan, program=marshal.dumps(program))


def _comments(text: str) -> tuple[dict[int, int], set[int]]:
    """Return the column, from 0, of the comment of each line that has one, and the lines of code."""
    comments, code = {}, set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.start[1]
        elif token.type in _CODE:
            code.add(token.start[0])
    return comments, code


def _not_a_marker(lines: Sequence[str], comments: Mapping[int, int], code: Collection[int], line: int) -> str:
    """Return why a run cannot follow the marker in ``line``, else ``""``."""
    if line not in comments:
        return f"the marker is not a comment: it is {'code' if line in code else 'inside a string literal'}"
    if lines[line - 1][: comments[line]].strip():
        return "the marker follows code on its line: put it on a line of its own"
    return ""


def _between_decorators(tree: ast.Module, markers: Sequence[int]) -> dict[int, str]:
    """Return the reason for each marker between a decorator and what it decorates."""
    found = {}
    for node in ast.walk(tree):
        decorators = getattr(node, "decorator_list", None)
        if decorators and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for line in markers:
                if decorators[0].lineno < line < node.lineno:
                    found[line] = f"the marker is between a decorator and `{node.name}`: move it above the decorator"
    return found


class _Inserter(ast.NodeTransformer):
    """Inserts the calls into the tree of a module."""

    def __init__(self, probes: Probes, *, goes_on: bool) -> None:
        self._probes = probes
        self._statements = {statement.node: statement for statement in probes.statements}
        self._functions = {function.node: number for function, number in probes.functions.items()}
        self._classes = {statement.node: number for statement, number in probes.classes.items()}
        self._handlers = {(handler.node, type(handler)): number for handler, number in probes.handlers.items()}
        # By each statement of a row, the first one of the row, and the call that watches the row.
        self._watched: dict[ast.stmt, tuple[ast.stmt, ast.Call]] = {}
        for name, row in probes.raising:
            self._watch(row, "raising", ast.Constant(name))
        for name, row in probes.parts if goes_on else ():
            # Before the row is changed: what the probes assign is not the Source's.
            assigned = [name for statement in row for name in assigned_names(statement.node)]
            given = ast.Constant(tuple(assigned))  # type: ignore[arg-type]  # typeshed knows no tuples
            self._watch(row, "part", ast.Constant(name), given)
        self._frame = PROBE_FUNCTION
        self._framed = True  # whether the function around has a frame; the module has one

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Visit the blocks of a node statement by statement."""
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(node, name, self._block(value))
            elif isinstance(value, list):
                setattr(node, name, [self.visit(item) if isinstance(item, ast.AST) else item for item in value])
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Leave the docstring and the imports from ``__future__`` in front."""
        count = next((n for n, s in enumerate(node.body) if not _is_header(s, n)), len(node.body))
        header, rest = node.body[:count], node.body[count:]
        calls = [call for s in header for call in (*self._before(s), *self._after(s))]
        node.body = [*header, *calls, *self._block(rest)]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Give a function its frame."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Give a function its frame."""
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Report that a lambda is called."""
        around = self._frame, self._framed
        self._framed = False
        node.body = self.visit(node.body)
        self._frame, self._framed = around
        if node in self._functions:
            number = self._functions[node]
            called = _call(PROBE_FUNCTION, "called", node, number)
            value = ast.copy_location(ast.BoolOp(ast.Or(), [called, node.body]), node.body)
            node.body = _call(PROBE_FUNCTION, "gave", node.body, number, value)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """Report which error has come to a handler."""
        number = self._handlers.get((node, StatementList))
        self.generic_visit(node)
        if number:
            node.body = [_statement(_call(PROBE_FUNCTION, "caught", node, number), node.body[0]), *node.body]
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        """Report which error a ``with`` suppresses."""
        return self._with(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        """Report which error an ``async with`` suppresses."""
        return self._with(node)

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        """Report that a generator is suspended and resumed."""
        self.generic_visit(node)
        return self._suspending(node) if self._framed else node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        """Report that a generator is suspended and resumed."""
        self.generic_visit(node)
        return self._suspending(node) if self._framed else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Hide the frame from what lists the names of a function."""
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        hides = self._frame == _FRAME and self._framed and name in _LISTING and not node.args and not node.keywords
        return _call(_FRAME, "plain", node, node) if hides else node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """Report that a value is returned: from now on, only a `finally` can run."""
        statement = self._statements.get(node)
        self.generic_visit(node)
        if node.value and statement and self._probes.statements[statement]:
            node.value = _call(self._frame, "returned", node.value, self._probes.statements[statement], node.value)
        return node

    def _watch(self, row: Sequence[Statement], method: str, *arguments: ast.expr) -> None:
        first: ast.stmt = row[0].node
        call = _call(PROBE_FUNCTION, method, first, *arguments)
        self._watched |= {statement.node: (first, call) for statement in row}

    def _with(self, node: ast.With | ast.AsyncWith) -> ast.AST:
        number = self._handlers.get((node, StatementList))
        self.generic_visit(node)
        if number:
            watched = _call(PROBE_FUNCTION, "suppressing", node.body[0], number)
            node.body = [ast.copy_location(ast.With([ast.withitem(watched)], node.body), node.body[0])]
        return node

    def _suspending(self, node: ast.Yield | ast.YieldFrom) -> ast.Call:
        given = node.value or ast.Constant(None)
        node.value = _call(self._frame, "suspend", node, given)
        return _call(self._frame, "resume", node, node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        # What precedes the body belongs to the function around.
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        node.args = self.visit(node.args)
        number = self._functions.get(node)
        around = self._frame, self._framed
        self._frame, self._framed = _FRAME, number is not None
        header = [s for s in node.body[:1] if _is_text(s)]
        body = self._block(node.body[len(header) :])
        if number is not None and body:
            entered = _call(PROBE_FUNCTION, "enter", node, number)
            frame = ast.withitem(entered, ast.Name(_FRAME, ast.Store()))
            body = [ast.copy_location(ast.With([frame], body), node)]
        node.body = [*header, *body]
        self._frame, self._framed = around
        return node

    def _block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        inside: dict[ast.stmt, list[ast.stmt]] = {}  # by its first, the statements of a Segment that may raise
        for node in body:
            row = [*self._before(node), self.visit(node), *self._after(node)]
            if node in self._watched:
                first, watch = self._watched[node]
                if first not in inside:
                    inside[first] = []
                    made.append(ast.copy_location(ast.With([ast.withitem(watch)], inside[first]), node))
                inside[first] += row
            else:
                made += row
        return made

    def _before(self, node: ast.stmt) -> list[ast.stmt]:
        statement = self._statements.get(node)
        if statement is None:
            return []
        number = self._probes.statements[statement]
        calls = [_call(self._frame, "at", node, number, self._probes.groups[number])]
        if expecting := self._handlers.get((node, Statement)):
            calls.append(_call(PROBE_FUNCTION, "expecting", node, expecting))
        if isinstance(node, ast.Return) and not node.value and number:
            calls.append(_call(self._frame, "returned", node, number))  # a generator may return nothing else
        return [_statement(call, node) for call in calls]

    def _after(self, node: ast.stmt) -> list[ast.stmt]:
        statement = self._statements.get(node)
        calls = []
        suppresses = isinstance(node, ast.With | ast.AsyncWith)
        handler = self._handlers.get((node, StatementList if suppresses else Statement))
        if handler:
            calls.append(_call(PROBE_FUNCTION, "suppressed" if suppresses else "expected", node, handler))
        if node in self._classes and isinstance(node, ast.ClassDef):
            watched = ast.Name(node.name, ast.Load())
            calls.append(_call(PROBE_FUNCTION, "watch", node, self._classes[node], watched))
        if statement in self._probes.done:
            calls.append(_call(self._frame, "done", node, self._probes.statements[statement]))
        return [_statement(call, node) for call in calls]


def assigned_names(statement: ast.stmt) -> list[tuple[str, int]]:
    """Return the names and attributes (``.name``) that a statement of a module assigns, with its last line."""
    found: list[str] = []
    waiting: list[ast.AST] = [statement]
    while waiting:
        match node := waiting.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.append(node.name)
                continue
            case ast.Lambda():
                continue
            case ast.Name(ctx=ast.Store()):
                found.append(node.id)
            case ast.Attribute(ctx=ast.Store()):
                found.append(f".{node.attr}")
            case ast.alias():
                found.append(node.asname or node.name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.append(name)
        # The variables of a comprehension are its own.
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.comprehension)]
    return [(name, statement.end_lineno or statement.lineno) for name in dict.fromkeys(found)]


def _is_header(node: ast.stmt, index: int) -> bool:
    return (index == 0 and _is_text(node)) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _call(target: str, method: str, place: ast.AST, *arguments: ast.expr | int) -> ast.Call:
    function = ast.Attribute(ast.Name(target, ast.Load()), method, ast.Load())
    given = [ast.Constant(a) if isinstance(a, int) else a for a in arguments]
    return ast.copy_location(ast.Call(function, given, []), place)


def _statement(call: ast.Call, place: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Expr(call), place)
