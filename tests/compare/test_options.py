"""The options of a comparison, as properties: what each one widens, and that it widens nothing else."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from snipproof.compare import (
    ComparisonOptions,
    Kind,
    compare,
    compare_texts,
    comparison_options,
    parse_expected,
    parse_tolerance,
)
from snipproof.compare.comparison import parse_and_compare
from snipproof.errors import UnreadableError
from snipproof.site.source import parse_source

SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(-10, 10, places=3) | st.text(max_size=5)
NAMES = st.sampled_from(["a", "b", "c", "id", "distance", "é"])
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(DATA, max_size=4) | st.dictionaries(NAMES, DATA, max_size=4)


def dump(data: Any) -> str:
    """JSON with every decimal written out as it is, and no text that a wildcard could be taken for."""
    if isinstance(data, Decimal):
        return f"{data:f}"
    if isinstance(data, list):
        return "[" + ",\n".join(map(dump, data)) + "]"
    if isinstance(data, dict):
        return "{" + ",\n".join(f"{json.dumps(k)}: {dump(v)}" for k, v in data.items()) + "}"
    if isinstance(data, str) and data.endswith("..."):
        return json.dumps(data)[:-4] + '\\..."'
    return json.dumps(data)


def printed(data: Any) -> str:
    """What a program prints: the dots of a string are dots."""
    return dump(data).replace('\\..."', '..."')


def matches(expected: str, actual: str, options: ComparisonOptions | None = None) -> bool:
    """Compare on both paths, which must agree."""
    found = compare_texts(expected, actual, options or ComparisonOptions()).differences
    slow = parse_and_compare(expected, actual, options or ComparisonOptions()).differences
    assert [(d.begin, d.line, d.path, d.message, d.kind) for d in found] == [
        (d.begin, d.line, d.path, d.message, d.kind) for d in slow
    ]
    assert [d.begin for d in found] == sorted(d.begin for d in found)
    return not found


@given(CONTAINERS)
def test_data_matches_itself(data: Any) -> None:
    """Any output may be shown unchanged."""
    assert matches(dump(data), printed(data))


def same(one: Any, other: Any) -> bool:
    """Whether two pieces of data are equal, computed independently of the engine."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, Decimal) and isinstance(other, Decimal | int):
        return abs(one - other) <= Decimal("0.0005")
    if isinstance(one, int) and isinstance(other, Decimal | int):
        return one == other
    return type(one) is type(other) and bool(one == other)


@given(CONTAINERS, CONTAINERS)
def test_other_data_differs(one: Any, other: Any) -> None:
    """Two pieces of data match exactly if they are the same."""
    assert matches(dump(one), printed(other)) == same(one, other)


@given(CONTAINERS, st.data())
def test_every_single_change_is_caught(data: Any, draw: st.DataObject) -> None:
    """Wherever a value is changed, missing or added."""
    changed, key, holder = _pick(data, draw)
    old = holder[key]
    how = draw.draw(st.sampled_from(["replace", "grow", "drop"]))
    if how == "drop":
        del holder[key]
    elif how == "grow" and isinstance(old, list):
        old.append("one more")
    elif how == "grow" and isinstance(old, dict):
        old["a new name"] = None
    else:
        holder[key] = "a new value"
    assert not matches(dump(data), printed(changed))


def _pick(data: Any, draw: st.DataObject) -> tuple[Any, Any, Any]:
    """Return a copy of ``data`` and one of its places: a key and what holds it."""
    changed = copy.deepcopy(data)
    found: list[tuple[Any, Any]] = []

    def walk(holder: Any) -> None:
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], list | dict):
                walk(holder[key])

    walk(changed)
    assume(found)
    holder, key = draw.draw(st.sampled_from(found))
    return changed, key, holder


class Wild:
    """Stands in data for text that the docs show instead: a wildcard."""

    def __init__(self, text: str) -> None:
        self.text = text


def show(data: Any) -> str:
    """Return what the docs show of data in which some places are wild."""
    if isinstance(data, Wild):
        return data.text
    if isinstance(data, list):
        return "[" + ",\n".join(map(show, data)) + "]"
    if isinstance(data, dict):
        entries = [show(v) if isinstance(k, Wild) else f"{json.dumps(k)}: {show(v)}" for k, v in data.items()]
        return "{" + ",\n".join(entries) + "}"
    return dump(data)


