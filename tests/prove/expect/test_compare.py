"""The comparison engine: what matches, what does not, and what is said about it."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.prove.expect import ParseError, compare, parse_expected


def differences(expected: str, actual: str) -> list[str]:
    data = json.loads(actual, parse_float=Decimal)
    return [f"{d.line} {d.path}: {d.message}" for d in compare(parse_expected(expected), data)]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("0.058", "0.05797421932220459"),
        ("0.0580", "0.05797"),
        ("5.8e-2", "0.05797"),
        ("8", "8.0"),
        ("12345678901234567890", "12345678901234567890"),
        ('{"a": 1, "b": null}', '{"b": null, "a": 1}'),
        ('{"a": 1, ...}', '{"a": 1, "b": 2}'),
        ('{\n"a": 1\n...\n}', '{"a": 1, "b": 2}'),
        ('{"a": ...}', '{"a": [1, {"b": 2}]}'),
        ("[1, ...]", "[1, 2, 3]"),
        ("[..., 3]", "[1, 2, 3]"),
        ("[..., 2, ...]", "[1, 2, 3]"),
        ("[...]", "[]"),
        ("[1, ..., 2]", "[1, 2]"),
        ("[\n1\n...\n]", "[1, 2]"),
        ('"..."', '"..."'),
    ],
)
def test_matches(expected: str, actual: str) -> None:
    """What the docs show stands for this output."""
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ("0.0580", "0.0576", ["1 $: expected 0.0580 (written with 4 decimals), actual 0.0576"]),
        ("0.0581", "0.05797", ["1 $: expected 0.0581 (written with 4 decimals), actual 0.05797"]),
        ("8", "8.3", ["1 $: expected 8, actual 8.3"]),
        (
            "12345678901234567890",
            "12345678901234567891",
            ["1 $: expected 12345678901234567890, actual 12345678901234567891"],
        ),
        ("1", "true", ["1 $: expected the number 1, actual true"]),
        ("true", "1", ["1 $: expected true, actual 1"]),
        ('"1"', "1", ['1 $: expected "1", actual 1']),
        ('"..."', '"a"', ['1 $: expected "...", actual "a"']),
        ('{\n"a": {"b": 1}\n}', '{"a": {"b": 2}}', ["2 $.a.b: expected 1, actual 2"]),
        ('{"a": ...}', "{}", ["1 $.a: expected, but missing in the actual output"]),
        ('{"a": 1, ...}', "{}", ["1 $.a: expected, but missing in the actual output"]),
        ('{"a": {"b": 1}, ...}', '{"a": {}}', ["1 $.a.b: expected, but missing in the actual output"]),
        ("{}", '{"a": 1}', ["1 $.a: not expected, but in the actual output: 1"]),
        ("[1, 2]", "[2, 1]", ["1 $[0]: expected 1, actual 2", "1 $[1]: expected 2, actual 1"]),
        ("[1]", "[1, 2]", ["1 $: expected 1 elements, actual 2"]),
        ("[1, ..., 2]", "[1]", ["1 $: expected at least 2 elements, actual 1"]),
        ("[..., 2, 3, ...]", "[3, 2]", ["1 $: no such elements between the elisions, in this order, from [0]"]),
        ("[1, ...]", "[2, 1]", ["1 $[0]: expected 1, actual 2"]),
        ("[]", "{}", ["1 $: expected a list, actual {}"]),
        ("{}", "[]", ["1 $: expected an object, actual []"]),
    ],
)
def test_differs(expected: str, actual: str, found: list[str]) -> None:
    """What the docs show does not stand for this output, and the message says why."""
    assert differences(expected, actual) == found


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "a value expected, found 'the end of the block'"),
        ('{\n"a": 1,\n}', 3, "a member expected behind ',', found '}'"),
        ("[1 2]", 1, "',' or ']' expected, found '2'"),
        ("{'a': 1}", 1, "this is not JSON: \"'a': 1}\""),
        ('{"a": 1, "a": 2}', 1, "the member 'a' is given twice"),
        ("{} x", 1, "this is not JSON: 'x'"),
        ("{} {}", 1, "'{' behind the end of the JSON text"),
        ("[1", 1, "',' or ']' expected, found 'the end of the block'"),
        ("01", 1, "'1' behind the end of the JSON text"),
    ],
)
def test_not_json(text: str, line: int, message: str) -> None:
    """A block that is not the JSON it claims to be is an error at its line, never a text comparison."""
    with pytest.raises(ParseError) as caught:
        parse_expected(text)
    assert (caught.value.line, caught.value.message) == (line, message)


SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(-10, 10, places=3) | st.text(max_size=5)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def dump(data: Any) -> str:
    """JSON with every decimal written out as it is."""
    if isinstance(data, Decimal):
        return f"{data:f}"
    if isinstance(data, list):
        return "[" + ",\n".join(map(dump, data)) + "]"
    if isinstance(data, dict):
        return "{" + ",\n".join(f"{json.dumps(k)}: {dump(v)}" for k, v in data.items()) + "}"
    return json.dumps(data)


@given(DATA)
def test_data_matches_itself(data: Any) -> None:
    """Whatever is printed may be shown as it is."""
    assert list(compare(parse_expected(dump(data)), data)) == []


def _leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(leaf for key, value in items for leaf in _leaves(value, (*path, key)))]


@given(DATA, st.data())
def test_every_single_change_is_caught(data: Any, draw: st.DataObject) -> None:
    """One changed, missing or further value anywhere differs, since nothing is elided."""
    path = draw.draw(st.sampled_from(_leaves(data)))
    holder: list[Any] = [copy.deepcopy(data)]
    container: Any = holder
    key: Any = 0
    for step in path:
        container, key = container[key], step
    old = container[key]
    how = draw.draw(st.sampled_from(["replace", "grow", "drop"]))
    if how == "drop" and path:
        del container[key]
    elif how == "grow" and isinstance(old, list):
        old.append(None)
    elif how == "grow" and isinstance(old, dict):
        old["a new name"] = None
    else:
        container[key] = "a new value"
    assert list(compare(parse_expected(dump(data)), holder[0])) != []
