"""What changed against an earlier report: what vanished above all."""

from __future__ import annotations

from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.report.changes import Changes, OutcomeChange, Slowdown, find_changes

A, B, C = "py/a.py::a", "py/a.py::b", "py/c.py::c"


def test_nothing_changed() -> None:
    report = make_report([make_snippet(A)], [make_expectation(A, "matched")], durations={"py/a.py": 1.0})
    found = find_changes(report, report)
    assert found == Changes()
    assert not found.any


def test_a_snippet_and_a_comparison_that_vanished() -> None:
    earlier = make_report(
        [make_snippet(A), make_snippet(B)], [make_expectation(A, "matched"), make_expectation(B, "matched")]
    )
    report = make_report([make_snippet(A), make_snippet(C)], [make_expectation(A, "excused", reason="no such client")])
    report["expectations"][0]["outcome"] = "excused"
    found = find_changes(earlier, report)
    assert found.any
    assert (found.vanished, found.added) == ([B], [C])
    assert found.vanished_comparisons == [
        "py/a.py::Expected a with the stdout of py/a.py::a: no such client",
        "py/a.py::Expected b with the stdout of py/a.py::b: it does not exist any more",
    ]


def test_outcomes_of_what_both_ran() -> None:
    earlier = make_report([make_snippet(A), make_snippet(B, "failed"), make_snippet(C)])
    report = make_report([make_snippet(A, "failed"), make_snippet(B)], left_out=[C])
    found = find_changes(earlier, report)
    assert found.broken == [OutcomeChange(A, "passed", "failed")]
    assert found.fixed == [OutcomeChange(B, "failed", "passed")]
    assert (found.not_run, found.vanished) == ([C], [])
    known = make_report([make_snippet(A, "failed", known_failure={"reason": "why", "unstable": False})])
    assert find_changes(earlier, known).broken == [OutcomeChange(A, "passed", "known failure")]


def test_versions_coverage_and_time() -> None:
    earlier = make_report([make_snippet(A)], durations={"py/a.py": 1.0})
    lines = {"statements": [4, 5], "missed": [5], "handling": [], "text": {"5": "x"}}
    report = make_report([make_snippet(A, lines=lines)], durations={"py/a.py": 2.6})
    report["run"]["versions"]["weaviate"] = "1.40.0"
    report["run"]["suites"][0]["client"] = {"name": "weaviate-client", "version": "5.0.0"}
    found = find_changes(earlier, report)
    assert found.slower == [Slowdown("py/a.py", 1.0, 2.6)]
    assert found.versions == ["weaviate 1.39.0 → 1.40.0", "py: weaviate-client 4.23.1 → weaviate-client 5.0.0"]
    assert found.coverage == (100.0, 50.0)
