"""The ledger of known failures as a project uses it: what is red, what is an xfail, and what a complete run checks."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from snipproof.cli.main import main
from snipproof.report.schema_check import load_schema

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

ONE = """\
# START cloud
{}["key"]
# END cloud
# START good
print(1)
# END good
'''
# START Expected good results {of: good}
1
# END Expected good results
'''
"""
TWO = """\
# START differs
print(2)
# END differs
'''
# START Expected differs results {of: differs}
3
# END Expected differs results
'''
# START shaky
print(4)
# END shaky
# START boom
y = [][1]
# END boom
# START late
z = y
# END late
"""
PAGE = """\
import One from "!!raw-loader!/snippets/py/one.py";

<FilteredTextBlock text={One} startMarker="# START cloud" endMarker="# END cloud" language="py" />

<FilteredTextBlock text={One} startMarker="# START good" endMarker="# END good" language="py" />
"""
LEDGER = """\
[snippets."snippets/py/one.py::cloud"]
outcome = "failed"
kind = "KeyError"
reason = "needs an account"

[snippets."snippets/py/two.py::boom"]
outcome = "failed"
kind = "IndexError"
reason = "not written yet"

[snippets."snippets/py/two.py::differs"]
outcome = "failed"
kind = "expected output differs"
reason = "the model is new"

[snippets."snippets/py/two.py::late"]
outcome = "blocked"
reason = "needs boom"

[snippets."snippets/py/two.py::shaky"]
unstable = true
reason = "equal scores"

