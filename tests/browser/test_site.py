"""The site as a whole: languages, search, looks, keyboard, small screens, and pages that do not exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.browser.reader import LOCALES, Locale, Page, Reader, expect
from tests.support.static_host import path_of

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("chromium")]

PHONE = {"width": 360, "height": 740}
PAGES = ("/", "/search/image", "/guide/getting-started", "/guide/rules", "/search?q=snippet", "/no/such/page")

both = pytest.mark.parametrize("locale", LOCALES, ids=lambda locale: locale.name)


@both
def test_the_language_menu_leads_to_the_same_page(site: str, reader: Reader, locale: Locale) -> None:
    other = LOCALES[1 - LOCALES.index(locale)]
    page = reader.open(f"{site}{locale.prefix}/search/image")
    page.locator(".navbar").get_by_role("button", name=locale.label).hover()
    page.locator(".navbar").get_by_role("link", name=other.label).click()
    page.wait_for_url(f"{site}{other.prefix}/search/image")
    expect(page.locator("html")).to_have_attribute("lang", other.name)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "word"),
    [(LOCALES[0], "gallery"), (LOCALES[1], "base64"), (LOCALES[1], "画像")],
    ids=["en", "ja", "ja-japanese"],
)
def test_search_finds_a_page_and_goes_there(site: str, reader: Reader, locale: Locale, word: str) -> None:
    """By typing into the bar at the top; the index comes from the site itself."""
    page = reader.open(f"{site}{locale.prefix}/guide")
    bar = page.locator("input.navbar__search-input")
    bar.click()
    bar.press_sequentially(word)
    found = page.locator(".navbar [role=option]").filter(has_text=word)
    expect(found.first).to_be_visible()
    reader.keep(page, "suggestions")
    found.first.click()
    page.wait_for_url(lambda url: path_of(url) != f"{locale.prefix}/guide")
    expect(page.locator("mark").first).to_have_text(re.compile(re.escape(word), re.IGNORECASE))
    expect(page.locator("html")).to_have_attribute("lang", locale.name)


@both
def test_the_search_page_lists_what_it_found(site: str, reader: Reader, locale: Locale) -> None:
    page = reader.open(f"{site}{locale.prefix}/search?q={locale.word}")
    found = page.locator("article h2 a")
    expect(found.first).to_be_visible()
    reader.keep(page, "found")
    found.first.click()
    page.wait_for_url(lambda url: path_of(url) != f"{locale.prefix}/search")
    expect(page.get_by_role("heading", level=1).first).to_be_visible()


def test_dark_mode_is_what_the_reader_prefers_or_chooses(site: str, reader: Reader) -> None:
    """The system's preference first; the switch overrides it, on the next page too."""
    theme = "document.documentElement.dataset.theme"
    dark = reader.open(f"{site}/search/image", color_scheme="dark")
    assert dark.evaluate(theme) == "dark"
    light = reader.open(f"{site}/search/image", color_scheme="light")
    assert light.evaluate(theme) == "light"
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before = light.evaluate(ground)
    switch = light.get_by_role("button", name=re.compile("Switch between dark and light mode"))
    for _ in range(2):  # from the system's to light, and to dark
        switch.click()
    assert light.evaluate(theme) == "dark"
    assert light.evaluate(ground) == dark.evaluate(ground) != before
    light.reload()
    assert light.evaluate(theme) == "dark"
    reader.keep(light, "whole", whole=True)


@both
def test_everything_can_be_done_with_the_keyboard_alone(site: str, reader: Reader, locale: Locale) -> None:
    """The skip link comes first; then each control in the order of the page, and one sees where one is."""
    page = reader.open(f"{site}{locale.prefix}/search/image")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text(locale.skip)
    expect(page.locator(":focus")).to_be_in_viewport()
    reader.keep(page, "skip-link")
    page.keyboard.press("Enter")
    names: list[str] = []
    while "pre" not in names and len(names) < 40:
        page.keyboard.press("Tab")
        expect(page.locator("main :focus")).to_have_count(1)
        names.append(page.evaluate("document.activeElement.getAttribute('role') || document.activeElement.localName"))
    assert names[-2:] == ["tab", "pre"]
    controls = []
    for _ in range(4):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        expect(focus).to_be_in_viewport()
        expect(focus).to_have_css("opacity", "1")
        expect(focus).not_to_have_css("outline-style", "none")
        controls.append(focus.get_attribute("aria-label") or focus.inner_text())
    assert controls[0] == locale.copy
    assert "weaviate-client" in controls[1]
    assert controls[2:] == [locale.show, locale.download.format(name="search_image.py")]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_text(locale.hide)
    expect(page.get_by_role("region", name="snippets/python-v4/search_image.py").locator("pre").first).to_be_visible()
    reader.keep(page, "focus")


