"""Sections of a Page: which heading stands over a line."""

from __future__ import annotations

import pytest

from snipproof.site.mdx.sections import Sections


@pytest.mark.parametrize("heading", ["# a", "###### a", "  ## a", '<h2 id="a">a</h2>', "##\ta"])
def test_a_heading_begins_a_section(heading: str) -> None:
    sections = Sections(f"text\n\n{heading}\ntext\n\n## b\n")
    assert [sections.begin(line) for line in range(1, 8)] == [0, 0, 3, 3, 3, 6, 6]


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
    ],
)
def test_other_text_begins_none(text: str) -> None:
    sections = Sections(f"## first\n{text}\n")
    assert {sections.begin(line) for line in range(1, 9)} == {1}


def test_what_is_hidden_ends() -> None:
    """A heading behind a fence or a comment is one again."""
    sections = Sections("```\n# a\n```\n## b\n<!--\n## c\n-->\n## d\n")
    assert [sections.begin(line) for line in (3, 4, 7, 8)] == [0, 4, 4, 8]


def test_fences() -> None:
    """From the line that opens one to the one that closes it; what the site renders all the same is none."""
    sections = Sections("a\n```\nb\n```\nc\n~~~mdx-code-block\nd\n~~~\n\n```py\nnever closed\n")
    fenced = [line for line in range(1, 13) if sections.in_fence(line)]
    assert fenced == [2, 3, 4, 10, 11, 12]
