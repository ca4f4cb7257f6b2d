"""``pytest --snippets-report``: what a run leaves behind, however it was selected and distributed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from snipproof.cli.main import main
from snipproof.report.schema_check import load_schema

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

ONE = """\
import os
# START good
print({"n": 1}, end=os.environ.get("API_KEY", "")[:0])
# END good
# START prints
try:
    print({"distance": 0.058, "title": "A cat", "key": os.environ.get("API_KEY")})
except KeyError:
    raise
# END prints
'''
# START Expected prints results {of: prints}
{"distance": 0.058,
 "title": "A dog",
 "key": "..."}
# END Expected prints results
# START Expected good results {of: good}
{"n": 1}
# END Expected good results
'''
"""
TWO = """\
delete = print
# START skipped {skip: it deletes an account}
delete()
# END skipped
# START fails
y = 1 / 0
# END fails
# START blocked
x = y
# END blocked
"""
PAGE = """\
import One from "!!raw-loader!/snippets/py/one.py";
import Other from "!!raw-loader!/other/three.py";

<FilteredTextBlock text={One} startMarker="# START prints" endMarker="# END prints" language="py" />
<FilteredTextBlock text={One} startMarker="# START Expected prints" endMarker="# END Expected prints" language="json" />
<FilteredTextBlock text={Other} startMarker="# START three" endMarker="# END three" language="py" />
<FilteredTextBlock text={One} startMarker="# START good" endMarker="# END good" language="json" />
"""


OUTCOMES = {
    "good": "passed", "prints": "failed", "skipped": "skipped", "fails": "failed", "blocked": "blocked",
}  # fmt: skip


@pytest.fixture
def reported(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two Sources, whose Snippets have all kinds of Outcomes."""
    monkeypatch.setenv("API_KEY", "sk-very-secret")
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.snipproof.run]\nenv = ['API_KEY']\ncoverage-floor = 99\n")
    project.write("snippets/py/one.py", ONE)
    project.write("snippets/py/two.py", TWO)
    project.write("other/three.py", "# START three\nx = 1\n# END three\n")
    project.write("docs/p.mdx", PAGE)
    return project


def read(project: Project, name: str = "report.json") -> dict[str, Any]:
    """Return a report, which the schema must accept."""
    report: dict[str, Any] = json.loads((project.pytester.path / name).read_bytes())
    jsonschema.Draft202012Validator(load_schema()).validate(report)
    return report


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    """Return the Outcome of each Snippet by the last part of its id."""
    return {each["name"]: each["outcome"] for each in report["snippets"]}


def test_a_whole_run(reported: Project) -> None:
    """Every Snippet, Expectation and Reference is there; no secret is; coverage is reported from the same run."""
    result = reported.prove("--snippets-report=out/report.json", "--snippets-coverage")
    assert result.ret == 1
    text = (reported.pytester.path / "out/report.json").read_text(encoding="utf-8")
    assert "very-secret" not in text
    report = read(reported, "out/report.json")
    assert outcomes(report) == OUTCOMES
    assert report["run"]["complete"]
    assert "-p no:randomly snippets" in report["run"]["command"]
    assert report["run"]["versions"]["weaviate"] == "1.39.0"
    assert {"total", "services", "sources", "restore"} <= report["run"]["times"].keys()
    assert [each["duration"] is not None for each in report["run"]["sources"]] == [True, True]
    by_name = {each["name"]: each for each in report["snippets"]}
    good, prints = by_name["good"], by_name["prints"]
    assert good["lines"] == {"statements": [3], "missed": [], "handling": [], "text": {}}
    assert (good["error"], good["output"]["text"], good["output"]["size"]) == (None, None, len("{'n': 1}"))
    assert prints["lines"] == {"statements": [6, 7, 9], "missed": [9], "handling": [9], "text": {"9": "raise"}}
    assert prints["server"] == {"name": "Weaviate", "version": "1.39.0"}
    assert by_name["fails"]["error"]["reason"] == "ZeroDivisionError: division by zero"
    assert [6, "y = 1 / 0"] in by_name["fails"]["error"]["excerpt"]
    matched, differs = sorted(report["expectations"], key=lambda each: str(each["outcome"]), reverse=True)
    assert (matched["outcome"], differs["outcome"]) == ("matched", "differs")
    assert ["changed", 14, ' "title": "A dog",', ' "title": "A cat",'] in differs["rows"]
    assert [(each["kind"], each["suite"] is None) for each in report["references"]] == [
        ("snippet", False), ("expectation", False), ("snippet", True), ("snippet", False),
    ]  # fmt: skip
    findings = [each["finding"] and each["finding"]["rule"] for each in report["references"]]
    assert findings == [None, None, None, "SP305"]
    result.stdout.fnmatch_lines(
        [
            "  snippets/py/one.py:9 never ran (error branch, not counted)",
            "snipproof: coverage: 100 % (3 of 3 shown statements)",
            "snipproof: report: out/report.json",
        ]
    )


def test_parts_of_workers_merge_by_themselves(reported: Project) -> None:
    """With two workers the report has what both of them proved."""
    reported.prove("--snippets-report=report.json", "-n", "2")
    report = read(reported)
    assert outcomes(report) == OUTCOMES
    assert sorted(each["outcome"] for each in report["expectations"]) == ["differs", "matched"]
    assert [each["duration"] is not None for each in report["run"]["sources"]] == [True, True]
    assert report["run"]["times"]["sources"] > 0
    assert report["run"]["complete"]


