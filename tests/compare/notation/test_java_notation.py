"""What Java's toString prints, where it is unambiguous."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.compare import typed

from snipproof.compare.notation.actual import read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.tree import Documents, Notation, Object, String, TextLines, TypedNode, TypedValue

CASES: list[tuple[str, Any]] = [
    ("{a=1, b=[x, y]}", {"a": 1, "b": ["x", "y"]}),
    ("{a=, b=null, c=true, d=-1.5E-4}", {"a": "", "b": None, "c": True, "d": Decimal("-1.5E-4")}),
    ("{title=A cat (small): it sleeps, my key=1,5}", {"title": "A cat (small): it sleeps", "my key": "1,5"}),
    ("{data={Get={Dog=[{breed=Corgi}]}}}", {"data": {"Get": {"Dog": [{"breed": "Corgi"}]}}}),
    ("Photo[title=Cat, distance=0.1]", TypedValue("Photo", (), (("title", "Cat"), ("distance", Decimal("0.1"))))),
    ("[Photo[t=x], Photo[t=null]]", [TypedValue("Photo", (), (("t", "x"),)), TypedValue("Photo", (), (("t", None),))]),
    ("Photo(title=Cat, tags=[a (b)], n=2)",
     TypedValue("Photo", (), (("title", "Cat"), ("tags", ["a (b)"]), ("n", 2)))),
    ("Photo{title='A cat, asleep', n=2}", TypedValue("Photo", (), (("title", "A cat, asleep"), ("n", 2)))),
    ("{a=Optional[x], b=Optional.empty, c=OptionalInt[5]}",
     {"a": TypedValue("Optional", ("x",)), "b": TypedValue("Optional.empty"), "c": TypedValue("OptionalInt", (5,))}),
    ("{a=Empty[], b=[]}", {"a": TypedValue("Empty"), "b": []}),
    ("{id=73f2eb5f-5abf-447a-81ca-74b1dd168247, at=2024-01-01T10:00:00Z}",
     {"id": "73f2eb5f-5abf-447a-81ca-74b1dd168247", "at": "2024-01-01T10:00:00Z"}),
    ("{q='single'}", {"q": "'single'"}),
]  # fmt: skip

PROGRAM = """import java.util.*;
public class Main {
  record Photo(String title, double distance, List<String> tags) {}
  record Empty() {}
  public static void main(String[] args) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", 1); map.put("b", List.of("x", "y")); map.put("n", null); map.put("t", true); map.put("e", "");
    map.put("m", Map.of("k", 1.0E-5)); map.put("o", Optional.of("x")); map.put("z", Optional.empty());
    System.out.println(map);
    System.out.println(new Photo("A cat", 0.5, List.of("p")));
    System.out.println(List.of(new Photo("A", 1, List.of()), new Empty()));
    System.out.println(List.of(1, 2));
  }
}
"""


@pytest.mark.toolchain("java", "javac")
def test_the_real_java(tmp_path: Path) -> None:
    """What toString prints is the data of the objects."""
    (tmp_path / "Main.java").write_text(PROGRAM)
    result = subprocess.run(
        ["java", "Main.java"], cwd=tmp_path, capture_output=True, check=True, text=True, timeout=300
    )
    values = [value for line in result.stdout.splitlines() for value in read_actual(line, Notation.JAVA).values]
    assert values == [
        {
            "a": 1,
            "b": ["x", "y"],
            "n": None,
            "t": True,
            "e": "",
            "m": {"k": Decimal("0.00001")},
            "o": TypedValue("Optional", ("x",)),
            "z": TypedValue("Optional.empty"),
        },
        TypedValue("Photo", (), (("title", "A cat"), ("distance", Decimal("0.5")), ("tags", ["p"]))),
        [TypedValue("Photo", (), (("title", "A"), ("distance", Decimal(1)), ("tags", []))), TypedValue("Empty")],
        [1, 2],
    ]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_forms(text: str, wanted: Any) -> None:
    """Maps, lists, records and classes with the usual toString, as output and as Expectation."""
    for like in (Notation.JAVA, Notation.JSON):
        (value,) = read_actual(text, like).values
        assert typed(value) == typed(wanted)
    expected = parse_expected(text)
    assert typed(to_plain(expected.node)) == typed(wanted)
    assert expected.notation is Notation.JAVA


@pytest.mark.parametrize(
    "text",
    [
        "{a=the cat, asleep, b=1}",
        "{a=1, b=x=y}",
        "{a=x {y}, b=1}",
        "{a=[x, b=1}",
        "Photo[title=a, b, n=1]",
        "{a=1, a=2}",
        "{a=x\n y}",
        "[F@1b2c3d",
        "[, a]",
    ],
)
def test_ambiguous_text_is_refused(text: str) -> None:
    """A value that contains a separator: it can only be compared as text."""
    with pytest.raises(ParseError):
        read_actual(text, Notation.JAVA)
    with pytest.raises(ParseError):
        parse_expected(text, required_notation=Notation.JAVA)
    assert isinstance(parse_expected(text).node, TextLines)


def test_lists_of_words() -> None:
    """With commas it is a list; one word in brackets is prose."""
    assert read_actual("[x]", Notation.JSON).values == (["x"],)
    assert to_plain(parse_expected("[x, y z]").node) == ["x", "y z"]
    assert isinstance(parse_expected("[x]").node, TextLines)


def test_wildcards_and_spans() -> None:
    """``...`` is an item of its own, a value, or the rest of a word; ``<id>`` a capture."""
    text = "{a=..., b=[x, ...], c=pre..., d=dots\\..., e=<id>, p=Photo[t=x, ...], ...}"
    node = parse_expected(text, captures=("id",)).node
    assert isinstance(node, Object)
    assert node.open
    shown = {member.name: text[member.value.begin : member.value.end] for member in node.members}
    assert shown == {
        "a": "...", "b": "[x, ...]", "c": "pre...", "d": "dots\\...", "e": "<id>", "p": "Photo[t=x, ...]"
    }  # fmt: skip
    kinds = [type(member.value).__name__ for member in node.members]
    assert kinds == ["Elision", "Array", "String", "String", "Capture", "TypedNode"]
    strings = [member.value for member in node.members if isinstance(member.value, String)]
    assert [(string.value, string.open) for string in strings] == [("pre", True), ("dots...", False)]
    photo = node.members[-1].value
    assert isinstance(photo, TypedNode)
    assert photo.members.open


def test_several_lines() -> None:
    """Each value has its own line; a writer may break lines, and leave out a comma around a line of dots."""
    node = parse_expected("{a=x}\n...\n{\n  a=y,\n  b=z\n  ...\n  c=1\n}\n").node
    assert isinstance(node, Documents)
    assert [type(item).__name__ for item in node.items] == ["Object", "Elision", "Object"]
    with pytest.raises(ParseError, match="', ' or '}' expected"):
        parse_expected("{a=x\nb=y}", required_notation=Notation.JAVA)


def test_output_that_java_shortens_is_an_error() -> None:
    """Dots that a program printed as an item of their own are not data."""
    with pytest.raises(ShortenedError, match="print JSON"):
        read_actual("{a=x, ...}", Notation.JAVA)
