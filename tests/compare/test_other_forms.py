"""Forms of other tools and languages: dots in quotes, constructors, dates, arrays of NumPy, what Go quotes."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from snipproof.compare import ComparisonOptions, ParseError, compare_texts
from snipproof.compare.comparison import parse_and_compare


def matches(expected: str, actual: str, **options: Any) -> bool:
    """Whether the texts match; both paths must agree, and an error is not a match."""
    try:
        found = compare_texts(expected, actual, ComparisonOptions(**options)).matched
    except ParseError:
        return False
    assert found == parse_and_compare(expected, actual, ComparisonOptions(**options)).matched
    return found


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        ('["..."]', ["[]", "[1]", "[1, {}]"], ["{}", "1"]),
        ('["...", 3]', ["[3]", "[1, 2, 3]"], ["[]", "[3, 1]"]),
        ('[1, "...", 3]', ["[1, 3]", "[1, 2, 3]"], ["[1, 2]", "[2, 3]"]),
        ("['...', 'b']", ["['b']", "['a', 'c', 'b']"], ["['b', 'a']"]),
        ("{'...', 'b'}", ["{'b'}", "{'b', 'c'}"], ["{'c'}"]),
        ('{"a": 1, "...": "..."}', ['{"a": 1}', '{"a": 1, "b": [2]}'], ["{}", '{"a": 2}', '{"b": 1}']),
        ('{"...": "...", "a": {"b": 1}}', ['{"a": {"b": 1}, "c": 1}'], ['{"a": {"b": 1, "c": 1}}']),
        ("{ a: 1, '...': '...' }", ["{ a: 1, b: undefined }"], ["{ b: undefined }"]),
        ("map[a:1 ...]", ["map[a:1 b:2]"], ["map[b:2]"]),
        ('["a" "..."]', ['["a" "b" "c"]', '["a"]'], ['["b"]']),
        ('{"a": "..."}', ['{"a": "x"}', '{"a": "..."}'], ['{"a": 1}', "{}", '{"a": "x", "b": 1}']),
        ('{"...": "x"}', ['{"...": "x"}'], ['{"a": "x"}', "{}"]),
        ('{"...": "\\..."}', ['{"...": "..."}'], ['{"a": "..."}', "{}", '{"...": "x"}']),
        ('["\\..."]', ['["..."]'], ["[]", '["x"]']),
        ("UUID('...')", ["UUID('ab')"], ["UUID(1)", "UUID('a', 'b')"]),
    ],
)
def test_dots_in_quotes(expected: str, right: list[str], wrong: list[str]) -> None:
    """As an element and as a member they elide, since JSON has no bare dots; elsewhere they are a string."""
    for actual in right:
        assert matches(expected, actual), actual
    for actual in wrong:
        assert not matches(expected, actual), actual


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        ("ObjectId('ab')", ["new ObjectId('ab')", 'ObjectId("ab")'], ["ObjectId('ac')", "Decimal128('ab')", "'ab'"]),
        (
            "{ _id: ObjectId('ab'), n: 0.25 }",
            ["{ _id: new ObjectId('ab'), n: 0.2471 }", "{'n': 0.2471, '_id': ObjectId('ab')}"],
            ["{ _id: ObjectId('ab', 1), n: 0.25 }", "{ _id: ObjectId('ab'), n: 0.26 }", "{ _id: 'ab', n: 0.25 }"],
        ),
        ("{ p: Decimal128('1.5'), ok: true }", ["{ ok: true, p: new Decimal128('1.5') }"], ["{ ok: true, p: 1.5 }"]),
        ("[new Timestamp({ t: 1, i: 2 })]", ["[ Timestamp({ i: 2, t: 1 }) ]"], ["[Timestamp({ t: 1, i: 3 })]"]),
        ("{ a: Binary.createFromBase64('YQ==', 0) }", ["{a: Binary.createFromBase64('YQ==', 0)}"], ["{ a: Binary() }"]),
        ("{ a: ObjectId(...), ... }", ["{ a: new ObjectId('x'), b: 1 }"], ["{ a: Long('x'), b: 1 }"]),
        ('{"_id": "ab"}', ["{ _id: new ObjectId('ab') }", "{'_id': ObjectId('ab')}"], ["{ _id: ObjectId('ac') }"]),
        ('{"_id": ObjectId("ab"), "a": null}', ["{ _id: new ObjectId('ab'), a: null }"], ["{ _id: 1, a: null }"]),
    ],
)
def test_constructors(expected: str, right: list[str], wrong: list[str]) -> None:
    """They are compared by name and arguments, with and without ``new``."""
    for actual in right:
        assert matches(expected, actual), actual
    for actual in wrong:
        assert not matches(expected, actual), actual


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("2024-05-06T07:08:00", "datetime.datetime(2024, 5, 6, 7, 8)"),
        ("2024-05-06 07:08:09.5", "datetime.datetime(2024, 5, 6, 7, 8, 9, 500000)"),
        ("2024-05-06T07:08:00.000Z", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=datetime.timezone.utc)"),
        ("2024-05-06T07:08:00Z", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=TzInfo(UTC))"),
        ("2024-05-06T07:08:00+00:00", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=<UTC>)"),
        ("2024-05-06T07:08:00Z", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=zoneinfo.ZoneInfo(key='UTC'))"),
        (
            "2024-05-06T07:08:00-02:30",
            "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=77400)))",
        ),
        ("2024-05-06T07:08:00+02:00", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=TzInfo(+02:00))"),
        ("2024-05-06", "datetime.date(2024, 5, 6)"),
        ("07:08:00", "datetime.time(7, 8)"),
    ],
)
def test_dates_of_python(shown: str, printed: str) -> None:
    """They match their ISO text in JSON, and no other."""
    assert matches(f'{{"at": "{shown}"}}', f"{{'at': {printed}}}")
    assert matches(f'{{"at": "{shown[:5]}..."}}', f"{{'at': {printed}}}")
    for other in (shown.replace("7", "8").replace("06", "07"), shown + "Z", shown[:-1], shown + "x", "", "2024"):
        assert not matches(f'{{"at": "{other}"}}', f"{{'at': {printed}}}"), other
    assert not matches(f"{{'at': '{shown}'}}", f"{{'at': {printed}}}")  # a Python block names the type


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("2024-05-06", "datetime.datetime(2024, 5, 6, 0, 0)"),
        ("2024-05-06T05:08:00Z", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=TzInfo(+02:00))"),
        ("2024-05-06T07:08:00", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=<UTC>)"),
        ("2024-05-06T07:08:00Z", "datetime.datetime(2024, 5, 6, 7, 8)"),
        ("2024-05-06T07:08:00", "datetime.datetime(2024, 5, 6, 7, 8, tzinfo=<DstTzInfo 'Europe/Rome'>)"),
        ("2024-05-06T07:08:00", "Event(2024, 5, 6, 7, 8)"),
        ("2024-13-06T07:08:00", "datetime.datetime(2024, 13, 6, 7, 8)"),
    ],
)
def test_other_dates(shown: str, printed: str) -> None:
    """Another zone, or another kind of value, is another date."""
    assert not matches(f'{{"at": "{shown}"}}', f"{{'at': {printed}}}")


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        ("[[0.12 0.34]\n [0.56 0.78]]", ["[[0.1234 0.3412]\n [0.5611 0.7799]]", "[[0.1234, 0.3412], [0.561, 0.78]]"],
         ["[[0.1234 0.3412]\n [0.5711 0.7799]]", "[[0.1234 0.3412 0.5611 0.7799]]", "[[0.12 0.34]]", "[0.12 0.34]"]),
        ("[[0.12 0.34]\n ...]", ["[[0.1234 0.3412]\n [1.     2.    ]]"], ["[[0.2234 0.3412]\n [1.     2.    ]]"]),
        ("[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]", ["[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"],
         ["[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 9]]]", "[[1 2]\n [3 4]\n [5 6]\n [7 8]]"]),
        ("[[ 1 10]\n [20  2]]", ["[[ 1 10]\n [20  2]]", "[[1 10]\n [20 2]]"], ["[[ 1 20]\n [10  2]]"]),
        ("[[1]\n [2]]", ["[[1]\n [2]]"], ["[[1]\n [3]]", "[1\n 2]"]),
        ("[0.1 0.2 0.3\n 0.4]", ["[0.1 0.2 0.3 0.4]", "[0.11 0.21\n 0.31 0.41]"], ["[0.1 0.2 0.3\n 0.5]"]),
        ("[-1.5e-05  nan  inf]", ["[-1.52e-05  nan  inf]"], ["[-1.5e-05  nan  -inf]", "[-1.5e-05  0  inf]"]),
        ("[[ True False]\n [False  True]]", ["[[ True False]\n [False  True]]"], ["[[ True False]\n [ True  True]]"]),
    ],
)  # fmt: skip
def test_arrays_of_numpy(expected: str, right: list[str], wrong: list[str]) -> None:
    """Their numbers match at the precision shown, in one dimension or in several."""
    assert matches(expected, expected)
    for actual in right:
        assert matches(expected, actual), actual
    for actual in wrong:
        assert not matches(expected, actual), actual


@pytest.mark.parametrize("text", ["[\n 1\n 2\n]", "[1\n 2]", "[1,\n 2\n 3]", "[[1 2] [3 x]]"])
def test_json_without_commas_is_not_an_array(text: str) -> None:
    """The writer forgot them."""
    assert not matches(text, "[1, 2]")
    assert not matches(text, "[1, 2, 3]")
    assert matches(text, text)


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        ('{"A cat" map["a":"b" "c":"d"]}', ['{"A cat" map["c":"d" "a":"b"]}'],
         ['{"A cat" map["a":"b"]}', '{"A dog" map["a":"b" "c":"d"]}', '{map["a":"b" "c":"d"] "A cat"}']),
        ('[{"A..." map["a":...]} ...]', ['[{"A cat" map["a":"b"]} {"B" map[]}]'], ['[{"B" map["a":"b"]}]']),
        ('{"x" [\'a\' \'b\'] &{"y" "z"}}', ['{"x" [\'a\' \'b\'] &{"y" "z"}}'], ['{"x" [\'a\' \'c\'] &{"y" "z"}}']),
        ('{Name:"A cat" Tags:["a" "b"]}', ['{Tags:["a" "b"] Name:"A cat"}'], ['{Name:"A cat" Tags:["b" "a"]}']),
        ('{"x" %!q(float64=0.5)}', ['{"x" %!q(float64=0.5)}'], ['{"x" %!q(float64=0.6)}']),
        ('["x", "y"]', ['["x" "y"]'], ['{"x" "y"}', "['x' 'y']", '[{"x" "y"}]']),
        ('"x"', [], ['{"x" "y"}']),
        ('["x"]', [], ['{["x"] "y"}', '{"x" "y"}']),
    ],
)  # fmt: skip
def test_what_go_quotes(expected: str, right: list[str], wrong: list[str]) -> None:
    """Structs, maps and runes as ``%q`` prints them; a struct is not a list, a rune not a string."""
    assert matches(expected, expected)
    for actual in right:
        assert matches(expected, actual), actual
    for actual in wrong:
        assert not matches(expected, actual), actual


def test_values_in_a_row_in_any_order() -> None:
    """``unordered`` reaches documents, one a line, with all that they hold; names reach lists only."""
    rows = '{"a": 1, "b": [1, 2]}\n{"a": 2, "b": []}\n{"a": 3, "b": [3]}'
    chance = random.Random(3)
    for _ in range(10):
        lines = rows.split("\n")
        chance.shuffle(lines)
        mixed = "\n".join(lines)
        assert matches(rows, mixed, all_unordered=True)
        assert matches(rows, mixed) is (mixed == rows)
        assert not matches(rows, mixed.replace("3", "4"), all_unordered=True)
        assert not matches(rows, "\n".join(lines[1:]), all_unordered=True)
        assert not matches(rows, f"{mixed}\n{lines[0]}", all_unordered=True)
    assert matches('{"a": 2, ...}\n...', rows, all_unordered=True)
    assert not matches('{"a": 4, ...}\n...', rows, all_unordered=True)
    assert not matches(rows, "\n".join(reversed(rows.split("\n"))), unordered=("b",))
    assert matches('{"id": "<x>"}\n{"of": "<x>"}', '{"of": "k"}\n{"id": "k"}', all_unordered=True, captures=("x",))
    assert not matches('{"id": "<x>"}\n{"of": "<x>"}', '{"of": "k"}\n{"id": "l"}', all_unordered=True, captures=("x",))
    assert not matches("one\ntwo", "two\none", all_unordered=True)
    differences = compare_texts(rows, rows.replace("[3]", "[4]"), ComparisonOptions(all_unordered=True)).differences
    assert [(each.line, each.message) for each in differences] == [(3, "expected 3, actual 4")]


def test_a_row_of_one_document_is_compared_as_it_is() -> None:
    """A single document is not a list."""
    assert not matches('{"a": 1}', json.dumps([{"a": 1}]), all_unordered=True)
