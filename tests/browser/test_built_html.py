"""The HTML of the built site: each block of each page has the text that was proven, byte for byte."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any

from tools.build_site import BUILD, ROOT

MIN_LENGTH = 20  # of a line that is not likely to stand elsewhere
QUOTES = re.compile("[\"'`\\\\]")  # what a script has in another form
CURRENT = "docs/i18n/ja/docusaurus-plugin-content-docs/current/"


class Blocks(HTMLParser):
    """Collects the text of each ``<pre>``; a line of code ends with a ``<br>``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the base class's)
        """Begin a block, or end a line."""
        if tag == "pre":
            self._inside += 1
            self.texts.append("")
        elif tag == "br" and self._inside:
            self.texts[-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self._inside -= tag == "pre"

    def handle_data(self, data: str) -> None:
        """Add the text of a block."""
        if self._inside:
            self.texts[-1] += data


def built_pages(page: str) -> list[str]:
    """Return the files below the build that show a page of the docs: without a translation, two."""
    path = PurePosixPath(page).with_suffix("").as_posix()
    if path.startswith(CURRENT):
        return [f"ja/{path.removeprefix(CURRENT)}.html"]
    if path.startswith("docs/i18n/ja/docusaurus-plugin-content-pages/"):
        return [f"ja/{PurePosixPath(path).name}.html"]
    if path.startswith("docs/src/pages/"):
        return [f"{PurePosixPath(path).name}.html"]
    name = path.removeprefix("docs/docs/").removesuffix("/README")
    return [f"{name}.html"] if name == "search/image" else [f"{name}.html", f"ja/{name}.html"]


def test_each_block_has_the_text_of_the_manifest(manifest: dict[str, Any]) -> None:
    expected: dict[str, list[str]] = defaultdict(list)
    for reference in sorted(manifest["references"], key=lambda each: (each["line"], each["column"])):
        assert reference["live"], reference
        for file in built_pages(reference["page"]):
            expected[file].append(reference["shown"])
    assert len(expected) > 20
    for file, texts in expected.items():
        shown = iter(Blocks((BUILD / file).read_text(encoding="utf-8")).texts)
        # Other blocks of a page stand between them. A code block shows no empty lines at its end.
        missing = [text for text in texts if text.rstrip("\n") not in (each.rstrip("\n") for each in shown)]
        assert missing == [], file


def test_no_script_has_a_line_that_no_block_shows(manifest: dict[str, Any]) -> None:
    """Hidden code of Sources stays hidden: only lines that some block shows are in the scripts of the site."""
    scripts = "".join(path.read_text(encoding="utf-8") for path in BUILD.rglob("*.js"))
    shown = {line.strip() for reference in manifest["references"] for line in reference["text"].split("\n")}
    hidden = {
        line.strip()
        for source in manifest["sources"]
        for line in (ROOT / source).read_text(encoding="utf-8").split("\n")
        if len(line.strip()) > MIN_LENGTH and "(" in line
    } - shown
    markers = [each[key] for each in manifest["references"] for key in ("start_marker", "end_marker") if each[key]]
    hidden = {line for line in hidden if not any(marker in line for marker in markers)}  # pages have these themselves
    assert len(hidden) > 5
    scripts = QUOTES.sub("", scripts)
    assert [line for line in hidden if QUOTES.sub("", line) in scripts] == []
