"""The pages of the guide, what they show, and the examples that the tests run."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.support.transcripts import commands

from snipproof.config import load_settings
from snipproof.site.docs_site import Site
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure
from snipproof.site.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "docs" / "guide"
#: Each folder in it is a project of its own.
EXAMPLES = ROOT / "tests" / "guide"


class Fence(NamedTuple):
    """One fenced block: the first word behind its backticks, and its lines."""

    language: str
    text: str


def pages() -> list[Path]:
    """Return the pages of the guide."""
    return sorted(GUIDE.glob("*.md*"))


def plain_pages() -> set[Path]:
    """Return the pages that the wheel ships as plain text, for ``snipproof check --explain``."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    shipped = build["targets"]["wheel"]["force-include"]
    return {ROOT / path for path in shipped}


def fences(text: str) -> list[Fence]:
    """Return the fences of a page, wherever they stand, without the indentation of their first line."""
    found = []
    lines = text.split("\n")
    scan = scan_page("page.mdx", text, load_settings(EXAMPLES, environ={}))
    for first, last in PageStructure(text, scan.notes).fences:
        opener = re.fullmatch(r"([\s>]*)(?:```+|~~~+)(\S*).*", lines[first - 1])
        assert opener, lines[first - 1]
        body = [line.removeprefix(opener[1]) for line in lines[first : last - 1]]
        found.append(Fence(opener[2], "".join(f"{line}\n" for line in body)))
    return found


def transcripts() -> list[Path]:
    """Return the transcripts of all examples."""
    return sorted(EXAMPLES.glob("*/*.console"))


def site_configs() -> list[Path]:
    """Return the settings of Docusaurus of all examples."""
    return sorted(EXAMPLES.glob("*/docusaurus.config.js"))


def workflows() -> list[Path]:
    """Return the workflows of GitHub and GitLab and the hook, whose scripts `test_ci_jobs` and others run."""
    return sorted((EXAMPLES / "ci").glob("*.yml"))


@cache
def proven_files() -> frozenset[Path]:
    """Return the files of the examples that the commands of a transcript or a test read or run, and the transcripts."""
    found = {*transcripts(), *site_configs(), *workflows()}
    for folder in {transcript.parent for transcript in transcripts()}:
        lines = [command.line for path in folder.glob("*.console") for command in commands(path.read_text("utf-8"))]
        words = {word for line in lines for word in line.split()}
        found |= {folder / word for word in words if (folder / word).is_file()}
        if not (folder / "docs").is_dir():
            continue
        site = Site.load(load_settings(folder, environ={}))
        paths = {page.path for page in site.pages} | {suite.path for suite in site.suites} | set(site.sources)
        if "pytest" in words:
            found |= {*folder.rglob("conftest.py"), *folder.rglob("gallery/*.json")}
            paths |= {file for suite in site.suites for _, files in suite.seed for file in files}
        else:  # nobody has run its Sources
            paths -= set(site.suite_of)
        found |= {folder / path for path in paths}
        if site.settings.file:
            found.add(site.settings.file)
        if site.settings.known_failures:
            found.add(folder / site.settings.known_failures)
    return frozenset(found)


def regions(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each Region of a file."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    for region in parse_source(path.name, text).regions:
        shown = [line for first, last in region.segments for line in lines[first - 1 : last]]
        yield region.name, "".join(f"{line}\n" for line in shown)


@cache
def proven_texts() -> frozenset[str]:
    """Return the texts of these files and of their Regions."""
    files = proven_files()
    whole = [path.read_text(encoding="utf-8") for path in files]
    return frozenset([*whole, *(text for path in files for _, text in regions(path))])
