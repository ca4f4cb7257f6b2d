"""Compares an Expectation with actual data: the engine decides whether they match, and then explains why not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from snipproof.compare.captures import NOTHING_BOUND
from snipproof.compare.difference import ABSENT, Difference, Kind
from snipproof.compare.explanation import Explainer
from snipproof.compare.lazy import Lazy
from snipproof.compare.match import TooMuchError
from snipproof.compare.notation import Actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.places import Document
from snipproof.compare.scope import OptionError, Scope, select
from snipproof.compare.show import show
from snipproof.compare.solve import Solver
from snipproof.compare.tree import (
    Array,
    Documents,
    Elision,
    Expected,
    Node,
    Notation,
    Object,
    String,
    TextLines,
    TypedNode,
    TypedValue,
)

MOST = 1_000
# Nearer than a plural or a pair of different words: `verson`, not `id` for `ids`.
_CLOSE = 0.85
_EXPLAINED = 100_000
_PLAIN = ComparisonOptions()
_WITH_NAMES = frozenset({Notation.PYTHON, Notation.NODE})


def compare(expected: Expected, actual: Any, laws: ComparisonOptions = _PLAIN, *, most: int = MOST) -> list[Difference]:
    """Return the differences between what is expected and what is there, in the order of the expected text.

    No difference means that it matches: whatever could not be compared is told as one.

    :param actual: plain data; an :class:`Actual` with one value or several in a row; for plain text the text itself.
    :param laws: by what laws.
    :param most: how many differences are told; that there are more is the last one.
    """
    node = expected.node
    try:
        data = _prepared(expected, actual, laws)
        roots: list[tuple[tuple[Any, ...], Any]] = [((), data)]
        if isinstance(node, Documents):
            roots = [((Document(index),), value) for index, value in enumerate(data)]
        scope = Scope(laws, roots if not isinstance(node, TextLines) else [])
        _require(expected, data, laws, scope)
    except _CannotError as error:
        return [error.difference]
    except OptionError as error:
        return [_whole(expected, str(error), Kind.LAW)]
    if isinstance(node, TextLines):
        node = _stripped(node)
        if [item.value if isinstance(item, String) else None for item in node.items] == list(data):
            return []  # however many lines there are, and with `<name>` standing for `<name>`
    return _differences(expected, node, data, scope, most)


def _differences(expected: Expected, node: Node, data: Any, scope: Scope, most: int) -> list[Difference]:
    unwraps = expected.notation not in _WITH_NAMES
    left_out = ""
    explainer = Explainer(expected, Solver(scope, unwraps=unwraps, steps=_EXPLAINED), most)
    try:
        if next(Solver(scope, unwraps=unwraps).solutions(node, data, NOTHING_BOUND), None) is not None:
            return []
        left_out = explainer.explain_all(node, data)
    except TooMuchError:
        left_out = "there are too many ways in which this may fit: the rest was not compared"
    except RecursionError:
        left_out = "this is nested too deep: the rest was not compared"
    found = sorted(explainer.found, key=lambda difference: difference.begin)
    if left_out:
        found.append(_whole(expected, left_out, Kind.LIMIT))
    if not found:
        found = [_whole(expected, "no way to read the captures makes all of this fit", Kind.CAPTURE)]
    return found


class _CannotError(Exception):
    """There is nothing to compare with; ``difference`` says why."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.message)
        self.difference = difference


def _whole(expected: Expected, message: str, kind: Kind, actual: Any = ABSENT) -> Difference:
    """Return a difference of the whole text."""
    node = expected.node
    return Difference(node.begin, node.end, expected.line(node.begin), "$", message, kind, actual, node)


