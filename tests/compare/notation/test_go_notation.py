"""What Go's fmt prints, where it is unambiguous."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.compare import typed

from snipproof.compare.notation.actual import read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import Array, Documents, Notation, Object, String, TextLines, TypedNode, TypedValue

CASES: list[tuple[str, Any]] = [
    ("map[a:1 b:[1 2 3]]", {"a": 1, "b": [1, 2, 3]}),
    ("map[]", {}),
    ("map[a: b:x]", {"a": "", "b": "x"}),
    ("map[a:<nil> b:true c:-0.5 d:1e+06 e:map[f:[x y]]]",
     {"a": None, "b": True, "c": Decimal("-0.5"), "d": Decimal("1e6"), "e": {"f": ["x", "y"]}}),
    ("{Name:foo Age:3}", {"Name": "foo", "Age": 3}),
    ("&{Name:foo Tags:[a b] Inner:{A:1}}", {"Name": "foo", "Tags": ["a", "b"], "Inner": {"A": 1}}),
    ("[map[a:x] map[a:y]]", [{"a": "x"}, {"a": "y"}]),
    ("[1 2 3]", [1, 2, 3]),
    ("[[0.1 0.2] [0.3]]", [[Decimal("0.1"), Decimal("0.2")], [Decimal("0.3")]]),
    ("map[id:73f2eb5f-5abf-447a-81ca-74b1dd168247]", {"id": "73f2eb5f-5abf-447a-81ca-74b1dd168247"}),
    ("map[1:a 2:b]", {"1": "a", "2": "b"}),
    ('map[string]interface {}{"a":1, "b":[]string{"x y", "z"}}', {"a": 1, "b": ["x y", "z"]}),
    ('main.Photo{Title:"The cat: sleeping", Distance:0.5, Tags:[]string(nil)}',
     TypedValue("main.Photo", (), (("Title", "The cat: sleeping"), ("Distance", Decimal("0.5")), ("Tags", None)))),
    ("&main.Photo{}", TypedValue("main.Photo")),
    ('map[string]int{"a":1}', {"a": 1}),
    ("[]interface {}{1, interface {}(nil), true}", [1, None, True]),
    ("[]uint8{0x61, 0x0}", [97, 0]),
    (r"map[int]string{1:`x\n`}", {"1": r"x\n"}),
]  # fmt: skip

PROGRAM = """package main
import "fmt"
type inner struct { A int }
type photo struct { Name string; Tags []string; Inner inner }
func main() {
	fmt.Println(map[string]any{"b": []int{1, 2, 3}, "a": 1, "n": nil, "t": true, "e": "",
		"m": map[string]any{"f": []string{"x", "y"}}})
	fmt.Printf("%+v\\n", photo{"foo", []string{"a", "b"}, inner{1}})
	fmt.Printf("%+v\\n", &photo{"foo", nil, inner{}})
	fmt.Printf("%v\\n", []map[string]any{{"a": "x"}, {"a": 0.05797421932220459, "b": 1e21}})
	fmt.Printf("%#v\\n", map[string]any{"a": 1, "b": []string{"x y", "it's \\"z\\"\\n"}, "c": nil})
	fmt.Printf("%#v\\n", &photo{"the cat: sleeping", nil, inner{1}})
}
"""


@pytest.mark.toolchain("go")
def test_the_real_go(tmp_path: Path) -> None:
    """What fmt prints is the data that it was given."""
    (tmp_path / "main.go").write_text(PROGRAM)
    result = subprocess.run(
        ["go", "run", "main.go"], cwd=tmp_path, capture_output=True, check=True, text=True, timeout=300
    )
    values = [value for line in result.stdout.splitlines() for value in read_actual(line, Notation.GO).values]
    assert values == [
        {"a": 1, "b": [1, 2, 3], "e": "", "m": {"f": ["x", "y"]}, "n": None, "t": True},
        {"Name": "foo", "Tags": ["a", "b"], "Inner": {"A": 1}},
        {"Name": "foo", "Tags": [], "Inner": {"A": 0}},
        [{"a": "x"}, {"a": Decimal("0.05797421932220459"), "b": Decimal("1e21")}],
        {"a": 1, "b": ["x y", 'it\'s "z"\n'], "c": None},
        TypedValue(
            "main.photo",
            (),
            (("Name", "the cat: sleeping"), ("Tags", None), ("Inner", TypedValue("main.inner", (), (("A", 1),)))),
        ),
    ]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_forms(text: str, wanted: Any) -> None:
    """Maps, structs and slices, as output and as Expectation."""
    for like in (Notation.GO, Notation.JSON):
        (value,) = read_actual(text, like).values
        assert typed(value) == typed(wanted)
    assert typed(to_plain(parse_expected(text, required_notation=Notation.GO).node)) == typed(wanted)
    assert parse_expected(text).notation in (Notation.GO, Notation.JSON)


def test_words_in_brackets() -> None:
    """A slice of strings is data in output, but prose in the docs."""
    assert read_actual("[a b]", Notation.JSON).values == (["a", "b"],)
    assert read_actual("[[Cat] [Dog]]", Notation.JSON).values == ([["Cat"], ["Dog"]],)
    assert read_actual("[[Cat]]", Notation.JSON).values == ([["Cat"]],)
    for text in ("[a b]", "[INFO]", "[[Cat] [Dog]]", "[see below]\n..."):
        assert isinstance(parse_expected(text).node, TextLines)


@pytest.mark.parametrize(
    "text",
    [
        "map[title:the cat b:1]",
        "map[url:http://x b:1]",
        "{Name:foo bar Age:3}",
        "{Age:3 Name:foo bar}",
        "&{At:2024-01-01 00:00:00 +0000 UTC}",
        "map[a:Hello, world]",
        "map[a:1 a:2]",
    ],
)
def test_ambiguous_text_is_refused(text: str) -> None:
    """A string with a space or a colon can only be compared as text."""
    with pytest.raises(ParseError):
        read_actual(text, Notation.GO)
    assert parse_expected(text).notation is Notation.TEXT
    with pytest.raises(ParseError):
        parse_expected(text, required_notation=Notation.GO)


@pytest.mark.parametrize(
    "text", ["{title: foo}", "{title: foo, b: 2}", "{title:foo, b:2}", "[a:1 b:2]x", "[a  b]", "[a \tb]", "{1 2}"]
)
def test_what_go_does_not_print(text: str) -> None:
    """JSON without its quotes is not Go."""
    with pytest.raises(ParseError):
        parse_expected(text, required_notation=Notation.GO)


@pytest.mark.parametrize(
    "text", ["main.T{A:1, nil}", "[]int{A:1}", 'map[string]int{"a":1, "a":2}', "[]int{x}", "T{{}}"]
)
def test_what_go_syntax_does_not_contain(text: str) -> None:
    """Values without names in a struct, names in a slice, words, brackets without a type."""
    with pytest.raises(ParseError):
        parse_expected(text, required_notation=Notation.GO)


def test_json_without_quotes_is_an_error() -> None:
    """A space behind the colon is typical of JSON: the text was not meant as plain text."""
    with pytest.raises(ParseError, match="a value expected, found 'foo'"):
        parse_expected("{title: foo, b: 2}")


def test_wildcards_and_spans() -> None:
    """``...`` is an item of its own, a value, or the rest of a word; ``<id>`` a capture."""
    text = "map[a:... b:[1 ...] c:pre... d:dots\\... e:<id> ...]"
    node = parse_expected(text, captures=("id",)).node
    assert isinstance(node, Object)
    assert node.open
    shown = {member.name: text[member.value.begin : member.value.end] for member in node.members}
    assert shown == {"a": "...", "b": "[1 ...]", "c": "pre...", "d": "dots\\...", "e": "<id>"}
    assert text[node.members[0].begin : node.members[0].end] == "a:..."
    kinds = [type(member.value).__name__ for member in node.members]
    assert kinds == ["Elision", "Array", "String", "String", "Capture"]
    strings = [member.value for member in node.members if isinstance(member.value, String)]
    assert [(string.value, string.open) for string in strings] == [("pre", True), ("dots...", False)]


def test_several_lines() -> None:
    """Each value has its own line; a writer may break lines."""
    node = parse_expected("map[a:x]\n...\nmap[\n  a:y\n  ...\n]\n").node
    assert isinstance(node, Documents)
    assert [type(item).__name__ for item in node.items] == ["Object", "Elision", "Object"]
    with pytest.raises(ParseError, match="behind the end of the data"):
        parse_expected("map[a:x] map[a:y]", required_notation=Notation.GO)
    slices = parse_expected("[map[a:x]\n...\nmap[a:y]]").node
    assert isinstance(slices, Array)
    assert len(slices.items) == 3


def test_output_is_taken_literally() -> None:
    """Dots at the end of a word are its own, and no program breaks the line."""
    assert read_actual("map[a:x... b:<id>]", Notation.GO).values == ({"a": "x...", "b": "<id>"},)
    with pytest.raises(ParseError):
        read_actual("map[\na:x\n]", Notation.GO)


def test_a_struct_has_its_name_with_full_syntax() -> None:
    """``%#v`` is the only form that prints it."""
    text = 'main.Photo{Title:"x...", ...}'
    node = parse_expected(text).node
    assert isinstance(node, TypedNode)
    assert node.members.open
    assert text[node.begin : node.end] == text
