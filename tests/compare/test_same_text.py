"""One law: the same text on both sides matches, whatever it is; and data in it is compared as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.compare import DATA

from snipproof.compare import ComparisonOptions, ParseError, compare_texts
from snipproof.compare.comparison import parse_and_compare


def refused(expected: str, actual: str, **options: Any) -> bool:
    """Whether the texts differ, or the expected one is an error."""
    try:
        return not compare_texts(expected, actual, ComparisonOptions(**options)).matched
    except ParseError:
        return True


def matches(expected: str, actual: str, **options: Any) -> bool:
    """Whether the texts match."""
    return compare_texts(expected, actual, ComparisonOptions(**options)).matched


VALUES = (
    "<UTC>",
    "<not given>",
    "<DstTzInfo 'Europe/Rome' CET+1:00:00 STD>",
    "<bound method Photo.show of <__main__.Photo object at 0x7f00>>",
    "<function by_title at 0x7f0000000000>",
    "TzInfo(UTC)",
    "Date(2024-05-06)",
    "Point(1.5 2.5)",
    "list[str]",
    "dict[str, list[int]]",
    "2j",
    "(1+2j)",
    "NOT_GIVEN",
    "2024-05-06",
    "12:30:01",
    "127.0.0.1",
    "'A very long ti'...",
    "'c' 'a'",
    "$5.00",
    "Photo #3",
)
"""Values that no notation knows."""


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("{'a': %s, 'd': 0.25}", "{'a': %s, 'd': 0.2471}"),
        ("{'d': 0.25, 'a': %s}", "{'a': %s, 'd': 0.2471}"),
        ("{'d': 0.25, ...}", "{'a': %s, 'd': 0.2471}"),
        ("{'a': ..., 'd': 0.25}", "{'a': %s, 'd': 0.2471}"),
        ("{'a': %s, ...}", "{'d': 0.2471,\n 'a': %s}"),
        ("[0.25, %s]", "[0.2471, %s]"),
        ("[0.25, ...]", "[0.2471, %s]"),
        ("[{'a': [%s, 1], 'd': 0.25}, ...]", "[{'a': [%s, 1], 'd': 0.2471}, {'a': %s}]"),
        ("{ a: %s, d: 0.25, ok: true }", "{ d: 0.2471, a: %s, ok: true }"),
    ],
)
def test_data_around_an_unknown_value_is_compared_as_data(expected: str, actual: str, value: str) -> None:
    """Member by member, with wildcards and at the precision shown."""
    shown, printed = expected.replace("%s", value), actual.replace("%s", value)
    if "#" in value:  # in output, it might be a comment
        assert matches(printed, printed)
        return
    assert matches(printed, printed)
    assert matches(shown, printed)
    assert refused(shown, printed.replace("0.2471", "0.2571")) is ("0.25" in shown)
    if "%s" in expected:
        other = value.replace("1", "7").replace("T", "W").replace("i", "y").replace("j", "k").replace("a", "u")
        other = other if other != value else f"{value[:-1]}8{value[-1]}"
        assert refused(shown, actual.replace("%s", other))
        for instead in ("null", "None", "{}", "[]", json.dumps(value), repr(value)):
            assert refused(shown, actual.replace("%s", instead))


@pytest.mark.parametrize(
    ("expected", "actual", "wrong"),
    [
        ("{'a': 'x'} 0.25", "{'a': 'x'} 0.2471",
         ["{'a': 'x'} 0.31", "{'a': 'y'} 0.25", "{'a': 'x'}", "{'a': 'x'}\n0.25", "[{'a': 'x'}, 0.25]"]),
        ("{'a': 'x...'} 0.25 True", "{'a': 'xyz'} 0.2471 True", ["{'a': 'xyz'} 0.2471 False", "{'a': 'xyz'} 0.2471"]),
        ("{'a': 1, ...} 0.25\n...", "{'a': 1, 'b': 2} 0.25\n{'a': 3} 0.5", ["{'a': 3} 0.5\n{'a': 1, 'b': 2} 0.25"]),
        ("['a', 'b'] 2", "['a', 'b']  2", ["['a', 'b'] 3", "['b', 'a'] 2", "['a', 'b', 2]"]),
        ('{"a": 0.25} ✅', '{"a": 0.2471} ✅', ['{"a": 0.2471} ❌', '{"a": 0.2571} ✅', '{"a": 0.25}']),
        ('{"a": 0.25}\n--\n[]', '{"a": 0.2471}\n--\n[]', ['{"a": 0.25}\n[]', '{"a": 0.25}\n-\n[]', '{"a": 1}\n--\n[]']),
        ('{"a": "x...", ...}\n\n2 photos', '{"a": "xy", "b": 1}\n2 photos',
         ['{"a": "xy"}\n3 photos', '{"a": "xy"} 2 photos', '{"a": "xy"}']),
        ("['x'] of <UTC>, 3", "['x']  of <UTC>, 3", ["['x'] of <UTC>, 4", "['x'] of <UTC>"]),
    ],
)  # fmt: skip
def test_text_beside_data(expected: str, actual: str, wrong: list[str]) -> None:
    """Data is compared as data, text as text, and what is on one line belongs together."""
    assert matches(actual, actual)
    assert matches(expected, actual)
    for other in wrong:
        assert refused(expected, other), other


def test_options_with_unknown_values() -> None:
    """They apply to the data around them."""
    shown = "{'a': <UTC>, 'd': 0.25, 'tags': ['x', 'y']}"
    assert matches(shown, "{'a': <CET>, 'd': 0.25, 'tags': ['x', 'y']}", ignore=("a",))
    assert matches(shown, "{'a': <UTC>, 'd': 0.25, 'tags': ['y', 'x']}", unordered=("tags",))
    assert matches(shown, "{'a': <UTC>, 'd': 7, 'tags': ['z']}", shape=True)
    assert matches("{'a': <id>, 'b': <id>}", "{'a': TzInfo(UTC), 'b': TzInfo(UTC)}", captures=("id",))
    assert refused("{'a': <id>, 'b': <id>}", "{'a': TzInfo(UTC), 'b': TzInfo(CET)}", captures=("id",))
    assert matches("[<f at <address>>]", "[<f at 0x7f00>]", captures=("address",))
    assert matches("['y', 'x']", shown, select="$.tags", all_unordered=True)
    assert refused(shown, "{'a': (1+2j), 'd': 7, 'tags': ['z']}", shape=True)
    rows = "{'a': 'x'} 0.25\n{'a': 'y'} 0.31"
    assert matches(rows, "{'a': 'y'} 0.3112\n{'a': 'x'} 0.2471", all_unordered=True)
    assert refused(rows, "{'a': 'y'} 0.2471\n{'a': 'x'} 0.3112", all_unordered=True)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("[1, tru]", "[1, true]"),
        ("{'a': nul}", "{'a': None}"),
        ("{'a': x, 'b': 1}", "{'a': 'x', 'b': 1}"),
        ("{'a': 1 'b': 2}", "{'a': 1, 'b': 2}"),
        ('{"a": 1} x', '{"a": 1}'),
        ('{"a": 1}}', '{"a": 1}'),
        ('{"a": 1', '{"a": 1}'),
        ('["a" 1]', '["a", 1]'),
        ("{'w': <UTC}", "{'w': '<UTC'}"),
    ],
)
def test_a_typing_error_stays_an_error(expected: str, actual: str) -> None:
    """It is not a value that no notation knows, unless it was printed."""
    with pytest.raises(ParseError):
        compare_texts(expected, actual)
    assert matches(expected, expected)


def test_an_unknown_value_is_not_the_string_or_object_that_looks_like_it() -> None:
    """It equals nothing but itself."""
    for shown in ('{"a": {}}', '{"a": []}', '{"a": "<UTC>"}', '{"a": "UTC"}', '{"a": null}', '{"a": "..."}'):
        assert refused(shown, "{'a': <UTC>}")
    assert refused('["a", "b"]', '{"a" "b"}')
    assert refused('{"a" "b"}', '["a", "b"]')
    assert refused('["a"]', "['a' 'b']")


_PIECES = st.sampled_from(
    [
        *VALUES, "{'a': 1}", '{"a": 0.25}', "[1, 2]", "[0.1 0.2]", "map[a:1]", "{A:1 B:x}", '{"x" "y"}', "{a=1, b=x}",
        "Photo[title=Cat]", "{ a: [Object] }", "{'a': {...}}", "UUID('a')", "Photo { a: 1 }", "2 photos", "done...",
        "...", "\\...", "0.25", "true", "None", "-----", "✅", "# note", "// note",
        "{", "}", "[", "]", ",", ":", "'", '"', "<", ">",
    ]
)  # fmt: skip
_MIXED = st.lists(st.tuples(_PIECES, st.sampled_from(["", " ", ", ", "\n", "\n\n", ": ", "\r\n"])), max_size=6).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)
_NESTED = st.tuples(
    st.sampled_from(["{'k': %s}", "[%s]", "{ k: %s }", "map[k:%s]", "{k=%s}", "A(%s)", "{%s}"]), _MIXED
).map(lambda pair: pair[0].replace("%s", pair[1]))
_TEXT = st.text(max_size=40) | st.text(alphabet="{}[]()<>'\"`.,:=# \n\\-01aeT%q", max_size=30)
_PRINTED = DATA.map(repr) | DATA.map(json.dumps) | DATA.map(lambda data: json.dumps(data, indent=1))
TEXTS = _MIXED | _NESTED | _TEXT | _PRINTED


@given(TEXTS, st.booleans())
@example("{'a': 1}, 'b'", False)
@example("['a\\...']", False)
@example("\\...", True)
@example("{'a': '\\z'}", False)
def test_the_same_text_matches(text: str, is_unordered: bool) -> None:
    """In every notation and in none, on both paths, whatever the options widen."""
    for compare in (compare_texts, parse_and_compare):
        assert compare(text, text).matched
        assert compare(text, text.replace("\n", " \n") + "\n").matched
        options = ComparisonOptions(all_unordered=is_unordered, ignore=("quite another name",), captures=("id",))
        assert compare(text, text, options).matched


@given(_MIXED | _NESTED)
def test_other_text_does_not_match(text: str) -> None:
    """Text with a further line or another mark at its end is different, unless there are dots for it."""
    if "..." not in text and text.strip() and "#" not in text and "//" not in text:
        for other in (text + "\nanother line", text.rstrip() + "?", "another line\n" + text):
            assert refused(text, other)
            assert refused(other, text)
