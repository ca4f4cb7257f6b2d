"""The page with snippets, in both languages: every reader gets exactly what was proven."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.browser.reader import LOCALES, Locale, Page, Reader, expect
from tests.support.static_host import path_of
from tools.build_site import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("chromium")]

CLIPBOARD = ["clipboard-read", "clipboard-write"]
BLOCKS = ".theme-code-block"
# The text of each block: its lines end with a line break, which is an element.
TEXTS = """blocks => blocks.map(
    block => [...block.querySelectorAll('.token-line')].map(line => line.textContent).join('\\n')
)"""
WHAT = {"en": {"response": "response"}, "ja": {"response": "応答"}}
LANGUAGES = {"python": "Python", "typescript": "TypeScript", "go": "Go", "java": "Java"}

both = pytest.mark.parametrize("locale", LOCALES, ids=lambda locale: locale.name)


def references_of(manifest: dict[str, Any], page: str) -> list[dict[str, Any]]:
    """The References of a page, in the order of its blocks."""
    return sorted((each for each in manifest["references"] if each["page"] == page), key=lambda each: each["line"])


def reveal_all(page: Page) -> None:
    """Show what readers see after clicks on all tabs and all details."""
    page.add_style_tag(content="[role=tabpanel][hidden] { display: block !important }")
    for summary in page.locator("details > summary").all():
        summary.click()


@both
def test_each_block_shows_and_copies_the_proven_text(
    site: str, manifest: dict[str, Any], reader: Reader, locale: Locale
) -> None:
    """What is on the screen and on the clipboard equals the manifest, byte for byte."""
    references = references_of(manifest, locale.image_page)
    page = reader.open(f"{site}{locale.prefix}/search/image", permissions=CLIPBOARD)
    expect(page.locator("html")).to_have_attribute("lang", locale.name)
    blocks = page.locator(BLOCKS)
    assert len(references) == 25
    assert blocks.evaluate_all(TEXTS) == [each["shown"] for each in references]
    reader.keep(page, "whole", whole=True)
    reveal_all(page)
    copied = []
    for block in blocks.all():
        block.get_by_role("button", name=locale.copy).click()
        block.get_by_role("button", name=locale.copied).wait_for()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert copied == [each["shown"] for each in references]


@both
def test_each_block_has_a_mark_that_leads_to_the_lines_of_its_source(
    site: str, manifest: dict[str, Any], reader: Reader, locale: Locale
) -> None:
    """The mark has the locale's own words, and the lines of the Source behind the link are those of the block."""
    page = reader.open(f"{site}{locale.prefix}/search/image")
    marks: list[list[str]] = page.locator("[class^=mark_] a").evaluate_all(
        "links => links.map(link => [link.textContent, link.href])"
    )
    references = references_of(manifest, locale.image_page)
    assert [words for words, _ in marks] == [words_of(each, locale) for each in references]
    for reference, (_, href) in zip(references, marks, strict=True):
        found = re.fullmatch(r"https://example\.org/snipproof/blob/main/(.+)#L(\d+)-L(\d+)", href)
        assert found, href
        assert found[1] == reference["source"]
        lines = Path(ROOT, found[1]).read_text(encoding="utf-8").split("\n")[int(found[2]) - 1 : int(found[3])]
        shown = reference["shown"].split("\n")
        assert (lines[0].strip(), lines[-1].strip()) == (shown[0].strip(), shown[-1].strip())


def words_of(reference: dict[str, Any], locale: Locale) -> str:
    """The words of the mark of a block."""
    proven = reference["proven"]
    named = {"server": proven["servers"][0], "client": proven["clients"][0]}
    words: dict[str, Any] = {name: f"{software['name']} {software['version']}" for name, software in named.items()}
    words["date"] = datetime.fromisoformat(proven["date"])
    if "providers" in proven:
        [words["host"]] = proven["providers"]
        return locale.stand_in.format(**words)
    if not reference.get("compared_with"):
        return locale.proven.format(**words)
    # Each of several clients gave the same response.
    assert len(proven["clients"]) > 1
    [what] = {WHAT[locale.name][each["output"]] for each in reference["compared_with"]}
    flavours = [each["snippet"].split("/")[1].partition("-")[0] for each in reference["compared_with"]]
    languages = list(dict.fromkeys(LANGUAGES[flavour] for flavour in flavours))
    joined = "、".join(languages) if locale.name == "ja" else f"{', '.join(languages[:-1])}, and {languages[-1]}"
    return locale.compared.format(what=what, languages=joined, **words)


@both
def test_the_whole_file_is_loaded_on_a_click(
    site: str, manifest: dict[str, Any], reader: Reader, locale: Locale
) -> None:
    """Not before; the Region is highlighted; shown, downloaded and copied, it is the file, byte for byte."""
    reference = references_of(manifest, locale.image_page)[0]
    file = ROOT / reference["source"]
    text = file.read_bytes().decode()
    page = reader.open(f"{site}{locale.prefix}/search/image", permissions=CLIPBOARD)
    page.wait_for_load_state("networkidle")
    assert [url for url in reader.requests if url.endswith(file.name)] == []
    assert text.split("\n")[0] not in page.content()  # a line that no block shows

    button = page.get_by_role("button", name=locale.show).first
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    button = page.get_by_role("button", name=locale.hide)
    expect(button).to_have_attribute("aria-expanded", "true")
    shown = page.get_by_role("region", name=reference["source"]).and_(page.locator(":visible"))
    expect(shown.locator(".token-line").first).to_be_visible()
    assert [path_of(url) for url in reader.requests if url.endswith(file.name)] == [
        path_of(
            page.get_by_role("link", name=locale.download.format(name=file.name)).first.evaluate("link => link.href")
        )
    ]
    assert shown.locator(BLOCKS).evaluate_all(TEXTS) == [text.removesuffix("\n")]
    highlighted = shown.locator(".theme-code-block-highlighted-line").evaluate_all(
        "lines => lines.map(line => line.textContent)"
    )
    assert "\n".join(highlighted) == reference["shown"]
    expect(shown.locator(".theme-code-block-highlighted-line").first).to_be_in_viewport()
    size = "code => getComputedStyle(code).fontSize"
    assert shown.locator("code").evaluate(size) == page.locator("code:visible:has(.token-line)").first.evaluate(size)
    reader.keep(page, "open")

    shown.get_by_role("button", name=locale.copy).click()
    shown.get_by_role("button", name=locale.copied).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") in (text, text.removesuffix("\n"))
    with page.expect_download() as download:
        page.get_by_role("link", name=locale.download.format(name=file.name)).first.click()
    assert download.value.suggested_filename == file.name
    assert Path(download.value.path()).read_bytes() == file.read_bytes()

    button.click()
    expect(shown).to_have_count(0)


