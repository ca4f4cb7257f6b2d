"""The page of a report: self-contained, safe, complete, and small."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.errors import SettingsError
from snipproof.report.entries import RunReport
from snipproof.report.html_page import html_bytes
from snipproof.report.overview import Overview

A, B, C, D = "py/a.py::load", 'py/a.py::<b> & "quoted"', "go/a_test.go::load", "go/a_test.go::gone"
EVIL = '</script><img src="https://example.org/x.png" onerror="alert(1)">'
VOID = frozenset(("meta", "link", "input", "br"))


class Outline(HTMLParser):
    """What a page has: ids, targets of links, attributes that load something, and whether all tags are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "srcset", "action", "data") or (name == "href" and tag == "link"):
                self.loads.append(value or "")
            assert not name.startswith("on")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        tag = self.open[-1] if self.open else ""
        self.text[tag] = self.text.get(tag, "") + data


def report_of_everything() -> RunReport:
    failure: dict[str, Any] = {"line": 4, "reason": f"KeyError: {EVIL}", "details": EVIL, "excerpt": [[4, EVIL]]}
    snippets = [
        make_snippet(A),
        make_snippet(B, "failed", error=failure, output={"digest": "", "size": 9, "text": EVIL}),
        make_snippet(C, "failed"),
        make_snippet("go/a_test.go::next", "blocked"),
        make_snippet("py/c.py::skipped", "skipped", lines=None),
        make_snippet("py/d.py::listed", "failed", known_failure={"reason": f"why {EVIL}", "unstable": False}),
    ]
    expectations = [
        make_expectation(A, "matched"),
        make_expectation(C, "differs", origin="response", actual=EVIL, places=[
            {"page": "docs/p.mdx", "line": 9, "column": 1, "tab": "Go"}
        ]),
    ]  # fmt: skip
    references = [
        make_reference("docs/p.mdx", number, name) for number, name in enumerate((A, B, C, "go/a_test.go::next"), 3)
    ]
    references += [
        make_reference("docs/q.mdx", 3, "js/x.js::x", suite=None),
        make_reference("docs/p.mdx", 9, "go/a_test.go::Expected load"),
    ]
    errors = [{"kind": "infrastructure", "message": f"no server {EVIL}", "path": "py/c.py", "line": None}]
    return make_report(
        snippets, expectations, references, left_out=[D], errors=errors, durations={"py/a.py": 61.0}, coverage_floor=90
    )


def page_of(report: RunReport, earlier: RunReport | None = None) -> str:
    return html_bytes(Overview(report, earlier)).decode()


def test_it_is_well_formed_and_every_link_leads_somewhere() -> None:
    earlier = make_report([make_snippet("py/a.py::vanished"), make_snippet(B)], [make_expectation(B, "matched")])
    outline = Outline(page_of(report_of_everything(), earlier))
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert outline.text["h1"] == "2 Snippets failed, and 1 could not run because of it"


def test_it_loads_nothing_and_runs_nothing_of_the_docs() -> None:
    page = page_of(report_of_everything())
    assert Outline(page).loads == ["data:,"]
    assert "default-src 'none'" in page
    assert "<img" not in page
    assert not re.search(r"url\(|@import", page)


def test_it_shows_what_is_proven_what_failed_and_why() -> None:
    page = page_of(report_of_everything(), make_report([make_snippet("py/a.py::vanished")], durations={"py/a.py": 2.0}))
    for words in (
        "This run is incomplete.",
        "Errors outside of the documentation",
        "py/a.py::vanished",
        "Shown output differs from the response of the server",
        "docs/p.mdx:9</code> below the tab Go",
        "1 Snippet of the same Source could not run: next",
        "its Source is in no Suite",
        "1 min 1 s",
        "At least 90 % are required",
        "What changed since 2026-11-28",
        "<code>py/d.py::listed</code> known failure: why &lt;/script&gt;",
    ):
        assert words in page, words
    assert page.index("Vanished since") < page.index("2 failures") < page.index("Pages and clients")


def test_a_report_without_anything_has_a_page() -> None:
    outline = Outline(page_of(make_report([])))
    assert outline.text["h1"] == "Nothing is proven"
    assert Outline(page_of(make_report([make_snippet(A)]))).text["h1"] == "Everything that was run is proven"
    references = [make_reference("p", 3, A), make_reference("p", 4, D)]
    for report, headline in (
        (make_report([make_snippet(A)], references=references[:1]), "Everything that readers see is proven"),
        (make_report([make_snippet(A)], references=references), "Nothing failed, 1 of 2 shown blocks are proven"),
        (
            make_report([make_snippet(A)], references=references, left_out=[D]),
            "Incomplete: nothing failed, 1 of 2 shown blocks are proven",
        ),
    ):
        assert Outline(page_of(report)).text["h1"] == headline


def test_thousands_of_failures_have_a_line_each() -> None:
    details = {"line": 4, "reason": "r" * 100, "details": "x" * 8000, "excerpt": []}
    report = make_report([make_snippet(f"py/a.py::{n}", "failed", error=details) for n in range(3000)])
    page = page_of(report)
    assert len(page) < 3_000_000
    assert page.count("r" * 100) == 3000


def test_without_the_extra_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(SettingsError, match=r"report --html requires the extra 'report'"):
        html_bytes(Overview(make_report([])))
