"""The page of a run report, opened from the disk: this repository's own run, and one in which everything went wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from tests.browser.reader import Reader, expect
from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet
from tools import build_site

from snipproof.report.html_page import html_bytes
from snipproof.report.overview import Overview

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("chromium")]

WRONG, STOPPED, NEXT, RIGHT, LEFT_OUT = (
    "python/search.py::find a photo",
    "typescript/search.ts::find a photo",
    "typescript/search.ts::close",
    "python/connect.py::connect",
    "go/search_test.go::find a photo",
)


@pytest.fixture(scope="session")
def proven(manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of the run that has proven the site."""
    page = tmp_path_factory.mktemp("proven") / "report.html"
    command = [sys.executable, "-m", "snipproof", "report", str(build_site.REPORT), "--html", str(page)]
    run(command, cwd=build_site.ROOT, check=True, capture_output=True)
    return page.as_uri()


@pytest.fixture(scope="session")
def failing(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of a run with each kind of result."""
    error = {
        "line": 12,
        "reason": "TypeError: photos.query.nearImages is not a function",
        "details": "typescript/search.ts:12:33\n    at main",
        "excerpt": [
            [11, "const photos = client.collections.use('Photo');"],
            [12, "await photos.query.nearImages(cat);"],
        ],
    }
    snippets = [
        make_snippet(WRONG, "failed"),
        make_snippet(STOPPED, "failed", error=error),
        make_snippet(NEXT, "blocked"),
        make_snippet(RIGHT, lines={"statements": [4, 5, 6], "missed": [6], "handling": [6], "text": {"6": "raise"}}),
    ]
    expectations = [make_expectation(WRONG, "differs", origin="response")]
    pages = ["docs/search/image.mdx", "docs/i18n/ja/docusaurus-plugin-content-docs/current/search/image.mdx"]
    references = [
        make_reference(page, line, name)
        for page in pages
        for line, name in enumerate((WRONG, "python/search.py::Expected find a photo", STOPPED, LEFT_OUT), 20)
    ]
    references.append(make_reference("docs/connect.mdx", 9, RIGHT))
    report = make_report(snippets, expectations, references, left_out=[LEFT_OUT], durations={"python/search.py": 61.0})
    earlier = make_report([make_snippet(RIGHT), make_snippet("python/old.py::gone")], date="2026-11-20T10:00:00Z")
    page: Path = tmp_path_factory.mktemp("failing") / "report.html"
    page.write_bytes(html_bytes(Overview(report, earlier)))
    return page.as_uri()


def test_it_reports_that_everything_is_proven(proven: str, manifest: dict[str, Any], reader: Reader) -> None:
    """The real run: as many blocks as the manifest has, each page in the matrix, its client versions."""
    page = reader.open(proven, hydrates=False)
    blocks = sum(each["live"] for each in manifest["references"])
    expect(page.locator("header")).to_contain_text(f"{blocks} blocks")
    expect(page.locator("header")).to_contain_text("weaviate-client 4.23.1")
    expect(page.locator("header")).to_contain_text("Weaviate 1.39.0")
    rows = page.locator("#matrix tbody tr")
    expect(rows).to_have_count(len({each["page"] for each in manifest["references"] if each["live"]}))
    expect(page.locator("#failures")).to_have_count(0)
    reader.keep(page, "whole", whole=True)


def test_a_failure_shows_what_differs_and_where(failing: str, reader: Reader) -> None:
    """Both texts beside each other, the line of the code, the pages of the readers, and what vanished first."""
    page = reader.open(failing, hydrates=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("fail")
    headings = page.get_by_role("heading", level=2).all_text_contents()
    assert headings[0].startswith("Vanished")
    expect(page.locator("main section").first).to_contain_text("python/old.py::gone")
    differs = page.locator("#failures ~ details").filter(has_text="python/search.py")
    expect(differs.locator("td.old")).to_have_text('expected:  "title": "A dog"')
    expect(differs.locator("td.new")).to_have_text('actual:  "title": "A cat"')
    expect(differs).to_contain_text("docs/search/image.mdx:20")
    stopped = page.locator("#failures ~ details").filter(has_text="nearImages")
    expect(stopped.locator(".hit")).to_contain_text("await photos.query.nearImages(cat);")
    expect(stopped).to_contain_text("1 Snippet of the same Source could not run")
    reader.keep(page, "whole", whole=True)


def test_pages_can_be_filtered_and_opened(failing: str, reader: Reader) -> None:
    """By words of the path, by what is not proven, and from the matrix to the blocks of a page."""
    page = reader.open(failing, hydrates=False)
    rows = page.locator("#matrix tbody tr:visible")
    tools = page.locator(".tools").first
    expect(rows).to_have_count(3)
    tools.get_by_role("searchbox").fill("image ja")
    expect(rows).to_have_count(1)
    expect(tools.get_by_role("status")).to_have_text("1 of 3 shown")
    tools.get_by_role("searchbox").fill("")
    tools.get_by_role("checkbox").check()
    expect(rows).to_have_count(2)
    expect(page.get_by_role("link", name="docs/connect.mdx")).to_have_count(0)
    blocks = page.locator("#blocks-of-pages details[open]")
    expect(blocks).to_have_count(0)
    page.get_by_role("link", name="docs/search/image.mdx").click()
    expect(blocks).to_have_count(1)
    expect(blocks).to_be_in_viewport()
    expect(blocks.locator("tbody tr")).to_have_count(4)
    reader.keep(page, "opened")


def test_sections_and_failures_can_be_reached_by_keyboard(failing: str, reader: Reader) -> None:
    page = reader.open(failing, hydrates=False)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the results")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    summary = page.locator("#f1 > summary")
    for _ in range(3):
        page.keyboard.press("Tab")
        if summary.evaluate("each => each === document.activeElement"):
            break
    expect(summary).to_be_focused()
    expect(summary).not_to_have_css("outline-style", "none")
    page.keyboard.press("Enter")
    expect(page.locator("#f1")).not_to_have_attribute("open", "")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_on_every_screen(failing: str, proven: str, reader: Reader, scheme: str, width: int) -> None:
    """Nothing serious for axe, and no sideways scrolling, whether things went well or not."""
    for name, url in (("failing", failing), ("proven", proven)):
        page = reader.open(url, hydrates=False, color_scheme=scheme, viewport={"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
        reader.keep(page, name, whole=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert reader.barriers(page) == []


def test_without_javascript_nothing_is_missing(failing: str, reader: Reader) -> None:
    """The filters are gone; all results are there."""
    page = reader.open(failing, hydrates=False, java_script_enabled=False)
    expect(page.locator(".tools:visible")).to_have_count(0)
    expect(page.locator("#matrix tbody tr:visible")).to_have_count(3)
    expect(page.locator("#f1")).to_contain_text("expected")