@both
def test_a_tab_switches_all_groups_of_the_page(site: str, reader: Reader, locale: Locale) -> None:
    """By mouse and by arrow keys, and the next page view remembers it."""
    page = reader.open(f"{site}{locale.prefix}/search/image")
    selected = page.locator("[role=tab][aria-selected=true]")
    panels = page.locator("[role=tabpanel]:visible")
    expect(selected).to_have_text(["Python Client v4"] * 3)
    page.get_by_role("tab", name="Go Client v5").first.click()
    expect(selected).to_have_text(["Go Client v5"] * 3)
    for panel in panels.all():
        expect(panel.locator("pre.language-go")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=tab]:focus")).to_have_text("Java Client v5")
    page.keyboard.press("Enter")
    expect(selected).to_have_text(["Java Client v5"] * 3)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=tab]:focus")).to_have_text("Python Client v4")
    page.get_by_role("tab", name="Python Client v3").first.click()
    # The third group has no such tab.
    expect(selected).to_have_text(["Python Client v3", "Python Client v3", "Java Client v5"])
    page.reload()
    expect(selected.first).to_have_text("Python Client v3")


@both
def test_without_javascript_all_blocks_can_be_read(
    site: str, manifest: dict[str, Any], reader: Reader, locale: Locale
) -> None:
    """Those of all tabs too, with their marks and downloads; nothing is offered that needs a script.

    Search engines read the same, and find the page in the other languages.
    """
    page = reader.open(f"{site}{locale.prefix}/search/image", hydrates=False, java_script_enabled=False)
    references = references_of(manifest, locale.image_page)
    blocks = page.locator(BLOCKS)
    assert blocks.evaluate_all(TEXTS) == [each["shown"] for each in references]
    closed = page.locator("details:not([open])").filter(has=page.locator("pre")).count()
    expect(page.locator(f"{BLOCKS}:visible")).to_have_count(len(references) - closed)
    expect(page.locator("[class^=mark_]:visible")).to_have_count(len(references) - closed)
    page.locator("details summary").first.click()
    expect(page.locator("details pre").first).to_be_visible()
    expect(page.get_by_role("button", name=locale.show)).to_have_count(0)
    href = page.get_by_role("link", name=re.compile(re.escape(locale.download.format(name="search_image.py")))).first
    expect(href).to_have_attribute("href", re.compile(r"/search_image\.py$"))
    for each in LOCALES:
        alternate = page.locator(f"link[rel=alternate][hreflang={each.name}]")
        assert path_of(alternate.get_attribute("href") or "") == f"{each.prefix}/search/image"


def test_on_paper_there_are_the_blocks_and_no_controls(site: str, reader: Reader) -> None:
    """No line of a block is cut off, an open file is whole, and what can be clicked is gone."""
    page = reader.open(f"{site}/search/image", viewport={"width": 700, "height": 900})
    page.get_by_role("button", name="Show the whole file").first.click()
    expect(page.get_by_role("region", name="snippets/").locator("pre").first).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (
        ".navbar",
        "aside",
        "button",
        ".footer",
        "[class^=download_]",
        ".pagination-nav",
        ".theme-edit-this-page",
    ):
        expect(page.locator(f"{hidden}:visible")).to_have_count(0)
    # The open tab of each of three groups, and four blocks without tabs.
    expect(page.locator("[class^=mark_]:visible")).to_have_count(7)
    for block in page.locator("pre:visible").all():
        cut: list[int] = block.evaluate("e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]")
        assert max(cut) <= 1, block.text_content()
    reader.keep(page, "whole", whole=True)


def test_from_right_to_left_nothing_overlaps(site: str, reader: Reader) -> None:
    """What stands below a block keeps its places and stays on the screen."""
    page = reader.open(f"{site}/search/image", viewport={"width": 360, "height": 800})
    page.evaluate("document.documentElement.dir = 'rtl'")
    foot = page.locator("main [class*=foot_]").first
    foot.scroll_into_view_if_needed()
    boxes: list[dict[str, float]] = foot.evaluate(
        "foot => [...foot.children].filter(e => e.offsetParent).map(e => e.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 3
    for number, box in enumerate(boxes):
        assert box["left"] >= 0
        assert box["right"] <= 360
        for other in boxes[number + 1 :]:
            apart = box["right"] <= other["left"] or other["right"] <= box["left"]
            assert apart or box["bottom"] <= other["top"] or other["bottom"] <= box["top"]
    start = foot.evaluate("foot => foot.parentElement.querySelector('pre').getBoundingClientRect().right")
    assert abs(boxes[0]["right"] - start) <= 1
    assert foot.evaluate("foot => getComputedStyle(foot.parentElement.querySelector('code')).direction") == "ltr"
    reader.keep(page, "screen")
