"""Python's literals and reprs, also those of numpy, enumerations, dataclasses and the Weaviate client."""

from __future__ import annotations

import ast
import collections
import datetime as dt
import enum
import pprint
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.compare import DATA, exact, typed, walk

from snipproof.compare.notation.actual import read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError, ShortenedError
from snipproof.compare.tree import Array, Documents, Elision, Notation, Object, String, TypedNode, TypedValue


def read(text: str) -> Any:
    """Return the one value that the text is, as Expectation and as output."""
    expected = parse_expected(text, required_notation=Notation.PYTHON)
    (value,) = read_actual(text, Notation.PYTHON).values
    assert str(typed(to_plain(expected.node))) == str(typed(value))  # NaN is not NaN
    return value


PYTHON_DATA = st.recursive(
    DATA, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.integers(), inner, max_size=3)
)


def _distinct(value: Any) -> bool:
    """Whether no dict has two keys with the same name in JSON."""
    if isinstance(value, dict):
        return len({str(key) for key in value}) == len(value) and all(map(_distinct, value.values()))
    return all(map(_distinct, value)) if isinstance(value, list | tuple) else True


@given(PYTHON_DATA.filter(_distinct), st.booleans())
def test_what_python_prints_is_read(data: Any, pretty: bool) -> None:
    """The repr of data is that data; pprint puts long strings in parts below each other."""
    text = pprint.pformat(data, width=30, sort_dicts=False) if pretty else repr(data)
    (value,) = read_actual(text, Notation.PYTHON).values
    assert typed(value) == typed(exact(data))
    node = parse_expected(text, required_notation=Notation.PYTHON).node
    assert typed(to_plain(node)) == typed(exact(data))
    for string in walk(node):
        if isinstance(string, String) and "\n" not in text[string.begin : string.end]:
            assert ast.literal_eval(text[string.begin : string.end]) == string.value


class Color(enum.Enum):
    RED = 1
    BLUE = "blue"


class Perm(enum.Flag):
    R = 1
    W = 2


@dataclass
class Photo:
    title: str
    distance: float | None = None
    tags: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (uuid.UUID(int=5), TypedValue("UUID", (str(uuid.UUID(int=5)),))),
        (
            dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
            TypedValue("datetime.datetime", (2024, 1, 2, 0, 0), (("tzinfo", TypedValue("datetime.timezone.utc")),)),
        ),
        (dt.timedelta(days=1), TypedValue("datetime.timedelta", (), (("days", 1),))),
        ({"a": Color.RED}, {"a": TypedValue("Color.RED", (1,))}),
        (Color.BLUE, TypedValue("Color.BLUE", ("blue",))),
        (Perm.R | Perm.W, TypedValue("Perm.R|W", (3,))),
        (
            [Photo("it's", 0.5, ("a",))],
            [TypedValue("Photo", (), (("title", "it's"), ("distance", Decimal("0.5")), ("tags", ["a"])))],
        ),
        (b"a\xff", TypedValue("bytes", ("a\xff",))),
        ({1}, TypedValue("set", ([1],))),
        (set(), TypedValue("set")),
        (frozenset({"a"}), TypedValue("frozenset", (TypedValue("set", (["a"],)),))),
        (collections.deque([1, 2]), TypedValue("deque", ([1, 2],))),
        (collections.OrderedDict(a=1), TypedValue("OrderedDict", ({"a": 1},))),
        (collections.Counter("a"), TypedValue("Counter", ({"a": 1},))),
        (collections.defaultdict(list, a=[1]), TypedValue("defaultdict", (TypedValue("class", ("list",)), {"a": [1]}))),
        (Decimal("0.10"), TypedValue("Decimal", (Decimal("0.10"),))),
        (np.array([[1.5, 2.5]]), TypedValue("array", ([[Decimal("1.5"), Decimal("2.5")]],))),
        (
            np.array([1], dtype=np.int8),
            TypedValue("array", ([1],), (("dtype", TypedValue("int8")),)),
        ),
        ([np.float32(0.1), np.int64(3), np.bool_(True), np.str_("x")], [Decimal("0.1"), 3, True, "x"]),
        ([float("nan"), float("inf"), -float("inf")], [Decimal("nan"), Decimal("inf"), Decimal("-inf")]),
        ({True: 1, None: 2, 3: 4, uuid.UUID(int=5): 6}, {"true": 1, "null": 2, "3": 4, str(uuid.UUID(int=5)): 6}),
        ((), []),
        ((1,), [1]),
        (10**50, 10**50),
        ("it's \"\\ \n\x00\u2028\U0001f600", "it's \"\\ \n\x00\u2028\U0001f600"),
    ],
)
def test_reprs(value: Any, wanted: Any) -> None:
    """Data with the name of a type is a TypedValue; numbers of numpy are numbers."""
    text = repr(value).replace(f"{__name__}.", "")
    assert str(typed(read(text))) == str(typed(wanted))


def test_escapes_that_repr_does_not_print() -> None:
    """Writers may use every escape of Python; an unknown one is kept."""
    assert read(r"'\101\x42\u0043\U00000044\N{LATIN CAPITAL LETTER E}\a\d'") == "ABCDE\a\\d"


