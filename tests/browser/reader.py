"""A reader with a browser: opens pages, and notes whatever must never happen to a reader."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

try:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect
except ImportError as error:
    if "SNIPPROOF_RUN_REQUIRE" in os.environ:
        raise
    pytest.skip(f"{error} (tox run -e browser has all that these tests need)", allow_module_level=True)

__all__ = ["LOCALES", "Browser", "Locale", "Page", "Reader", "expect"]

PATIENCE = 10_000  # milliseconds; machines that run tests are busy
expect.set_options(timeout=PATIENCE)

_SEVERE = ("serious", "critical")
# The status of a page that does not exist is an error of the console, and only there it is one by purpose.
_NOT_FOUND = "the server responded with a status of 404"


class Locale(NamedTuple):
    """A language of the site: where its pages are, and the words that readers see."""

    name: str
    prefix: str
    label: str
    image_page: str
    copy: str
    copied: str
    show: str
    hide: str
    download: str
    proven: str
    stand_in: str
    compared: str
    skip: str
    not_found: str
    word: str


LOCALES = (
    Locale(
        name="en",
        prefix="",
        label="English",
        image_page="docs/docs/search/image.mdx",
        copy="Copy code to clipboard",
        copied="Copied",
        show="Show the whole file",
        hide="Hide the whole file",
        download="Download {name}",
        proven="Proven with {server} and {client} on {date:%b} {date.day}, {date.year}",
        stand_in="Run with {server} and {client} on {date:%b} {date.day}, {date.year}, with a stand-in for {host}",
        compared="Compared with the real {what} in {languages}, with {server} on {date:%b} {date.day}, {date.year}",
        skip="Skip to main content",
        not_found="Page Not Found",
        word="base64",
    ),
    Locale(
        name="ja",
        prefix="/ja",
        label="日本語",
        image_page="docs/i18n/ja/docusaurus-plugin-content-docs/current/search/image.mdx",
        copy="クリップボードにコードをコピー",
        copied="コピーしました",
        show="ファイル全体を表示",
        hide="ファイル全体を隠す",
        download="{name} をダウンロード",
        proven="{date:%Y/%m/%d} に {server}、{client} で動作確認済み",
        stand_in="{date:%Y/%m/%d} に {server}、{client} で実行済み（{host} は代替サーバー）",
        compared="{date:%Y/%m/%d} に {server}（{languages}）の実際の{what}と照合済み",
        skip="メインコンテンツまでスキップ",
        not_found="ページが見つかりません",
        word="画像",
    ),
)


class Reader:
    """Opens pages, each in a context of its own.

    :param axe: the script of axe-core.
    :param screenshots: a folder for what the pages look like.
    :param name: the beginning of the names of the screenshots.
    """

    def __init__(self, browser: Browser, axe: str, screenshots: Path, name: str) -> None:
        self._browser = browser
        self._axe = axe
        self._screenshots = screenshots
        self._name = name
        self._pages: list[Page] = []
        self.problems: list[str] = []
        self.requests: list[str] = []

    def open(self, url: str, *, hydrates: bool = True, **options: Any) -> Page:
        """Return the page at ``url``, loaded and ready for clicks.

        :param hydrates: its script takes over what the server has rendered: pages of the site do, with JavaScript.
        :param options: those of a browser context.
        """
        home = re.match(r"https?://[^/]+/|file:.*", url)
        assert home
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = self._browser.new_context(service_workers="block", **options)
        context.set_default_timeout(PATIENCE)
        context.on("request", self._note_request)
        context.route(re.compile(f"^(?!{re.escape(home[0])}|data:|blob:)"), self._refuse)
        page = context.new_page()
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.problems.append(f"error on {page.url}: {error}"))
        self._pages.append(page)
        page.goto(url)
        if hydrates:
            page.locator("html[data-has-hydrated=true]").wait_for(state="attached")
        return page

    def keep(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Keep a screenshot of what is on the screen, or of the whole page."""
        page.screenshot(path=self._screenshots / f"{self._name}-{name}.png", full_page=whole)

    def barriers(self, page: Page) -> list[str]:
        """Return what axe finds on a page that is serious or worse for readers with a disability."""
        page.evaluate(self._axe)
        found: Sequence[dict[str, Any]] = page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [
            f"{each['impact']}: {each['id']}: {each['help']}: {node['html'][:160]}\n  {node['failureSummary']}"
            for each in found
            if each["impact"] in _SEVERE
            for node in each["nodes"]
        ]

    def close(self) -> None:
        """Close all pages, each after a screenshot of what it showed last."""
        for number, page in enumerate(self._pages):
            self.keep(page, f"end{number or ''}")
            page.context.close()

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _refuse(self, route: Route) -> None:
        self.problems.append(f"a request left this machine: {route.request.url}")
        route.abort()

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _NOT_FOUND not in message.text:
            self.problems.append(f"{message.type} on {message.page.url if message.page else ''}: {message.text}")
