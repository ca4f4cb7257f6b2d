"""``snipproof report``: pages, summaries, annotations, and one report of several shards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.cli.main import main
from snipproof.report.report_file import read_report, write_report

A, B = "py/a.py::a", "py/b.py::b"


def saved(path: Path, *snippets: Any, **options: Any) -> str:
    """Write a report of ``snippets`` and return its path."""
    names = [snippet["id"] for snippet in snippets]
    expectations = [make_expectation(name, "differs" if "a" in name else "matched") for name in names]
    references = [make_reference("docs/p.mdx", 3, A), make_reference("docs/p.mdx", 4, B)]
    write_report(path, make_report(snippets, expectations, references, **options))
    return str(path)


@pytest.fixture
def report(tmp_path: Path) -> str:
    return saved(tmp_path / "report.json", make_snippet(A, "failed"), make_snippet(B))


def test_the_result_in_a_few_lines(report: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", report]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 Snippet failed",
        "  blocks that readers see: 1 proven, 1 failed",
        "  Snippets: 1 failed, 1 passed",
        "  shown output: 1 differs, 1 matched",
        "  coverage: 100 % (4 of 4 shown statements)",
        "py/a.py:4:1 FAILED 'a': it was failed",
    ]


def test_control_characters_of_docs_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = {"line": 4, "reason": "\x1b[2J gone", "details": "", "excerpt": []}
    assert main(["report", saved(tmp_path / "r.json", make_snippet(A, "failed", error=error))]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_page_and_a_summary(report: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jinja2")
    summary = tmp_path / "summary.md"
    summary.write_text("of another step\n")
    page = tmp_path / "new" / "report.html"
    assert main(["report", report, "--html", str(page), "--markdown", str(summary), "--against", report]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert summary.read_text(encoding="utf-8").startswith("of another step\n## ❌ 1 Snippet failed\n")
    assert capsys.readouterr().out == ""
    assert main(["report", report, "--markdown", "-"]) == 0
    assert capsys.readouterr().out.startswith("## ❌ 1 Snippet failed\n")


def test_annotations_of_github(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors = [
        {"kind": "infrastructure", "message": "no server: 100%", "path": None, "line": None},
        {"kind": "collection", "message": "unbound", "path": "py/c.py", "line": None},
    ]
    report = saved(tmp_path / "report.json", make_snippet(A, "failed"), make_snippet(B), errors=errors)
    assert main(["report", report, "--format", "github"]) == 0
    difference = '$.title: expected "A dog", actual "A cat"'
    assert capsys.readouterr().out.splitlines() == [
        "::error title=infrastructure error%2C not a defect of the docs::no server: 100%25",
        "::error file=py/c.py,line=1,title=collection error%2C not a defect of the docs::unbound",
        f"::error file=py/a.py,line=4,title=failed%3A a (py)::it was failed%0A{difference}%0Ashown on docs/p.mdx:3",
    ]


def test_shards_become_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = saved(tmp_path / "1.json", make_snippet(A), left_out=[B])
    two = saved(tmp_path / "2.json", make_snippet(B), left_out=[A])
    output = tmp_path / "merged.json"
    assert main(["report", "merge", one, two, "--output", str(output)]) == 0
    assert read_report(output)["run"]["complete"]
    assert main(["report", "merge", one, "--output", str(output)]) == 1
    assert capsys.readouterr().err == f"snipproof: 1 of 2 Snippets were run in no part:\n  {B}\n"
    assert not read_report(output)["run"]["complete"]


def test_what_could_not_be_run_is_an_infrastructure_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors = [{"kind": "infrastructure", "message": "no server", "path": None, "line": None}]
    one = saved(tmp_path / "1.json", make_snippet(A, "error"), make_snippet(B), errors=errors)
    assert main(["report", "merge", one, "--output", str(tmp_path / "merged.json")]) == 69
    assert "(it could not be run)\nsnipproof: infrastructure error: no server\n" in capsys.readouterr().err


def test_a_merged_report_must_reach_the_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = {"statements": [4, 5], "missed": [5], "handling": [], "text": {"5": "x"}}
    one = saved(tmp_path / "1.json", make_snippet(A, lines=lines), make_snippet(B, lines=lines), coverage_floor=60)
    assert main(["report", "merge", one, "--output", str(tmp_path / "merged.json")]) == 1
    assert capsys.readouterr().err == "snipproof: the coverage is below 60 %: 50 % (2 of 4 shown statements)\n"


def test_merged_reports_check_the_ledger_of_known_failures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a whole, which no shard can; without settings, nothing is checked."""
    listed = {"reason": "an account", "unstable": False}
    one = saved(tmp_path / "1.json", make_snippet(A, "failed", known_failure=listed), left_out=[B])
    two = saved(tmp_path / "2.json", make_snippet(B), left_out=[A])
    merge = ["report", "merge", one, two, "--output", str(tmp_path / "merged.json"), "--root", str(tmp_path)]
    assert main(merge) == 0
    (tmp_path / "snipproof.toml").write_text("known-failures = 'known.toml'\n")
    entry = "[snippets.'{}']\noutcome = 'failed'\nkind = 'KeyError'\nreason = 'an account'\n"
    floor = "[floor.'py/suite.yaml']\nsnippets = {}\nexpectations = {}\n"
    (tmp_path / "known.toml").write_text(entry.format(A) + floor.format(1, 1))
    assert main(merge) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "known.toml").write_text(entry.format(B) + entry.format("py/a.py::old") + floor.format(2, 0))
    assert main(merge) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "hint" not in line] == [
        f"snipproof: known.toml:1:1 {A} failed and is not listed",
        f"snipproof: known.toml:1:11 listed as failed with KeyError, but {B} passed",
        "snipproof: known.toml:5:11 SP404 py/a.py::old does not exist",
        "snipproof: known.toml:10:1 py/suite.yaml proves no Snippet, and its floor is 2",
    ]
    assert main([*merge[:2], one, "--output", merge[5]]) == 1
    assert "known.toml" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{report}", "{report}"], 2, "report requires one report"),
        (["{report}", "--output", "x.json"], 2, "--output belongs to report merge"),
        (["merge", "{report}"], 2, "report merge requires --output FILE"),
        (
            ["merge", "{report}", "--output", "x.json", "--html", "x"],
            2,
            "report merge has no other option than --output",
        ),
        (["merge", "--output", "{folder}/x.json"], 2, "nothing to merge"),
        (["{folder}/none.json"], 2, "none.json: cannot be read"),
        (["{folder}/cut.json"], 1, "cut.json: the report is cut off after 100 bytes"),
        (["merge", "{report}", "{folder}/other.json", "--output", "{folder}/x.json"], 1, "of another commit than"),
        (["{report}", "--markdown", "{report}/summary.md"], 69, "cannot write"),
        (["{report}", "--html", "{report}/page.html"], 69, "cannot write"),
    ],
)
def test_wrong_usage_and_wrong_files(
    report: str, tmp_path: Path, arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cut.json").write_bytes(Path(report).read_bytes()[:100])
    saved(tmp_path / "other.json", make_snippet(A, "failed"), make_snippet(B), commit="feed")
    if "--html" in arguments and code == 69:
        pytest.importorskip("jinja2")
    given = [argument.format(report=report, folder=tmp_path) for argument in arguments]
    assert main(["report", *given]) == code
    assert message in capsys.readouterr().err


def test_the_reasons_take_the_place_of_the_summary(report: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", report, "--reasons"]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "not proven: 1 of 2 Snippets, 1 of 2 blocks that readers see",
        "",
        "Snippets  blocks  reason",
        "       1       1  defect",
    ]
    assert main(["report", report, "--reasons", "--markdown", "-"]) == 0
    assert "| 1 | 1 | defect |" in capsys.readouterr().out
    assert main(["report", "merge", report, report, "--output", report, "--reasons"]) == 2
