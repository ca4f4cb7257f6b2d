"""Reports of shards become one; what does not belong together is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.errors import SnipproofError
from snipproof.report.entries import RunReport, missing_of
from snipproof.report.merge_parts import merge_parts

NAMES = [f"py/{letter}.py::{number}" for letter in "abcd" for number in range(2)]


def part(*letters: str, outcome: Any = "passed", **run: Any) -> RunReport:
    """Return the report of a shard that ran the Sources ``letters``."""
    ran = [name for name in NAMES if name[3] in letters]
    return make_report(
        [make_snippet(name, outcome) for name in ran],
        [make_expectation(name, "matched") for name in ran],
        [make_reference("p.mdx", 3 + number, name) for number, name in enumerate(NAMES)],
        left_out=NAMES,
        durations={f"py/{letter}.py": 2.0 for letter in letters},
        **run,
    )


def merged(*reports: RunReport) -> RunReport:
    return merge_parts([(f"{number}.json", report) for number, report in enumerate(reports)])


@given(st.permutations("abcd"), st.integers(1, 3))
def test_shards_in_any_order_give_the_report_of_a_whole_run(letters: list[str], cut: int) -> None:
    found = merged(part(*letters[:cut]), part(*letters[cut:]))
    whole = part(*"abcd")
    assert found["run"]["complete"]
    assert found["snippets"] == whole["snippets"]
    assert found["expectations"] == whole["expectations"]
    assert found["run"]["sources"] == whole["run"]["sources"]
    assert found["run"]["parts"] == 2
    assert found["run"]["times"]["total"] == 200


def test_what_nobody_ran_is_known() -> None:
    found = merged(part("a"), part("b", "d"))
    assert not found["run"]["complete"]
    assert missing_of(found) == ["py/c.py::0", "py/c.py::1"]


def test_the_later_run_of_a_snippet_counts_and_attempts_add_up() -> None:
    early, late = "2026-11-28T10:00:00Z", "2026-11-28T11:00:00Z"
    found = merged(part(*"abcd", date=late), part("a", outcome="failed", date=early))
    assert {(each["id"][3], each["outcome"], each["attempt"]) for each in found["snippets"][:2]} == {("a", "passed", 2)}
    found = merged(part("a", date=late, outcome="error"), part(*"abcd", date=early))
    assert {each["outcome"] for each in found["snippets"]} == {"passed"}
    assert found["snippets"][0]["attempt"] == 1


def with_digest(report: RunReport) -> None:
    report["run"]["sources"][0]["digest"] = "f" * 64


def with_page(report: RunReport) -> None:
    report["references"][0]["line"] = 77


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_digest, "1.json: of another tree than 0.json: py/a.py differs"),
        (with_page, "1.json: of another tree than 0.json: their pages differ"),
        (lambda report: report["run"].update(commit="feed"), "1.json: of another commit than 0.json: feed and 0123"),
        (lambda report: report["run"]["versions"].update(weaviate="1.38.0"), "1.json: run with weaviate 1.38.0, and"),
    ],
)
def test_parts_of_different_trees_are_refused(change: Any, message: str) -> None:
    other = part("b", "c", "d")
    change(other)
    with pytest.raises(SnipproofError, match=message):
        merged(part("a"), other)


def test_errors_of_all_parts_are_kept_once() -> None:
    error = {"kind": "infrastructure", "message": "no server", "path": None, "line": None}
    found = merged(part("a", "b", errors=[error]), part("c", "d", errors=[error]))
    assert found["run"]["errors"] == [error]


def test_the_strictest_floor_counts() -> None:
    assert merged(part("a", coverage_floor=80), part("b"))["run"]["coverage_floor"] == 80
    with pytest.raises(SnipproofError, match="nothing to merge"):
        merged()
