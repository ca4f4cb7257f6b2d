from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.report.last_run import keep_last_run, last_run_file, read_last_run, with_earlier

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.report.entries import RunReport, SnippetEntry

A, B, C = "py/a.py::one", "py/a.py::two", "py/b.py::three"


def report_of(
    *snippets: SnippetEntry, expectations: Any = (), digests: Any = (), collected: Any = (A, B, C), date: str = ""
) -> RunReport:
    made = make_report(list(snippets), list(expectations))
    texts = {"py/a.py": "a", "py/b.py": "b", **dict(digests)}
    made["run"]["sources"] = [
        {"path": path, "suite": "py/suite.yaml", "digest": digest, "duration": None} for path, digest in texts.items()
    ]
    made["run"]["collected"] = list(collected)
    made["run"]["date"] = date or made["run"]["date"]
    return made


def outcomes(report: RunReport) -> dict[str, str]:
    return {each["id"]: each["outcome"] for each in report["snippets"]}


def test_snippets_of_unchanged_sources_keep_their_outcome_with_its_date() -> None:
    before = report_of(make_snippet(A), make_snippet(C, "failed"), date="2026-01-01T00:00:00Z")
    joined = with_earlier(report_of(make_snippet(A, "failed"), date="2026-01-02T00:00:00Z"), before)
    assert outcomes(joined) == {A: "failed", C: "failed"}
    assert [each.get("date") for each in joined["snippets"]] == [None, "2026-01-01T00:00:00Z"]
    later = with_earlier(report_of(make_snippet(B), date="2026-01-03T00:00:00Z"), joined)
    assert [each.get("date") for each in later["snippets"]] == ["2026-01-02T00:00:00Z", None, "2026-01-01T00:00:00Z"]


def test_a_changed_source_and_a_snippet_that_is_gone_keep_nothing() -> None:
    before = report_of(make_snippet(A), make_snippet(B), make_snippet(C))
    changed = report_of(digests={"py/b.py": "other"}, collected=[A, C])
    assert outcomes(with_earlier(changed, before)) == {A: "passed"}


def test_an_error_of_a_run_leaves_the_outcome_of_the_run_before() -> None:
    before = report_of(make_snippet(A))
    assert outcomes(with_earlier(report_of(make_snippet(A, "error")), before)) == {A: "passed"}
    assert outcomes(with_earlier(report_of(make_snippet(A)), report_of(make_snippet(A, "error")))) == {A: "passed"}


def test_expectations_follow_their_snippets_while_their_own_text_is_the_same() -> None:
    here, elsewhere = make_expectation(A, "differs"), make_expectation(A, "differs", id="py/b.py::Expected one")
    before = report_of(make_snippet(A, "failed"), expectations=[here, elsewhere])
    joined = with_earlier(report_of(make_snippet(B), digests={"py/b.py": "other"}), before)
    assert [each["id"] for each in joined["expectations"]] == [here["id"]]


def test_a_report_is_complete_once_all_snippets_were_run() -> None:
    before = report_of(make_snippet(A), make_snippet(B))
    joined = with_earlier(report_of(make_snippet(C)), before)
    assert joined["run"]["complete"]
    assert not with_earlier(report_of(make_snippet(C)), report_of(make_snippet(A)))["run"]["complete"]


def test_the_file_is_joined_and_ignored_by_git(tmp_path: Path) -> None:
    assert read_last_run(tmp_path) is None
    keep_last_run(tmp_path, report_of(make_snippet(A)))
    keep_last_run(tmp_path, report_of(make_snippet(C)))
    kept = read_last_run(tmp_path)
    assert kept
    assert outcomes(kept) == {A: "passed", C: "passed"}
    assert {each.name for each in last_run_file(tmp_path).parent.iterdir()} == {".gitignore", "last-run.json"}


def test_what_cannot_be_read_or_written_counts_as_unknown(tmp_path: Path) -> None:
    file = last_run_file(tmp_path)
    file.parent.mkdir()
    file.write_text('{"format_version": 99, "snippets": []}')
    assert read_last_run(tmp_path) is None
    keep_last_run(tmp_path, report_of(make_snippet(A)))
    kept = read_last_run(tmp_path)
    assert kept
    assert outcomes(kept) == {A: "passed"}


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    os.symlink(elsewhere, last_run_file(root).parent)  # noqa: PTH211
    keep_last_run(root, report_of(make_snippet(A)))
    assert not list(elsewhere.iterdir())
