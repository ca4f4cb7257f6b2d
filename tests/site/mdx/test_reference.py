"""The scan of a Page beside the real parser: MDX with the plugins of Docusaurus, run by Node.

``SNIPPROOF_TEST_MDX_PAGES`` is the number of generated pages, ``SNIPPROOF_TEST_MDX_SEED`` the seed of the first one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.site.mdx.test_blocks import CODE, FENCES, HEADINGS, IMPORTS, TAG
from tests.support.mdx_pages import generate_page

from snipproof.config import Settings
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Read = Callable[[Sequence[str]], list[dict[str, Any]]]

REFERENCE = Path(__file__).parent / "reference"
ROOT = Path(__file__).parents[3]
NUMBER = int(os.environ.get("SNIPPROOF_TEST_MDX_PAGES", "400"))
SEED = int(os.environ.get("SNIPPROOF_TEST_MDX_SEED", "1000"))

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


@pytest.fixture(scope="session")
def read() -> Read:
    """A function that returns what the parser makes of each page."""
    folder = _installed()

    def read_pages(pages: Sequence[str]) -> list[dict[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="snipproof-mdx-") as work:
            file = Path(work, "pages.json")
            file.write_text(json.dumps(pages), encoding="utf-8")
            command = ["node", "blocks.mjs", str(file)]
            done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return read_pages


def _installed() -> Path:
    """Return a folder with the parser, installed once for each lock file."""
    files = ["package.json", "package-lock.json", "blocks.mjs"]
    digest = hashlib.sha256(b"".join((REFERENCE / name).read_bytes() for name in files)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "snipproof-tests")
    folder = cache / f"mdx-{digest}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="mdx-", dir=cache))
        for name in files:
            shutil.copy(REFERENCE / name, work)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=work, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        try:
            work.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(work)
    return folder


def _differences(text: str, answer: dict[str, Any]) -> list[str]:
    """Return in what the scan of a valid page differs from the parser."""
    scan = scan_page("p.mdx", text, Settings())
    structure = PageStructure(text, scan.notes)
    tags = sorted(answer["tags"], key=lambda tag: (tag["line"], tag["column"]))
    pairs: list[tuple[str, object, object]] = [
        ("tags", [(r.line, r.column) for r in scan.page.references], [(t["line"], t["column"]) for t in tags]),
        ("headings", sorted(set(structure.headings)), sorted(set(answer["headings"]))),
        ("fences", sorted(first for first, _ in structure.fences), sorted(first for first, _ in answer["fences"])),
        ("imports", sorted([i.line, i.variable, i.path] for i in scan.page.imports), sorted(answer["imports"])),
        # A fence that hides everything below it is valid, but worth a finding.
        ("problems", [p.message for p in scan.problems if "the fence" not in p.message], []),
    ]
    for reference, tag in zip(scan.page.references, tags, strict=False):
        if tag["attributes"] is not None:
            read = [reference.variable, reference.start_marker, reference.end_marker, reference.language]
            values = [tag["attributes"].get(name, "") for name in ("text", "startMarker", "endMarker", "language")]
            pairs.append(("attributes", read, [v["name"] if isinstance(v, dict) else v for v in values]))
    return [f"{what}: {found}, but the parser: {expected}" for what, found, expected in pairs if found != expected]


def _compare(pages: dict[str, str], read: Read) -> int:
    """Compare all pages, and return how many of them are valid."""
    answers = read(list(pages.values()))
    valid = [
        (name, text, answer)
        for (name, text), answer in zip(pages.items(), answers, strict=True)
        if "error" not in answer
    ]
    wrong = [(name, text, found) for name, text, answer in valid if (found := _differences(text, answer))]
    if wrong:
        name, text, found = min(wrong, key=lambda page: len(page[1]))
        numbered = "\n".join(f"{number:3} {line}" for number, line in enumerate(text.split("\n"), 1))
        pytest.fail(f"{len(wrong)} of {len(valid)} pages differ; {name}:\n" + "\n".join(found) + f"\n{numbered}")
    return len(valid)


def test_generated_pages_are_read_as_the_parser_reads_them(
    read: Read,
) -> None:
    """Tags with their attributes, headings, fences and imports."""
    pages = {f"seed {seed}": generate_page(seed) for seed in range(SEED, SEED + NUMBER)}
    assert _compare(pages, read) > NUMBER // 2


def test_chosen_pages_are_read_as_the_parser_reads_them(read: Read) -> None:
    """Those of the other tests, which are all valid, but for formulas."""
    texts = [text for text, _ in [*FENCES, *CODE, *HEADINGS, *IMPORTS] if "$" not in text.replace("${", "")]
    pages = {repr(text): text.replace("@", TAG) for text in texts}
    assert _compare(pages, read) == len(pages)


def test_the_pages_of_this_repository_are_read_as_the_parser_reads_them(
    read: Read,
) -> None:
    """Every page is valid, and nothing differs."""
    paths = [path for folder in ("docs", "i18n") for path in (ROOT / "docs" / folder).rglob("*.md*")]
    pages = {str(path): path.read_text(encoding="utf-8") for path in paths}
    assert _compare(pages, read) == len(pages) > 10