@given(CONTAINERS, CONTAINERS, st.data(), st.booleans(), st.booleans())
def test_a_wildcard_never_turns_green_into_red(
    data: Any, other: Any, draw: st.DataObject, unordered: bool, shape: bool
) -> None:
    """What matched before a wildcard was inserted matches after."""
    options = ComparisonOptions(all_unordered=unordered, shape=shape)
    shown = data
    actual = printed(draw.draw(st.sampled_from([data, other])))
    for _ in range(draw.draw(st.integers(1, 3))):
        if not isinstance(shown, list | dict):
            break
        before = matches(show(shown), actual, options)
        shown = copy.copy(shown) if shown is not data else copy.deepcopy(shown)
        shown, key, holder = _pick(shown, draw)
        old = holder[key]
        how = draw.draw(st.sampled_from(["value", "prefix", "inside"]))
        if how == "prefix" and isinstance(old, str):
            cut = draw.draw(st.integers(0, len(old)))
            holder[key] = Wild(json.dumps(old[:cut])[:-1] + '..."')
        elif how == "inside" and isinstance(old, list):
            old.insert(draw.draw(st.integers(0, len(old))), Wild("..."))
        elif how == "inside" and isinstance(old, dict):
            old[Wild("")] = Wild("...")
        elif not isinstance(key, Wild):
            holder[key] = Wild("...")
        if before:
            assert matches(show(shown), actual, options)


@given(st.decimals(-100, 100, places=6), st.integers(1, 5), st.decimals(-100, 100, places=8))
def test_a_number_stands_for_all_that_are_rounded_to_it(exact: Decimal, digits: int, other: Decimal) -> None:
    """Half a unit of the last shown digit, to both sides."""
    shown = exact.quantize(Decimal(1).scaleb(-digits))
    assert matches(f"[{shown:f}]", f"[{exact:f}]")
    assert matches(f"[{shown:f}]", f"[{other:f}]") == (abs(other - shown) <= Decimal(5).scaleb(-digits - 1))


@given(st.integers(-(10**40), 10**40), st.integers(-2, 2))
def test_whole_numbers_are_exact(number: int, step: int) -> None:
    """However large they are."""
    assert matches(f"[{number}]", f"[{number + step}]") == (step == 0)
    assert matches(f"[{number}]", f"[{number + step}.0]") == (step == 0)


@given(SCALARS, SCALARS)
def test_text_numbers_and_truth_are_never_the_same(one: Any, other: Any) -> None:
    """A value and the text of it differ; so do 1 and true."""
    assert matches(json.dumps([json.dumps([str(one)])]), json.dumps([json.dumps([str(one)])]))
    kinds = {type(one), type(other)}
    if len(kinds) == 2 and kinds != {int, Decimal}:
        assert not matches(f"[{dump(one)}]", f"[{printed(other)}]")


@given(st.lists(DATA, min_size=1, max_size=5), st.randoms(use_true_random=False), st.data())
def test_unordered_allows_every_permutation(items: list[Any], chance: Any, draw: st.DataObject) -> None:
    """And nothing else: one element more, less or changed does not match."""
    options = ComparisonOptions(unordered=("items",))
    shuffled = list(items)
    chance.shuffle(shuffled)
    shown, actual = {"items": items, "other": [1, 2]}, {"items": shuffled, "other": [1, 2]}
    assert matches(dump(shown), printed(actual), options)
    assert not matches(dump(shown), printed({**actual, "other": [2, 1]}), options)
    assert not matches(dump(shown), printed({**actual, "items": shuffled[1:]}), options)
    assert not matches(dump(shown), printed({**actual, "items": [*shuffled, "one more"]}), options)
    at = draw.draw(st.integers(0, len(items) - 1))
    changed = [*shuffled[:at], "a new value", *shuffled[at + 1 :]]
    assert not matches(dump(shown), printed({**actual, "items": changed}), options)


@given(DATA, DATA, DATA)
def test_ignore_applies_to_a_value_and_not_to_its_member(one: Any, other: Any, value: Any) -> None:
    """Any value matches, at any depth; a member that is shown must be present, another may be."""
    options = ComparisonOptions(ignore=("id",))
    assert matches(dump([{"id": one, "x": value}]), printed([{"id": other, "x": value}]), options)
    assert matches(dump([{"x": value}]), printed([{"id": other, "x": value}]), options)
    assert not matches(dump([{"id": one, "x": value}]), printed([{"x": value}]), options)
    assert matches(dump({"x": one}), printed({"x": other}), options) == same_ignoring(one, other)


