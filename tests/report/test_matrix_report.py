"""A report of several versions: what each of them proves, and that a block needs all of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.report.test_html_page import Outline
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.errors import SettingsError
from snipproof.model import Combination, Outcome, Suite
from snipproof.report.assemble import assemble
from snipproof.report.entries import RunReport, SnippetEntry, missing_of
from snipproof.report.html_page import html_bytes
from snipproof.report.ledger import RunResult, check_report, find_contradiction, find_shortfalls
from snipproof.report.markdown_summary import markdown_summary
from snipproof.report.matrix_report import SnippetRow, VersionRow, snippet_rows, spread, version_rows
from snipproof.report.merge_parts import merge_parts
from snipproof.report.overview import Overview
from snipproof.report.proof import Proof, judge_blocks
from snipproof.report.tree_facts import TreeFacts
from snipproof.site.known_failures import Floor, KnownFailure, Ledger

A, B = "py/a.py::a", "py/a.py::b"
OUTPUT = "py/a.py::Expected a"
NEW, OLD = "1.39.0", "1.37.14"


def entry(name: str, server: str, outcome: Any = "passed", **changes: Any) -> SnippetEntry:
    """Return a Snippet that was run with this version of the server."""
    versions = {"combination": {"server": server, "client": None}, "server": {"name": "Weaviate", "version": server}}
    return make_snippet(name, outcome, **{"id": f"{name}[{server}]", **versions, **changes})


def report_of(*snippets: SnippetEntry, **options: Any) -> RunReport:
    references = [make_reference("p.mdx", 3, A), make_reference("p.mdx", 9, OUTPUT)]
    compared = [
        make_expectation(A, "matched" if each["outcome"] == "passed" else "not compared", id=OUTPUT, snippet=each["id"])
        for each in snippets
        if each["name"] == "a"
    ]
    return make_report(snippets, compared, references, **options)


def test_a_run_collects_each_combination() -> None:
    """A Snippet of a Suite with one version keeps its id."""
    facts = TreeFacts(
        sources=[
            {"path": "py/a.py", "suite": "py/suite.yaml", "digest": "", "duration": None},
            {"path": "go/a.go", "suite": "go/suite.yaml", "digest": "", "duration": None},
        ],
        collected=[A, "go/a.go::x"],
        expectations=[make_expectation(A)],
    )
    suite = Suite("py/suite.yaml", "py", "python", ("py/a.py",))
    versions = [suite._replace(combination=Combination(NEW)), suite._replace(combination=Combination(OLD, "4.20"))]
    spread(facts, {suite.path: versions, "go/suite.yaml": [Suite("go/suite.yaml", "go", "go", ("go/a.go",))]})
    assert facts.collected == [f"{A}[{NEW}]", f"{A}[{OLD}-4.20]", "go/a.go::x"]
    assert [each["snippet"] for each in facts.expectations] == facts.collected[:2]


def test_the_client_is_that_of_the_combination() -> None:
    report = report_of(entry(A, NEW), entry(A, OLD))
    assert {each["client"]["version"] for each in report["snippets"] if each["client"]} == {"4.23.1"}
    other = entry(A, OLD, id=f"{A}[{OLD}-4.20]", combination={"server": OLD, "client": "4.20"})
    facts: Any = TreeFacts(
        suites=[{**report["run"]["suites"][0], "clients": {"4.20": {"name": "c", "version": "4.20.4"}}}]
    )
    made = assemble(facts, report["run"], [other], [], {})
    assert made["snippets"][0]["client"] == {"name": "c", "version": "4.20.4"}
    assert Overview(made).clients == [("py", "c 4.20.4")]


@pytest.mark.parametrize(
    ("outcome", "proof", "reason"),
    [
        ("passed", Proof.PROVEN, ""),
        ("failed", Proof.FAILED, "with 1.37.14: it was failed"),
        ("error", Proof.UNPROVEN, "with 1.37.14: it could not be run: it was error"),
        ("unreached", Proof.PARTLY, "with 1.37.14: it was unreached"),
    ],
)
def test_a_block_is_proven_if_every_combination_proves_it(outcome: Any, proof: Proof, reason: str) -> None:
    code, output = judge_blocks(report_of(entry(A, NEW), entry(A, OLD, outcome)))
    assert (code.proof, code.reason) == (proof, reason)
    assert len(code.snippets) == 2
    assert (output.proof is Proof.PROVEN) is (outcome == "passed")


def test_output_that_differs_with_one_version_is_wrong() -> None:
    names = [f"{A}[{version}]" for version in (NEW, OLD)]
    compared = [
        make_expectation(A, outcome, snippet=name) for name, outcome in zip(names, ("matched", "differs"), strict=True)
    ]
    report = make_report([entry(A, NEW), entry(A, OLD, "failed")], compared, [make_reference("p", 4, OUTPUT)])
    (block,) = judge_blocks(report)
    assert (block.proof, block.reason) == (Proof.FAILED, f"another output ({A}[{OLD}])")


def test_a_combination_that_was_left_out_is_known() -> None:
    """As any Snippet that was not run is: the report is incomplete."""
    report = report_of(entry(A, NEW), left_out=[f"{A}[{OLD}]", f"{B}[{OLD}]"])
    assert not report["run"]["complete"]
    assert missing_of(report) == [f"{A}[{OLD}]", f"{B}[{OLD}]"]
    (block,) = judge_blocks(report, [make_reference("p", 3, B)])
    assert block.reason == "this run left it out"


def test_what_each_version_proves_is_shown() -> None:
    """As a list and as a table on the page, and in the summary those that are not the same."""
    report = report_of(entry(A, NEW), entry(A, OLD, "failed"), entry(B, NEW), entry(B, OLD))
    assert version_rows(report) == [VersionRow(OLD, {"failed": 1, "passed": 1}), VersionRow(NEW, {"passed": 2})]
    assert snippet_rows(report) == [
        SnippetRow(A, {OLD: "failed", NEW: "passed"}), SnippetRow(B, {OLD: "passed", NEW: "passed"}),
    ]  # fmt: skip
    assert [row.worst for row in snippet_rows(report)] == ["failed", "proven"]
    overview = Overview(report)
    page = Outline(html_bytes(overview).decode())
    assert page.open == []
    assert "versions" in page.ids
    assert f"a[{OLD}]" in page.text["b"]
    summary = markdown_summary(overview)
    assert "| 1.37.14 | 1 failed, 1 passed |" in summary
    assert "- `py/a.py::a`: 1.37.14 failed, 1.39.0 passed" in summary
    assert "::b" not in summary.partition("Not the same")[2].partition("\n###")[0]


def test_a_run_without_a_matrix_has_no_such_table() -> None:
    overview = Overview(make_report([make_snippet(A)]))
    assert (overview.versions, snippet_rows(overview.report)) == ([], [])
    assert "versions" not in Outline(html_bytes(overview).decode()).ids


def test_statements_count_once_however_many_versions_ran() -> None:
    missed = {"statements": [4, 5], "missed": [5], "handling": [], "text": {"5": "x"}}
    report = report_of(entry(A, NEW), entry(A, OLD, lines=missed))
    assert str(Overview(report).coverage) == "50 % (1 of 2 shown statements)"
    assert list(Overview(report).incomplete_pages) == ["p.mdx"]


def test_jobs_of_one_version_each_make_a_whole_report() -> None:
    """They are runs of the same tree, although their servers differ."""
    names = [f"{name}[{version}]" for name in (A, B) for version in (NEW, OLD)]
    parts = [
        report_of(
            *(entry(name, version) for name in (A, B)),
            left_out=names,
            versions={"snipproof": "0.1.0"},
            services={f"weaviate@{version}": {"version": version, "mode": "embedded", "nodes": 1}},
        )
        for version in (NEW, OLD)
    ]
    assert [each["run"]["complete"] for each in parts] == [False, False]
    merged = merge_parts([(f"{number}.json", each) for number, each in enumerate(parts)])
    assert merged["run"]["complete"]
    assert sorted(each["id"] for each in merged["snippets"]) == sorted(names)
    assert Overview(merged).servers == [("Weaviate 1.37.14", "embedded"), ("Weaviate 1.39.0", "embedded")]
    assert [block.proof for block in judge_blocks(merged)] == [Proof.PROVEN] * 2


def test_a_report_with_versions_and_one_without_are_not_merged() -> None:
    parts = [("a.json", report_of(entry(A, NEW))), ("b.json", make_report([make_snippet(A)]))]
    with pytest.raises(SettingsError) as error:
        merge_parts(parts)
    assert error.value.message == "b.json: only one of it and a.json is of a matrix of versions"


FAILED = KnownFailure(Outcome.FAILED, "KeyError", "why")


def test_the_ledger_lists_a_snippet_for_all_versions_or_for_one() -> None:
    """An entry for one version comes before that for all."""
    one, every = Ledger("k.toml", {f"{A}[{OLD}]": FAILED}), Ledger("k.toml", {A: FAILED})

    def found(ledger: Ledger, version: str, outcome: Outcome, kind: str = "") -> str:
        error = find_contradiction(ledger, RunResult(A, "py/suite.yaml", outcome, kind, combination=version))
        return str(error or "")

    assert found(one, NEW, Outcome.PASSED) == found(one, OLD, Outcome.FAILED, "KeyError") == ""
    assert f"but {A}[{OLD}] passed" in found(one, OLD, Outcome.PASSED)
    assert found(every, NEW, Outcome.FAILED, "KeyError") == ""
    assert "list each combination of versions" in found(every, NEW, Outcome.PASSED)


def test_each_version_has_to_reach_the_floor() -> None:
    ledger = Ledger("k.toml", {}, {"py/suite.yaml": Floor(2, 0)})
    results = [RunResult(name, "py/suite.yaml", Outcome.PASSED, combination=NEW) for name in (A, B)]
    results += [RunResult(A, "py/suite.yaml", Outcome.PASSED, combination=OLD)]
    (error,) = find_shortfalls(ledger, results)
    assert error.message == "k.toml:1:1 py/suite.yaml with 1.37.14 proves only 1 Snippet, and its floor is 2"


def test_the_ledger_of_a_merged_report() -> None:
    report = report_of(entry(A, NEW), entry(A, OLD, "failed"), entry(B, OLD, "failed"))
    listed = Ledger("k.toml", {f"{A}[{OLD}]": KnownFailure(None, "", "why"), f"{A}[1.0]": FAILED})
    messages = [each.message for each in check_report(listed, report)]
    assert messages == [
        f"k.toml:1:1 {B}[{OLD}] failed and is not listed",
        f"k.toml:1:1 SP404 {A}[1.0] does not exist",
    ]