def test_objects_of_the_client() -> None:
    """What ``print(response.objects[0])`` shows."""
    text = (
        "Object(uuid=_WeaviateUUIDInt('0de0c9ba-0000-0000-0000-000000000000'), metadata=MetadataReturn("
        "creation_time=None, distance=0.12, is_consistent=None), properties={'breed': 'Corgi'}, references=None, "
        "vector={}, collection='Dog')"
    )
    assert read(text) == TypedValue(
        "Object",
        (),
        (
            ("uuid", TypedValue("_WeaviateUUIDInt", ("0de0c9ba-0000-0000-0000-000000000000",))),
            (
                "metadata",
                TypedValue(
                    "MetadataReturn",
                    (),
                    (("creation_time", None), ("distance", Decimal("0.12")), ("is_consistent", None)),
                ),
            ),
            ("properties", {"breed": "Corgi"}),
            ("references", None),
            ("vector", {}),
            ("collection", "Dog"),
        ),
    )
    assert parse_expected(text).notation is Notation.PYTHON


def test_spans() -> None:
    """A TypedNode spans its name and its brackets; a number in it, its digits."""
    text = "Object(uuid=UUID('a'), d=np.float32(0.1), e=<Color.RED: 1>, s={2}, b=b'x', long=('a'\n  'b...'), ...)"
    node = parse_expected(text).node
    assert isinstance(node, TypedNode)
    shown = {member.name: text[member.value.begin : member.value.end] for member in node.members.members}
    assert shown == {
        "uuid": "UUID('a')",
        "d": "0.1",
        "e": "<Color.RED: 1>",
        "s": "{2}",
        "b": "b'x'",
        "long": "'a'\n  'b...'",
    }
    long = node.members.members[-1]
    assert text[long.begin : long.end] == "long='a'\n  'b...'".replace("=", "=(")
    assert isinstance(long.value, String)
    assert (long.value.value, long.value.open) == ("ab", True)
    assert [text[dots.begin : dots.end] for dots in node.members.elisions] == ["..."]
    assert text[node.begin : node.end] == text


@pytest.mark.parametrize(
    ("text", "positional", "members", "is_open"),
    [
        ("Object(...)", 1, 0, True),
        ("Object(a=1, ...)", 0, 1, True),
        ("Object(..., a=1)", 1, 1, True),
        ("datetime.date(2024, ...)", 2, 0, True),
        ("UUID('a')", 1, 0, False),
    ],
)
def test_elisions_in_constructors(text: str, positional: int, members: int, is_open: bool) -> None:
    """An elision in front of all names stands for positional arguments, too."""
    node = parse_expected(text).node
    assert isinstance(node, TypedNode)
    assert (len(node.positional), len(node.members.members), node.members.open) == (positional, members, is_open)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{'a': None, 'a': 1}", 1, "the member 'a' is repeated"),
        ("{'a': None,\n 'b'}", 2, "neither a dict nor a set"),
        ("[None, foo]", 1, "a value expected, found 'foo'"),
        ("{'a': None, 'b': example.com}", 1, "a value expected, found 'example.com'"),
        ("Object(a=1, 2)", 1, "an argument without a name"),
        ("[012]", 1, "is unexpected here"),
        ("[<__main__.Foo object at 0x7f> 1]", 1, "is unexpected here"),
        (r"['\x4']", 1, "is not an escape sequence"),
        (r"['\N{no such thing}']", 1, "is not an escape sequence"),
        ("[1, 2", 1, "',' or ']' expected, found the end of the text"),
    ],
)
def test_errors(text: str, line: int, message: str) -> None:
    """What is not Python, with its line."""
    with pytest.raises(ParseError, match=message) as caught:
        parse_expected(text, required_notation=Notation.PYTHON)
    assert caught.value.line == line


def test_notation_of_single_quotes() -> None:
    """A dict with single quotes is Python, even if JSON5 can read it; with double quotes it is JSON."""
    assert parse_expected("{'a': 1}").notation is Notation.PYTHON
    assert parse_expected('{"a": 1}').notation is Notation.JSON
    assert parse_expected("{\"a\": 'x'}").notation is Notation.PYTHON
    assert parse_expected('{"a": 1}', required_notation=Notation.JSON).notation is Notation.JSON


def test_several_lines() -> None:
    """One print a line is one document a line; a string below a string is another one."""
    text = "\n{'a': True}\n{'a': None}\n'x'\n'y'\n\n"
    assert read_actual(text, Notation.JSON).values == ({"a": True}, {"a": None}, "x", "y")
    node = parse_expected(text).node
    assert isinstance(node, Documents)
    assert to_plain(node) == [{"a": True}, {"a": None}, "x", "y"]


@pytest.mark.parametrize("text", ["[1, [...]]", "{'a': {...}}", "array([0.1, ..., 0.9])", "[0.1 0.2 ... 0.9]"])
def test_output_that_python_shortens_is_an_error(text: str) -> None:
    """Data that refers to itself and long arrays are not printed in full: they cannot be compared."""
    with pytest.raises(ShortenedError, match=r"the output itself is shortened .*: print JSON"):
        read_actual(text, Notation.PYTHON)


def test_elisions() -> None:
    """In dicts, sets, lists and tuples."""
    node = parse_expected("{'a': None, ...}").node
    assert isinstance(node, Object)
    assert node.open
    assert isinstance(parse_expected("{None, ...}").node, TypedNode)
    for text in ("(1, None, ...)", "(...)", "[None, ...]"):
        node = parse_expected(text, required_notation=Notation.PYTHON).node
        assert isinstance(node, Array)
        assert isinstance(node.items[-1], Elision)
