"""SP002, SP003: comments that take a Finding away."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

from snipproof.lint.rules.suppression import read_suppressions

A = region("a = 1")
WRONG = block("# START B")


@pytest.mark.parametrize(
    "comment",
    [
        "{/* snipproof: ignore SP201 because it is being written */}",
        "<!-- snipproof: ignore SP201 because it is being written -->",
        "  {/* snipproof: ignore SP203, SP201 it is being written */}",
        "{/* snipproof: ignore SP201 because it is being written */}\n{/* snipproof: ignore SP203 because of x */}",
    ],
)
def test_a_comment_before_the_tag_takes_its_finding_away(check: Check, comment: str) -> None:
    found = check({"docs/p.mdx": page(comment + "\n", WRONG), "a.py": A})
    assert {f.rule for f in found} <= {"SP003", "SP204"}
    assert [f.rule for f in check({"docs/p.mdx": page(WRONG)}, "SP201")] == ["SP201"]


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


@pytest.mark.parametrize("words", ["notcompared because of x", "ignored SP201 because of x", "SP201 because of x"])
def test_a_misspelt_word_is_told(check: Check, words: str) -> None:
    """What it was meant to do would silently not be done."""
    found = check({"docs/p.mdx": page(f"{{/* snipproof: {words} */}}\n", WRONG), "a.py": A}, "SP002")
    assert len(found) == 1


def test_a_source_may_say_what_it_wants(check: Check) -> None:
    files = {"docs/p.mdx": page(), "a.py": "# snipproof: proves this\n" + A}
    assert check(files, "SP002") == []


def test_a_comment_in_a_source_counts_too(check: Check) -> None:
    text = "# snipproof: ignore SP204 because a test needs it\n" + region("b = 2", "B")
    assert check({"docs/p.mdx": page(), "a.py": A + text}) == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("{/* snipproof: ignore SP201 */}", "gives no reason"),
        ("{/* snipproof: ignore SP201 because */}", "gives no reason"),
        ("<!-- snipproof: ignore the next line -->", "names no rule"),
    ],
)
def test_a_comment_without_rule_or_reason_is_told(check: Check, comment: str, message: str) -> None:
    (finding,) = check({"docs/p.mdx": page(f"  {comment}\n", block()), "a.py": A}, "SP002")
    assert (finding.line, finding.column) == (3, 3)
    assert message in finding.message


def test_a_comment_that_is_not_needed_is_told(check: Check) -> None:
    files = {"docs/p.mdx": page("{/* snipproof: ignore SP201 because of x */}\n", block()), "a.py": A}
    (finding,) = check(files, "SP003")
    assert (finding.line, finding.severity) == (3, "warning")
    assert check(files, "SP003", '[severity]\nSP201 = "off"\n') == []


def test_a_long_line_is_no_suppression() -> None:
    """It would take long to find its end."""
    assert list(read_suppressions("p", "# snipproof: ignore SP201" + " " * 1_000_000 + "x" + " " * 1_000_000)) == []