[floor."snippets/py/suite.yaml"]
snippets = 1
expectations = 1
"""


@pytest.fixture
def listed(project: Project) -> Project:
    """A project with known failures of all kinds."""
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(settings.read_text().replace("suites", "known-failures = 'known.toml'\nsuites", 1))
    project.write("docs/p.mdx", PAGE)
    project.write("snippets/py/one.py", ONE)
    project.write("snippets/py/two.py", TWO)
    project.write("known.toml", LEDGER)
    return project


def edit(project: Project, old: str, new: str, name: str = "known.toml") -> None:
    """Replace a text of a file, which has it."""
    path = project.pytester.path / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_report(project: Project) -> dict[str, Any]:
    """Return the report, which the schema must accept."""
    report: dict[str, Any] = json.loads((project.pytester.path / "report.json").read_bytes())
    jsonschema.Draft202012Validator(load_schema()).validate(report)
    return report


def test_listed_failures_are_strict_xfails(listed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """The run is green; pytest, JUnit and the report show each with its reason, and none of them counts as proven."""
    result = listed.prove("-rx", "-v", "--xfail-tb", "--junitxml=junit.xml", "--snippets-report=report.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "snippets/py/one.py::cloud XFAIL (needs an account)*",
            "snippets/py/two.py::shaky XPASS (equal scores)*",
            "snippets/py/one.py:2:1 FAILED `cloud`: KeyError: 'key'",
            "snipproof: 1 snippet proven, 4 known failures, 1 unstable, 1 expectation matched, Weaviate*",
            "XFAIL snippets/py/two.py::differs - the model is new",
            "*1 passed, 4 xfailed, 1 xpassed in*",
        ]
    )
    cases = {case.attrib["name"]: case for case in ET.parse(listed.pytester.path / "junit.xml").iter("testcase")}  # noqa: S314
    skipped = cases["cloud"].find("skipped")
    assert skipped is not None
    assert skipped.attrib == {"type": "pytest.xfail", "message": "needs an account"}
    properties = {each.attrib["name"]: each.attrib["value"] for each in cases["cloud"].iter("property")}
    assert properties["outcome"] == "failed"
    assert (properties["kind"], properties["known failure"]) == ("KeyError", "needs an account")
    report = read_report(listed)
    assert report["run"]["complete"]
    assert report["run"]["errors"] == []
    known = {each["name"]: (each["outcome"], each["known_failure"]) for each in report["snippets"]}
    assert known["late"] == ("blocked", {"reason": "needs boom", "unstable": False})
    assert known["shaky"] == ("passed", {"reason": "equal scores", "unstable": True})
    assert known["good"] == ("passed", None)
    capsys.readouterr()
    assert main(["report", str(listed.pytester.path / "report.json")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Nothing unexpected failed, 1 of 2 shown blocks are proven",
        "  blocks that readers see: 1 proven, 1 unproven",
        "  Snippets: 4 known failure, 1 passed, 1 unstable",
        "  shown output: 1 matched, 1 of known failures",
        "  coverage: 100 % (2 of 2 shown statements)",
    ]
    assert (
        main(["extract", "--root", str(listed.pytester.path), "--report", str(listed.pytester.path / "report.json")])
        == 0
    )
    marks = [each["proven"] for each in json.loads(capsys.readouterr().out)["references"]]
    assert [(each["state"], each["reason"]) for each in marks] == [
        ("unproven", "known failure: needs an account"),
        ("proven", ""),
    ]


def test_what_is_not_as_listed_is_red(listed: Project) -> None:
    """A pass, another kind, another Outcome and an unlisted failure are red, by name; so are entries of nothing.

    It does not matter how many there are, in which order they run, or on which worker.
    """
    edit(listed, '"KeyError"', '"OSError"')
    edit(listed, "print(2)", "print(3)", "snippets/py/two.py")
    edit(listed, "print(4)", "print(int('x'))", "snippets/py/two.py")
    edit(listed, 'snippets."snippets/py/two.py::boom"', 'snippets."snippets/py/two.py::bom"')
    edit(listed, 'outcome = "blocked"', 'outcome = "not executed"')
    edit(listed, "snippets = 1", "snippets = 2")
    edit(listed, 'floor."snippets/py/suite.yaml"', 'floor."snippets/go/suite.yaml"]\n[floor."snippets/py/suite.yaml"')
    result = listed.prove("-n", "2", "-rx", "--snippets-report=report.json", order="randomly")
    assert result.ret == 1
    lines = {line.strip() for line in result.outlines}
    problems = [
        "known.toml:1:11 listed as failed with OSError, but snippets/py/one.py::cloud failed with KeyError",
        "known.toml:11:11 listed as failed with expected output differs, but snippets/py/two.py::differs passed",
        "known.toml:16:11 listed as not executed, but snippets/py/two.py::late is blocked",
    ]
    whole = [
        "known.toml:6:11 SP404 snippets/py/two.py::bom does not exist",
        "known.toml:24:8 SP404 snippets/go/suite.yaml is not a Suite",
        "known.toml:26:1 snippets/py/suite.yaml proves only 1 Snippet, and its floor is 2",
    ]
    assert {*problems, *(f"snipproof: {each}" for each in whole)} <= lines
    assert "hint: did you mean 'boom'?" in lines
    result.stdout.fnmatch_lines(
        [
            "snipproof: 1 snippet proven, 1 failed, 1 unstable, 3 not as listed, 1 expectation matched, *",
            "XFAIL snippets/py/two.py::shaky - *",
        ]
    )
    result.stdout.fnmatch_lines(["*4 failed, 1 passed, 1 xfailed*"])
    errors = read_report(listed)["run"]["errors"]
    assert sorted(each["message"] for each in errors) == sorted([*problems, *whole])
    assert {(each["kind"], each["path"]) for each in errors} == {("ledger", "known.toml")}
    assert 26 in [each["line"] for each in errors]


def test_a_selection_is_judged_by_itself(listed: Project) -> None:
    """Entries and floors of what was not selected are left alone; ``--runxfail`` ignores the ledger.

    ``--snippets-update`` leaves the Expectations of what is listed as they are.
    """
    edit(listed, "::late", "::gone")
    edit(listed, "snippets = 1", "snippets = 9")
    chosen = listed.prove("-k", "cloud or good or differs", "-x", "--snippets-update")
    assert chosen.ret == 0
    chosen.assert_outcomes(passed=1, xfailed=2)
    assert (listed.pytester.path / "snippets/py/two.py").read_text() == TWO
    chosen.stdout.no_fnmatch_line("*known.toml*")
    only = listed.prove("-m", "xfail", "-k", "cloud")
    assert only.ret == 0
    only.stdout.fnmatch_lines(["snipproof: 0 snippets proven, 1 known failure, 0 expectations matched, Weaviate*"])
    ignored = listed.prove("--runxfail", "-k", "cloud")
    assert ignored.ret == 1
    ignored.stdout.fnmatch_lines(["snipproof: 0 snippets proven, 1 failed, 0 expectations matched, Weaviate*"])


def test_an_update_keeps_reasons_and_demands_new_ones(listed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is written from a complete run only; until each entry has a reason, the next run does not begin."""
    edit(listed, "[snippets", "# Do not lose me.\n[snippets")
    edit(listed, "::boom", "::gone")
    before = (listed.pytester.path / "known.toml").read_text()
    monkeypatch.setenv("CI", "true")
    assert listed.prove("--snippets-update-ledger").ret == 4
    monkeypatch.delenv("CI")
    refused = listed.prove("--snippets-update-ledger", "-k=good")
    assert refused.ret == 4
    refused.stderr.fnmatch_lines(["*--snippets-update-ledger requires a complete run, and this one leaves out *"])
    stopped = listed.prove("--snippets-update-ledger", "-x")
    assert stopped.ret == 1
    stopped.stdout.fnmatch_lines(["snipproof: known.toml: not written, since the run is incomplete: *::late not run"])
    assert (listed.pytester.path / "known.toml").read_text() == before
    written = listed.prove("--snippets-update-ledger", "-n", "1")
    assert written.ret == 1
    line = "snipproof: known.toml: 5 entries (1 new, 1 removed); write a reason for snippets/py/two.py::boom"
    written.stdout.fnmatch_lines([line])
    text = (listed.pytester.path / "known.toml").read_text()
    entry = '[snippets."snippets/py/two.py::boom"]\noutcome = "failed"\nkind = "IndexError"\nreason = ""'
    assert entry in text
    assert 'reason = "needs an account"' in text
    assert text.count("# Do not lose me.") == 4
    demanded = listed.prove()
    assert demanded.ret == 4
    demanded.stderr.fnmatch_lines(["*known.toml:*:1 no reason for snippets/py/two.py::boom", "*hint: write why*"])
    edit(listed, 'reason = ""', 'reason = "new"')
    assert listed.prove().ret == 0