def _prepared(expected: Expected, actual: Any, laws: ComparisonOptions) -> Any:
    """Return the data that the tree is compared with: a value, values for Documents, lines for TextLines."""
    values = actual.values if isinstance(actual, Actual) else (actual,)
    if laws.select is not None:
        values = tuple(_selected(expected, laws.select, value) for value in values)
    if isinstance(expected.node, Documents):
        return values
    if len(values) != 1:
        what = f"{len(values)} values in a row" if values else "nothing"
        raise _CannotError(_whole(expected, f"expected one value, actual {what}", Kind.VALUE))
    if not isinstance(expected.node, TextLines):
        return values[0]
    if not isinstance(values[0], str):
        if expected.node.items and all(isinstance(item, Elision) for item in expected.node.items):
            return ()  # `...` and nothing else stands for any output, data or text
        message = f"expected text, actual {show(values[0])}"
        raise _CannotError(_whole(expected, message, Kind.TYPE, values[0]))
    lines = [line.rstrip() for line in values[0].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")]
    shown = [index for index, line in enumerate(lines) if line]
    return tuple(lines[shown[0] : shown[-1] + 1]) if shown else ()


def _selected(expected: Expected, path: str, value: Any) -> Any:
    found, selected = select(path, value)
    if not found:
        message = f"`select` finds nothing at {path} in the actual output: {show(value)}"
        raise _CannotError(_whole(expected, message, Kind.MISSING, value))
    return selected


def _stripped(node: TextLines) -> TextLines:
    """Return the lines without blanks behind them, which nobody sees."""
    return TextLines(
        node.begin,
        node.end,
        tuple(String(i.begin, i.end, i.value.rstrip()) if isinstance(i, String) else i for i in node.items),
    )


def _require(expected: Expected, data: Any, laws: ComparisonOptions, scope: Scope) -> None:
    """Refuse names that say nothing since they are misspelt, and shapes of text.

    :raises OptionError: there is one.
    """
    if laws.shape and isinstance(expected.node, TextLines):
        raise OptionError("`shape` compares the types and names of data, and what is shown is plain text")
    if laws.ignore and not isinstance(expected.node, TextLines):
        _require_ignored(expected, data, laws)
    if not laws.approx:
        return
    for path in scope.nowhere():
        raise OptionError(f"`approx` names `{path}`, which is nowhere in the actual output")
    shown = set(_names(expected.node))
    for name in laws.approx:
        if not name.startswith("$") and name not in shown:
            close = difflib.get_close_matches(name, shown, n=1)
            guess = f": did you mean `{close[0]}`?" if close else ""
            raise OptionError(f"`approx` names `{name}`, which is not shown here{guess}")


def _require_ignored(expected: Expected, data: Any, laws: ComparisonOptions) -> None:
    """Refuse to ignore what is nowhere, if a name that is like it is somewhere; another may be there the next time.

    :raises OptionError: there is one.
    """
    names = set(_names(expected.node))
    absent = [name for name in laws.ignore if not name.startswith("$") and name not in names]
    if absent:
        names.update(*(_names(value) for value in (data if isinstance(expected.node, Documents) else [data])))
    for name in absent:
        if name not in names and (close := difflib.get_close_matches(name, names - {*laws.ignore}, 1, _CLOSE)):
            raise OptionError(
                f"`ignore` names `{name}`, which is neither shown nor in the actual output: did you mean `{close[0]}`?"
            )


def _names(node: Node) -> Iterator[str]:
    """Yield the names of all members in ``node``."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Object):
            if isinstance(item.members, Lazy):
                stack.append(item.members.data)
            else:
                yield from (member.name for member in item.members)
                stack += [member.value for member in item.members]
        elif isinstance(item, Array):
            stack += item.items.data if isinstance(item.items, Lazy) else item.items
        elif isinstance(item, Documents):
            stack += item.items
        elif isinstance(item, TypedNode):
            stack += [*item.positional, item.members]
        elif isinstance(item, dict):
            yield from item
            stack += item.values()
        elif isinstance(item, list | tuple):
            stack += item
        elif isinstance(item, TypedValue):
            stack += [*item.positional, dict(item.members)]