def test_a_selection_is_incomplete_and_shards_together_are_not(
    reported: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """``-x``, ``--lf``, ``-k`` and a shard; all ids are listed whatever was selected."""
    result = reported.prove("--snippets-report=report.json", "-x", "--snippets-coverage")
    result.stdout.fnmatch_lines(
        [
            "snipproof: `run.coverage-floor` was not checked, since not every Snippet was run",
            "snipproof: report (incomplete: 3 Snippets not run): report.json",
        ]
    )
    assert outcomes(read(reported)) == {"good": "passed", "prints": "failed"}
    reported.prove("--snippets-report=report.json", "--lf", "-k", "not good")
    report = read(reported)
    assert not report["run"]["complete"]
    assert outcomes(report) == {"prints": "failed"}
    assert [name.partition("::")[2] for name in report["run"]["collected"]] == list(OUTCOMES)
    earlier, parts = (reported.pytester.path / "report.json").read_bytes(), []
    for index in (1, 2):
        # An earlier report at the same place balances the shards; the workers of the second one never see it.
        (reported.pytester.path / f"shard{index}.json").write_bytes(earlier)
        options = [f"--snippets-{name}=shard{index}.json" for name in ("report", "durations")]
        reported.prove(*options, f"--snippets-shard={index}/2", *(["-n", "1"] if index == 2 else []))
        shard = read(reported, f"shard{index}.json")
        assert (shard["run"]["shard"], shard["run"]["complete"]) == (f"{index}/2", False)
        assert len({each["source"] for each in shard["snippets"]}) == 1
        parts.append(str(reported.pytester.path / f"shard{index}.json"))
    output = str(reported.pytester.path / "merged.json")
    assert main(["report", "merge", *parts, "--output", output]) == 0
    assert outcomes(read(reported, "merged.json")) == OUTCOMES
    assert main(["report", "merge", parts[0], "--output", output]) == 1
    assert "3 of 5 Snippets were run in no part" in capsys.readouterr().err


def test_too_little_coverage_and_a_fixture_that_fails(project: Project) -> None:
    """Less than the floor is red although every Snippet passed; a fixture that fails is not a defect of the docs."""
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.snipproof.run]\ncoverage-floor = 90\n")
    result = project.prove("--snippets-coverage", source="# START a\nx = 1\nif x > 1:\n    x = 2\n# END a\n")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["snipproof: the coverage is below `run.coverage-floor`, 90 %"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    suite = project.pytester.path / "snippets/py/suite.yaml"
    suite.write_text(suite.read_text() + "fixtures: [broken]\n")
    project.pytester.makeconftest("import pytest\n@pytest.fixture\ndef broken():\n    raise RuntimeError('no data')\n")
    project.prove("--snippets-report=report.json")
    report = read(project)
    assert outcomes(report) == {"a": "error"}
    assert [(each["kind"], each["path"]) for each in report["run"]["errors"]] == [("other", "snippets/py/source.py")]
    assert "no data" in report["run"]["errors"][0]["message"]
    assert not report["run"]["complete"]


def test_an_update_is_not_a_proof(project: Project) -> None:
    """What a run has rewritten was not compared as it is now: the next run proves it."""
    source = "# START a\nprint(2)\n# END a\n'''\n# START Expected a results\n1\n# END Expected a results\n'''\n"
    project.prove("--snippets-update", "--snippets-report=report.json", source=source)
    report = read(project)
    assert outcomes(report) == {"a": "updated"}
    assert [each["outcome"] for each in report["expectations"]] == ["differs"]


def test_without_a_suite_there_is_nothing_to_report(pytester: pytest.Pytester) -> None:
    """An option that can do nothing is an error: the file would be missing, and nobody would know why."""
    result = pytester.runpytest_subprocess("-p", "no:randomly", "--snippets-report=report.json")
    result.stderr.fnmatch_lines(["*--snippets-report: no Suite is configured: set `suites` in *"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--snippets-shard=3/2"], "*--snippets-shard 3/2: the number of a shard is from 1 to 2"),
        (["--snippets-shard=auto"], "*--snippets-shard auto: the environment variable CI_NODE_INDEX is not set"),
        (["--snippets-shard=3/3"], "*--snippets-shard 3/3: no Source is left for this shard"),
        (["--snippets-durations=x.json"], "*--snippets-durations requires --snippets-shard"),
        (["--snippets-shard=1/2", "--snippets-durations=x.json"], "*x.json: cannot be read: *"),
        (["--snippets-report=snippets"], "*--snippets-report *snippets: this is a folder"),
        (["--snippets-report=snippets/py/one.py"], "*--snippets-report *one.py: the file is not a run report"),
    ],
)
def test_wrong_options_end_the_run_before_it_begins(reported: Project, options: list[str], message: str) -> None:
    result = reported.prove(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_an_error_outside_of_the_docs_makes_a_report_incomplete(reported: Project) -> None:
    """A server that is not there, and a Source that cannot be collected; an old report is gone."""
    file = Path(reported.write("report.json", '{\n"format_version": 1'))  # of a run that was killed
    reported.write("snippets/py/bad.py", "# START Expected x results\n1\n# END Expected x results\n")
    arguments = ["--snippets-weaviate-url=http://127.0.0.1:9", "--snippets-report=report.json"]
    result = reported.pytester.runpytest_subprocess(
        "-p", "no:randomly", "snippets", *arguments, "--continue-on-collection-errors"
    )
    assert result.ret != 0
    assert file.stat().st_size > 1000
    report = read(reported)
    assert {each["outcome"] for each in report["snippets"]} == {"error"}
    assert {each["kind"] for each in report["run"]["errors"]} == {"collection", "infrastructure"}
    assert not report["run"]["complete"]
