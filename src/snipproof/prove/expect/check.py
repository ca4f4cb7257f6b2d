"""Holds one Expectation of a Source against the output of its Snippet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from snipproof.model import Expectation, Source
from snipproof.prove.expect.compare import Difference, compare
from snipproof.prove.expect.parse import ParseError, parse_expected

_MOST = 20
_COMMENTS = ("//", "#")


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """The differences found, with lines of the Source; ``shown`` is the expected block as (line, text)."""

    expectation: Expectation
    differences: tuple[Difference, ...]
    shown: tuple[tuple[int, str], ...]
    actual: str

    @property
    def matched(self) -> bool:
        """Whether the output is what the docs show."""
        return not self.differences

    def explain(self) -> str:
        """Return the expected block with every difference under its line, and the actual output."""
        notes: dict[int, list[Difference]] = {}
        for difference in self.differences:
            notes.setdefault(difference.line, []).append(difference)
        out = [f"the docs show (`{self.expectation.region.name}`, {self.expectation.region.source}):"]
        for line, text in self.shown:
            out.append(f"{'>' if line in notes else ' '} {line:4} | {text}")
            out += [f"       ^ {d.path}: {d.message}" for d in notes.get(line, ())]
        out += ["the Snippet printed:", *(f"       | {text}" for text in self.actual.strip().split("\n")[:60])]
        return "\n".join(out)


def check_expectation(source: Source, expectation: Expectation, output: str) -> ExpectationResult:
    """Compare the block of ``expectation`` in ``source`` with ``output``, what its Snippet printed."""
    numbers = [n for s in expectation.region.segments for n in range(s.first, s.last + 1)]
    all_lines = source.lines
    lines = [all_lines[n - 1].removesuffix("\r") for n in numbers]
    shown = tuple(zip(numbers, lines, strict=True))

    def result(*differences: Difference) -> ExpectationResult:
        return ExpectationResult(expectation, differences, shown, output)

    try:
        expected = parse_expected("\n".join(_uncomment(lines)))
    except ParseError as error:
        line = numbers[min(error.line, len(numbers)) - 1] if numbers else expectation.region.line
        return result(Difference(line, "$", f"the block is not the JSON it shows: {error.message}"))
    try:
        actual = json.loads(output, parse_float=Decimal, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        first = numbers[0] if numbers else expectation.region.line
        return result(Difference(first, "$", f"JSON expected, but the Snippet printed something else: {error}"))
    found = islice(compare(expected, actual), _MOST)
    return result(*(Difference(numbers[d.line - 1], d.path, d.message) for d in found))


def _uncomment(lines: list[str]) -> list[str]:
    """Return the lines without a comment token, if every line that is not blank begins with the same one."""
    for token in _COMMENTS:
        if any(line.strip() for line in lines) and all(
            line.lstrip().startswith(token) for line in lines if line.strip()
        ):
            return [line.lstrip().removeprefix(token) for line in lines]
    return lines


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse data that names a member twice: half of it would be compared with nothing."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a member is named twice in one object")
    return result
