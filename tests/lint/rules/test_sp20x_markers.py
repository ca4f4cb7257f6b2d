"""SP201 to SP209: what the markers and the language of a block find."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

A = region("print(1)")
SHORT, LONG = region("a = 1"), region("b = 2\nc = 3", "AB")


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
def test_an_absent_start_is_reported_with_a_near_spelling(check: Check, source: str, start: str, hint: str) -> None:
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
    assert finding.hint == "did you mean the file s/b.mts? Its line 1 contains '# START A'"


@pytest.mark.parametrize(
    ("source", "start", "hint"),
    [
        ("# Start list tea\n1\n# END list tea\n", "# START list tea", "did you mean '# Start list tea'?"),
        (region("1", "list taes"), "# START list tea", "did you mean '# START list taes'?"),
        (region("1", "list tea"), "# START list tea ", "did you mean the file b.py? Its line 1"),
        (region("1", "list mugs of tea"), "# START list tea", "did you mean the file b.py? Its line 1"),
    ],
)
def test_a_near_spelling_in_the_same_file_comes_first(check: Check, source: str, start: str, hint: str) -> None:
    """Before another file that has the exact text. What was not found is never the answer."""
    pages = {"docs/p.mdx": page(block(start, "# END list tea")), "docs/q.mdx": page(source="/b.py")}
    (finding,) = check({**pages, "a.py": source, "b.py": region("1", "list tea") + A}, "SP201")
    assert finding.hint.startswith(hint)


@pytest.mark.slow
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
    assert finding.message == "no '# END B' closes the block that line 1 of a.py opens: it runs to the end of the file"
    assert check({"docs/p.mdx": page(block(end="END-OF-FILE"))}, "SP202") == []


def test_a_region_that_is_opened_twice_is_reported_as_that(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page(), "a.py": A + "# START A\nprint(2)\n"}, "SP202")
    assert finding.hint == "'# END A' occurs only before it, last on line 3: is the Region opened twice?"


@pytest.mark.parametrize(("text", "found"), [("", 1), (" \n\t", 1), ("print(1)", 0)])
def test_an_empty_block_is_reported(check: Check, text: str, found: int) -> None:
    assert len(check({"docs/p.mdx": page(), "a.py": region(text)}, "SP203")) == found


def test_text_of_any_alone_is_a_warning(check: Check) -> None:
    source = "# START-ANY\nprint(1)\n# END-ANY\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source})
    assert (finding.rule, finding.severity) == ("SP205", "warning")
    assert check({"docs/p.mdx": page(), "a.py": source + A}, "SP205") == []


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (None, None, "startMarker and endMarker are missing"),
        ("# START A", None, "endMarker is missing"),
        ("# START A", "# END A", ""),
    ],
)
def test_missing_markers_are_reported(check: Check, start: str | None, end: str | None, message: str) -> None:
    found = check({"docs/p.mdx": page(block(start, end)), "a.py": A}, "SP206")
    assert [finding.message for finding in found] == [message][: bool(message)]


def test_a_region_that_no_reader_sees_is_an_orphan(check: Check) -> None:
    """A block on a partial that no page shows has no readers either."""
    part = page(block("# START B", "# END B"))
    files = {"docs/p.mdx": page(), "docs/_part.mdx": part, "a.py": SHORT + region("b = 2", "B")}
    (finding,) = check(files, "SP204")
    assert str(finding) == "a.py:4:1 SP204 no page shows the Region 'B'"
    files["docs/q.mdx"] = "import Part from './_part.mdx';\n\n<Part />\n"
    assert check(files, "SP204") == []


def test_a_region_in_a_shown_one_is_no_orphan(check: Check) -> None:
    """All its lines are seen, whatever Region they are shown as; with one line hidden it is an orphan."""
    source = "# START A\na = 1\n# START B\nb = 2\n# END B\n# END A\n"
    assert check({"docs/p.mdx": page(), "a.py": source}, "SP204") == []
    source = "# START A\na = 1\n# START B\nb = 2\n# END A\nc = 3\n# END B\n"
    assert len(check({"docs/p.mdx": page(), "a.py": source}, "SP204")) == 1


def test_the_text_of_a_longer_marker_is_reported(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page(), "a.py": SHORT + LONG}, "SP207")
    assert (
        finding.message == "'# START A' also opens line 4 of a.py, '# START AB': 2 lines of that Region are shown too"
    )


def test_a_longer_marker_that_keeps_the_block_open_is_reported(check: Check) -> None:
    """On the site a start wins over an end on the same line."""
    source = "# START A\na = 1\n# END A  # START AB\nb = 2\n# END AB\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP207")
    assert "also opens line 3 of a.py" in finding.message
    assert "1 line of that Region is shown too" in finding.message


def with_start(tag: str) -> str:
    """Return the block with the line of its start marker."""
    return tag.replace(" />", ' includeStartMarker="true" />')


def test_the_text_of_a_longer_marker_is_reported_where_the_start_is_shown_too(check: Check) -> None:
    """Its own marker's line is shown on purpose, that of the longer one is not."""
    tag = with_start(block("# START A", "# END A"))
    (finding,) = check({"docs/p.mdx": page(tag), "a.py": SHORT + LONG}, "SP207")
    assert "also opens line 4 of a.py, '# START AB': 3 lines of that Region are shown too" in finding.message