def same_ignoring(one: Any, other: Any) -> bool:
    """Whether two pieces of data are equal but for what is named ``id``."""
    if isinstance(one, dict) and isinstance(other, dict):
        left, right = one.keys() - {"id"}, other.keys() - {"id"}
        return (
            left == right
            and not ("id" in one and "id" not in other)
            and all(same_ignoring(one[name], other[name]) for name in left)
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_ignoring, one, other))
    return same(one, other)


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 20))
def test_approx_widens_its_own_member_only(one: int, other: int, far: int) -> None:
    """Also numbers in a list of that name; members of other names are compared exactly."""
    options = ComparisonOptions(approx={"distance": Decimal(far)})
    near = abs(one - other) <= far
    assert matches(f'{{"distance": {one}}}', f'{{"distance": {other}}}', options) == near
    assert matches(f'{{"distance": [[{one}]]}}', f'{{"distance": [[{other}]]}}', options) == near
    shown = f'{{"distance": 0, "x": {one}, "y": [{{"x": {one}}}]}}'
    assert matches(shown, f'{{"distance": 0, "x": {other}, "y": [{{"x": {one}}}]}}', options) == (one == other)
    inside = '{{"distance": [{{"x": {0}}}]}}'
    assert matches(inside.format(one), inside.format(other), options) == (one == other)


def test_approx_never_narrows() -> None:
    """A number with few decimals still matches every number that rounds to it."""
    assert matches('{"d": 0.1}', '{"d": 0.14}', ComparisonOptions(approx={"d": Decimal("0.001")}))


def test_approx_of_what_is_not_shown_is_an_error() -> None:
    """Otherwise a misspelt name would have no effect without a message."""
    found = compare_texts(
        '{"distance": 1}', '{"distance": 1}', ComparisonOptions(approx={"distanc": Decimal(1)})
    ).differences
    assert [(d.kind, d.message) for d in found] == [
        (Kind.OPTION, "`approx` names `distanc`, which is not shown here: did you mean `distance`?")
    ]


@pytest.mark.parametrize("path", ["$..distance", "$.a[*].distance", "$['a'][0]['distance']"])
def test_options_may_name_a_path(path: str) -> None:
    """A path applies to what it matches in the actual data, and to nothing else."""
    shown = '{"a": [{"distance": 1}], "distance": 5}'
    actual = '{"a": [{"distance": 2}], "distance": 5}'
    for options in (ComparisonOptions(ignore=(path,)), ComparisonOptions(approx={path: Decimal(1)})):
        assert matches(shown, actual, options)
    assert matches('{"a": [1, 2]}', '{"a": [2, 1]}', ComparisonOptions(unordered=("$.a",)))
    assert not matches('{"b": [1, 2]}', '{"b": [2, 1]}', ComparisonOptions(unordered=("$.a",)))
    assert not matches(shown, actual.replace("5", "6"), ComparisonOptions(ignore=("$.a[*].distance",)))
    assert not matches(shown, actual, ComparisonOptions(approx={"$.nowhere": Decimal(9)}))


@given(DATA)
def test_select_compares_what_it_finds(data: Any) -> None:
    """One match is compared as that value, several as a list; no match is a difference."""
    actual = printed({"a": {"b": [data, data]}, "c": 1})
    shown = dump(data)
    if isinstance(data, list | dict):
        assert matches(shown, actual, ComparisonOptions(select="$.a.b[0]"))
    assert matches(f"[{shown}, {shown}]", actual, ComparisonOptions(select="$.a.b[*]"))
    assert matches(f"[{shown}, {shown}]", actual, ComparisonOptions(select="$.a.b"))
    found = compare_texts("[...]", actual, ComparisonOptions(select="$.a.x")).differences
    assert [d.message.split(":")[0] for d in found] == ["`select` finds nothing at $.a.x in the actual output"]


