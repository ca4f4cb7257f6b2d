"""Hover: blocks as readers see them, what the last run found, and the pages that show a Region."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from lsprotocol.types import MarkupContent
from tests.support.editor_site import IMPORT, SOURCE, block, open_editor
from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.language_server.hover import hover
from snipproof.language_server.last_outcomes import LastOutcomes, age_of
from snipproof.report.tree_facts import text_digest

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.report.entries import RunReport

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
SEARCH, EXPECTED = "code/search.py::search", "code/search.py::Expected search results"


def shown(
    root: Path,
    path: str,
    at: str,
    files: dict[str, str] | None = None,
    report: RunReport | None = None,
    typed: str = "",
) -> str:
    found = hover(*open_editor(root, path, files, at=at, typed=typed).at, LastOutcomes(report, NOW))
    if found is None:
        return ""
    assert isinstance(found.contents, MarkupContent)
    return found.contents.value


def one_page(source: str, page: str) -> dict[str, str]:
    return {"code/search.py": source, "docs/search.mdx": IMPORT + page, "i18n/ja/search.mdx": "text\n"}


def test_a_reference_shows_its_block(tmp_path: Path) -> None:
    """As readers see it, in its language, with the name of the Region."""
    source = "# START a\n    # highlight-next-line\n    x\n```\n    y\n# END a\n"
    page = block("# START a", "# END a", "pyindent")
    assert shown(tmp_path, "docs/search.mdx", "# STA¦RT a", one_page(source, page)) == (
        "````py\nx\n```\ny\n````\n\nSnippet `code/search.py::a`"
    )


@pytest.mark.parametrize(
    ("source", "end", "note"),
    [
        (
            "# START a\n1\n# END a\n2\n# START a\n3\n4\n# END a\n",
            "# END a",
            "It joins 2 Segments: lines 2, 6–7 of `code/search.py`.",
        ),
        ("# START a\n1\n", "# END a", "It runs to the end of the file: no line behind line 1 contains '# END a'."),
        ("# START a\n1\n", "END-OF-FILE", "It runs to the end of the file."),
        ("# START b\n1\n# END b\n", "# END a", "No line of `code/search.py` contains the start marker '# START a'."),
        (
            "# START-ANY\n1\n# END a\n",
            "# END a",
            "contains the start marker '# START a': only START-ANY text is shown.",
        ),
        ("# START a\n\n# END a\n", "# END a", "The block is empty: nothing but blanks stands behind line 1"),
    ],
)
def test_notes_on_a_block(tmp_path: Path, source: str, end: str, note: str) -> None:
    """What readers cannot see, and what is wrong with it."""
    found = shown(tmp_path, "docs/search.mdx", "# STA¦RT a", one_page(source, block("# START a", end)))
    assert note in found.split("\n\n") or note in found


def test_a_reference_that_shows_nothing(tmp_path: Path) -> None:
    """Because its file cannot be read, or is not imported."""
    page = (
        IMPORT.replace("search.py", "none.py") + block("# A", "# B") + "\n" + block("# C", "# D").replace("Code", "No")
    )
    files = {"docs/search.mdx": page}
    assert shown(tmp_path, "docs/search.mdx", "# ¦A", files) == "Nothing is shown: `code/none.py` cannot be read."
    assert shown(tmp_path, "docs/search.mdx", "# ¦C", files) == "Nothing is shown: `No` is not a raw import."
    assert shown(tmp_path, "docs/search.mdx", "import¦", files) == ""
    assert shown(tmp_path, "docs/search.mdx", "¦", files, typed="a\n\n¦text\n") == ""


def test_a_long_block_is_cut(tmp_path: Path) -> None:
    """Nobody scrolls in a hover."""
    source = "# START a\n" + "x\n" * 100 + "# END a\n"
    found = shown(tmp_path, "docs/search.mdx", "# STA¦RT a", one_page(source, block("# START a", "# END a")))
    assert found.startswith("```py\nx\n" + "x\n" * 59 + "… 40 more lines\n```\n")


@pytest.mark.parametrize("at", ["# START sea¦rch", "# EN¦D search"])
def test_a_marker_shows_its_pages(tmp_path: Path, at: str) -> None:
    """With lines and links, in all locales; also partials that no page shows."""
    partial = IMPORT + block("# START search", "# END search")
    found = shown(tmp_path, "code/search.py", at, {"docs/_part.mdx": partial})
    root = tmp_path.absolute().as_uri()
    assert found.split("\n\n") == [
        "Snippet `code/search.py::search`",
        (
            "Shown by 3 pages:\n"
            f"- [docs/_part.mdx:3]({root}/docs/_part.mdx#L3) (in a partial that no page shows)\n"
            f"- [docs/search.mdx:5]({root}/docs/search.mdx#L5)\n"
            f"- [i18n/ja/search.mdx:5]({root}/i18n/ja/search.mdx#L5)"
        ),
    ]


def test_a_region_on_no_page(tmp_path: Path) -> None:
    """Nobody reads it."""
    found = shown(
        tmp_path, "code/search.py", "START oth¦er", {"code/search.py": SOURCE + "# START other\nx\n# END other\n"}
    )
    assert found == "Snippet `code/search.py::other`\n\nNo page shows it."


def test_the_last_run(tmp_path: Path) -> None:
    """The Outcome with its reason, and what was compared with what, on both sides."""
    sources = [{"path": "code/search.py", "suite": "code/suite.yaml", "digest": text_digest(SOURCE), "duration": 1.0}]
    failed = make_snippet(SEARCH, "failed", date="2026-11-28T09:00:00Z")
    report = make_report([failed], [make_expectation(SEARCH, "differs", id=EXPECTED)])
    report["run"]["sources"] = sources  # type: ignore[typeddict-item]
    found = shown(tmp_path, "docs/search.mdx", "# STA¦RT search", report=report).split("\n\n")[1:]
    assert found == [
        "Snippet `code/search.py::search`",
        "**failed** 3 h ago on Weaviate 1.39.0, in 0.25 s. Line 4: `it was failed`",
        (
            f"Its output was compared with `{EXPECTED}`: **differs** (3 h ago).\n"
            '- line 10: `expected "A dog", actual "A cat"`'
        ),
    ]
    found = shown(tmp_path, "code/search.py", "# START Exp¦ected", report=report).split("\n\n")
    assert found[0] == f"Expectation `{EXPECTED}`, the output of `search`"
    assert found[2].startswith(f"This was compared with `output of {SEARCH}`: **differs** (3 h ago).")


def test_a_run_of_another_text(tmp_path: Path) -> None:
    """It may not hold any more."""
    report = make_report([make_snippet(SEARCH)], [make_expectation(SEARCH, "excused", id=EXPECTED, reason="why")])
    found = shown(tmp_path, "docs/search.mdx", "# STA¦RT search", report=report).split("\n\n")[2:]
    assert found == [
        "**passed** 2 h ago on Weaviate 1.39.0, in 0.25 s.",
        f"Its output was not compared with `{EXPECTED}`: why (2 h ago).",
        "`code/search.py` has changed since that run.",
    ]


@pytest.mark.parametrize(
    ("date", "age"),
    [
        ("2026-11-28T12:29:30Z", "just now"),
        ("2026-11-28T12:35:00Z", "just now"),  # another clock
        ("2026-11-28T12:00:00+00:00", "30 min ago"),
        ("2026-11-27T12:00:00", "24 h ago"),
        ("2026-11-20T12:00:00Z", "8 days ago"),
        ("yesterday", "at yesterday"),
        ("", ""),
    ],
)
def test_the_age_of_a_run(date: str, age: str) -> None:
    """In the largest unit that fits."""
    assert age_of(date, NOW) == age
