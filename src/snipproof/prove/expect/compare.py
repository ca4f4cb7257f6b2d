"""Compares the tree of an Expectation with data, structurally; a wildcard widens what it names and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.prove.expect.parse import Array, Elision, Node, Number, Object, Scalar


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where expected and actual differ: ``line`` of the expected text, ``path`` in the data."""

    line: int
    path: str
    message: str


def compare(expected: Node, actual: Any, path: str = "$") -> Iterator[Difference]:
    """Yield the differences between ``expected`` and ``actual``, in the order of the expected text.

    :param actual: what ``json.loads(…, parse_float=Decimal)`` gives: bools are never numbers, numbers never strings.
    """
    if isinstance(expected, Elision):
        return
    if isinstance(expected, Number):
        yield from _number(expected, actual, path)
    elif isinstance(expected, Scalar):
        if type(actual) is not type(expected.value) or actual != expected.value:
            yield Difference(expected.line, path, f"expected {show(expected.value)}, actual {show(actual)}")
    elif isinstance(expected, Array):
        if isinstance(actual, list):
            yield from _array(expected, actual, path)
        else:
            yield Difference(expected.line, path, f"expected a list, actual {show(actual)}")
    elif isinstance(actual, dict):
        yield from _object(expected, actual, path)
    else:
        yield Difference(expected.line, path, f"expected an object, actual {show(actual)}")


def _number(expected: Number, actual: Any, path: str) -> Iterator[Difference]:
    """Compare at the precision that is printed: 0.058 stands for all that is rounded to it, 8 for 8 alone."""
    if isinstance(actual, bool) or not isinstance(actual, int | float | Decimal):
        yield Difference(expected.line, path, f"expected the number {expected.text}, actual {show(actual)}")
        return
    value = actual if isinstance(actual, Decimal) else Decimal(str(actual))
    exponent = int(expected.value.as_tuple().exponent)
    tolerance = Decimal(5).scaleb(exponent - 1) if exponent < 0 else Decimal(0)
    if not value.is_finite() or abs(value - expected.value) > tolerance:
        precision = f" (written with {-exponent} decimals)" if exponent < 0 else ""
        yield Difference(expected.line, path, f"expected {expected.text}{precision}, actual {actual}")


def _object(expected: Object, actual: dict[str, Any], path: str) -> Iterator[Difference]:
    for name, node in expected.members.items():
        if name in actual:
            yield from compare(node, actual[name], f"{path}.{name}")
        else:
            yield Difference(node.line, f"{path}.{name}", "expected, but missing in the actual output")
    if not expected.open:
        for name, value in actual.items():
            if name not in expected.members:
                message = f"not expected, but in the actual output: {show(value)}"
                yield Difference(expected.line, f"{path}.{name}", message)


def _array(expected: Array, actual: list[Any], path: str) -> Iterator[Difference]:
    runs = _split(expected.items)
    if len(runs) == 1:
        yield from _positional(runs[0], actual, path, 0)
        if len(actual) != len(runs[0]):
            yield Difference(expected.line, path, f"expected {len(runs[0])} elements, actual {len(actual)}")
        return
    head, *middle, tail = runs
    least = sum(map(len, runs))
    if len(actual) < least:
        yield Difference(expected.line, path, f"expected at least {least} elements, actual {len(actual)}")
        return
    yield from _positional(head, actual, path, 0)
    end = len(actual) - len(tail)
    position = len(head)
    # The leftmost match of every run leaves the most room for those behind it.
    for run in middle:
        found = next((at for at in range(position, end - len(run) + 1) if _matches(run, actual, at)), None)
        if found is None:
            yield Difference(
                run[0].line, path, f"no such elements between the elisions, in this order, from [{position}]"
            )
            break
        position = found + len(run)
    yield from _positional(tail, actual, path, end)


def _split(items: Sequence[Node]) -> list[list[Node]]:
    """Return the runs of nodes between Elisions; two Elisions in a row are one."""
    runs: list[list[Node]] = [[]]
    for index, item in enumerate(items):
        if not isinstance(item, Elision):
            runs[-1].append(item)
        elif index == 0 or not isinstance(items[index - 1], Elision):
            runs.append([])
    return runs


def _positional(run: Sequence[Node], actual: list[Any], path: str, at: int) -> Iterator[Difference]:
    for index, (node, value) in enumerate(zip(run, actual[at:], strict=False), start=at):
        yield from compare(node, value, f"{path}[{index}]")


def _matches(run: Sequence[Node], actual: list[Any], at: int) -> bool:
    return all(next(compare(node, value), None) is None for node, value in zip(run, actual[at:], strict=False))


def show(value: Any) -> str:
    """Return ``value`` as short JSON, for a message."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return text if len(text) <= 80 else text[:77] + "…"


def _plain(value: Any) -> Any:
    """Let JSON write a Decimal as the number that it is."""
    return float(value) if isinstance(value, Decimal) else str(value)
