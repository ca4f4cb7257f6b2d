"""The table of reasons: each Snippet and each block once, the most blocks first, safe in a terminal and in Markdown."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.support.run_reports import make_reference, make_report, make_snippet

from snipproof.report.overview import Overview
from snipproof.report.proof import Proof
from snipproof.report.reason_kinds import MISSING_DATA
from snipproof.report.reason_table import reason_rows, reasons_markdown, reasons_text

A, B, C, D = (f"py/{name}.py::{name}" for name in "abcd")
_DATA = "WeaviateApiException: UNKNOWN: could not find class {} in schema"


def error(reason: str) -> dict[str, Any]:
    """Return what went wrong on line 4."""
    return {"line": 4, "reason": reason, "details": "", "excerpt": []}


def first_run() -> Overview:
    """Return a report with several reasons."""
    snippets = [
        make_snippet(A, "failed", error=error(_DATA.format("Article"))),
        make_snippet(B, "failed", error=error(_DATA.format("Book|mark"))),
        make_snippet(C, "failed", error=error(_DATA.format("Article"))),
        make_snippet(D, stand_in="api.openai.com"),
    ]
    references = [
        make_reference("docs/p.mdx", 3, A),
        make_reference("docs/p.mdx", 5, C),
        make_reference("docs/p.mdx", 7, D),
        make_reference("docs/p.mdx", 9, "js/x.ts::x", suite=None),
    ]
    return Overview(make_report(snippets, [], references))


def test_the_table() -> None:
    assert list(reasons_text(first_run())) == [
        "not proven: 3 of 4 Snippets, 4 of 4 blocks that readers see",
        "",
        "Snippets  blocks  reason",
        "       3       2  data is missing: Article (2), Book (1)",
        f"                  {MISSING_DATA.advice}",
        "                  first: py/a.py:4",
        "       0       1  its Source is in no Suite: typescript (1)",
        "                  add it to `sources` of a Suite, if its language can be run",
        "                  first: docs/p.mdx:9",
        "       0       1  proven to run, with a stand-in",
        "                  nothing; a recording of the provider proves the output, too",
        "                  first: docs/p.mdx:7",
    ]


def test_markdown() -> None:
    text = reasons_markdown(first_run())
    assert "| 3 | 2 | data is missing: Article (2), Book (1) | store the collection" in text
    assert text.startswith("### Why it is not proven\n\nnot proven: 3 of 4 Snippets")


def test_what_is_blocked_names_the_kind_of_the_failure_before_it() -> None:
    blocked = "blocked: `a` failed before it (NameError: name 'client' is not defined)"
    snippets = [
        make_snippet(A, "failed", error=error(_DATA.format("Article"))),
        make_snippet("py/a.py::b", "blocked", error=error(blocked)),
        make_snippet("py/a.py::c", "blocked", error=error(blocked.replace("`a`", "`gone`"))),
    ]
    titles = [row.title for row in reason_rows(Overview(make_report(snippets)))]
    assert titles == ["behind a failure of its Source: data is missing (1), gone (1)", "data is missing: Article (1)"]


def test_nothing_is_left() -> None:
    done = Overview(make_report([make_snippet(A)], [], [make_reference("docs/p.mdx", 3, A)]))
    assert list(reasons_text(done)) == ["nothing is left to prove"]
    assert "|" not in reasons_markdown(done)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["passed", "failed", "blocked", "skipped", "not executed", "error", "unreached"]),
            st.text(max_size=30) | st.just(_DATA.format("X")),
        ),
        max_size=8,
    )
)
def test_each_snippet_and_each_block_is_in_one_row(found: list[tuple[Any, str]]) -> None:
    """Whatever the messages contain, the numbers of the table add up, and each row has its place in one line."""
    names = [f"py/{number}.py::s" for number in range(len(found))]
    snippets = [
        make_snippet(name, outcome, **({} if outcome == "passed" else {"error": error(reason)}))
        for name, (outcome, reason) in zip(names, found, strict=True)
    ]
    references = [make_reference("docs/p.mdx", number + 1, name) for number, name in enumerate(names)]
    overview = Overview(make_report(snippets, [], references))
    rows = reason_rows(overview)
    assert sum(row.snippets for row in rows) == sum(outcome != "passed" for outcome, _ in found)
    assert sum(row.blocks for row in rows) == sum(block.proof is not Proof.PROVEN for block in overview.blocks)
    assert all(row.example for row in rows)
    table = [line for line in reasons_markdown(overview).split("\n") if line.startswith("|")]
    assert len(table) == (len(rows) + 2 if rows else 0)