def test_a_whole_file_may_contain_its_first_words_again(check: Check) -> None:
    tag = with_start(block("import os", "END-OF-FILE"))
    source = "import os\nimport os.path\nimport ossaudiodev\nprint(os)\n"
    assert check({"docs/p.mdx": page(tag), "a.py": source}, "SP207") == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(LONG, id="only the longer marker is there"),
        pytest.param(LONG + LONG, id="only longer markers are there"),
        pytest.param(SHORT + region("b = 2", "B"), id="another name"),
        pytest.param(SHORT + SHORT, id="Segments"),
        pytest.param("# START A  # START AB\na = 1\n# END A  # END AB\n", id="several on a line"),
        pytest.param("# # START A\na = 1\n# END A\n" + SHORT, id="a token twice"),
        pytest.param("# START A {of: B}\na = 1\n# END A\n" + SHORT, id="attributes"),
        pytest.param("/* START A */\na = 1\n# END A\n" + SHORT, id="a block comment"),
        pytest.param("# START A\n# START AB\na = 1\n# END AB\n# END A\n", id="nested"),
        pytest.param(SHORT + "# START AB\n\n# END AB\n", id="nothing but blanks"),
    ],
)
def test_other_ways_to_write_a_marker_are_no_leak(check: Check, source: str) -> None:
    assert check({"docs/p.mdx": page(block("START A", "END A")), "a.py": source}, "SP207") == []


def test_a_marker_of_another_region_is_reported(check: Check) -> None:
    source = "x = 1\n# START A\na = 1\n    # START B\nb = 2\n# END A\n# END B\n"
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP208")
    assert finding.message == "readers see the marker '# START B' (line 4 of a.py)"


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        pytest.param(region("# START of the loop\na = 1"), block(), id="a comment in words"),
        pytest.param(region("START = 1\nEND = 2  # the END"), block(), id="other words"),
        pytest.param(
            SHORT, block().replace("language", 'includeStartMarker="true" language'), id="the marker that is included"
        ),
    ],
)
def test_what_is_not_a_marker_is_not_reported(check: Check, source: str, tag: str) -> None:
    assert check({"docs/p.mdx": page(tag), "a.py": source}, "SP208") == []


def test_a_name_of_several_words_is_a_marker_where_it_is_closed(check: Check) -> None:
    source = region("# START of a\na = 1\n# END of a")
    (finding,) = check({"docs/p.mdx": page(), "a.py": source}, "SP208")
    assert "'# START of a'" in finding.message


@pytest.mark.parametrize(
    ("file", "language", "found"),
    [
        ("a.go", "py", 1),
        ("a.go", "java", 1),
        ("a.ts", "csharp", 1),
        ("a.py", "PYTHON", 0),
        ("a.py", "pyindent", 0),
        ("a.mts", "tsv2", 0),
        ("a.js", "ts", 0),
        ("a.go", "goraw", 0),
        ("a.py", "json", 0),
        ("a.py", "graphql", 0),
        ("a.py", "text", 0),
        ("a.txt", "java", 0),
    ],
)
def test_a_program_is_shown_as_what_it_is(check: Check, file: str, language: str, found: int) -> None:
    files = {
        "docs/p.mdx": page(block("START A", "END A", language), source=f"/{file}"),
        file: region("x", comment="//"),
    }
    findings = check(files, "SP209")
    assert [finding.message for finding in findings] == [f"language={language!r} does not fit {file}"][:found]
