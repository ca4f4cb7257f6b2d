"""The statements of a program as a tree that looks the same in every language.

A module for each kind of parser makes such a tree: :mod:`~snipproof.syntax.python_statements` and
:mod:`~snipproof.syntax.tree_statements`. Lines count from 1. A ``node`` is the parser's own object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class StatementKind(StrEnum):
    """What a statement does, as far as following a run is concerned."""

    PLAIN = "plain"  # it runs, and the next statement follows
    NOTHING = "nothing"  # nothing of it runs: a bare string, a type, an import that is compiled
    RETURN = "return"  # it evaluates a value and leaves its function
    RAISE = "raise"  # it raises an exception
    BREAK = "break"  # it goes on behind a loop or a switch
    CONTINUE = "continue"  # it goes on with the next round of a loop
    EXIT = "exit"  # it ends the process or the test
    YIELD = "yield"  # it hands over a value; its generator may never be resumed
    FUNCTION = "function"  # it declares a function with a name
    CLASS = "class"
    EXPRESSION = "expression"  # no statement, but the body of a function literal; it may hold other functions


LEAVING = frozenset(
    (
        StatementKind.RETURN,
        StatementKind.RAISE,
        StatementKind.BREAK,
        StatementKind.CONTINUE,
        StatementKind.EXIT,
        StatementKind.YIELD,
    )
)
"""Kinds that may leave a Region before its END marker."""

NEVER_DONE = frozenset((StatementKind.RETURN, StatementKind.RAISE, StatementKind.BREAK, StatementKind.CONTINUE))
"""Kinds behind which nothing can stand."""


EXPECTS_ERROR = re.compile(
    r"(?i)(?<!not)(?<!notto)(?<!orelse)throw|raises|(?<!not)rejects|(?<!not)panics|catchexception|allsettled|return_exceptions"
)
"""Names in calls that expect an error, or collect it, in the common test libraries of all languages."""


@dataclass(slots=True, eq=False)
class StatementList:
    """Statements in a row.

    :param node: what holds them: where a statement can be added.
    :param first: the line at which its clause begins, such as that of ``else`` or ``case``; the line of its first
        statement if it has none.
    :param branch: whether a run can pass without entering it: the body of an ``if``, a loop or a handler.
    :param handles: whether an error may end here: in a handler, or behind a ``with``.
    :param on_error: whether it is entered only after an error: the body of a handler, of Go's ``if err != nil``.
    """

    node: Any
    statements: list[Statement] = field(default_factory=list)
    first: int = 0
    branch: bool = False
    handles: bool = False
    on_error: bool = False


@dataclass(slots=True, eq=False)
class Function:
    """A function with a body.

    :param name: ``""`` for a function literal that is bound to no name: it counts as a branch.
    :param first: the line at which it begins, ``last`` the one at which it ends.
    :param body: its statements; the only one of a function whose body is an expression is an ``EXPRESSION``.
    :param counts: whether it has to be called. An abstract method or an overload has not.
    :param returns: whether it has to return. A goroutine may run until the process ends.
    :param handles: whether it is called to handle an error, such as the argument of ``catch``.
    :param fails: whether an error may leave it: whether its body is more than a literal or a name.
    :param recovers: whether it stops a panic, if a function defers it.
    """

    node: Any
    name: str
    first: int
    last: int
    body: StatementList
    counts: bool = True
    returns: bool = True
    handles: bool = False
    fails: bool = True
    recovers: bool = False

    @property
    def is_expression(self) -> bool:
        """Whether its body is an expression."""
        return bool(self.body.statements) and self.body.statements[0].kind is StatementKind.EXPRESSION


@dataclass(slots=True, eq=False)
class Statement:
    """One statement.

    :param head: the last line before its first block, ``last`` if it has none.
    :param blocks: those that run as a part of it, in the order of the text.
    :param functions: those declared in it: itself, if it declares one, its methods if it is a class, function literals.
    :param catches: which jumps in its blocks belong to it: both for a loop, ``break`` for a switch.
    :param endless: whether it is a loop that only an error, a return or the end of the process leaves.
    :param expects: whether it calls something that expects an error, such as ``assertThrows``.
    :param defers: the function that it defers: its name, or the text of the literal.
    :param declared: whether it stands where only declarations may, so that no probe can stand before it.
    :param wrap: text before and behind it that makes a block of it, where it is the body of an ``if`` without braces;
        what a probe before it needs in between.
    """

    node: Any
    kind: StatementKind
    first: int
    last: int
    head: int
    blocks: list[StatementList] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    catches: frozenset[StatementKind] = frozenset()
    endless: bool = False
    expects: bool = False
    defers: str = ""
    declared: bool = False
    wrap: tuple[str, str, str] = ("", "", "")


def walk(block: StatementList) -> Iterator[Statement]:
    """Yield the statements of ``block`` and of the blocks in it, but not those of functions, in their order."""
    for statement in block.statements:
        yield statement
        for inner in statement.blocks:
            yield from walk(inner)


def functions(block: StatementList) -> Iterator[Function]:
    """Yield all functions that are declared in ``block``, at any depth, outer ones first."""
    for statement in walk(block):
        for function in statement.functions:
            yield function
            yield from functions(function.body)
