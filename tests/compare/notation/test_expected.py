"""What is data, and what is plain text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.compare.notation.actual import to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import Elision, Notation, String, TextLines


def lines(text: str, **options: Any) -> list[str]:
    """Return the lines of plain text, an Elision as ``<dots>``."""
    expected = parse_expected(text, **options)
    assert expected.notation is Notation.TEXT
    assert isinstance(expected.node, TextLines)
    for item in expected.node.items:
        shown = text[item.begin : item.end]
        assert (
            shown == "..." if isinstance(item, Elision) else shown in (item.value, item.value.replace("...", "\\..."))
        )
        assert not isinstance(item, String) or not item.open
    return ["<dots>" if isinstance(item, Elision) else item.value for item in expected.node.items]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Found 2 photos", ["Found 2 photos"]),
        ("a\n...\nb", ["a", "<dots>", "b"]),
        ("\n\r\n a \r\n\r\n  ...  \r\n b...\r\n \n", [" a ", "", "<dots>", " b..."]),
        ("a\n\\...\n  \\...", ["a", "...", "  ..."]),
        ("...", ["<dots>"]),
        ("...\n...", ["<dots>", "<dots>"]),
        ("", []),
        ("\n \n", []),
        ("a\n\n\nb", ["a", "", "", "b"]),
        ("<id>", ["<id>"]),
        ("....", ["...."]),
    ],
)
def test_lines(text: str, wanted: list[str]) -> None:
    """Blank lines around the text do not matter; a line of dots stands for any run of lines."""
    assert lines(text, captures=("id",)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "[INFO] started",
        "[1/3] Installing",
        "[2024-01-01 12:00:00] started",
        "[12:30] started",
        "[1] Photo of a cat",
        "[] items",
        "{} items",
        "{0} found",
        "{id}",
        "{user} logged in",
        "[INFO, main] started",
        "12:30",
        "3 results",
        "hello",
        "Color.RED",
        "foo.bar(baz)",
        "print(x) fails",
        "UUID('a') is its id",
        "'Loading' is done",
        '"a" "b"',
        "1 2 3",
        "Found: {'a': 1}",
        'Found 2:\n{"a": 1}',
        '{"a": 1}\nDone',
        "{'a': None}\nDone",
        "[1, 2]\n...\nDone.",
        "-",
        "# heading",
        "// only a comment",
        "true story",
        "Error: boom\n    at f (a:1:2)",
        "<Response [200]>",
        "map[",
        "/path/to/",
    ],
)
def test_what_is_text(text: str) -> None:
    """Words are plain text, also in brackets and around data."""
    lines(text)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("42", Notation.JSON),
        ('"x"', Notation.JSON),
        ("'x'", Notation.PYTHON),
        ("true", Notation.JSON),
        ("True", Notation.PYTHON),
        ("undefined", Notation.NODE),
        ("1\n2", Notation.JSON),
        ("UUID('a')", Notation.PYTHON),
        ("<Color.RED: 1>", Notation.PYTHON),
        ("Photo { a: 1 }", Notation.NODE),
        ("{ a: 1 }", Notation.NODE),
        ("{a: [1, ...]} // c", Notation.NODE),
        ("{'a': 1}", Notation.PYTHON),
        ("map[a:1]", Notation.GO),
        ("{a=1}", Notation.JAVA),
        ('...\n{"a": 1}', Notation.JSON),
        ('// the reply\n{"a": 1}', Notation.JSON),
        ("# the reply\n{'a': None}", Notation.PYTHON),
        ("{}", Notation.JSON),
        ("[]", Notation.JSON),
    ],
)
def test_what_is_data(text: str, notation: Notation) -> None:
    """A notation is recognized by forms that no other notation has."""
    assert parse_expected(text).notation is notation


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1,', 1),
        ('{"a": 1,\n "b" 2}', 2),
        ('[1, 2,\n {"a": }]', 2),
        ('// reply\n{"a": 1\n "b": 2}', 3),
        ('...\n{"a": }', 2),
        ("{a: 1 b: 2, c: 'd'}", 1),
        ("{'a': None,, 'b': 1}", 1),
        ("Object(uuid=UUID('a', b=1))x)", 1),
        ("UUID('a'))", 1),
        ("[True, False", 1),
        ("[\n  1,\n  x\n]", 3),
        ('{\n  "a": 1\n}\n{\n  "a": 1,\n  "a": 2\n}', 6),
        ('{"a": 1} x', 1),
        ("[<id>, x y]", 1),
        ("[1, tru]", 1),
        ("[[1, 2], [3, x]]", 1),
        ('["a", x]', 1),
    ],
)
def test_broken_data_is_an_error(text: str, line: int) -> None:
    """It is an error at its line, never compared as text."""
    with pytest.raises(ParseError) as caught:
        parse_expected(text, captures=("id",))
    assert caught.value.line == line


def test_a_caller_can_require_a_notation() -> None:
    """A Page that shows text as JSON, or as plain text, decides."""
    with pytest.raises(ParseError):
        parse_expected("Found 2", required_notation=Notation.JSON)
    with pytest.raises(ParseError):
        parse_expected('{"a": 1}\nDone', required_notation=Notation.JSON)
    with pytest.raises(ParseError):
        parse_expected("{'a': None}", required_notation=Notation.JSON)
    assert lines('{"a": 1}', required_notation=Notation.TEXT) == ['{"a": 1}']


@given(st.text(alphabet="ab .\\\r\n"))
def test_no_line_is_lost(text: str) -> None:
    """All lines that are not blank are kept unchanged."""
    node = parse_expected(text, required_notation=Notation.TEXT).node
    shown = [text[item.begin : item.end].strip() for item in node.items] if isinstance(node, TextLines) else []
    assert [line for line in shown if line] == [line.strip() for line in text.split("\n") if line.strip()]


def test_wildcards_are_not_data() -> None:
    """Only data can be plain."""
    for text in ("[...]", "{...}", '"a..."', "[<id>]"):
        with pytest.raises(ValueError, match="a wildcard is not data"):
            to_plain(parse_expected(text, captures=("id",), required_notation=Notation.JSON).node)
    assert to_plain(parse_expected("a\nb").node) == ["a", "b"]
