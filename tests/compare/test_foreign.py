"""What docs of other projects show: output that is no data, quoted lists of Go, cycles, and what writers mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from snipproof.compare import compare_texts
from snipproof.compare.differences import Kind
from snipproof.compare.notation import ParseError, parse_expected, read_actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Notation


def reasons(expected: str, actual: str, **laws: Any) -> list[str]:
    """Return the messages of all differences."""
    return [each.message for each in compare_texts(expected, actual, ComparisonOptions(**laws)).differences]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["a" "b c"]', ["a", "b c"]),
        ('[["food" "d"] ["fool" "l"]]', [["food", "d"], ["fool", "l"]]),
        (r'["" "say \"x\"" "a...\n"]', ["", 'say "x"', "a...\n"]),
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


@pytest.mark.parametrize("text", ["['a' 'b']", '["a" b]', '["a" 1]', '["a"  "b"]', '["a" tru]'])
def test_words_and_strings_do_not_mix(text: str) -> None:
    """It is no data in the docs, and never the same as data."""
    assert reasons('["ab"]', text)
    assert reasons('["a", "b"]', text)
    with pytest.raises(ParseError):
        compare_texts(text, '["ab"]')


@pytest.mark.parametrize("text", ['[b "a"]', '["a" b]', '[1 "a"]', '["a" 1]'])
def test_all_strings_of_go_have_quotes_or_none(text: str) -> None:
    """Whatever another notation may take it for."""
    with pytest.raises(ParseError):
        parse_expected(text, claims=Notation.GO)


def test_strings_of_pprint_are_joined() -> None:
    """Over a line break, as before."""
    text = "['abc '\n 'def']"
    assert read_actual(text, Notation.PYTHON).values == (["abc def"],)
    assert not reasons(text, '["abc def"]')


def test_wildcards_in_quoted_lists() -> None:
    """Dots in and between the strings of Go."""
    assert not reasons('["a..." ... "z"]', '["abc" "d" "e" "z"]')
    assert reasons('["a..." ... "z"]', '["abc" "d" "e"]')
    assert reasons(r'["a\..." "z"]', '["abc" "z"]')


NO_DATA = [
    "[(0:18.0), (1:14.0)]",
    "[Document {'id': 'a', 'payload': None}]",
    "{ip: 127.0.0.1}",
    "[] (nil = true)",
    "[16, 64] (order not guaranteed)",
]


@pytest.mark.parametrize("text", NO_DATA)
def test_output_that_is_no_data_is_text(text: str) -> None:
    """Line by line; every change is told."""
    compared = compare_texts(text, text)
    assert not compared.differences
    assert compared.expected.notation is Notation.TEXT
    for other in (text.replace("1", "2").replace("nil", "nul").replace("None", "none"), f"{text}\n{text}"):
        assert compare_texts(text, other).differences
    assert not compare_texts(f"...\n{text}", f"x\ny\n{text}").differences


@pytest.mark.parametrize("text", ['{"a": (1+1j)}', '{"a": 1,', "[1, 2", "{'a': 1", '[\n  {"a" 1}\n]'])
def test_what_begins_as_data_is_an_error_whatever_was_printed(text: str) -> None:
    """A writer forgot something there."""
    for printed in (text, "hello", ""):
        with pytest.raises(ParseError):
            compare_texts(text, printed)


@pytest.mark.parametrize("text", ["{ip: 127.0.0.1}", '{"a": (1+1j)}', '{"a": 1,'])
def test_it_stays_an_error_where_something_claims_data(text: str) -> None:
    """A Page, a law, or data in the output."""
    with pytest.raises(ParseError):
        compare_texts(text, text, claims=Notation.JSON)
    for law in ({"select": "$.a"}, {"approx": {"a": Decimal(1)}}, {"ignore": ("a",)}, {"shape": True}):
        with pytest.raises(ParseError):
            compare_texts(text, text, ComparisonOptions(**law))
    for actual in ('{"a": 1}', "{'a': None}", "{ a: 1 }", "1", "[1 2]", "{'a': {...}}"):
        with pytest.raises(ParseError):
            compare_texts(text, actual)


def test_captures_in_output_that_is_no_data() -> None:
    """They stand for text in a line."""
    assert not reasons("{ip: <ip>.0.1}", "{ip: 127.0.0.1}", captures=("ip",))
    assert reasons("{ip: <ip>.0.2}", "{ip: 127.0.0.1}", captures=("ip",))


@pytest.mark.parametrize("text", ["{'a': {'b': {...}}}", "Area(children=[...])"])
def test_what_is_shown_and_printed_alike_matches(text: str) -> None:
    """A cycle is no data that can be compared, but the same text is the same."""
    assert not reasons(text, f"\n{text}  \n\n")
    assert reasons(text, text.replace("a", "c"))
    assert compare_texts(text, text, ComparisonOptions(approx={"nowhere": Decimal(1)})).differences


def test_what_is_left_out_alike_matches() -> None:
    """Node.js left it out; beside anything else the writer is told to write dots."""
    text = "{ a: [Object] }"
    assert not reasons(text, text)
    with pytest.raises(ParseError, match=r"write '\.\.\.' for what may be left out"):
        compare_texts(text, "{ b: [Object] }")
    with pytest.raises(ParseError):
        compare_texts(text, text, claims=Notation.JSON)


def test_elision_without_a_comma() -> None:
    """On one line, as if it was there; a number behind it may be how many are left out."""
    assert not reasons("{ rules: [], ... total: 0, ... }", "{ rules: [], b: 1, total: 0, c: 2 }")
    assert reasons("{ rules: [], ... total: 0, ... }", "{ rules: [], b: 1, total: 1, c: 2 }")
    for text in ("[1, ... 98]", "{ ...rest: 1 }"):
        with pytest.raises(ParseError):
            compare_texts(text, "[1]")


@pytest.mark.parametrize("text", ['{"a": 1,\n...', '{"a": 1 ...', '{"a": 1\n...\n', '{"a": [1, ...', "{'a': None, ..."])
def test_open_bracket_before_dots(text: str) -> None:
    """The writer is told to close it."""
    with pytest.raises(ParseError, match=r"close the bracket: `\.\.\.` stands inside it"):
        compare_texts(text, '{"a": 1}')


def test_numbers_with_dots() -> None:
    """They are told what a number stands for."""
    hint = "a number stands for all that is rounded to it: write 3.09"
    assert hint in reasons("3.09...", "3.0901")[0]
    assert hint in reasons("Reg(slope=3.09...)", "Reg(slope=3.0901)")[0]
    assert hint not in reasons("v...", "3.0901")[0]
    for text in ("[3.09..., 1]", '{"a": 3.09...}'):
        with pytest.raises(ParseError, match=hint):
            compare_texts(text, "[3.0901, 1]")


def test_comments_leave_nothing_out() -> None:
    """The hint stands where the comment does, and nowhere else."""
    hint = "a comment leaves nothing out: write `...`"
    assert hint in reasons('[\n {"a": 1}\n // shortened\n]', '[{"a": 1}, {"a": 2}]')[0]
    assert hint in reasons('{"a": 1\n# trimmed\n}', '{"a": 1, "b": 2}')[0]
    assert hint not in reasons('[{"a": 1 // one\n}]', '[{"a": 1}, {"a": 2}]')[0]
    assert hint not in reasons("[\"http://x\", '#']", '["http://x", "#", 1]')[0]


def test_captures_that_are_not_declared() -> None:
    """The hint stands where declaring it would help."""
    hint = "(declare it: `{capture: id}`)"
    assert hint in reasons('{"id": "<id>"}', '{"id": "36dd"}')[0]
    assert hint in reasons("id: <id>!", "id: 36dd!")[0]
    assert hint not in reasons('{"id": "<id>"}', '{"id": ""}')[0]
    assert hint not in reasons("id: <id>!", "name: 36dd!")[0]
    assert "{capture: [a, b]}" in reasons("<a> and <b>", "x and y")[0]


def test_quotes_that_were_not_printed() -> None:
    """It is said in words."""
    assert "printed without quotes" in reasons("'Jeopardy!'", "Jeopardy!")[0]
    assert "printed without quotes" not in reasons("'Jeopardy!'", "Wheel!")[0]


def test_names_to_ignore_that_are_misspelt() -> None:
    """An error if a close name is there, nothing otherwise: what is ignored may be missing."""
    data = '{"version": "1", "ids": 2}'
    (told,) = compare_texts(data, data, ComparisonOptions(ignore=("verson",))).differences
    assert told.kind is Kind.LAW
    assert "did you mean `version`?" in told.message
    assert reasons('{"a": 1}', '{"a": 1, "version": 2}', ignore=("verson",))[0].endswith("did you mean `version`?")
    for name in ("version", "took", "id", "$.verson"):
        assert not reasons(data, data, ignore=(name,))
    assert not reasons(data, data, ignore=("version", "verson"))
