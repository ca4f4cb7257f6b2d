"""SP213, SP214: highlight comments."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

START, END, NEXT = "# highlight-start", "# highlight-end", "# highlight-next-line"


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ([START, "a", END, START, "b", END], 0, ""),
        ([NEXT, "a", START, "b", NEXT, "c", END], 0, ""),
        ([START, "a"], 2, "closes"),
        (["a", END], 3, "opens"),
        ([START, "a", START, "b", END], 2, "closes"),
        ([START, "a", END, "b", END], 6, "opens"),
        (["# highlight-starting now", "a"], 0, ""),
    ],
)
def test_highlights_are_opened_and_closed(check: Check, lines: list[str], line: int, what: str) -> None:
    found = check({"docs/p.mdx": page(), "a.py": region("\n".join(lines))}, "SP213")
    if not line:
        assert found == []
    else:
        (finding,) = found
        assert f"nothing in this block {what} the highlight of line {line} of a.py" in finding.message


def test_a_highlight_may_end_in_another_segment(check: Check) -> None:
    """What lies between the Segments is not shown, so the pair is whole."""
    assert (
        check({"docs/p.mdx": page(), "a.py": region(START + "\na") + "hidden\n" + region("b\n" + END)}, "SP213") == []
    )


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        (START, "py", 0),
        ("    # highlight-next-line", "py", 0),
        ("// highlight-start", "ts", 0),
        ("/* highlight-start */", "ts", 0),
        ("# // highlight-start", "py", 1),
        ("x = 1  # highlight-next-line", "py", 1),
        ("// highlight-start", "py", 1),
        ("# highlight-start", "ts", 1),
        ("# highlight-start", "graphql", 0),
    ],
)
def test_a_highlight_comment_that_readers_see_is_told(check: Check, line: str, language: str, found: int) -> None:
    files = {"docs/p.mdx": page(block(language=language), source="/a.txt"), "a.txt": region(f"a\n{line}\nb")}
    findings = check(files, "SP214")
    assert [finding.message for finding in findings] == [f"readers see {line.strip()!r} (line 3 of a.txt)"][:found]
