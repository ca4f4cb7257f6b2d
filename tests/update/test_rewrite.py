"""The new text of a block, in every notation and layout."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from snipproof.compare import ComparisonOptions, compare, parse_expected
from snipproof.compare.notation.actual import Actual
from snipproof.compare.tree import UNDEFINED, Notation, TypedValue
from snipproof.update.rewrite import Rewritten, rewrite
from snipproof.update.write_data import CannotWriteError


def updated(text: str, actual: Any, options: ComparisonOptions | None = None) -> Rewritten:
    """Return the new text of a block, which must match."""
    options = options or ComparisonOptions()
    found = rewrite(parse_expected(text, captures=options.captures), actual, options)
    assert compare(parse_expected(found.text, captures=options.captures), actual, options) == []
    return found


BLOCK = """\
[
  {
    // which one
    "title": "Chelsea the cat",  // a cat
    "distance": 0.0613,
    "id": ...
  },
  {
    "title": "An astro...",
    "distance": 0.5238,
    "id": ...
  }
]"""
CAT = {"title": "Chelsea the cat", "distance": 0.06134, "id": 1}
ASTRONAUT = {"title": "An astronaut", "distance": 0.52381, "id": 2}


@pytest.mark.parametrize(
    ("actual", "new"),
    [
        ([CAT, {**ASTRONAUT, "distance": 0.4}], BLOCK.replace("0.5238", "0.4000")),
        ([{**CAT, "title": "A dog"}, ASTRONAUT], BLOCK.replace("Chelsea the cat", "A dog")),
        ([CAT, {**ASTRONAUT, "title": "Moon"}], BLOCK.replace("An astro...", "Moon")),
        ([CAT, {**ASTRONAUT, "title": "to be..."}], BLOCK.replace("An astro...", "to be\\...")),
        ([CAT], BLOCK[: BLOCK.index(',\n  {\n    "title": "An')] + "\n]"),
        ([ASTRONAUT], "[\n" + BLOCK[BLOCK.index('  {\n    "title": "An') :]),
        ([CAT, ASTRONAUT, {"id": 3}], BLOCK[:-2] + ',\n  {\n    "id": 3\n  }\n]'),
        ([{"title": "x", "distance": 9, "id": 0}, CAT, ASTRONAUT],
         '[\n  {\n    "title": "x",\n    "distance": 9,\n    "id": 0\n  },' + BLOCK[1:]),
        ([CAT, {k: v for k, v in ASTRONAUT.items() if k != "distance"}],
         BLOCK.replace('    "distance": 0.5238,\n', "")),
        ([{k: v for k, v in CAT.items() if k != "title"}, ASTRONAUT],
         BLOCK.replace('    "title": "Chelsea the cat",  // a cat\n', "")),
        ([CAT, {k: v for k, v in ASTRONAUT.items() if k != "id"}],
         BLOCK.replace('0.5238,\n    "id": ...\n', "0.5238\n")),
        ([{"title": CAT["title"], "year": 1, "distance": 0.0613, "id": 1, "z": [1]}, ASTRONAUT],
         BLOCK.replace("// a cat\n", '// a cat\n    "year": 1,\n', 1).replace(
             '"id": ...\n  },', '"id": ...,\n    "z": [\n      1\n    ]\n  },', 1)),
        ([{**CAT, "distance": {"cosine": 1}}, ASTRONAUT],
         BLOCK.replace("0.0613", '{\n      "cosine": 1\n    }')),
    ],
)  # fmt: skip
def test_only_what_differs_changes(actual: Any, new: str) -> None:
    """Values, members and elements are added, removed and changed; the rest keeps its comments and wildcards."""
    assert updated(BLOCK, actual).text == new


def test_moved_elements_keep_their_text() -> None:
    """The comment and the wildcards of an element move with it."""
    items = BLOCK[2:-2].split(",\n  {")
    assert updated(BLOCK, [ASTRONAUT, CAT]).text == "[\n  {" + items[1] + ",\n" + items[0] + "\n]"


@pytest.mark.parametrize(
    ("old", "actual", "new"),
    [
        ('{"a": 1, "b": [1, 2], ...}', {"a": 2, "b": [1, 2, 3], "c": 4}, '{"a": 2, "b": [1, 2, 3], ...}'),
        ("[1, 2, 3]", [2, 3], "[2, 3]"),
        ("[1, 2, 3]", [1, 3], "[1, 3]"),
        ("[1, 2, 3]", [], "[]"),
        ("[]", [1, [2]], "[\n  1,\n  [\n    2\n  ]\n]"),
        ("[1, ..., 9]", [1, 5, 8], "[1, ..., 8]"),
        ("[1, ..., 9]", [2, 9], "[2, ..., 9]"),
        ('{"a": {"b": 1}}', {"a": {}}, '{"a": {}}'),
        ("[\n  // one\n  1,\n  // two\n  2\n]", [2], "[\n  // one\n  // two\n  2\n]"),
        ("[\n  1, // one\n  2, // two\n]", [1, 2, 3], "[\n  1, // one\n  2, // two\n  3,\n]"),
        ("[\n  1, // one\n  2 // two\n]", [1, 2, 3], "[\n  1, // one\n  2, // two\n  3\n]"),
        ("[\n  1, 2 // two\n]", [1, 2, 3], "[\n  1, 2, // two\n  3\n]"),
        ("['a']", ["a", TypedValue("set", ([1],))], "['a', {1}]"),
        ("[\n  1,\n  ...\n]", [2, 5], "[\n  2,\n  ...\n]"),
        ("{a: 'x', b: [1,2]}", {"a": "it's", "b": [1, 2], "c": "y"}, "{a: 'it\\'s', b: [1,2], c: 'y'}"),
        ('{"a": 1}\n{"b": 2}', Actual(({"a": 1}, {"b": 3}, {"c": 4}), Notation.JSON), '{"a": 1}\n{"b": 3}\n{"c": 4}'),
        ('{"a": 1}\n...\n{"b": 2}', Actual(({"a": 2}, {"z": 0}, {"b": 2}), Notation.JSON), '{"a": 2}\n...\n{"b": 2}'),
        ('{"a": 1}', Actual(({"a": 1}, {"b": 3}), Notation.JSON), '{"a": 1}\n{"b": 3}'),
        ("one\ntwo\n...\nfive", "one\n2\n3\nfive", "one\n2\n...\nfive"),
        ("one\n  two", "one\nthree\n...", "one\nthree\n\\..."),
        ("map[a:1 b:[1 2]]", {"a": 2, "b": [1, 2, 3]}, "map[a:2 b:[1 2 3]]"),
        ("{title=cat, n=1}", {"title": "dog", "n": 1, "x": True}, "{title=dog, n=1, x=true}"),
        ("{'a': None, 'b': UUID('x')}", {"a": True, "b": TypedValue("UUID", ("y",))}, "{'a': True, 'b': UUID('y')}"),
        ("Object(uuid=..., n=1)", TypedValue("Object", (), (("uuid", 5), ("n", 2))), "Object(uuid=..., n=2)"),
        ("Object(n=1)", TypedValue("Object", (), (("n", 1), ("m", {"k": "v"}))), "Object(n=1, m={'k': 'v'})"),
        ("{ a: undefined }", {"a": UNDEFINED, "b": "x"}, "{ a: undefined, b: 'x' }"),
        ("Photo { title: 'Cat' }", TypedValue("Photo", (), (("title", "Dog"),)), "Photo { title: 'Dog' }"),
        ('{"id": "x"}', {"id": TypedValue("UUID", ("y",))}, '{"id": "y"}'),
    ],
)  # fmt: skip
def test_every_notation_and_layout(old: str, actual: Any, new: str) -> None:
    """New text has the style of the text around it."""
    assert updated(old, actual).text == new


@pytest.mark.parametrize(
    ("old", "actual", "options", "new"),
    [
        ('{"id": 1, "n": 1}', {"id": 2, "n": 2}, ComparisonOptions(ignore=("id",)), '{"id": 1, "n": 2}'),
        ('{"n": 1}', {"id": 2, "n": 2}, ComparisonOptions(ignore=("$.id",)), '{"n": 2}'),
        (
            '{"a": 0.5, "b": 1}',
            {"a": 0.6, "b": 2},
            ComparisonOptions(approx={"a": Decimal("0.2")}),
            '{"a": 0.5, "b": 2}',
        ),
        ('{"a": 0.5}', {"a": 0.76}, ComparisonOptions(approx={"a": Decimal("0.01")}), '{"a": 0.8}'),
        ("[3, 1, 2]", [1, 2, 3, 4], ComparisonOptions(all_unordered=True), "[3, 1, 2, 4]"),
        ("[3, 1, 2]", [1, 5, 2], ComparisonOptions(all_unordered=True), "[5, 1, 2]"),
        ('["<id>", "<id>", 1]', ["a", "a", 2], ComparisonOptions(captures=("id",)), '["<id>", "<id>", 2]'),
        ('["<id>", "<id>"]', ["a", "b"], ComparisonOptions(captures=("id",)), '["<id>", "b"]'),
        (
            '{"a": "<id>", "b": {"y": "<id>", "z": ...}}',
            {"a": "a", "b": {"y": "b", "z": 1}},
            ComparisonOptions(captures=("id",)),
            '{"a": "<id>", "b": {"y": "b", "z": ...}}',
        ),
        ('{"a": [0.5, 0.5]}', {"a": [0.6, 0.9]}, ComparisonOptions(approx={"a": Decimal("0.2")}), '{"a": [0.5, 0.9]}'),
        ("took <n> ms\nx", "took 5 ms\ny", ComparisonOptions(captures=("n",)), "took <n> ms\ny"),
        (
            "A cat: <n>\nA dog: <m>",
            "A bird: 0.1\nA dog: 0.2",
            ComparisonOptions(captures=("n", "m")),
            "A bird: <n>\nA dog: <m>",
        ),
        ("a <n>, b: <m>", "a 1, c: 2", ComparisonOptions(captures=("n", "m")), "a <n>, c: <m>"),
        ("cat <n>", "dog", ComparisonOptions(captures=("n",)), "dog"),
        ('["a/<id>/x"]', ["b/7/x"], ComparisonOptions(captures=("id",)), '["b/<id>/x"]'),
        ("[1]", {"a": {"b": [2]}}, ComparisonOptions(select="$.a.b"), "[2]"),
        ('[{"a": 1}]', [{"a": 5, "b": "x"}], ComparisonOptions(shape=True), '[{"a": 1, "b": "x"}]'),
    ],
)
def test_attributes_hold_while_writing(old: str, actual: Any, options: ComparisonOptions, new: str) -> None:
    """What an attribute accepts is not rewritten."""
    assert updated(old, actual, options).text == new


def test_the_new_notation_is_returned() -> None:
    """What the notation of a block cannot represent is written as JSON, or as it was printed."""
    assert updated("map[a:[1 2]]", {"a": "x y\nz"}).notation is Notation.JSON
    assert updated("one\ntwo", {"a": 1}) == Rewritten('{\n  "a": 1\n}', Notation.JSON)
    node = Actual(([1, UNDEFINED],), Notation.NODE)
    assert updated("[1, 2]", node) == Rewritten("[ 1, undefined ]", Notation.NODE)


@pytest.mark.parametrize(
    ("old", "actual", "options", "reason"),
    [
        ("[1, 2]", [1, UNDEFINED], ComparisonOptions(), "JSON has no `undefined`"),
        ("[1]", {"b": 1}, ComparisonOptions(select="$.a"), "`select` finds nothing at"),
        (
            '{"a": 1}',
            {"a": 2},
            ComparisonOptions(approx={"b": Decimal(1)}),
            "`approx` names `b`, which is not shown here",
        ),
    ],
)
def test_the_reason_for_no_new_text(old: str, actual: Any, options: ComparisonOptions, reason: str) -> None:
    """The error names the first cause."""
    with pytest.raises(CannotWriteError) as caught:
        rewrite(parse_expected(old), actual, options)
    assert str(caught.value).removeprefix("the block cannot show it: ").startswith(reason)
    assert str(caught.value).startswith("the block cannot") is not bool(options.approx)


def test_long_lists_keep_their_precision() -> None:
    """A vector is not aligned, which would take minutes, but each number keeps its decimals."""
    shown = [f"{i / 7:.3f}" for i in range(1536)]
    text = "[" + ", ".join(shown) + "]"
    new = updated(text, [Decimal(i) / 3 for i in range(1536)]).text
    assert new == "[" + ", ".join(f"{Decimal(i) / 3:.3f}" for i in range(1536)) + "]"
