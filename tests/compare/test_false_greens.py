"""Comparisons that other tools are known to pass by mistake must fail here."""

from __future__ import annotations

import pytest

from snipproof.compare import ComparisonOptions, ParseError, compare_texts, parse_expected
from snipproof.compare.tree import Notation


def matches(expected: str, actual: str, options: ComparisonOptions | None = None) -> bool:
    return not compare_texts(expected, actual, options or ComparisonOptions()).differences


def test_a_line_of_dots_does_not_open_every_document() -> None:
    """It stands for documents, or for members of its own object, but not for members everywhere."""
    assert matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"b": 2}')
    assert matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"x": 1}\n{"b": 2}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1, "more": 1}\n{"b": 2}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"b": 2, "more": 1}')
    assert not matches('{"a": 1}\n...\n{"b": 2}', '{"a": 1}\n{"x": 1}')


@pytest.mark.parametrize("actual", ["{}", '{"subtitle": "X"}', '{"title": "Y"}', '{"title": "X", "inner": {}}'])
def test_an_elision_of_members_does_not_excuse_those_that_are_shown(actual: str) -> None:
    """Neither in its own object, nor in objects inside."""
    expected = '{"title": "X", "inner": {"a": 1}, ...}'
    assert matches(expected, '{"title": "X", "inner": {"a": 1}, "z": 0}')
    assert not matches(expected, actual)
    assert not matches(expected, '{"title": "X", "inner": {"a": 1, "more": 2}}')


def test_a_value_wildcard_requires_its_member() -> None:
    """A missing member has no value."""
    assert matches('{"id": ...}', '{"id": null}')
    assert not matches('{"id": ...}', "{}")


def test_an_ignored_member_that_is_shown_must_be_there() -> None:
    """Its value is not compared, but its presence is required."""
    options = ComparisonOptions(ignore=("id",))
    assert matches('{"id": 1, "a": 2}', '{"id": 7, "a": 2}', options)
    assert matches('{"a": 2}', '{"id": 7, "a": 2}', options)
    assert not matches('{"id": 1, "a": 2}', '{"a": 2}', options)
    assert not matches('{"id": 1, "a": 2}', '{"id": 1, "a": 3}', options)


def test_an_elision_in_a_list_keeps_the_order() -> None:
    """It stands for a run of elements: the others must be in the order in which they are shown."""
    assert matches("[..., 1, ..., 2, ...]", "[0, 1, 0, 2, 0]")
    assert not matches("[..., 1, ..., 2, ...]", "[0, 2, 0, 1, 0]")
    assert not matches("[1, ...]", "[0, 1]")
    assert not matches("[..., 1]", "[1, 0]")
    assert not matches("[1, ..., 1]", "[1]")


def test_an_assignment_that_exists_is_found() -> None:
    """An element is not used for the first node that it matches, if another node needs it."""
    assert matches('[{"a": 1, ...}, {"a": 1}]', '[{"a": 1}, {"a": 1, "b": 2}]', ComparisonOptions(all_unordered=True))
    assert matches("[0.1, 0.10]", "[0.101, 0.12]", ComparisonOptions(all_unordered=True))
    assert matches("[0.1, 0.10]", "[0.12, 0.101]", ComparisonOptions(all_unordered=True))
    assert matches("[..., 0.1, 0.10, ...]", "[0.101, 0.12, 0.101]")
    assert not matches("[0.10, 0.10]", "[0.12, 0.101]", ComparisonOptions(all_unordered=True))


def test_lists_are_ordered_by_default() -> None:
    """In a ranking, the order is what matters."""
    assert not matches("[1, 2]", "[2, 1]")
    assert matches("[1, 2]", "[2, 1]", ComparisonOptions(all_unordered=True))


def test_a_string_that_ends_in_dots_can_be_literal() -> None:
    """If the first dot is escaped."""
    assert matches('["Loading..."]', '["Loading the model"]')
    assert matches('["Loading\\..."]', '["Loading..."]')
    assert not matches('["Loading\\..."]', '["Loading the model"]')
    assert not matches("Loading...", "Loading the model")


def test_numbers_are_compared_as_exactly_as_they_are_written() -> None:
    """Neither more nor less exactly."""
    assert matches("[0.058]", "[0.05797]")
    assert not matches("[0.0580]", "[0.0576]")
    assert not matches("[1]", "[1.1]")


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": 1,, "b": 2}', '{"a" 1}', "[1, 2", '{"a": 1}}', '{"a": 1, "a": 2}'])
def test_broken_data_is_not_text(text: str) -> None:
    """It is an error at its line, unless the very same text was printed."""
    assert matches(text, text)
    for actual in (text[:-1] + "?", text.replace("1", "3").replace('"', "'").replace("}", ""), '{"a": 3}', "hello"):
        with pytest.raises(ParseError):
            compare_texts(text, actual)
    with pytest.raises(ParseError):
        parse_expected("plain text", required_notation=Notation.JSON)
