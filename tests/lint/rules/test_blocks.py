"""SP201 to SP206: what the markers of a block find."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

A = region("print(1)")


@pytest.mark.parametrize(
    ("source", "start", "hint"),
    [
        ("# A\nprint(1)\n# END A\n", "# START A", "did you mean '# A'?"),
        (A, "#START  a", "did you mean '# START A'?"),
        (region("print(1)", "Greeting"), "# START Greetings", "did you mean '# START Greeting'?"),
        (region("print(1)", "Something else"), "# START Absent", ""),
        ("# END Absent\n# END Absence\n", "# START Absent", "did you mean '# END Absent'?"),
    ],
)
def test_an_absent_start_is_told_with_a_near_spelling(check: Check, source: str, start: str, hint: str) -> None:
    (finding,) = check({"docs/p.mdx": page(block(start)), "a.py": source}, "SP201")
    assert str(finding) == f"docs/p.mdx:3:1 SP201 the start marker {start!r} is not in a.py"
    assert finding.hint == (hint if "END" not in hint else finding.hint)


def test_an_absent_marker_is_looked_for_in_files_of_that_language(check: Check) -> None:
    pages = {
        "docs/p.mdx": page(source="/s/a.ts"),
        "docs/q.mdx": page(source="/far/b.ts"),
        "docs/r.mdx": page(source="/s/b.mts"),
        "docs/s.mdx": page(source="/s/b.py"),
    }
    sources = {name: region("1") for name in ("far/b.ts", "s/b.mts", "s/b.py")}
    (finding,) = check({**pages, **sources, "s/a.ts": ""}, "SP201")
    assert finding.path == "docs/p.mdx"
    assert finding.hint == "did you mean the file s/b.mts? its line 1 holds '# START A'"


def test_hints_never_take_long(check: Check) -> None:
    """Thousands of absent markers beside thousands of names that resemble them: only the first ones get a hint."""
    blocks = [block(f"# START resembles nothing {n}") for n in range(300)]
    source = "".join(region("1", f"resembles something {n}") for n in range(300))
    found = check({"docs/p.mdx": page(*blocks), "a.py": source}, "SP201")
    assert len(found) == 300
    assert found[0].hint
    assert not found[-1].hint


def test_a_block_without_an_end_runs_out(check: Check) -> None:
    files = {"docs/p.mdx": page(block(end="# END B")), "a.py": A}
    (finding,) = check(files, "SP202")
    assert finding.message == "no '# END B' closes what line 1 of a.py opens: the block runs to the end of the file"
    assert check({"docs/p.mdx": page(block(end="END-OF-FILE"))}, "SP202") == []


def test_a_region_that_is_opened_twice_is_told_as_that(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page(), "a.py": A + "# START A\nprint(2)\n"}, "SP202")
    assert finding.hint == "'# END A' stands only before it, last on line 3: is the Region opened twice?"


@pytest.mark.parametrize(("text", "found"), [("", 1), (" \n\t", 1), ("print(1)", 0)])
def test_an_empty_block_is_told(check: Check, text: str, found: int) -> None:
    assert len(check({"docs/p.mdx": page(), "a.py": region(text)}, "SP203")) == found


def test_text_of_any_alone_is_a_warning(check: Check) -> None:
    source = "# START-ANY\nprint(1)\n# END-ANY\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source})
    assert (finding.rule, finding.severity) == ("SP205", "warning")
    assert check({"docs/p.mdx": page(), "a.py": source + A}, "SP205") == []


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (None, None, "startMarker and endMarker are not given"),
        ("# START A", None, "endMarker is not given"),
        ("# START A", "# END A", ""),
    ],
)
def test_missing_markers_are_told(check: Check, start: str | None, end: str | None, message: str) -> None:
    found = check({"docs/p.mdx": page(block(start, end)), "a.py": A}, "SP206")
    assert [finding.message for finding in found] == [message][: bool(message)]


def test_what_nobody_sees_is_a_warning(check: Check) -> None:
    """A partial that no page imports has no readers; as soon as a page shows it, it has."""
    files = {"docs/_part.mdx": page(block("# START B")), "docs/p.mdx": page(), "a.py": A}
    (finding,) = check(files, "SP201")
    assert finding.severity == "warning"
    files["docs/q.mdx"] = "import Part from './_part.mdx';\n\n<Part />\n"
    (finding,) = check(files, "SP201")
    assert finding.severity == "error"
