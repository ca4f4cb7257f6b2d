"""Coverage counts what readers see, once, and error branches apart."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.run_reports import make_reference, make_report, make_snippet

from snipproof.report.line_coverage import (
    coverage_by_flavour,
    coverage_by_page,
    coverage_lines,
    coverage_of,
    is_below_floor,
    published,
)


def lines(statements: list[int], missed: list[int], handling: list[int]) -> dict[str, Any]:
    return {"statements": statements, "missed": missed, "handling": handling, "text": {}}


A = make_snippet("py/a.py::a", lines=lines([4, 5, 6], [5, 6], [6]))
B = make_snippet("py/a.py::b", lines=lines([5, 6, 7], [5, 6], [6]))  # shares two lines with the first one
HIDDEN = make_snippet("py/a.py::hidden", lines=lines([20], [20], []))
SKIPPED = make_snippet("go/a_test.go::a", "skipped", lines=None)


def test_a_line_of_two_snippets_counts_once() -> None:
    found = coverage_of([A, B, SKIPPED])
    assert (found.statements, found.ran, found.missed) == (3, 2, (("py/a.py", 5),))
    assert (found.handling, found.handling_missed) == (1, (("py/a.py", 6),))
    assert str(found) == "66.6 % (2 of 3 shown statements)"
    assert coverage_of([]).percent == 100


def test_only_what_readers_see_counts() -> None:
    references = [
        make_reference("p.mdx", 3, "py/a.py::a"),
        make_reference("q.mdx", 3, "py/a.py::b"),
        make_reference("_dead.mdx", 3, "py/a.py::hidden", live=False),
        make_reference("q.mdx", 5, "go/a_test.go::a"),
    ]
    report = make_report([A, B, HIDDEN, SKIPPED], references=references)
    assert {each["name"] for each in published(report)} == {"a", "b"}
    assert {page: found.percent for page, found in coverage_by_page(report).items()} == {"p.mdx": 50, "q.mdx": 50}
    assert list(coverage_by_flavour(report)) == ["py"]
    assert len(published(make_report([A, HIDDEN]))) == 2  # without pages, everything


@pytest.mark.parametrize(
    ("floor", "left_out", "below"),
    [(None, [], False), (0.0, [], False), (66.6, [], False), (66.7, [], True), (66.7, ["py/z.py::z"], False)],
)
def test_a_complete_run_must_reach_the_floor(floor: float | None, left_out: list[str], *, below: bool) -> None:
    assert is_below_floor(make_report([A, B], coverage_floor=floor, left_out=left_out)) is below


def test_lines_for_a_terminal() -> None:
    assert list(coverage_lines(make_report([A, B, SKIPPED]))) == [
        "snipproof: coverage of py: 66.6 % (2 of 3 shown statements)",
        "  py/a.py:5 never ran",
        "  py/a.py:6 never ran (error branch, not counted)",
        "snipproof: coverage: 66.6 % (2 of 3 shown statements)",
    ]
