"""The summary of a CI job: complete in words, safe in Markdown, and never too large."""

from __future__ import annotations

import pytest
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.report.markdown_summary import escape, markdown_summary
from snipproof.report.overview import Overview

A, B = "py/a.py::load", "py/a.py::`b` | <c>"


def test_what_a_job_shows() -> None:
    failure = {"line": 4, "reason": "KeyError: <x>", "details": "a\n```\nb", "excerpt": [[4, "load()"]]}
    report = make_report(
        [make_snippet(A, "failed"), make_snippet(B, "failed", error=failure)],
        [make_expectation(A, "differs")],
        [make_reference("docs/p.mdx", 3, A), make_reference("docs/p.mdx", 4, "js/x.js::x", suite=None)],
        left_out=["py/z.py::z"],
        shard="2/5",
        errors=[{"kind": "infrastructure", "message": "no server | here", "path": None, "line": None}],
    )
    earlier = make_report([make_snippet("py/a.py::gone"), make_snippet(A)])
    text = markdown_summary(Overview(report, earlier))
    for words in (
        "## ❌ 2 Snippets failed\n",
        "> This run is incomplete (shard 2/5): 1 Snippet not run.",
        "(infrastructure): no server \\| here",
        "| Blocks that readers see | ⚪ 1 unproven, ❌ 1 failed |",
        "### Snippets that vanished\n\n- py/a.py::gone",
        "- py/a.py::load: passed → failed",
        '```diff\n  {\n-   "title": "A dog"\n+   "title": "A cat"\n```',
        "`py/a.py:4`, shown on `docs/p.mdx:3`",
        "<b>`b` | &lt;c&gt;</b> (py): KeyError: &lt;x&gt;",
        "````\na\n```\nb\n````",
        "| 1 | unproven: its Source is in no Suite | `docs/p.mdx:4` |",
    ):
        assert words in text, words


def test_nothing_failed() -> None:
    assert markdown_summary(Overview(make_report([make_snippet(A)]))).startswith(
        "## ✅ Everything that was run is proven"
    )


def test_known_failures_have_their_reasons_and_are_no_failures() -> None:
    listed = make_snippet(A, "failed", known_failure={"reason": "needs <x>", "unstable": False})
    shaky = make_snippet(B, "blocked", known_failure={"reason": "random", "unstable": True})
    text = markdown_summary(Overview(make_report([listed, shaky, make_snippet("py/b.py::b")])))
    assert text.startswith("## 🟡 Nothing unexpected failed, 0 of 0 shown blocks are proven")
    for words in (
        "| Snippets | 1 unstable, 1 known failure, 1 passed |",
        "### 2 Snippets that may fail\n\n- `py/a.py::'b' \\| <c>`: unstable: random\n",
        "`py/a.py::load`: known failure: needs \\<x\\>\n",
    ):
        assert words in text, words
    assert "❌" not in text


def test_it_stays_below_the_limit_of_github() -> None:
    failure = {"line": 4, "reason": "写" * 90_000, "details": "x" * 8000, "excerpt": []}
    report = make_report([make_snippet(f"py/a.py::{n}", "failed", error=failure) for n in range(60)])
    text = markdown_summary(Overview(report))
    assert len(text.encode()) < 1024 * 1024
    assert "… cut off" in text


@pytest.mark.parametrize(("text", "escaped"), [("a_b*c", r"a\_b\*c"), ("a\nb", "a b"), ("<b>", r"\<b\>")])
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped
