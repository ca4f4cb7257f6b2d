"""One run becomes one report: what was run is filled in, and what was not makes it incomplete."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.run_reports import make_expectation, make_report, make_run, make_snippet

from snipproof.report.assemble import assemble, mark_completeness, unique_errors
from snipproof.report.entries import missing_of
from snipproof.report.tree_facts import TreeFacts

A, B = "py/a.py::a", "py/a.py::b"


def test_entries_stand_in_the_order_of_the_suites() -> None:
    report = make_report([make_snippet(B), make_snippet(A)], left_out=["go/x_test.go::x"])
    assert report["run"]["collected"] == ["go/x_test.go::x", A, B]
    assert [each["id"] for each in report["snippets"]] == [A, B]
    assert missing_of(report) == ["go/x_test.go::x"]


def test_the_client_is_that_of_the_suite_unless_nothing_ran() -> None:
    report = make_report([make_snippet(A), make_snippet(B, "skipped")])
    assert [each["client"] for each in report["snippets"]] == [{"name": "weaviate-client", "version": "4.23.1"}, None]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("skipped", "its Snippet was skipped"),
        ("error", "its Snippet could not be run"),
        ("failed", "its Snippet failed"),
    ],
)
def test_what_was_not_compared_has_a_reason(outcome: Any, reason: str) -> None:
    (expectation,) = make_report([make_snippet(A, outcome)], [make_expectation(A)])["expectations"]
    assert (expectation["outcome"], expectation["reason"]) == ("not compared", reason)


def test_places_of_a_comparison_come_from_the_tree() -> None:
    place: Any = {"page": "p", "line": 1, "column": 1, "tab": "Go"}
    facts = TreeFacts(collected=[A], expectations=[make_expectation(A, places=[place])])
    report = assemble(facts, make_run(), [make_snippet(A)], [make_expectation(A, "matched")], {})
    assert [(each["outcome"], each["places"]) for each in report["expectations"]] == [("matched", [place])]


ERROR: Any = {"kind": "collection", "message": "unbound", "path": "py/c.py", "line": None}
OTHER: Any = {**ERROR, "path": None}


def test_when_a_report_is_complete() -> None:
    report = make_report([make_snippet(A), make_snippet(B, "skipped")])
    assert report["run"]["complete"]
    assert not make_report([make_snippet(A)], left_out=[B])["run"]["complete"]
    assert not make_report([make_snippet(A), make_snippet(B, "error")])["run"]["complete"]
    assert not make_report([make_snippet(A)], errors=[ERROR])["run"]["complete"]
    assert not make_report([])["run"]["complete"]
    report["run"]["sources"][0]["digest"] = ""  # it could not be read, so nobody knows its Snippets
    mark_completeness(report)
    assert not report["run"]["complete"]


def test_an_error_of_each_worker_is_one_error() -> None:
    assert unique_errors([ERROR, ERROR, OTHER]) == [ERROR, OTHER]
