"""Makes the tree of statements of a Python program from its abstract syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from snipproof.syntax.statements import EXPECTS_ERROR, Function, Statement, StatementKind, StatementList

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_Body = list[ast.stmt]
# Functions that never return.
_EXITS = frozenset(("exit", "quit", "sys.exit", "os._exit", "os.abort"))
_NOT_CALLED = frozenset(("overload", "abstractmethod", "abstractproperty"))
# Expressions that may raise an error. A name may too, but then it is a mistake that no page shows.
_FAILING = (
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Await,
    ast.Yield,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
)
_LOOP = frozenset((StatementKind.BREAK, StatementKind.CONTINUE))


def python_statements(tree: ast.Module) -> StatementList:
    """Return the statements of a module."""
    return _block(tree, tree.body)


def _block(node: ast.AST, body: _Body, *, first: int = 0, branch: bool = False, handles: bool = False) -> StatementList:
    found = [_statement(statement) for statement in body]
    return StatementList(node, found, first or (found[0].first if found else 0), branch, handles)


def _statement(node: ast.stmt) -> Statement:
    last = node.end_lineno or node.lineno
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    statement = Statement(node, _kind(node), first, last, last)
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        statement.catches = _LOOP
        statement.endless = isinstance(node, ast.While) and _is_endless(node)
    if isinstance(node, _FunctionNode):
        body = _block(node, node.body)
        statement.functions = [*_literals(node), Function(node, node.name, first, last, body, _counts(node))]
        statement.head = max(first, body.first - 1)
    elif isinstance(node, ast.ClassDef):
        body = _block(node, node.body)
        statement.blocks = [body]
        statement.functions = list(_literals(node))
        for member in body.statements:
            if member.kind is StatementKind.FUNCTION:  # a method belongs to its class
                statement.functions.append(member.functions.pop())
        statement.head = max(first, body.first - 1)
    else:
        statement.blocks = list(_blocks(node))
        statement.functions = list(_literals(node))
        statement.expects = isinstance(node, ast.Expr | ast.Assign) and _expects_error(node)
        if statement.blocks:
            statement.head = max(first, min(block.first for block in statement.blocks) - 1)
    return statement


def _kind(node: ast.stmt) -> StatementKind:  # noqa: C901, PLR0911 (one line a kind)
    match node:
        case ast.Return():
            return StatementKind.RETURN
        case ast.Raise():
            return StatementKind.RAISE
        case ast.Break():
            return StatementKind.BREAK
        case ast.Continue():
            return StatementKind.CONTINUE
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return StatementKind.FUNCTION if _counts(node) else StatementKind.NOTHING
        case ast.ClassDef():
            return StatementKind.CLASS
        case ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None) | ast.Global() | ast.Nonlocal():
            return StatementKind.NOTHING
        case ast.Expr(value=ast.Call(func=func)) if ast.unparse(func) in _EXITS:
            return StatementKind.EXIT
    if type(node).__name__ == "TypeAlias":  # since Python 3.12
        return StatementKind.NOTHING
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in _expressions(node)):
        return StatementKind.YIELD
    return StatementKind.PLAIN


def _blocks(node: ast.stmt) -> Iterator[StatementList]:
    match node:
        case ast.If():
            yield _block(node, node.body, branch=True)
            yield from _orelse(node)
        case ast.For() | ast.AsyncFor() | ast.While():
            yield _block(node, node.body, branch=True)
            yield from _orelse(node)
        case ast.With() | ast.AsyncWith():
            yield _block(node, node.body, handles=True)
        case ast.Match():
            for case in node.cases:
                yield _block(case, case.body, first=case.pattern.lineno, branch=True)
        case _ if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            yield _block(node, node.body)  # type: ignore[attr-defined]
            for handler in node.handlers:  # type: ignore[attr-defined]
                block = _block(handler, handler.body, first=handler.lineno, branch=True, handles=True)
                block.on_error = True
                yield block
            yield from _orelse(node)
            if node.finalbody:  # type: ignore[attr-defined]
                yield _block(node, node.finalbody)  # type: ignore[attr-defined]


def _orelse(node: ast.stmt) -> Iterator[StatementList]:
    orelse: _Body = node.orelse  # type: ignore[attr-defined]
    if orelse:
        yield _block(node, orelse, branch=True)


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without the statements and the functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child
            if not isinstance(child, ast.Lambda):
                yield from _expressions(child)


def _is_endless(node: ast.While) -> bool:
    """Return whether a loop has no condition and no ``break`` of its own."""
    waiting: _Body = list(node.body)
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, ast.Break):
            return False
        for block in _blocks(statement) if not isinstance(statement, ast.For | ast.AsyncFor | ast.While) else ():
            waiting += [inner.node for inner in block.statements]
    return isinstance(node.test, ast.Constant) and bool(node.test.value)


def _expects_error(node: ast.stmt) -> bool:
    calls = [each for each in _expressions(node) if isinstance(each, ast.Call)]
    words = [word.arg or "" for call in calls for word in call.keywords]
    return any(EXPECTS_ERROR.search(name) for name in (*map(ast.unparse, (call.func for call in calls)), *words))


def _literals(node: ast.stmt | ast.expr) -> Iterator[Function]:
    """Yield the lambdas of a statement or an expression. One that is bound to a name has that name."""
    bound, target = None, None
    if isinstance(node, ast.Assign):
        bound, target = node.value, node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        bound, target = node.value, node.target
    for child in [node] if isinstance(node, ast.Lambda) else _expressions(node):
        if isinstance(child, ast.Lambda):
            name = ast.unparse(target) if target and child is bound else ""
            last = child.end_lineno or child.lineno
            body = Statement(child.body, StatementKind.EXPRESSION, child.body.lineno, last, last, declared=True)
            body.functions = list(_literals(child.body))
            made = Function(child, name, child.lineno, last, StatementList(child, [body], child.body.lineno))
            made.fails = any(isinstance(each, _FAILING) for each in ast.walk(child.body))
            yield made


def _counts(node: _FunctionNode) -> bool:
    """Return whether a function has to be called: it has a body, and is neither abstract nor an overload."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return not names & _NOT_CALLED and any(_kind(statement) is not StatementKind.NOTHING for statement in node.body)
