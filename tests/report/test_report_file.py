"""A report is written and read whole, or refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.run_reports import make_reference, make_report, make_snippet

from snipproof.errors import DocsError, InfrastructureError, SettingsError, SnipproofError
from snipproof.report.report_file import is_report, read_report, read_reports, report_bytes, write_report

REPORT = make_report([make_snippet("py/a.py::load \ud83d")], references=[make_reference("p.mdx", 3, "py/a.py::load")])


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    report = make_report([make_snippet("py/a.py::写真")], references=[make_reference("p.mdx", 3, "py/a.py::写真")])
    write_report(tmp_path / "new" / "r.json", report)
    assert read_report(tmp_path / "new" / "r.json") == report


def test_half_a_character_does_not_break_the_file(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(report_bytes(REPORT))
    assert json.loads((tmp_path / "r.json").read_bytes())["snippets"]


def test_wherever_it_is_cut_it_is_refused(tmp_path: Path) -> None:
    data = report_bytes(make_report([make_snippet("py/a.py::a")], references=[make_reference("p", 3, "py/a.py::a")]))
    path = tmp_path / "r.json"
    for size in range(1, len(data) - 2, 7):
        path.write_bytes(data[:size])
        with pytest.raises(DocsError, match="the report is cut off after"):
            read_report(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 2}, "format version 2, and this snipproof reads 1"),
        ({"format_version": None}, "not a run report"),
        ({"run": {}}, "not a valid run report: run: the key 'commit' is missing"),
        ({"snippets": [{}]}, r"snippets\[0\]: the key 'id' is missing"),
    ],
)
def test_another_version_or_another_file(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**make_report([make_snippet("py/a.py::a")]), **change}))
    with pytest.raises(SettingsError, match=message):
        read_report(path)


@pytest.mark.parametrize("text", ["", "[]", "1", '{"format_version": 1}', "<html></html>", "{,}", "[" * 100_000])
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(SnipproofError, match=r"r\.json: (not a run report|the report is cut off)"):
        read_report(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_report(tmp_path / "missing.json")


def test_equal_references_are_read_once_and_others_not(tmp_path: Path) -> None:
    name = "py/a.py::a"
    reports = [
        make_report([make_snippet(name)], references=[make_reference("p", 3, name)]),
        make_report([make_snippet(name, "failed")], references=[make_reference("p", 3, name)]),
        make_report([make_snippet(name)], references=[make_reference("q", 3, name)]),
    ]
    paths = [tmp_path / f"{number}.json" for number in range(4)]
    for path, report in zip(paths, reports, strict=False):
        write_report(path, report)
    paths[3].write_text(json.dumps(reports[1], indent=4))  # as another tool formats it
    read = list(read_reports(paths))
    assert read == [*reports, reports[1]]
    assert read[0]["references"] is read[1]["references"]
    paths[1].write_bytes(paths[1].read_bytes().replace(b'"line": 3', b'"line": 0', 1))
    with pytest.raises(SettingsError, match="not a valid run report: snippets"):
        list(read_reports(paths))


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        write_report(tmp_path / "file" / "r.json", REPORT)


@pytest.mark.parametrize(
    ("text", "known"), [("", True), ("{}", False), ("x = 1\n", False), ('{"format_version": 1}', False)]
)
def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path, text: str, *, known: bool) -> None:
    (tmp_path / "file").write_text(text)
    assert is_report(tmp_path / "file") is known
    for size in (30, None):
        (tmp_path / "file").write_bytes(report_bytes(REPORT)[:size])
        assert is_report(tmp_path / "file")
