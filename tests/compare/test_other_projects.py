"""What the docs of other projects show: output that is not data, quoted lists of Go, cycles, hints for writers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from snipproof.compare import compare_texts
from snipproof.compare.differences import Kind
from snipproof.compare.notation.actual import read_actual
from snipproof.compare.notation.expected import parse_expected
from snipproof.compare.notation.reader import ParseError
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Notation


def reasons(expected: str, actual: str, **options: Any) -> list[str]:
    """Return the messages of all differences."""
    return [each.message for each in compare_texts(expected, actual, ComparisonOptions(**options)).differences]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["a" "b c"]', ["a", "b c"]),
        ('[["food" "d"] ["fool" "l"]]', [["food", "d"], ["fool", "l"]]),
        (r'["" "see \"x\"" "a...\n"]', ["", 'see "x"', "a...\n"]),
    ],
)
def test_quoted_lists_of_go(text: str, value: Any) -> None:
    """``%q`` prints no commas; one string is not glued to the next."""
    assert read_actual(text, Notation.JSON).values == (value,)
    assert not reasons(text, text)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [('["a" "bc"]', '["ab" "c"]'), ('["a" "b"]', '["ab"]'), ('["ab"]', '["a" "b"]'), ('["man " "x"]', '["man" " x"]')],
)
def test_strings_on_one_line_are_not_joined(expected: str, actual: str) -> None:
    """Two strings are two."""
    assert reasons(expected, actual)


@pytest.mark.parametrize("text", ['["a" b]', '["a" 1]', '["a"  "b"]', '["a" tru]'])
def test_words_and_strings_do_not_mix(text: str) -> None:
    """They are not data in the docs, and never equal data."""
    assert reasons('["ab"]', text)
    assert reasons('["a", "b"]', text)
    with pytest.raises(ParseError):
        compare_texts(text, '["ab"]')


@pytest.mark.parametrize("text", ['[b "a"]', '["a" b]', '[1 "a"]', '["a" 1]'])
def test_all_strings_of_go_have_quotes_or_none(text: str) -> None:
    """Even if another notation can read the text."""
    with pytest.raises(ParseError):
        parse_expected(text, required_notation=Notation.GO)


def test_strings_of_pprint_are_joined() -> None:
    """Across a line break."""
    text = "['abc '\n 'def']"
    assert read_actual(text, Notation.PYTHON).values == (["abc def"],)
    assert not reasons(text, '["abc def"]')


def test_wildcards_in_quoted_lists() -> None:
    """Dots in and between the strings of Go."""
    assert not reasons('["a..." ... "z"]', '["abc" "d" "e" "z"]')
    assert reasons('["a..." ... "z"]', '["abc" "d" "e"]')
    assert reasons(r'["a\..." "z"]', '["abc" "z"]')


NOT_DATA = [
    "[(0:18.0), (1:14.0)]",
    "[Document {'id': 'a', 'payload': None}]",
    "{ip: 127.0.0.1}",
    "[] (nil = true)",
    "[16, 64] (order not guaranteed)",
]


@pytest.mark.parametrize("text", NOT_DATA)
def test_output_that_is_not_data_is_text(text: str) -> None:
    """It is compared line by line; every change is reported."""
    compared = compare_texts(text, text)
    assert not compared.differences
    assert compared.expected.notation is Notation.TEXT
    for other in (text.replace("1", "2").replace("nil", "nul").replace("None", "none"), f"{text}\n{text}"):
        assert compare_texts(text, other).differences
    assert not compare_texts(f"...\n{text}", f"x\ny\n{text}").differences


@pytest.mark.parametrize("text", ['{"a": 1j 2}', '{"a": 1,', "[1, 2", "{'a': 1", '[\n  {"a" 1}\n]'])
def test_text_that_begins_as_data_is_an_error_unless_it_was_printed(text: str) -> None:
    """The writer forgot something."""
    assert not reasons(text, text)
    for printed in ("hello", "", text[:-1], '{"a": 1}', "[1, 2]"):
        with pytest.raises(ParseError):
            compare_texts(text, printed)


@pytest.mark.parametrize("text", ["{ip: 127.0.0.1}", '{"a": x y}', '{"a": 1,'])
def test_it_stays_an_error_where_data_is_required(text: str) -> None:
    """By a Page, by an option that cannot be checked, or by data in the output."""
    with pytest.raises(ParseError):
        compare_texts(text, text, required_notation=Notation.JSON)
    if text.count("{") != text.count("}"):
        for option in ({"select": "$.a"}, {"approx": {"a": Decimal(1)}}, {"shape": True}):
            with pytest.raises(ParseError):
                compare_texts(text, text, ComparisonOptions(**option))
    for actual in ('{"a": 1}', "{'a': None}", "{ a: 1 }", "1", "[1 2]", "{'a': {...}}"):
        with pytest.raises(ParseError):
            compare_texts(text, actual)


def test_captures_in_output_that_is_not_data() -> None:
    """They stand for text in a line."""
    assert not reasons("{ip: <ip>.0.1}", "{ip: 127.0.0.1}", captures=("ip",))
    assert reasons("{ip: <ip>.0.2}", "{ip: 127.0.0.1}", captures=("ip",))


@pytest.mark.parametrize("text", ["{'a': {'b': {...}}}", "Area(children=[...])"])
def test_what_is_shown_and_printed_alike_matches(text: str) -> None:
    """A cycle cannot be compared as data, but equal texts match."""
    assert not reasons(text, f"\n{text}  \n\n")
    assert reasons(text, text.replace("a", "c"))
    assert compare_texts(text, text, ComparisonOptions(approx={"nowhere": Decimal(1)})).differences


def test_equal_shortened_texts_match() -> None:
    """Node.js shortened them; for any other output the error suggests dots."""
    text = "{ a: [Object] }"
    assert not reasons(text, text)
    with pytest.raises(ParseError, match=r"write '\.\.\.' for what may be left out"):
        compare_texts(text, "{ b: [Object] }")
    with pytest.raises(ParseError):
        compare_texts(text, text, required_notation=Notation.JSON)


def test_elision_without_a_comma() -> None:
    """On one line the comma may be missing; a number behind the dots may be how many elements are left out."""
    assert not reasons("{ rules: [], ... total: 0, ... }", "{ rules: [], b: 1, total: 0, c: 2 }")
    assert reasons("{ rules: [], ... total: 0, ... }", "{ rules: [], b: 1, total: 1, c: 2 }")
    for text in ("[1, ... 98]", "{ ...rest: 1 }"):
        with pytest.raises(ParseError):
            compare_texts(text, "[1]")


@pytest.mark.parametrize("text", ['{"a": 1,\n...', '{"a": 1 ...', '{"a": 1\n...\n', '{"a": [1, ...', "{'a': None, ..."])
def test_an_open_bracket_before_dots(text: str) -> None:
    """The error suggests to close it."""
    with pytest.raises(ParseError, match=r"close the bracket behind `\.\.\.`"):
        compare_texts(text, '{"a": 1}')


def test_numbers_with_dots() -> None:
    """The hint explains the precision of numbers."""
    hint = "a number stands for every number that rounds to it: write 3.09"
    assert hint in reasons("3.09...", "3.0901")[0]
    assert hint in reasons("Reg(slope=3.09...)", "Reg(slope=3.0901)")[0]
    assert hint not in reasons("v...", "3.0901")[0]
    for text in ("[3.09..., 1]", '{"a": 3.09...}'):
        with pytest.raises(ParseError, match=hint):
            compare_texts(text, "[3.0901, 1]")


def test_comments_are_not_wildcards() -> None:
    """The hint is given only if there is a comment."""
    hint = "a comment is not a wildcard: write `...`"
    assert hint in reasons('[\n {"a": 1}\n // shortened\n]', '[{"a": 1}, {"a": 2}]')[0]
    assert hint in reasons('{"a": 1\n# trimmed\n}', '{"a": 1, "b": 2}')[0]
    assert hint not in reasons('[{"a": 1 // one\n}]', '[{"a": 1}, {"a": 2}]')[0]
    assert hint not in reasons("[\"http://x\", '#']", '["http://x", "#", 1]')[0]


def test_captures_that_are_not_declared() -> None:
    """The hint is given only if declaring the capture would help."""
    hint = "(declare it: `{capture: id}`)"
    assert hint in reasons('{"id": "<id>"}', '{"id": "36dd"}')[0]
    assert hint in reasons("id: <id>!", "id: 36dd!")[0]
    assert hint not in reasons('{"id": "<id>"}', '{"id": ""}')[0]
    assert hint not in reasons("id: <id>!", "name: 36dd!")[0]
    assert "{capture: [a, b]}" in reasons("<a> and <b>", "x and y")[0]


def test_quotes_that_were_not_printed() -> None:
    """The message suggests to remove the quotes."""
    assert "printed without quotes" in reasons("'Jeopardy!'", "Jeopardy!")[0]
    assert "printed without quotes" not in reasons("'Jeopardy!'", "Wheel!")[0]


def test_names_to_ignore_that_are_misspelt() -> None:
    """An error only if a close name is present: what is ignored may be missing."""
    data = '{"version": "1", "ids": 2}'
    (difference,) = compare_texts(data, data, ComparisonOptions(ignore=("verson",))).differences
    assert difference.kind is Kind.OPTION
    assert "did you mean `version`?" in difference.message
    assert reasons('{"a": 1}', '{"a": 1, "version": 2}', ignore=("verson",))[0].endswith("did you mean `version`?")
    for name in ("version", "took", "id", "$.verson"):
        assert not reasons(data, data, ignore=(name,))
    assert not reasons(data, data, ignore=("version", "verson"))
