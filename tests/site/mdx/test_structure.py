"""The structure of a Page: which heading stands above a line, and where fences are."""

from __future__ import annotations

import pytest

from snipproof.config import Settings
from snipproof.site.mdx.page import scan_page
from snipproof.site.mdx.structure import PageStructure


def structure_of(text: str) -> PageStructure:
    """Return the structure of the Page with this ``text``."""
    return PageStructure(text, scan_page("p.mdx", text, Settings()).notes)


@pytest.mark.parametrize(
    "heading", ["# a", "###### a", "  ## a", '<h2 id="a">a</h2>', "##\ta", "# `<!--`", "## [a](/b)"]
)
def test_a_heading_begins_a_section(heading: str) -> None:
    structure = structure_of(f"text\n\n{heading}\ntext\n\n## b\n")
    assert [structure.heading_above(line) for line in range(1, 8)] == [0, 0, 3, 3, 3, 6, 6]


@pytest.mark.parametrize("before", ["", "---\n---\n", "import A from 'a'\n", "{/* x */}\n", "```\n```\n", "<A/>\r\n"])
def test_a_heading_may_follow_anything(before: str) -> None:
    structure = structure_of(f"{before}# a\n")
    assert structure.headings == [before.count("\n") + 1]


@pytest.mark.parametrize(
    "text",
    ["`<!--`", "\\<!--", "``` `<!-- ```", "`` ` {/* ``", "a ` b", "`a <B> \\", "```a`b```", "<FilteredTextBlock/>"],
)
def test_inline_code_and_escapes_hide_no_heading(text: str) -> None:
    assert structure_of(f"# a\n{text}\n# b ` <!-- `\n\n# c\n").headings == [1, 3, 5]


@pytest.mark.parametrize(
    "text",
    [
        "#no-heading",
        "####### seven",
        "a # b",
        "```py\n# a comment\n```",
        "~~~~\n~~~\n# a\n~~~~",
        "- ```\n  # a\n  ```",
        "> ```\n> # a\n> ```",
        "<!-- ## a\n\n## b -->",
        "{/* a\n## b */}",
        "```\n# never closed",
        "<header>",
        "`<h2>`",
        "\\<h2>",
        "<FilteredTextBlock title={`\n# a\n`}/>",
    ],
)
def test_other_text_begins_no_section(text: str) -> None:
    structure = structure_of(f"## first\n{text}\n")
    assert {structure.heading_above(line) for line in range(1, 9)} == {1}


def test_headings_below_fences_and_comments_count() -> None:
    """What hides others ends."""
    structure = structure_of("```\n# a\n```\n## b\n<!--\n## c\n-->\n## d\n")
    assert [structure.heading_above(line) for line in (3, 4, 7, 8)] == [0, 4, 4, 8]


def test_a_fence_has_a_first_and_a_last_line() -> None:
    """From the line that opens one to the one that closes it; the content of ``mdx-code-block`` is rendered."""
    structure = structure_of("a\n```\nb\n```\nc\n```mdx-code-block\nd\n```\n\n```py\nnever closed\n")
    fenced = [line for line in range(1, 13) if structure.in_fence(line)]
    assert fenced == [2, 3, 4, 10, 11, 12]
