"""Comments that suppress Findings."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

from snipproof.lint.rules.suppressions import read_suppressions

A = region("a = 1")
WRONG = block("# START B")


@pytest.mark.parametrize(
    "before",
    [
        "{/* snipproof: ignore SP202 because it is another rule */}\n",
        "{/* snipproof: ignore SP201 because it is too far away */}\n\n",
        "text {/* snipproof: ignore SP201 because it is not alone */}\n",
        "{/* snipproof: ignore SP201 */}\n",
        "{/* snipproof: ignore because of everything */}\n",
        "{/* snipproof: SP201 because of a missing word */}\n",
    ],
)
def test_other_comments_take_nothing_away(check: Check, before: str) -> None:
    assert len(check({"docs/p.mdx": page(before, WRONG), "a.py": A}, "SP201")) == 1


def test_a_comment_in_a_fence_is_an_example(check: Check) -> None:
    """It takes nothing away, and nobody wants it to."""
    example = "```mdx\n{/* snipproof: ignore SP201 because of this */}\n```\n"
    found = {f.rule for f in check({"docs/p.mdx": page(example, WRONG), "a.py": A})}
    assert "SP201" in found
    assert "SP003" not in found


def test_a_comment_in_a_source_counts_too(check: Check) -> None:
    text = "# snipproof: ignore SP204 because a test needs it\n" + region("b = 2", "B")
    assert check({"docs/p.mdx": page(), "a.py": A + text}) == []


def test_a_long_line_is_no_suppression() -> None:
    """It would take long to find its end."""
    assert list(read_suppressions("p", "# snipproof: ignore SP201" + " " * 1_000_000 + "x" + " " * 1_000_000)) == []
