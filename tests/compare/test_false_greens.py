"""The ways in which other comparisons of shown output are known to be green where they should be red: here they are."""

from __future__ import annotations

import pytest

from snipproof.compare import ComparisonOptions, ParseError, compare_texts, parse_expected
from snipproof.compare.tree import Notation


def matches(expected: str, actual: str, laws: ComparisonOptions | None = None) -> bool:
    return not compare_texts(expected, actual, laws or ComparisonOptions()).differences


def test_a_line_of_dots_does_not_open_every_document() -> None:
    """It stands for documents, or for members of the object that it is in: not for members everywhere."""
    assert matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"b": 2}')
    assert matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"x": 1}\n{"b": 2}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1, "more": 1}\n{"b": 2}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"b": 2, "more": 1}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"x": 1}')


@pytest.mark.parametrize("actual", ["{}", '{"subtitle": "X"}', '{"title": "Y"}', '{"title": "X", "inner": {}}'])
def test_an_elision_of_members_does_not_excuse_those_that_are_shown(actual: str) -> None:
    """Not in its own object, nor in those inside."""
    expected = '{"title": "X", "inner": {"a": 1}, ...}'
    assert matches(expected, '{"title": "X", "inner": {"a": 1}, "z": 0}')
    assert not matches(expected, actual)
    assert not matches(expected, '{"title": "X", "inner": {"a": 1, "more": 2}}')


def test_a_value_wildcard_wants_its_member() -> None:
    """An absent member is no value."""
    assert matches('{"id": ...}', '{"id": null}')
    assert not matches('{"id": ...}', "{}")


def test_an_ignored_member_that_is_shown_must_be_there() -> None:
    """Its value is not compared; that it is there is."""
    laws = ComparisonOptions(ignore=("id",))
    assert matches('{"id": 1, "a": 2}', '{"id": 7, "a": 2}', laws)
    assert matches('{"a": 2}', '{"id": 7, "a": 2}', laws)
    assert not matches('{"id": 1, "a": 2}', '{"a": 2}', laws)
    assert not matches('{"id": 1, "a": 2}', '{"id": 1, "a": 3}', laws)


def test_an_elision_in_a_list_keeps_the_order() -> None:
    """It stands for a run of elements: those that are shown stand in the order they are shown in."""
    assert matches("[..., 1, ..., 2, ...]", "[0, 1, 0, 2, 0]")
    assert not matches("[..., 1, ..., 2, ...]", "[0, 2, 0, 1, 0]")
    assert not matches("[1, ...]", "[0, 1]")
    assert not matches("[..., 1]", "[1, 0]")
    assert not matches("[1, ..., 1]", "[1]")


def test_an_assignment_that_exists_is_found() -> None:
    """The first element that fits is not the one to take, if another one needs it."""
    assert matches('[{"a": 1, ...}, {"a": 1}]', '[{"a": 1}, {"a": 1, "b": 2}]', ComparisonOptions(all_unordered=True))
    assert matches("[0.1, 0.10]", "[0.101, 0.12]", ComparisonOptions(all_unordered=True))
    assert matches("[0.1, 0.10]", "[0.12, 0.101]", ComparisonOptions(all_unordered=True))
    assert matches("[..., 0.1, 0.10, ...]", "[0.101, 0.12, 0.101]")
    assert not matches("[0.10, 0.10]", "[0.12, 0.101]", ComparisonOptions(all_unordered=True))


def test_lists_are_ordered_unless_told_otherwise() -> None:
    """The order is what a ranking is about."""
    assert not matches("[1, 2]", "[2, 1]")
    assert matches("[1, 2]", "[2, 1]", ComparisonOptions(all_unordered=True))


def test_a_string_that_ends_in_dots_can_be_literal() -> None:
    """With the first dot escaped."""
    assert matches('["Loading..."]', '["Loading the model"]')
    assert matches('["Loading\\..."]', '["Loading..."]')
    assert not matches('["Loading\\..."]', '["Loading the model"]')
    assert not matches("Loading...", "Loading the model")


def test_numbers_are_compared_as_exactly_as_they_are_written() -> None:
    """Neither to the last digit, nor to none."""
    assert matches("[0.058]", "[0.05797]")
    assert not matches("[0.0580]", "[0.0576]")
    assert not matches("[1]", "[1.1]")


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": 1,, "b": 2}', '{"a" 1}', "[1, 2", '{"a": 1}}', '{"a": 1, "a": 2}'])
def test_what_looks_like_data_and_is_not_is_no_text(text: str) -> None:
    """It is an error at its line, even if the very same text was printed."""
    with pytest.raises(ParseError):
        compare_texts(text, text)
    with pytest.raises(ParseError):
        parse_expected("plain text", claims=Notation.JSON)
