"""What the real Node.js prints, and what only its notation has a form for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.compare import exact, typed

from snipproof.compare.notation.actual import read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.tree import UNDEFINED, Documents, Node, Notation, Object, String, TypedNode, TypedValue

VALUES = Path(__file__).with_name("node_values.mjs")


def _as_json(value: Any) -> Any:
    """Return data as JSON.stringify writes it: without the names of types."""
    if isinstance(value, TypedValue):
        return _as_json(dict(value.members) if value.members else value.positional[0])
    if isinstance(value, dict):
        return {name: _as_json(item) for name, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list) else value


@pytest.mark.toolchain("node")
def test_the_real_node() -> None:
    """What console.log shows is the data that JSON.stringify writes."""
    result = subprocess.run(["node", VALUES], capture_output=True, check=True, encoding="utf-8", timeout=60)
    values = json.loads(result.stdout)
    assert len(values) > 60
    for shown, written in values:
        wanted = typed(exact(json.loads(written)))
        actual = read_actual(shown, Notation.NODE)
        assert typed(exact(_as_json(actual.values[0]))) == wanted, shown
        assert len(actual.values) == 1, shown
        # dots at the end of a string would be a wildcard
        expected = parse_expected(shown.replace("...'", r"\...'"), required_notation=Notation.NODE)
        assert typed(exact(_as_json(to_plain(expected.node)))) == wanted, shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("undefined", UNDEFINED),
        ("{ a: undefined, b: null }", {"a": UNDEFINED, "b": None}),
        ("12345678901234567890n", 12345678901234567890),
        ("[ -0, -1n, NaN, -Infinity ]", "[0, -1, Decimal('NaN'), Decimal('-Infinity')]"),
        ("Map(2) { 'a' => 1, 'b' => { c: 2 } }", TypedValue("Map", (), (("a", 1), ("b", {"c": 2})))),
        ("Map(1) { { x: 1 } => 2 }", TypedValue("Map", ([[{"x": 1}, 2]],))),
        ("Map(0) {}", TypedValue("Map")),
        ("Set(2) { 1, 'a' }", TypedValue("Set", ([1, "a"],))),
        ("Set(0) {}", TypedValue("Set", ([],))),
        ("Photo {}", TypedValue("Photo")),
        ("Photo { title: 'Cat' }", TypedValue("Photo", (), (("title", "Cat"),))),
        ("Photo [tag] { a: 1 }", TypedValue("Photo [tag]", (), (("a", 1),))),
        ("[Object: null prototype] { a: 1 }", {"a": 1}),
        ("[Photo: null prototype] { a: 1 }", TypedValue("Photo: null prototype", (), (("a", 1),))),
        ("Uint8Array(2) [ 1, 2 ]", TypedValue("Uint8Array", ([1, 2],))),
        ("[ 'b', index: 1 ]", TypedValue("Array", (["b"],), (("index", 1),))),
        ("<Buffer 61 62>", TypedValue("Buffer", ("61 62",))),
        ("<Buffer>", TypedValue("Buffer", ("",))),
        ("2024-01-01T00:00:00.000Z", TypedValue("Date", ("2024-01-01T00:00:00.000Z",))),
        ("[ Invalid Date ]", [TypedValue("Date", ("Invalid Date",))]),
        (
            "{ f: [Function: f], g: [Function (anonymous)] }",
            {"f": TypedValue("Function", ("f",)), "g": TypedValue("Function", ("(anonymous)",))},
        ),
        ("[class A extends B] { x: 1 }", TypedValue("class", ("A extends B",), (("x", 1),))),
        ("{ a: [Getter], b: [Getter/Setter] }", {"a": TypedValue("Getter"), "b": TypedValue("Getter/Setter")}),
        ("Symbol(a b)", TypedValue("Symbol", ("a b",))),
        ("{ [Symbol(foo bar)]: 1 }", {"[Symbol(foo bar)]": 1}),
        ("<ref *1> { self: [Circular *1] }", {"self": TypedValue("Circular", ("*1",))}),
        ("[ <2 empty items>, 1 ]", [TypedValue("empty", ("2 empty items",)), 1]),
        ("/a\\/[/]b/gi", TypedValue("RegExp", ("/a\\/[/]b/gi",))),
        ("[Number: 3]", TypedValue("Number", (3,))),
        ("Promise { <pending> }", TypedValue("Promise", ([TypedValue("hidden", ("pending",))],))),
        ("[Map Iterator] { 1 }", TypedValue("Map Iterator", ([1],))),
        ("[ [TypeError: a ] b] { code: 'X' } ]", [TypedValue("TypeError", ("a ] b",), (("code", "X"),))]),
        (
            "{\n  e: Error: boom: [x]\n      at f (a:1:2)\n      at g (b:1:2) {\n    code: 'X'\n  },\n  b: 1\n}",
            {"e": TypedValue("Error", ("boom: [x]",), (("code", "X"),)), "b": 1},
        ),
        ("[\n  E [Error]: t\n      at f (a:1:2)\n]", [TypedValue("E [Error]", ("t",))]),
        ("[\n  'one\\n' +\n    'two'\n]", ["one\ntwo"]),
        ("`a'\"`", "a'\""),
        (
            "URL { href: 'h', searchParams: URLSearchParams { 'c' => 'd' } }",
            TypedValue("URL", (), (("href", "h"), ("searchParams", TypedValue("URLSearchParams", (), (("c", "d"),))))),
        ),
    ],
)
def test_forms_of_node(text: str, wanted: Any) -> None:
    """What JSON lacks."""
    (value,) = read_actual(text, Notation.NODE).values
    expected = to_plain(parse_expected(text, required_notation=Notation.NODE).node)
    if isinstance(wanted, str) and wanted.startswith("["):
        assert str(value) == str(expected) == wanted
    else:
        assert typed(value) == typed(expected) == typed(wanted)


@pytest.mark.parametrize(
    "text",
    [
        "{ a: { b: { c: [Object] } } }",
        "[ [ [ [Array] ] ] ]",
        "{ a: [Photo] }",
        "{ a: [Object: null prototype] }",
        "[ 1, ... 2 more items ]",
        "[ 1, ... 1 more item ]",
        "Set(3) { 1, ... 2 more items }",
        "[ 'abc'... 10 more characters ]",
        "<Buffer 00 00 ... 10 more bytes>",
        "[ 1, ... ]",
    ],
)
def test_output_that_node_shortens_is_an_error(text: str) -> None:
    """Incomplete output cannot be compared, whatever notation the docs use."""
    for like in (Notation.NODE, Notation.JSON, Notation.PYTHON):
        with pytest.raises(ShortenedError, match=r"the output itself is shortened .*: print JSON"):
            read_actual(text, like)


def test_shortened_output_in_the_docs() -> None:
    """The number of elements that are left out would not be compared: the docs have to show `...`."""
    with pytest.raises(ShortenedError, match=r"write '\.\.\.' for what may be left out") as caught:
        parse_expected("{\n  a: [Object]\n}")
    assert (caught.value.line, caught.value.column) == (2, 6)
    with pytest.raises(ShortenedError):
        parse_expected("[ 'a', ... 2 more items ]")


def _call(node: Node) -> TypedNode:
    assert isinstance(node, TypedNode)
    return node


def test_elisions() -> None:
    """In objects, classes, Maps and Sets."""
    node = parse_expected("{ a: 'x', ... }").node
    assert isinstance(node, Object)
    assert node.open
    assert _call(parse_expected("Photo { title: 'Cat', ... }").node).members.open
    assert _call(parse_expected("Map(2) { 'a' => 1, ... }").node).members.open
    elements = _call(parse_expected("Set(2) { 1, ... }").node)
    assert "Elision" in str(elements.positional)
    either = _call(parse_expected("Photo { ... }").node)
    assert either.members.open
    assert len(either.positional) == 1


def test_spans() -> None:
    """A class begins at its name, a string ends at its last quote."""
    text = "{ a: Photo { t: 'x' }, d: 2024-01-01T00:00:00.000Z, s: 'a' +\n 'b...', n: [Object: null prototype] {} }"
    node = parse_expected(text).node
    assert isinstance(node, Object)
    assert [text[member.value.begin : member.value.end] for member in node.members] == [
        "Photo { t: 'x' }",
        "2024-01-01T00:00:00.000Z",
        "'a' +\n 'b...'",
        "[Object: null prototype] {}",
    ]
    string = node.members[2].value
    assert isinstance(string, String)
    assert (string.value, string.open) == ("ab", True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ a: 1, a: 2 }", "the member 'a' is repeated"),
        ("{ a: undefined, 'b' }", "a value without a name"),
        ("{ a: <id> 1 }", "is unexpected here"),
        ("[ undefined, foo ]", "a value expected, found 'foo'"),
        ("[ 1 => 2 ]", "'=>' in an array"),
        ("[ 'a' + 1 ]", "the rest of a string expected, found '1'"),
        ("[Object]", "is not data"),
        ("Error: x\n    at f (a:1:2)", "is not data"),
    ],
)
def test_errors(text: str, message: str) -> None:
    """What Node.js does not print."""
    with pytest.raises(ParseError, match=message):
        parse_expected(text, required_notation=Notation.NODE)


def test_several_lines() -> None:
    """One console.log a line is one document a line."""
    node = parse_expected("{ a: undefined }\nundefined\nPhoto { a: 1 }").node
    assert isinstance(node, Documents)
    assert len(node.items) == 3
