"""Any text, however odd, gives a tree, data or a ParseError, in linear time."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.compare.notation.actual import read_actual, to_plain
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.tree import Notation

VALID = [
    '{"data": {"Get": {"Dog": [{"breed": "Corgi", "_additional": {"distance": 0.058}}, ...]}}, "x": "pre..."}',
    "{a: 'x', // c\n  b: [0x1F, .5, +1,], /* ... */ c: <id>}",
    "Object(uuid=UUID('a'), d=datetime.datetime(2024, 1, 1, tzinfo=dt.utc), s={1}, e=<A.B: 1>, ...)",
    "[OrderedDict([('a', 1)]), b'x\\xff', np.float32(0.1), Decimal('0.10'), (1,), <class 'list'>, -inf]",
    "{ a: Photo { t: 'x' }, m: Map(1) { 'a' => 1 }, d: 2024-01-01T00:00:00.000Z, f: [Function: f], n: 1n, r: /a/ }",
    "<ref *1> { [Symbol(a)]: [Circular *1], e: [Error: x], b: <Buffer 61>, s: 'a\\n' +\n 'b', l: [ <1 empty item> ] }",
    "{\n  e: Error: boom\n      at f (a:1:2) {\n    code: 'X'\n  }\n}",
    "map[a:1 b:[1 2 3] c:map[d:<nil>] ...]",
    "&{Name:foo Tags:[a b]}\n...\n{Name:bar Tags:[]}",
    'main.Photo{T:"x", M:map[string]interface {}{"a":[]string(nil)}}',
    "{a=1, b=[x, y], p=Photo[t=Cat], o=Optional[x], q=Q(a=b), r=R{s='t'}, ...}",
    "Found 2:\n...\n[INFO] done\\...",
]  # fmt: skip
NOTATIONS = [None, *Notation]


def read(text: str) -> None:
    """Read ``text`` in all ways; only a ParseError may be raised, with an offset inside the text."""
    errors: list[ParseError] = []
    for required_notation in NOTATIONS:
        try:
            expected = parse_expected(text, captures=("id",), required_notation=required_notation)
        except ParseError as error:
            errors.append(error)
        else:
            assert 0 <= expected.node.begin <= expected.node.end <= len(text)
    for like in Notation:
        try:
            read_actual(text, like)
        except ParseError as error:
            errors.append(error)
    for found in errors:
        assert 1 <= found.line <= text.count("\n") + 1
        assert 0 <= found.offset <= len(text)
        assert found.message


@given(st.text())
def test_any_text(text: str) -> None:
    """Text from all of Unicode."""
    read(text)


@given(
    st.text(alphabet=st.sampled_from("[]{}()<>,:=\"'`\\/.#*+- \n\r\t01eEnNaAtTmMxu&|ßé\x00\u2028\ud800"), max_size=40)
)
def test_text_of_marks(text: str) -> None:
    """Text of characters that have a meaning in a notation, with lone surrogates and NUL."""
    read(text)


@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.integers(1, 4))
def test_changed_data(text: str, rng: random.Random, changes: int) -> None:
    """Data in which a few places are changed, doubled, or cut out."""
    for _ in range(changes):
        begin = rng.randrange(len(text) + 1)
        end = min(len(text), begin + rng.randrange(6))
        other = rng.choice(VALID)
        middle = rng.choice(
            ["", text[begin:end] * 2, other[rng.randrange(len(other)) :][: rng.randrange(8)], "\r\n", "..."]
        )
        text = text[:begin] + middle + text[end:]
    read(text)


@pytest.mark.parametrize(
    "text", ["[a \r\n b]", "[a \r\n...\n b]", "[a \n\tb]", "[a, \n\n , b]", "map[a:[b \r\n...\n{x]]"]
)
def test_bare_words_and_line_ends(text: str) -> None:
    """The reader does not loop where there is nothing between two spaces."""
    read(text)


@pytest.mark.parametrize("text", VALID)
def test_the_seeds_are_valid(text: str) -> None:
    """The other tests break them; each one can be cut anywhere."""
    assert parse_expected(text, captures=("id",)).text == text
    for end in range(len(text)):
        read(text[:end])


@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ("[", "1", "]"),
        ('{"a": ', "1", "}"),
        ("{'a': ", "None", "}"),
        ("(", "1", ",)"),
        ("A(a=", "1", ")"),
        ("<A.B: ", "1", ">"),
        ("A { a: ", "undefined", " }"),
        ("[Number: ", "undefined", "]"),
        ("<ref *1> ", "undefined", ""),
        ("[ ", "undefined", " ]"),
        ("map[a:", "1", "]"),
        ("{a=", "1", "}"),
        ("Optional[", "1", "]"),
        ("a.B{A:", "1", "}"),
    ],
)
def test_deep_nesting(opening: str, inner: str, closing: str) -> None:
    """A hundred levels are read; ten thousand are refused, not with a RecursionError."""
    shallow = opening * 90 + inner + closing * 90
    expected = parse_expected(shallow)
    assert expected.notation is not Notation.TEXT
    to_plain(expected.node)
    assert len(read_actual(shallow, expected.notation).values) == 1
    for text in (opening * 10_000 + inner + closing * 10_000, opening * 10_000):
        with pytest.raises(ParseError):
            read_actual(text, expected.notation)
        with pytest.raises(ParseError, match=r"nested deeper than 100 levels|expected, found"):
            parse_expected(text, required_notation=expected.notation)
        read(text)


@pytest.mark.parametrize("like", list(Notation))
def test_output_of_many_levels(like: Notation) -> None:
    """What the standard library can still read may be too deep to be compared."""
    assert read_actual("[" * 100 + "]" * 100, like).values
    for text in ("[" * 150 + "]" * 150, '{"a": [' * 75 + "]}" * 75):
        with pytest.raises(ParseError, match="nested deeper than 100 levels"):
            read_actual(text, like)


def _elapsed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


LONG: list[str] = [
    '"a", ', "'a': None, ",
    "{a: 1}\n", "[", "{", "(", "<", '"', "'", "`", "\\", "/*", "//", "/", "#", "...", "... ",
    "[Error: x, ",
    "[a, ", "[a[", "[a(", "a [b", "Symbol(", "Error: x\n", "Error\n    at x", "a.", "<a", "<A.B|", "map[",
    "a:1 ", "a=1, ", "A[a=",
    "Optional[", " ",
    "\n", "\r\n", "\\x", "1", "1.", "1e", "-", "a", "é", "\x00", "a: ", "1,", "1 ", "{a:1 b ", "[]", "[] ",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", LONG)
@pytest.mark.parametrize("prefix", ["", "[", "{"])
def test_long_text_takes_linear_time(piece: str, prefix: str) -> None:
    """Eight times the text takes about eight times the CPU time, not sixty-four times.

    Counting steps would miss regular expressions that backtrack. A busy machine gets three tries.
    """

    def measure(size: int) -> float:
        text = prefix + piece * (size // len(piece))
        return min(_elapsed(lambda: _quietly(text)) for _ in range(2))

    assert any(measure(48_000) < max(0.02, 30 * measure(6_000)) for _ in range(3))


def _quietly(text: str) -> None:
    with contextlib.suppress(ParseError):
        parse_expected(text, captures=("id",))
    with contextlib.suppress(ParseError):
        read_actual(text, Notation.NODE)
