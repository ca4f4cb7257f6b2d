"""One inserted, removed, moved or changed element is one difference, however long the list is."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.compare import ComparisonOptions, Difference, Kind, compare_texts
from snipproof.compare.comparison import parse_and_compare

_PHOTOS = [{"id": number, "title": f"Photo {number}", "tags": [f"t{number}", "x"]} for number in range(300)]


def found(expected: Any, actual: Any, options: ComparisonOptions | None = None) -> list[tuple[str, str]]:
    return [
        (str(d.kind), d.path)
        for d in compare_texts(_written(expected), json.dumps(actual), options or ComparisonOptions()).differences
    ]


def _written(data: Any) -> str:
    return json.dumps(data, indent=1)


@pytest.mark.parametrize("size", [3, 40, 300])
def test_one_change_is_one_finding(size: int) -> None:
    """At the front, in the middle and at the end."""
    photos = _PHOTOS[:size]
    new = {"id": -1, "title": "New", "tags": []}
    for at in (0, size // 2, size):
        inserted = [*photos[:at], new, *photos[at:]]
        assert found(photos, inserted) == [("extra", f"$[{at}]")]
        assert found(inserted, photos) == [("missing", f"$[{at}]")]
    for at in (0, size // 2, size - 1):
        changed = [*photos[:at], {**photos[at], "title": "Other"}, *photos[at + 1 :]]
        assert found(photos, changed) == [("value", f"$[{at}].title")]
    moved = [*photos[1:], photos[0]]
    assert found(photos, moved) == [("order", f"$[{size - 1}]")]
    swapped = [photos[2], photos[1], photos[0], *photos[3:]]
    assert {kind for kind, _ in found(photos, swapped)} == {"order"}


def test_several_changes_are_reported_one_by_one() -> None:
    """An element inserted in front does not shift the differences of those behind it."""
    changed = [dict(photo) for photo in _PHOTOS]
    changed[200]["title"] = "Other"
    changed.insert(0, {"id": -1, "title": "New", "tags": []})
    del changed[100]
    assert found(_PHOTOS, changed) == [("extra", "$[0]"), ("missing", "$[99]"), ("value", "$[200].title")]


def test_a_changed_element_is_compared_with_its_closest_counterpart() -> None:
    """Not with the one at the same position."""
    shown = [{"id": 1, "a": "x", "b": "y"}, {"id": 2, "a": "p", "b": "q"}]
    actual = [{"id": 0, "a": "1", "b": "2"}, {"id": 1, "a": "x", "b": "z"}, {"id": 2, "a": "p", "b": "q"}]
    assert found(shown, actual) == [("extra", "$[0]"), ("value", "$[1].b")]
    unordered = ComparisonOptions(all_unordered=True)
    assert found(shown, [actual[2], {"id": 1, "a": "x", "b": "z"}], unordered) == [("value", "$[1].b")]


def test_the_spans_of_differences() -> None:
    """Each difference points at its node; that of an unexpected element behind the previous element."""
    text = '[\n  {"a": 1},\n  {"b": 2}\n]'
    extra, missing = compare_texts(text, '[{"a": 1}, 5, {"c": 3, "b": 2}]').differences, None
    assert [(d.line, text[: d.begin].rpartition("\n")[2], d.begin == d.end) for d in extra if d.path == "$[1]"] == [
        (2, '  {"a": 1}', True)
    ]
    missing = compare_texts(text, '[{"a": 1}, {}]').differences[0]
    assert (missing.kind, text[missing.begin : missing.end], missing.path) == (Kind.MISSING, '"b": 2', "$[1].b")


def test_a_missing_element_is_reported_with_the_closest_one() -> None:
    """And with the first difference there."""
    shown = [{"id": 1, "a": "x", "b": "y"}, {"id": 1, "a": "x", "b": "z"}]
    (difference,) = compare_texts(_written(shown), json.dumps(shown[1:])).differences
    assert "the closest is $[0], where $[0].b differs: expected" in difference.message


def _edited(items: list[int], chance: random.Random) -> list[int]:
    out = list(items)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) + 1)
        if chance.random() < 0.5 and out:
            del out[min(at, len(out) - 1)]
        else:
            out.insert(at, 10_000 + chance.randrange(100))
    return out


@given(st.integers(0, 10**6), st.sampled_from([5, 60, 200]))
def test_findings_are_as_few_as_the_edits(seed: int, size: int) -> None:
    """Each inserted or removed element is one difference at most, in short lists and in long ones."""
    chance = random.Random(seed)
    items = list(range(size))
    edited = _edited(items, chance)
    differences = found(items, edited)
    assert len(differences) <= 4
    assert bool(differences) == (items != edited)


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6), st.data())
def test_an_elision_among_changes(shown: list[str], actual: list[str], draw: st.DataObject) -> None:
    """A list with elisions matches what the equivalent regular expression matches."""
    import re

    marks = draw.draw(st.lists(st.booleans(), min_size=len(shown) + 1, max_size=len(shown) + 1))
    pattern = text = ""
    for mark, item in zip(marks, [*shown, None], strict=True):
        text += "..., " if mark else ""
        pattern += ".*" if mark else ""
        if item is not None:
            text += f'"{item}", '
            pattern += item
    fits = re.fullmatch(pattern, "".join(actual)) is not None
    assert (compare_texts(f"[{text[:-2]}]", json.dumps(actual)).differences == []) == fits


def test_long_runs_between_elisions() -> None:
    """Too many elements to compare each with each: runs are placed where they fit, and one that does not is aligned."""
    actual = [f"photo {number}" for number in range(400)]

    def compared(*runs: list[str]) -> list[tuple[str, str]]:
        shown = ", ".join([each for run in runs for each in ("...", *map(json.dumps, run))][1:])
        return [(str(d.kind), d.path) for d in compare_texts(f"[{shown}]", json.dumps(actual)).differences]

    first, second, last = actual[:60], actual[150:220], actual[340:]
    assert compared(first, second, last) == []
    assert compared([], second, []) == []
    assert compared(first, [*second[:30], "another", *second[31:]], last) != []
    assert len(compared(first, [*actual[70:100], "another", *actual[101:140]], last)) == 1  # not far from there
    assert compared(first, last, second) != []
    assert compared(second, last[:-1]) != []


def _plain(difference: Difference) -> tuple[Any, ...]:
    d = difference
    return d.begin, d.end, d.line, d.path, d.message, d.kind, repr(d.actual)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, _JSON, st.booleans(), st.booleans(), st.sampled_from([None, 1]))
def test_the_fast_path_finds_what_the_slow_one_finds(
    one: Any, other: Any, unordered: bool, shape: bool, indent: int | None
) -> None:
    """For any pair of JSON texts: the same differences with the same spans."""
    options = ComparisonOptions(all_unordered=unordered, shape=shape)
    for actual in (one, other):
        quick = compare_texts(json.dumps([one], indent=indent), json.dumps([actual]), options).differences
        slow = parse_and_compare(json.dumps([one], indent=indent), json.dumps([actual]), options).differences
        assert list(map(_plain, quick)) == list(map(_plain, slow))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("[true]", "[1]"),
        ("[1]", "[true]"),
        ("[0.10]", "[0.1]"),
        ("[1e5]", "[100000]"),
        ("[1e400]", "[2e400]"),
        ("[12345678901234567890123]", "[12345678901234567890124]"),
        ("[0.1000000000000000055]", "[0.1]"),
        ('["\\u0041..."]', '["Abc"]'),
        ('["a\\\\..."]', '["a\\\\b"]'),
        ('{"a": 1}', '{"a": 1, "a": 2}'),
        ("[NaN]", "[NaN]"),
        ("[-0]", "[0]"),
    ],
)
def test_the_fast_path_on_corner_cases_of_json(expected: str, actual: str) -> None:
    """Where a careless reader would lose digits, types or members."""
    quick = compare_texts(expected, actual).differences
    assert list(map(_plain, quick)) == list(map(_plain, parse_and_compare(expected, actual).differences))


def test_the_work_is_limited() -> None:
    """If something was not compared, that is a difference, and never a match."""
    shown = json.dumps([[number] for number in range(3_000)])
    actual = json.dumps([[number, 0] for number in range(3_000)])
    for options in (ComparisonOptions(), ComparisonOptions(all_unordered=True)):
        differences = compare_texts(shown, actual, options).differences
        assert differences[-1].kind is Kind.LIMIT
        assert len(differences) <= 1_001
    deep = "[" * 100_000 + "]" * 100_000
    assert compare_texts("[1]", deep).differences