def test_select_with_an_invalid_path_is_an_error() -> None:
    """It is reported as a difference."""
    found = compare_texts("[1]", "[1]", ComparisonOptions(select="$.[")).differences
    assert [d.kind for d in found] == [Kind.OPTION]


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ('{"a": 1, "b": "x", "c": null}', '{"a": 2.5, "b": "", "c": null}', True),
        ('{"a": 1}', '{"a": "1"}', False),
        ('{"a": 1}', '{"a": true}', False),
        ('{"a": true}', '{"a": false}', True),
        ('{"a": null}', '{"a": 0}', False),
        ('{"a": 1}', '{"a": 1, "b": 2}', False),
        ('{"a": 1, ...}', '{"a": 1, "b": 2}', True),
        ('{"a": 1, "b": 2}', '{"a": 1}', False),
        ('[{"a": 1}]', '[{"a": 2}, {"a": 3}]', True),
        ('[{"a": 1}]', '[{"a": 2}, {"b": 3}]', False),
        ('[{"a": 1}, "x"]', '["y", {"a": 3}]', True),
        ('[{"a": 1}]', "[]", False),
        ("[]", "[1]", False),
        ("[]", "[]", True),
        ('[{"a": 1}, ...]', '[{"a": 2}, 5]', True),
        ('[{"a": 1}, ...]', "[5]", False),
        ("[...]", "[]", True),
        ('[1, "a"]', '[2, "b", 3]', True),
        ('[1, "a"]', "[1]", False),
        ('[..., "a"]', "[1]", False),
        ('[..., "a", 1]', '["a"]', False),
    ],
)
def test_shape_compares_types_and_names(expected: str, actual: str, fits: bool) -> None:
    """Not values or lengths; but a list that is shown with elements is not empty."""
    assert matches(expected, actual, ComparisonOptions(shape=True)) == fits


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ('{"a": "<id>", "b": "<id>"}', '{"a": "x", "b": "x"}', True),
        ('{"a": "<id>", "b": "<id>"}', '{"a": "x", "b": "y"}', False),
        ('{"a": "<id>", "b": "<other>"}', '{"a": "x", "b": "y"}', True),
        ('{"a": <id>, "b": <id>}', '{"a": 1, "b": 1.0}', True),
        ('{"a": <id>, "b": <id>}', '{"a": 1, "b": "1"}', False),
        ('{"a": <id>, "b": <id>}', '{"a": 1, "b": true}', False),
        ('{"a": <id>}', '{"a": [1]}', False),
        ('{"a": "<id>"}', '{"a": 1}', False),
        ('{"a": <id>, "b": "Photo <id>."}', '{"a": 7, "b": "Photo 7."}', True),
        ('{"a": "Photo <id>.", "b": <id>}', '{"a": "Photo 7.", "b": 7}', True),
        ('{"a": "Photo <id>.", "b": <id>}', '{"a": "Photo 7.", "b": 8}', False),
        ('{"a": "Photo <id>."}', '{"a": "Photo ."}', False),
        ('{"a": "<id>-<other>", "b": "<other>"}', '{"a": "x-y-z", "b": "z"}', True),
        ('{"a": "<id>-<other>", "b": "<other>"}', '{"a": "x-y-z", "b": "y-z"}', True),
        ('{"a": "<id>-<other>", "b": "<other>"}', '{"a": "x-y-z", "b": "x"}', False),
        ('{"a": "<nobody>"}', '{"a": "x"}', False),
        ('{"a": "<nobody>"}', '{"a": "<nobody>"}', True),
        ('{"a": ["...", "<id>", ...], "b": "<id>"}', '{"a": ["z", "x", "y"], "b": "x"}', True),
        ('{"a": [..., "<id>", ...], "b": "<id>"}', '{"a": ["x", "y", "z"], "b": "y"}', True),
        ('{"a": [..., "<id>", ...], "b": "<id>"}', '{"a": ["x", "y", "z"], "b": "w"}', False),
        ('[..., {"k": "<id>"}, {"k": "<id>"}, ...]', '[{"k": 1}, {"k": "a"}, {"k": "b"}, {"k": "b"}]', True),
        ('[..., {"k": "<id>"}, {"k": "<id>"}, ...]', '[{"k": "b"}, {"k": "a"}, {"k": "b"}, {"k": "c"}]', False),
        ("id <id>\n...\nagain <id>", "id 5\nx\nagain 5", True),
        ("id <id>\n...\nagain <id>", "id 5\nx\nagain 6", False),
        ("<id>", "", False),
    ],
)
def test_captures_agree(expected: str, actual: str, fits: bool) -> None:
    """A capture has the same value wherever it occurs; the search goes back on its choices."""
    options = ComparisonOptions(captures=("id", "other"))
    assert matches(expected, actual, options) == fits
    if expected.startswith(('{"a": [..., ', "[..., {")):
        assert matches(expected, actual, ComparisonOptions(captures=("id", "other"), all_unordered=True)) or not fits


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ('{"l": ["<id>", "<other>"], "b": "<id>"}', '{"l": ["x", "y"], "b": "y"}', True),
        ('{"l": ["<id>", "<other>"], "b": "<id>"}', '{"l": ["x", "y"], "b": "z"}', False),
        ('{"l": ["<id>", "x"], "b": "<id>"}', '{"l": ["x", "y"], "b": "y"}', True),
        ('{"l": ["<id>", "x"], "b": "<id>"}', '{"l": ["x", "y"], "b": "x"}', False),
    ],
)
def test_captures_in_lists_of_any_order(expected: str, actual: str, fits: bool) -> None:
    """Another occurrence decides which element matches."""
    assert matches(expected, actual, ComparisonOptions(captures=("id", "other"), all_unordered=True)) == fits


