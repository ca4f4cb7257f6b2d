"""The guide and the pages beside it: every link leads to a file and a heading, and every page can be found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "guide"
PAGES = sorted([*ROOT.glob("*.md"), *GUIDE.glob("*.md*"), ROOT / "docs" / "components" / "README.md"])
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ANYWHERE = re.compile(r"https?://")


class Link(NamedTuple):
    """One link of a page to a file of this repository; ``anchor`` is empty for a link to the whole file."""

    file: Path
    anchor: str


def prose(page: Path) -> str:
    """Return the text of ``page`` without its fenced code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[Link]:
    """Return the relative links of ``page``."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    parts = [target.partition("#") for target in targets if not ANYWHERE.match(target)]
    return [Link((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of ``page``, as GitHub and Docusaurus make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        assert link.file.exists(), link
        assert not link.anchor or link.anchor in anchors(link.file), link


def test_every_page_of_the_guide_is_in_its_index() -> None:
    index = GUIDE / "README.md"
    assert {link.file for link in links(index)} == {page for page in GUIDE.glob("*.md*") if page != index}


def test_a_missing_file_and_a_missing_heading_are_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# A `b`: c\n\n[x](#a-b-c) [y](https://example.org/y) [z](z.md#w)\n\n```\n[v](v.md)\n```\n")
    assert links(page) == [Link(page, "a-b-c"), Link(tmp_path / "z.md", "w")]
    assert anchors(page) == {"a-b-c"}
