"""Markers: what opens and closes a Region, and where exactly it stands."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.model import Marker
from snipproof.site.markers import find_markers


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("# START name", 1),
        ("  // START name", 3),
        ("-- START name", 1),
        ("; START name", 1),
        ("/* START name */", 1),
        (" * START name", 2),
        ("<!-- START name -->", 1),
        ("//START\tname  \r", 1),
    ],
)
def test_every_comment_token_opens(line: str, column: int) -> None:
    """Each comment token makes a marker, and neither its end nor a trailing CR is part of the name."""
    assert find_markers(f"x\n{line}\ny") == [Marker(2, column, True, "name")]


@pytest.mark.parametrize(
    "line", ["# STARTING x", "START x", "# start x", "# START", "# ENDPOINT x", "# START-ANYTHING"]
)
def test_other_text_is_not_a_marker(line: str) -> None:
    """A marker needs a comment token, the word in capitals, and a name."""
    assert find_markers(line) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "total = 2 * START + END"),
        ("a.py", "half = 9 // START - END"),
        ("a.py", 'print("--- START ---")'),
        ("a.py", "print('# START x')  # shown"),
        ("a.py", 'x = """# START x'),
        ("a.py", "* START the server first"),
        ("a.py", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"),
        ("a.ts", "console.log(`# START ${kind}`)"),
        ("a.ts", "# START ${kind}\n# END ${kind}\n# START part ${kind}\n# END part ${kind}"),
        ("a.ts", "let x = START; // END"),
        ("a.ts", "i--; START x"),
        ("a.go", 'fmt.Println("// START x")'),
        ("A.java", "int x = y * START x;"),
        ("a.py", "# START part {kind}\n# END part {{kind}}"),
        ("a.py", "# START ------\n# END ------"),
        ("a.txt", "'# START x'"),
    ],
)
def test_words_in_code_are_no_markers(path: str, text: str) -> None:
    """Nor those in strings behind code, rules of dashes, bullets of a docstring and templates."""
    assert find_markers(text, path) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "x = 'it''s'  # START x"),
        ("a.py", "# done  # START x"),
        ("a.ts", "f(`a`); // START x"),
        ("a.ts", "f(); /* START x */"),
        ("A.java", " * START x"),
        ("a.sql", "SELECT 1; -- START x"),
        ("", "x = 1  # START x"),
    ],
)
def test_a_comment_behind_code_is_a_marker(path: str, line: str) -> None:
    assert [marker.name for marker in find_markers(line, path)] == ["x"]


def test_several_markers_stand_on_one_line() -> None:
    """Fifteen names on one line are fifteen markers with their own columns."""
    line = " ".join(f"# START n{number:02}" for number in range(15))
    found = find_markers(line)
    assert [(marker.name, marker.column) for marker in found] == [(f"n{n:02}", 1 + 12 * n) for n in range(15)]


def test_any_has_no_name() -> None:
    """START-ANY and END-ANY belong to no name."""
    assert find_markers("# START-ANY\nx\n# END-ANY") == [Marker(1, 1, True, None), Marker(3, 1, False, None)]


def test_attributes_are_kept_as_written() -> None:
    """The flow mapping after a name is raw text, also before the end of a comment and before another marker."""
    found = find_markers("# START A {of: x, y: {z: 1}} # START B {of: w}\n/* START C {of: x} */\n# START D {of: x")
    assert [(marker.name, marker.attributes) for marker in found] == [
        ("A", "{of: x, y: {z: 1}}"),
        ("B", "{of: w}"),
        ("C", "{of: x}"),
        ("D", "{of: x"),
    ]


_PIECES = st.sampled_from(
    ["# ", "//", "/*", " */", "START", "END", "-ANY", " ", "a", "{", "}", "\n", "\r\n", "\x0b", "é"]
)


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_lines_are_found_one_by_one(text: str) -> None:
    """The markers of a text are those of its lines, split at LF only."""
    by_line = [
        (number, marker.column, marker.name, marker.attributes)
        for number, line in enumerate(text.split("\n"), 1)
        for marker in find_markers(line)
    ]
    assert [(marker.line, marker.column, marker.name, marker.attributes) for marker in find_markers(text)] == by_line


@pytest.mark.parametrize(
    "line",
    [
        "# START x" + " " * 40_000 + "y",
        "# START x" + " " * 40_000 + "{",
        "# START " + "# " * 20_000,
        "# END {" + "} " * 20_000,
    ],
)
def test_long_lines_are_read_quickly(line: str) -> None:
    """A line made to be slow is read in well under a second."""
    begin = time.perf_counter()
    find_markers(line)
    assert time.perf_counter() - begin < 1
