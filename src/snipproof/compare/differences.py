"""The differences between expected and actual output, and their report as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from snipproof.compare.notation.actual import Actual
from snipproof.compare.show import inline
from snipproof.compare.tree import Node
from snipproof.text import plural

_MAX_DIFFERENCES = 20
_MAX_LINES = 60
_MAX_WIDTH = 200
_MAX_INLINE = 80
_LINES_AROUND = 4
_FURTHER = "… further lines are not shown"


class Kind(StrEnum):
    """How expected and actual output differ."""

    VALUE = "value"
    TYPE = "type"
    MISSING = "missing"
    EXTRA = "extra"
    ORDER = "order"
    CAPTURE = "capture"  # `<name>` would have two different values
    OPTION = "option"  # an option does not apply to the texts that are compared
    UNREADABLE = "unreadable"  # one of the texts is not the data that it should be
    LIMIT = "limit"  # there was too much to compare: the message describes what was left out


class Absent:
    """The type of :data:`ABSENT`, which stands for a missing actual value."""

    def __repr__(self) -> str:
        """Return ``ABSENT``."""
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between expected and actual output.

    :param begin: the offset of its span in the expected text. An EXTRA element or line has an empty span
        (``begin == end``), behind the element or line that it follows.
    :param line: the line of ``begin``, from 1.
    :param path: its path in the actual data, such as ``$.data.Get.Photo[0].title``.
    :param message: the reason.
    :param actual: the actual value as plain data, :data:`ABSENT` if there is none.
    :param node: the node that does not match; for an EXTRA element, and for the ORDER of elements, their container.
    """

    begin: int
    end: int
    line: int
    path: str
    message: str
    kind: Kind
    actual: Any = ABSENT
    node: Node | None = None


def format_report(
    head: str,
    lines: Sequence[tuple[int, str]],
    differences: Sequence[Difference],
    label: str,
    actual: Any,
    accept: str = "",
) -> Iterator[str]:
    """Yield the lines of a report: the expected lines, each with its differences below it, then the actual output.

    :param head: the first line.
    :param lines: the expected lines with their numbers.
    :param label: the heading of the actual output, without a colon.
    :param actual: text or data.
    :param accept: the command that accepts the actual output, ``""`` if there is none. It is left out if only
        the writer can resolve a difference.
    """
    yield head
    reported = differences[:_MAX_DIFFERENCES]
    notes: dict[int, list[Difference]] = {}
    for difference in reported:
        notes.setdefault(difference.line, []).append(difference)
    yield from _expected(lines, notes)
    if len(reported) < len(differences):
        yield f"  … {plural(len(differences) - len(reported), 'further difference')}"
    if actual is not None or label:
        yield f"{label}:"
        yield from _actual(actual)
    if accept and not any(map(_needs_a_writer, differences)):
        yield f"if the output is right and the docs are not: {accept}"


def _needs_a_writer(difference: Difference) -> bool:
    """Whether an update cannot resolve the difference: an attribute is wrong, or the block is not valid data."""
    return difference.kind is Kind.OPTION or (difference.kind is Kind.UNREADABLE and difference.node is None)


def _expected(lines: Sequence[tuple[int, str]], notes: dict[int, list[Difference]]) -> Iterator[str]:
    """Yield the expected lines with their differences; of a long text only the lines around them."""
    wanted = _wanted([number for number, _ in lines], set(notes))
    skipped = 0
    for number, text in lines:
        if number not in wanted:
            skipped += 1
            continue
        if skipped:
            yield f"       … {plural(skipped, 'line')} not shown"
            skipped = 0
        yield f"{'>' if number in notes else ' '} {number:4} | {_cut(text)}".rstrip()
        for difference in notes.get(number, ()):
            yield f"       ^ {difference.path}: {difference.message}"
    if skipped:
        yield f"       … {plural(skipped, 'line')} not shown"
    shown = {number for number, _ in lines}
    for number, found in notes.items():
        if number not in shown:
            yield from (f"> {number:4} ^ {difference.path}: {difference.message}" for difference in found)


def _wanted(numbers: Sequence[int], marked: set[int]) -> set[int]:
    if len(numbers) <= _MAX_LINES:
        return set(numbers)
    wanted: set[int] = set()
    for around in (0, 1, _LINES_AROUND):
        more = {
            n for i, n in enumerate(numbers) if any(m in marked for m in numbers[max(0, i - around) : i + around + 1])
        }
        if len(more) > _MAX_LINES:
            break
        wanted = more
    return wanted


def _actual(actual: Any) -> Iterator[str]:
    *lines, last = actual_lines(actual) or [""]
    yield from (f"       | {line}".rstrip() for line in lines)
    yield f"       {last}" if last == _FURTHER else f"       | {last}".rstrip()


def actual_lines(actual: Any) -> list[str]:
    """Return the first lines of the actual output: text unchanged, data as JSON."""
    lines = iter(actual.strip().split("\n")) if isinstance(actual, str) else _json_lines(actual)
    first = [_cut(line.rstrip("\r")) for line in islice(lines, _MAX_LINES)]
    return [*first, _FURTHER] if next(lines, None) is not None else first


def _json_lines(actual: Any, indent: str = "", lead: str = "", tail: str = "") -> Iterator[str]:
    """Yield actual data as lines of indented JSON; numbers keep all their digits."""
    if isinstance(actual, Actual):
        for value in actual.values:
            yield from _json_lines(value)
    elif isinstance(actual, dict | list | tuple) and actual and len(inline(actual)) > _MAX_INLINE:
        brackets = "{}" if isinstance(actual, dict) else "[]"
        entries = actual.items() if isinstance(actual, dict) else (("", value) for value in actual)
        yield f"{indent}{lead}{brackets[0]}"
        for number, (name, value) in enumerate(entries, start=1):
            key = f"{inline(str(name))}: " if isinstance(actual, dict) else ""
            yield from _json_lines(value, indent + "  ", key, "," if number < len(actual) else "")
        yield f"{indent}{brackets[1]}{tail}"
    else:
        yield f"{indent}{lead}{inline(actual)}{tail}"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_WIDTH else f"{text[:_MAX_WIDTH]}… ({len(text):,} characters)"
