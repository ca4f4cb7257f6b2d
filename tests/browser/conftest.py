"""The built site on a static host, and a reader with headless Chromium, which connects to nothing else.

``tox run -e snippets,site,browser`` makes all that these tests need. Without Playwright or Chromium they are skipped,
with the reason; without the site, or if it was built from other files, they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.static_host import static_host
from tools import build_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.reader import Browser, Reader

SCREENSHOTS = "SNIPPROOF_TEST_SCREENSHOTS"
ARGUMENTS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """What the blocks of the built site show, and what proved them; fail if the site was not built from it."""
    problem = build_site.problem_of_build()
    if problem:
        pytest.fail(f"{problem}: tox run -e snippets,site", pytrace=False)
    found: dict[str, Any] = json.loads(build_site.MANIFEST.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def site(manifest: dict[str, Any]) -> Iterator[str]:
    """The address of the built site."""
    with static_host(build_site.BUILD) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The only browser of the session."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder for screenshots: ``SNIPPROOF_TEST_SCREENSHOTS``, else ``.tox/browser/screenshots``."""
    folder = Path(os.environ.get(SCREENSHOTS, build_site.ROOT / ".tox" / "browser" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which is installed with the site."""
    return (build_site.SITE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def reader(browser: Browser, axe: str, screenshots: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A reader, to whom nothing bad may happen: no request to another machine, no error or warning in the console."""
    from tests.browser.reader import Reader

    name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    reader = Reader(browser, axe, screenshots, name)
    yield reader
    reader.close()
    assert reader.problems == []
