"""SP0xx: what cannot be read, and suppressions that suppress nothing."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

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


@pytest.mark.parametrize("words", ["notcompared because of x", "ignored SP201 because of x", "SP201 because of x"])
def test_a_misspelt_word_is_reported(check: Check, words: str) -> None:
    """What it was meant to do would silently not be done."""
    found = check({"docs/p.mdx": page(f"{{/* snipproof: {words} */}}\n", WRONG), "a.py": A}, "SP002")
    assert len(found) == 1


def test_a_source_may_contain_any_comment(check: Check) -> None:
    files = {"docs/p.mdx": page(), "a.py": "# snipproof: proves this\n" + A}
    assert check(files, "SP002") == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("{/* snipproof: ignore SP201 */}", "gives no reason"),
        ("{/* snipproof: ignore SP201 because */}", "gives no reason"),
        ("<!-- snipproof: ignore the next line -->", "names no rule"),
    ],
)
def test_a_comment_without_rule_or_reason_is_reported(check: Check, comment: str, message: str) -> None:
    (finding,) = check({"docs/p.mdx": page(f"  {comment}\n", block()), "a.py": A}, "SP002")
    assert (finding.line, finding.column) == (3, 3)
    assert message in finding.message


def test_a_comment_that_is_not_needed_is_reported(check: Check) -> None:
    files = {"docs/p.mdx": page("{/* snipproof: ignore SP201 because of x */}\n", block()), "a.py": A}
    (finding,) = check(files, "SP003")
    assert (finding.line, finding.severity) == (3, "warning")
    assert check(files, "SP003", '[severity]\nSP201 = "off"\n') == []


def test_what_cannot_be_read_is_reported(check: Check) -> None:
    """SP001, and everything else is checked nevertheless."""
    files = {"docs/p.mdx": page(), "docs/q.mdx": page() + "<!-- never closed", "a.py": A}
    (finding,) = check(files, "SP001")
    assert (finding.path, finding.line, finding.severity) == ("docs/q.mdx", 4, "error")
