"""The reports for other programs: JSON, GitHub annotations, statistics, and which options go together."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.lint.check_result import CheckResult
from snipproof.lint.engine import known_rules
from snipproof.lint.formats import FORMATS, github_format, with_statistics
from snipproof.model import Finding, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.lint import SmallSite

_HEAD = '{"snipproof_baseline": 1}\n'
_COUNTS = {"format_version": 1, "references": 1, "pages": 1, "sources": 1, "in_baseline": 0}
_ORPHAN = {
    "path": "code/a.py",
    "line": 2,
    "column": 2,
    "rule": "SP204",
    "severity": "warning",
    "message": "no page shows the Region 'A'",
    "hint": "show it on a page, or remove its markers",
}
_ABSENT = {
    "path": "docs/p.mdx",
    "line": 3,
    "column": 8,
    "rule": "SP201",
    "severity": "error",
    "message": "the start marker '# STRAT A' is not in code/a.py",
    "hint": "did you mean '# START A'?",
}


def test_json_has_all_parts(small_site: SmallSite) -> None:
    """The version of the format, the counts, and every Finding with all its parts."""
    done = small_site.check("--format", "json")
    assert (done.code, json.loads(done.out)) == (1, {**_COUNTS, "findings": [_ORPHAN, _ABSENT]})


def test_github_shows_annotations(small_site: SmallSite) -> None:
    """One command for each Finding, with its severity, place and title, and a summary for the log."""
    done = small_site.check("--format", "github")
    assert done.code == 1
    assert done.out == (
        "::warning file=code/a.py,line=2,col=2,title=SP204 orphan-region::"
        "no page shows the Region 'A'%0Ahint: show it on a page, or remove its markers\n"
        "::error file=docs/p.mdx,line=3,col=8,title=SP201 start-absent::"
        "the start marker '# STRAT A' is not in code/a.py%0Ahint: did you mean '# START A'?\n"
        "1 reference in 1 page, 1 source: 1 error, 1 warning\n"
    )


def test_nothing_of_a_page_can_end_an_annotation() -> None:
    """A line end, a comma or a percent sign in a path or a message cannot begin a command of its own."""
    path, message = "docs/a,b:c\r\n::stop-commands::x%.md", "100%\r\n::error::,: forged"
    finding = Finding(path, 1, 1, "SP201", message, "", Severity.WARNING)
    first, summary = github_format.lines(CheckResult([finding], known_rules()))
    assert first == (
        "::warning file=docs/a%2Cb%3Ac%0D%0A%3A%3Astop-commands%3A%3Ax%25.md,line=1,col=1,title=SP201 start-absent::"
        "100%25%0D%0A::error::,: forged"
    )
    assert summary.startswith("0 references")


@pytest.mark.parametrize(
    ("workspace", "expected"), [(".", "site/docs/p.mdx"), ("site", "docs/p.mdx"), ("other", "docs/p.mdx")]
)
def test_annotations_name_files_as_the_repository_does(
    tmp_path: Path, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, workspace: str, expected: str
) -> None:
    """A site in a folder of its repository is found there; a root outside of it has no better name."""
    small_site.root = tmp_path / "site"
    small_site.root.mkdir()
    for folder in ("docs", "code"):
        (tmp_path / folder).rename(small_site.root / folder)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / workspace))
    assert f"::error file={expected},line=3," in small_site.check("--format", "github").out
    sarif = json.loads(small_site.check("--format", "sarif").out)
    places = [result["locations"][0]["physicalLocation"] for result in sarif["runs"][0]["results"]]
    assert places[1]["artifactLocation"]["uri"] == expected


def test_a_kept_result_is_used_for_the_same_request_only(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a baseline of the same name elsewhere nor another repository gets the earlier result."""
    for path in [*tmp_path.rglob("*"), tmp_path]:
        os.utime(path, ns=(1, 1))
    monkeypatch.setattr("snipproof.lint.result_cache.TICK_NS", -(10**12))  # keeps results however young the files are
    for folder, texts in {"a": [], "b": [], "c": [_HEAD]}.items():
        (tmp_path / folder).mkdir()
        for text in texts:
            (tmp_path / folder / "b.jsonl").write_text(text)
    monkeypatch.chdir(tmp_path / "a")
    assert small_site.check("--baseline", "b.jsonl", "--update-baseline").code == 0
    for _ in range(2):
        assert small_site.check("--baseline", "b.jsonl").code == 0
        assert small_site.check("--no-baseline").code == 1
    monkeypatch.chdir(tmp_path / "b")
    assert small_site.check("--baseline", "b.jsonl").code == 2
    monkeypatch.chdir(tmp_path / "c")
    assert small_site.check("--baseline", "b.jsonl").code == 1
    for workspace, expected in ((tmp_path, "docs/p.mdx"), (tmp_path.parent, f"{tmp_path.name}/docs/p.mdx")):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(workspace))
        assert f"::error file={expected}," in small_site.check("--format", "github").out
    assert len(list((tmp_path / ".snipproof-cache").glob("*.json"))) == 5