def test_a_search_that_takes_too_long_is_a_difference() -> None:
    """It is never a match."""
    names = [f"n{number}" for number in range(30)]
    shown = json.dumps([*(f"<{name}>" for name in names), *(f"<{name}>" for name in names), "never"])
    actual = json.dumps([str(number % 25) for number in range(61)])
    found = compare_texts(shown, actual, ComparisonOptions(captures=tuple(names), all_unordered=True)).differences
    assert found[-1].kind is Kind.LIMIT


def test_names_of_types_count_where_they_can_be_written() -> None:
    """Python writes them; JSON cannot, so there only the data is compared."""
    printed_by_python = "{'id': UUID('a'), 'o': Object(x=1, y=[2])}"
    assert matches('{"id": "a", "o": {"x": 1, "y": [2]}}', printed_by_python)
    assert not matches('{"id": "b", "o": {"x": 1, "y": [2]}}', printed_by_python)
    assert not matches('{"id": "a", "o": {"x": 1, "y": [2], "z": 1}}', printed_by_python)
    assert matches(printed_by_python, printed_by_python)
    assert not matches(printed_by_python, printed_by_python.replace("UUID('a')", "'a'"))
    assert not matches(printed_by_python, printed_by_python.replace("UUID", "Uuid"))
    assert not matches(printed_by_python.replace("UUID('a')", "'a'"), printed_by_python)


def test_options_of_attributes() -> None:
    """The attributes of a START line, in every form; attributes that bind an Expectation are ignored."""
    given_ = {
        "of": "x",
        "from": "response",
        "ignore": "id",
        "approx": {"distance": "1e-4", "n": 2},
        "unordered": ["a"],
        "select": "$.a",
        "shape": True,
        "capture": ["id"],
    }
    assert comparison_options(given_) == ComparisonOptions(
        ("id",), {"distance": Decimal("0.0001"), "n": Decimal(2)}, ("a",), False, "$.a", True, ("id",)
    )
    assert comparison_options({"unordered": True}).all_unordered
    assert comparison_options({}) == ComparisonOptions()


@pytest.mark.parametrize(
    "attributes",
    [
        "{ignore: 1}",
        "{ignore: [1]}",
        "{approx: distance}",
        "{approx: {d: -1}}",
        "{approx: {d: x}}",
        "{approx: {d: true}}",
        "{approx: {d: .inf}}",
        "{unordered: false}",
        "{unordered: 3}",
        "{select: a}",
        "{shape: 'yes'}",
        "{capture: {}}",
    ],
)
def test_attributes_of_a_wrong_type_never_become_options(attributes: str) -> None:
    """They are refused when the Source is read, with the name of the attribute."""
    name = attributes.strip("{").partition(":")[0]
    with pytest.raises(UnreadableError, match=f"the attribute '{name}' must be"):
        parse_source("a.py", f"# START Expected a results {attributes}\n# 1\n# END Expected a results\n")


@pytest.mark.parametrize("value", ["", "x", "-1", "inf", "NaN", True])
def test_a_tolerance_is_a_finite_number(value: str) -> None:
    """Neither negative nor infinite."""
    with pytest.raises(ValueError, match="a tolerance must be a number that is not negative"):
        parse_tolerance(value)


@given(CONTAINERS, CONTAINERS)
def test_floats_of_decoded_data_are_the_numbers_they_print(data: Any, other: Any) -> None:
    """Data from the wire is compared like its JSON."""
    options = ComparisonOptions()
    wire = json.loads(printed(other))
    assert (compare(parse_expected(dump(data)), wire, options) == []) == matches(dump(data), json.dumps(wire))
