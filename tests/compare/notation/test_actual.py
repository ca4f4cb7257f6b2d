"""What a program printed is read exactly, and never only in part."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.compare import DATA, exact, typed

from snipproof.compare.notation.actual import Actual, read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.tree import UNDEFINED, Notation

ALL = [Notation.JSON, Notation.PYTHON, Notation.NODE, Notation.GO, Notation.JAVA]


@given(st.lists(DATA, min_size=1, max_size=3), st.sampled_from([None, 1]), st.sampled_from(ALL))
def test_json_is_exact(values: list[Any], indent: int | None, like: Notation) -> None:
    """All values that were printed below each other are read, whatever the notation of the docs."""
    text = "\n".join(json.dumps(value, indent=indent) for value in values)
    actual = read_actual(f"\n{text}\n\n", like)
    assert actual.notation is Notation.JSON
    assert typed(list(actual.values)) == typed(exact(values))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1e400", Decimal("1e400")),
        ("0.1234567890123456789012345678901234567890", Decimal("0.1234567890123456789012345678901234567890")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("9" * 5000, Decimal("9" * 5000)),
        ("[NaN, -Infinity]", "[Decimal('NaN'), Decimal('-Infinity')]"),
        ('"...dots..."', "...dots..."),
        ('["<id>", "a..."]', ["<id>", "a..."]),
        (r'"\ud800"', "\ud800"),
        ("[1]\r\n", [1]),
    ],
)
def test_values(text: str, wanted: Any) -> None:
    """Nothing is rounded, and actual output has no wildcards."""
    (value,) = read_actual(text, Notation.JSON).values
    assert str(value) == wanted if isinstance(wanted, str) and wanted[0] == "[" else typed(value) == typed(wanted)


def test_documents() -> None:
    """Several values below each other, or lists and objects behind each other."""
    assert read_actual('{"a": 1}\n{"a": 2}\n', Notation.JSON).values == ({"a": 1}, {"a": 2})
    assert read_actual('{"a": 1}{"a": 2}', Notation.JSON).values == ({"a": 1}, {"a": 2})
    assert read_actual("{'a': 1}\nNone", Notation.JSON) == Actual(({"a": 1}, None), Notation.PYTHON)
    assert read_actual("{ a: 1 }\nundefined", Notation.JSON) == Actual(({"a": 1}, UNDEFINED), Notation.NODE)


@pytest.mark.parametrize("like", ALL)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "hello",
        "Found 2:\n[1, 2]",
        "[1, 2]\nDone",
        "1 2",
        "1 # one",
        "[1] // one",
        "...",
        '{"a": 1, "a": 2}',
        '{"a": 1, "b": {"c": 1, "c": 1}}',
        "1e9999999999",
        '"a',
    ],
)
def test_what_is_not_data(text: str, like: Notation) -> None:
    """Words, also next to data; comments; repeated members."""
    with pytest.raises(ParseError) as caught:
        read_actual(text, like)
    assert not isinstance(caught.value, ShortenedError)


@pytest.mark.parametrize(
    ("text", "like", "line", "message"),
    [
        ("", Notation.JSON, 1, "the output is empty"),
        ('{"a": 1}\n{"b": 1, "b": 2}', Notation.JSON, 2, "the member 'b' is repeated in one object"),
        ("{'a': None,\n 'b': x}", Notation.PYTHON, 2, "a value expected, found 'x'"),
        ("{'a': 1, 'a': 2}", Notation.PYTHON, 1, "the member 'a' is repeated"),
        ("1e9999999999", Notation.JSON, 1, "'1e9999999999' has too large an exponent"),
    ],
)
def test_messages(text: str, like: Notation, line: int, message: str) -> None:
    """The error of the expected notation, with its line."""
    with pytest.raises(ParseError) as caught:
        read_actual(text, like)
    assert (caught.value.line, caught.value.message) == (line, message)


def test_the_notation_that_is_tried_first() -> None:
    """If the text is valid in two notations, that of the docs is used."""
    text = "Photo(title='Cat', at=x.y)"
    python, java = (read_actual(text, like) for like in (Notation.PYTHON, Notation.JAVA))
    assert (python.notation, java.notation) == (Notation.PYTHON, Notation.JAVA)
    assert python.values != java.values


def test_equal_texts_are_equal_data() -> None:
    """The same text is the same data, expected or actual."""
    for text in ("map[a:1]", "{a=1}", "{ a: undefined }", "{'a': None}", "[1 2]", '{"a": [1.50]}'):
        expected = parse_expected(text)
        (value,) = read_actual(text, expected.notation).values
        assert typed(to_plain(expected.node)) == typed(value)