def test_statistics_count_by_rule(small_site: SmallSite) -> None:
    """The most frequent rule first, numbers in one column; the exit code is that of the Findings."""
    regions = "".join(f"# START {name}\n1\n# END {name}\n" for name in "ABCDEFGHIJ")
    small_site.write(**{"code/a.py": regions})
    done = small_site.check("--statistics")
    assert done.code == 1
    assert done.out == (
        "10 warning SP204 orphan-region\n"
        " 1 error   SP201 start-absent\n"
        "1 reference in 1 page, 1 source: 1 error, 10 warnings\n"
    )
    report = json.loads(small_site.check("--statistics", "--format", "json").out)
    assert report["statistics"] == [
        {"rule": "SP204", "severity": "warning", "count": 10},
        {"rule": "SP201", "severity": "error", "count": 1},
    ]
    assert "findings" not in report


@pytest.mark.parametrize("arguments", [(), ("--statistics",), ("--format", "github")])
def test_a_clean_site_has_one_line(small_site: SmallSite, arguments: tuple[str, ...]) -> None:
    """One line reports that nothing was found."""
    small_site.write(**{"docs/p.mdx": (small_site.root / "docs/p.mdx").read_text().replace("STRAT", "START")})
    done = small_site.check(*arguments)
    assert (done.code, done.out) == (0, "1 reference in 1 page, 1 source: no findings\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--statistics --format github", "--statistics is available for the formats json and text only"),
        ("--statistics --format sarif", "--statistics is available for the formats json and text only"),
        ("--watch --format json", "--watch prints text only, and cannot update a baseline"),
        ("--watch --update-baseline", "--watch prints text only, and cannot update a baseline"),
        ("--update-baseline", "--update-baseline requires the name of the file"),
        ("--update-baseline --no-baseline", "--no-baseline cannot be used with another option for a baseline"),
        ("--baseline b.jsonl --no-baseline", "--no-baseline cannot be used with another option for a baseline"),
        ("--format xml", "invalid choice: 'xml'"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(small_site: SmallSite, arguments: str, message: str) -> None:
    """Exit code 2, a message on standard error, nothing on standard output."""
    done = small_site.check(*arguments.split())
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_exit_codes(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 clean or warnings only, 1 findings, 2 wrong settings, 69 an infrastructure failure."""
    tag: dict[str, Any] = {"docs/p.mdx": (small_site.root / "docs/p.mdx").read_text().replace("STRAT", "START")}
    assert small_site.check().code == 1
    small_site.write(**{"snipproof.toml": '[severity]\nSP201 = "warning"\n'})
    assert small_site.check().code == 0
    small_site.write(**{"snipproof.toml": '[severity]\nSP999 = "warning"\n'})
    assert small_site.check().code == 2
    small_site.write(**tag, **{"snipproof.toml": ""})
    assert small_site.check().code == 0

    def full_disk(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("snipproof.lint.baseline.write_whole", full_disk)
    done = small_site.check("--update-baseline", "--baseline", str(small_site.root / "b.jsonl"))
    assert (done.code, done.out) == (69, "")
    assert done.err == "snipproof: cannot write b.jsonl: No space left on device\n"


def test_a_format_is_a_module(small_site: SmallSite) -> None:
    """Its name is a choice of the command; each gives lines, and some count by rule."""
    assert set(FORMATS) == {"github", "json", "sarif", "text"}
    for name in FORMATS:
        assert small_site.check("--format", name).code == 1
    assert "{" + ",".join(FORMATS) + "}" in small_site.check("--help").out
    assert with_statistics() == ["json", "text"]
