"""JSON and JSON5 with elisions: what is read, with which spans, and what is refused."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import json5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.compare import DATA, check_spans, exact, typed, walk

from snipproof.compare.notation.actual import to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import (
    Array,
    Capture,
    Constant,
    Documents,
    Elision,
    Expected,
    Node,
    Notation,
    Number,
    Object,
    String,
)


def parse(text: str, *captures: str) -> Expected:
    return parse_expected(text, captures=captures, required_notation=Notation.JSON)


def outline(node: Node) -> Any:
    """Return the tree as data in which an Elision is ``...`` and an open string is a set."""
    match node:
        case Elision():
            return ...
        case Capture():
            return (node.name,)
        case String(open=True):
            return {node.value}
        case Array() | Documents():
            return [outline(item) for item in node.items]
        case Object():
            members = {member.name: outline(member.value) for member in node.members}
            return members | ({...: len(node.elisions)} if node.open else {})
        case _:
            return to_plain(node)


@given(DATA, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.sampled_from([None, (",", ":"), (" , ", " : ")]))
def test_what_json_writes_is_read(data: Any, indent: int | str | None, ascii_only: bool, separators: Any) -> None:
    """The tree contains the data that was written, and every node has its span, in any layout."""
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only, separators=separators)
    expected = parse(text)
    assert typed(to_plain(expected.node)) == typed(exact(data))
    check_spans(text, expected.node)
    assert expected.node == parse_expected(text).node or isinstance(data, str)


@given(DATA, st.randoms(use_true_random=False))
def test_a_leaf_can_be_replaced_where_it_stands(data: Any, rng: random.Random) -> None:
    """Writing another literal over the span of a leaf changes this leaf and nothing else."""
    text = json.dumps(data, indent=rng.choice([None, 2]), ensure_ascii=rng.choice([True, False]))
    expected = parse(text)
    leaves = [node for node in walk(expected.node) if isinstance(node, String | Number | Constant)]
    if not leaves:
        return
    leaf = rng.choice(leaves)
    replaced = f'{text[: leaf.begin]}["new"]{text[leaf.end :]}'
    number = leaves.index(leaf)
    after = parse(replaced)
    seen = [node for node in walk(after.node) if isinstance(node, String | Number | Constant)]
    assert seen[number] == String(leaf.begin + 1, leaf.begin + 6, "new")
    del seen[number], leaves[number]
    assert [(type(node), to_plain(node)) for node in seen] == [(type(node), to_plain(node)) for node in leaves]


PIECES = [
    *"{}[],:'\"\\\n\r\t /+-.0123456789aenutx",
    *(
        "true",
        "false",
        "null",
        "NaN",
        "Infinity",
        "0x1F",
        "1e5",
        ".5",
        "5.",
        "'a'",
        '"b"',
        "key",
        "$k_1",
        "a:1",
        '"b":2',
    ),
    *(
        "// c\n",
        "/* c */",
        "\\u0041",
        "'\\x41'",
        "'\\u00e9\\0'",
        "'a\\\nb'",
        "[1,2,]",
        "{a:1,}",
        "\u00a0",
        "é",
        "\ufeff",
        "\u2028",
    ),
]
JSON5 = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
SHAPED = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
        | st.lists(inner, max_size=3).map(
            lambda items: "{" + ",".join(f"k{at}:{i}" for at, i in enumerate(items)) + "}"
        )
    ),
    max_leaves=6,
)


def _oracle(text: str) -> Any:
    return json5.loads(text, allow_duplicate_keys=False, parse_float=Decimal)


@given(JSON5 | SHAPED)
def test_json5_is_the_oracle(text: str) -> None:
    """What json5 accepts is the same data here; what it refuses is refused, except for what this notation adds."""
    try:
        wanted = _oracle(text)
    except (ValueError, ArithmeticError):
        wanted = None
        if "." in text or "#" in text:
            return  # it may be an elision
        try:
            node = parse(text).node
        except ParseError:
            return
        assert isinstance(node, Documents), f"{text!r} is not JSON5, but was read as {node}"
        return
    node = parse(text).node
    if "..." in text and any(
        isinstance(item, Elision) or (isinstance(item, String) and item.open) for item in walk(node)
    ):
        return
    assert str(_floats(to_plain(node))) == str(_floats(wanted))


def _floats(value: Any) -> Any:
    """Return data with all numbers as floats, and pairs of surrogates as the character that they are."""
    if isinstance(value, dict):
        return {_floats(key): _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if value is None or isinstance(value, bool) else float(value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[1, ...]", [1, ...]),
        ("[...]", [...]),
        ("[..., 2, ...,]", [..., 2, ...]),
        ("[\n  1\n  ...\n  2\n]", [1, ..., 2]),
        ("[\n  1,\n  ...,\n  2\n]", [1, ..., 2]),
        ("[1, // ...\n 2]", [1, ..., 2]),
        ("[1 /* ... */ 2]", [1, ..., 2]),
        ("[1, # ....\n 2]", [1, ..., 2]),
        ("[1, // ... and more\n 2]", [1, 2]),
        ('{"a": 1, ...}', {"a": 1, ...: 1}),
        ("{...}", {...: 1}),
        ('{\n  ...\n  "a": 1\n  ...\n}', {"a": 1, ...: 2}),
        ('{"a": ..., "b": 2}', {"a": ..., "b": 2}),
        ('{"a": [1, 2, // first\n 3,], /* x */ }', {"a": [1, 2, 3]}),
        ('{"a": {"b": 1, ...}, "c": 2}', {"a": {"b": 1, ...: 1}, "c": 2}),
        ('"prefix..."', {"prefix"}),
        ('"..."', {""}),
        ('"a...."', {"a."}),
        (r'"Loading\..."', "Loading..."),
        (r'"C:\\..."', {"C:\\"}),
        (r'"C:\\\..."', "C:\\..."),
        (r'"a.\.."', "a..."),
        ('{"...": 1}', {"...": 1}),
        ('{"a...": 1}', {"a...": 1}),
        (
            "{a: 'x', $b_1: 0x1F, 'c': +1, d: .5, e: 5., f: -0x10}",
            {"a": "x", "$b_1": 31, "c": 1, "d": Decimal("0.5"), "e": 5, "f": -16},
        ),
        ("[-Infinity, Infinity]", [Decimal("-Infinity"), Decimal("Infinity")]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{\n"a": 1\n}\n...\n[2]', [{"a": 1}, ..., [2]]),
        ('1\n"x"\nnull', [1, "x", None]),
        ('\ufeff\n\n {"a": 1}\r\n\r\n', {"a": 1}),
        (r'"\ud83d\ude00 \ud83d"', "\U0001f600 \ud83d"),
        ("12345678901234567890123456789012345678901", 12345678901234567890123456789012345678901),
        ("1e400", Decimal("1e400")),
        ('{"a": <id>}', {"a": ("id",)}),
        ("[<id>, 1]", [("id",), 1]),
        ('["<id>"]', ["<id>"]),
    ],
)
def test_forms(text: str, wanted: Any) -> None:
    """All forms in which docs write JSON."""
    expected = parse(text, "id")
    assert outline(expected.node) == wanted
    check_spans(text, expected.node) if "#" not in text and "0x" not in text else None
    assert expected.notation is Notation.JSON


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": 1,\n "b": tru}', 2, 7, "a value expected, found 'tru'"),
        ('{"a": 1,\n "a": 2}', 2, 2, "the member 'a' is repeated"),
        ("{a: 1, 'a': 2}", 1, 8, "the member 'a' is repeated"),
        ("[1,,2]", 1, 4, "a value expected, found ','"),
        ("[1 2]", 1, 4, "',' or ']' expected, found '2'"),
        ("[1 ... 2]", 1, 4, "',' or ']' expected, found '...'"),
        ("[1 ...\n 2]", 1, 4, "',' or ']' expected, found '...'"),
        ("[\n ... 2]", 2, 6, "',' or ']' expected, found '2'"),
        ('{"a": 1 ...}', 1, 9, "',' or '}' expected, found '...'"),
        ("[1", 1, 3, "',' or ']' expected, found the end of the text"),
        ('{"a" 1}', 1, 6, "':' expected, found '1'"),
        ('{"a": 1} x', 1, 10, "'x' behind the end of the data"),
        ('{"a": 1}}', 1, 9, "'}' behind the end of the data"),
        ("{1: 2}", 1, 2, "the name of a member expected, found '1'"),
        ('{"a": "b\n"}', 1, 7, "'\"b' is unexpected here"),
        (r'["a", "\x4"]', 1, 8, r"\x is not an escape sequence"),
        ("[01]", 1, 2, "'01' is unexpected here"),
        ("[1.2.3]", 1, 2, "'1.2.3' is unexpected here"),
        ("[....]", 1, 2, "'....' is unexpected here"),
        ("[1e9999999]", 1, 2, "'1e9999999' has too large an exponent"),
        ("[1e99999999999999999999]", 1, 2, "'1e99999999999999999999' has too large an exponent"),
        ("[<name>]", 1, 2, "'<name>' is unexpected here (declare it: `{capture: name}`)"),
        ("{a\u2019: 1}", 1, 2, "'a’' is not a name"),
        ("[True]", 1, 2, "a value expected, found 'True'"),
        ("[undefined]", 1, 2, "a value expected, found 'undefined'"),
        ("", 1, 1, "there is no data"),
    ],
)
def test_errors(text: str, line: int, column: int, message: str) -> None:
    """What should be JSON and is not, with the line and the column."""
    with pytest.raises(ParseError) as caught:
        parse(text, "id")
    found = caught.value
    assert (found.line, found.column, found.message) == (line, column, message)


def test_the_error_of_the_most_likely_notation_is_reported() -> None:
    """It is that of the notation which parses the longest part."""
    with pytest.raises(ParseError, match="',' or '}' expected, found \"'b'\"") as caught:
        parse_expected("{'a': None,\n 'c': 1 'b': 2}")
    assert caught.value.line == 2


def test_the_spans_of_captures_and_of_open_strings() -> None:
    """The quotes and dots are part of a string."""
    text = '{"a": <id>, "b": "x..."}'
    node = parse(text, "id").node
    assert isinstance(node, Object)
    assert [text[member.begin : member.end] for member in node.members] == ['"a": <id>', '"b": "x..."']
    assert text[node.members[1].value.begin : node.members[1].value.end] == '"x..."'