@both
def test_a_phone_shows_whole_pages_and_a_menu(site: str, reader: Reader, locale: Locale) -> None:
    """No page scrolls sideways at a width of 360 pixels, and the menu opens and leads on."""
    page = reader.open(f"{site}{locale.prefix}/", viewport=PHONE, has_touch=True, is_mobile=True)
    for number, each in enumerate(PAGES):
        visit(page, f"{site}{locale.prefix}{each}")
        assert too_wide(page) == [], each
        reader.keep(page, str(number))
    visit(page, f"{site}{locale.prefix}/search/image")
    page.locator(".navbar__toggle").click()
    menu = page.locator(".navbar-sidebar")
    expect(menu).to_be_in_viewport()
    link = menu.locator("a[href$='/guide/rules']")
    expect(link).to_be_visible()
    reader.keep(page, "menu")
    link.click()
    page.wait_for_url(f"{site}{locale.prefix}/guide/rules")
    expect(menu).not_to_be_in_viewport()


def visit(page: Page, url: str) -> None:
    """Load another page in the same context."""
    page.goto(url)
    page.locator("html[data-has-hydrated=true]").wait_for(state="attached")


def too_wide(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => {
            const root = document.documentElement, width = root.clientWidth;
            if (root.scrollWidth <= width && width === innerWidth) return [];
            const wide = [...root.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1);
            return [`${root.scrollWidth} ${width} ${innerWidth}`, ...wide.map(e => e.outerHTML.slice(0, 120))];
        }"""
    )
    return found


@both
def test_a_page_that_does_not_exist_leads_back(site: str, reader: Reader, locale: Locale) -> None:
    """With the status that search engines need, and a way home."""
    page = reader.open(f"{site}{locale.prefix}/404.html")
    expect(page.get_by_role("heading", level=1)).to_have_text(locale.not_found)
    response = page.goto(f"{site}{locale.prefix}/no/such/page")
    assert response
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator(".navbar__brand").click()
    page.wait_for_url(re.compile(f"{re.escape(site)}(/ja)?/?$"))


@both
def test_the_landing_page_leads_to_the_guide(site: str, reader: Reader, locale: Locale) -> None:
    page = reader.open(f"{site}{locale.prefix}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_title(re.compile("snipproof"))
    reader.keep(page, "whole", whole=True)
    page.locator(".landing main a[href$='/guide/getting-started']").click()
    page.wait_for_url(f"{site}{locale.prefix}/guide/getting-started")


ACCESS: list[tuple[str, dict[str, Any]]] = [
    ("/", {}),
    ("/", {"color_scheme": "dark"}),
    ("/search/image", {}),
    ("/search/image", {"color_scheme": "dark"}),
    ("/ja/search/image", {}),
    ("/ja/search/image", {"color_scheme": "dark"}),
    ("/guide/expected-output", {}),
    ("/guide/rules", {"color_scheme": "dark"}),
    ("/search?q=snippet", {}),
    ("/no/such/page", {}),
]


@pytest.mark.parametrize(("path", "options"), ACCESS, ids=lambda each: "dark" if each else None)
def test_axe_finds_nothing_serious(site: str, reader: Reader, path: str, options: dict[str, Any]) -> None:
    """On each kind of page, with all that can be opened open."""
    page = reader.open(f"{site}{path}", reduced_motion="reduce", **options)
    for summary in page.locator("main details > summary").all():
        summary.click()
    if path.endswith("/image"):
        page.locator("main button[aria-expanded=false]").first.click()
        expect(page.locator("[class^=file_] pre").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert reader.barriers(page) == []
