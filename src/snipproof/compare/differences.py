"""One place where the docs and the actual output disagree, with all that a report or an update needs to know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from snipproof.compare.notation import Actual
from snipproof.compare.show import inline
from snipproof.compare.tree import Node


class Kind(StrEnum):
    """In what way expected and actual differ."""

    VALUE = "value"
    TYPE = "type"
    MISSING = "missing"
    EXTRA = "extra"
    ORDER = "order"
    CAPTURE = "capture"  # `<name>` stands for two different things
    LAW = "law"  # the START line asks for something that is not there
    UNREADABLE = "unreadable"  # one of the two texts is not the data it should be
    LIMIT = "limit"  # too much to compare: what was left out is said


class Absent:
    """The actual value where there is none. There is one: ``ABSENT``."""

    def __repr__(self) -> str:
        """Return the word."""
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where expected and actual differ.

    :param begin: where it is in the expected text, as an offset; for an EXTRA element or line the place behind the one
        that it follows, with ``begin == end``.
    :param line: the line of that place, from 1.
    :param path: the place in the actual data, or the one where something is missing: ``$.data.Get.Photo[0].title``.
    :param message: the reason, in words.
    :param actual: the actual value as plain data, :data:`ABSENT` where there is none.
    :param node: the node that does not fit; of an EXTRA or an ORDER among elements their container.
    """

    begin: int
    end: int
    line: int
    path: str
    message: str
    kind: Kind
    actual: Any = ABSENT
    node: Node | None = None


_FINDINGS = 20
_LINES = 60
_WIDEST = 200
_AROUND = 4
_INLINE = 80


def report(
    head: str,
    lines: Sequence[tuple[int, str]],
    differences: Sequence[Difference],
    label: str,
    actual: Any,
    accept: str,
) -> Iterator[str]:
    """Yield the lines of a report.

    :param lines: the expected lines with their numbers.
    :param label: what the actual output is, in words.
    :param actual: text, or data.
    :param accept: a command that would accept the change, or nothing; not told where an update would refuse.
    """
    yield head
    told = differences[:_FINDINGS]
    notes: dict[int, list[Difference]] = {}
    for difference in told:
        notes.setdefault(difference.line, []).append(difference)
    yield from _expected(lines, notes)
    if len(told) < len(differences):
        yield f"  … {count(len(differences) - len(told), 'further difference')}"
    if actual is not None or label:
        yield f"{label}:"
        yield from _actual(actual)
    if accept and not any(map(_is_for_hands, differences)):
        yield f"if the output is right and the docs are not: {accept}"


def _is_for_hands(difference: Difference) -> bool:
    """Whether only the writer can mend it: an attribute that is wrong, a block that is not the data it claims to be."""
    return difference.kind is Kind.LAW or (difference.kind is Kind.UNREADABLE and difference.node is None)


def _expected(lines: Sequence[tuple[int, str]], notes: dict[int, list[Difference]]) -> Iterator[str]:
    """Yield the lines; of a long block those around the differences."""
    wanted = _wanted([number for number, _ in lines], set(notes))
    skipped = 0
    for number, text in lines:
        if number not in wanted:
            skipped += 1
            continue
        if skipped:
            yield f"       … {count(skipped, 'line')} not shown"
            skipped = 0
        yield f"{'>' if number in notes else ' '} {number:4} | {_cut(text)}".rstrip()
        for difference in notes.get(number, ()):
            yield f"       ^ {difference.path}: {difference.message}"
    if skipped:
        yield f"       … {count(skipped, 'line')} not shown"
    shown = {number for number, _ in lines}
    for number, found in notes.items():
        if number not in shown:
            yield from (f"> {number:4} ^ {difference.path}: {difference.message}" for difference in found)


def _wanted(numbers: Sequence[int], marked: set[int]) -> set[int]:
    if len(numbers) <= _LINES:
        return set(numbers)
    wanted: set[int] = set()
    for around in (0, 1, _AROUND):
        more = {
            n for i, n in enumerate(numbers) if any(m in marked for m in numbers[max(0, i - around) : i + around + 1])
        }
        if len(more) > _LINES:
            break
        wanted = more
    return wanted


def _actual(actual: Any) -> Iterator[str]:
    """Yield the actual output: a text as it is, data as JSON; as many lines as are worth reading."""
    lines = iter(actual.strip().split("\n")) if isinstance(actual, str) else as_lines(actual)
    for number, line in enumerate(lines):
        if number == _LINES:
            yield "       … further lines are not shown"
            return
        yield f"       | {_cut(line.rstrip(chr(13)))}".rstrip()


def as_lines(actual: Any, indent: str = "", lead: str = "", tail: str = "") -> Iterator[str]:
    """Yield actual data as the lines of indented JSON, each number with all its digits."""
    if isinstance(actual, Actual):
        for value in actual.values:
            yield from as_lines(value)
    elif isinstance(actual, dict | list | tuple) and actual and len(inline(actual)) > _INLINE:
        brackets = "{}" if isinstance(actual, dict) else "[]"
        entries = actual.items() if isinstance(actual, dict) else (("", value) for value in actual)
        yield f"{indent}{lead}{brackets[0]}"
        for number, (name, value) in enumerate(entries, start=1):
            key = f"{inline(str(name))}: " if isinstance(actual, dict) else ""
            yield from as_lines(value, indent + "  ", key, "," if number < len(actual) else "")
        yield f"{indent}{brackets[1]}{tail}"
    else:
        yield f"{indent}{lead}{inline(actual)}{tail}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}… ({len(text):,} characters)"


def count(number: int, what: str) -> str:
    """Return a number with what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
