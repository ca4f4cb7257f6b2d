"""What matches, what does not, and the messages."""

from __future__ import annotations

import pytest

from snipproof.compare import ComparisonOptions, compare_texts
from snipproof.compare.comparison import parse_and_compare


def differences(expected: str, actual: str, options: ComparisonOptions | None = None) -> list[str]:
    """Compare on both paths, which must agree, and return the messages."""
    found = compare_texts(expected, actual, options or ComparisonOptions()).differences
    slow = parse_and_compare(expected, actual, options or ComparisonOptions()).differences
    messages = [f"{d.line} {d.path}: {d.message}" for d in found]
    assert messages == [f"{d.line} {d.path}: {d.message}" for d in slow]
    return messages


_MISSING = "expected, but missing in the actual output"
_NONE = "expected, but there is no such element in the actual output"


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("0.058", "0.05797421932220459"),
        ("0.0580", "0.05797"),
        ("5.8e-2", "0.05797"),
        ("[0.05]", "[0.055]"),
        ("8", "8.0"),
        ("[8.0]", "[8]"),
        ("12345678901234567890", "12345678901234567890"),
        ('{"a": 1, "b": null}', '{"b": null, "a": 1}'),
        ('{"a": 1, ...}', '{"a": 1, "b": 2}'),
        ('{\n"a": 1\n...\n}', '{"a": 1, "b": 2}'),
        ('{"a": ...}', '{"a": [1, {"b": 2}]}'),
        ("[1, ...]", "[1, 2, 3]"),
        ("[..., 3]", "[1, 2, 3]"),
        ("[..., 2, ...]", "[1, 2, 3]"),
        ("[...]", "[]"),
        ("[1, ..., 2]", "[1, 2]"),
        ("[\n1\n...\n]", "[1, 2]"),
        ("[..., 1, 2, ..., 1, 3]", "[1, 1, 2, 2, 1, 3]"),
        ('["..."]', '["anything"]'),
        ('["A long..."]', '["A long story"]'),
        ('["A long\\..."]', '["A long..."]'),
        ("one\n...\nfour", "one\ntwo\nthree\nfour\n"),
        ("Found 3 ...", "Found 3 ..."),
        ("two  \r\nlines", "\n\ntwo\nlines  \n\n"),
    ],
)
def test_matches(expected: str, actual: str) -> None:
    """The expected text matches this output."""
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (
            "0.0580",
            "0.0576",
            ["1 $: expected 0.0580, which was printed with 4 decimals, actual 0.0576 rounds to 0.0576"],
        ),
        (
            "0.0581",
            "0.05797",
            ["1 $: expected 0.0581, which was printed with 4 decimals, actual 0.05797 rounds to 0.0580"],
        ),
        ("8", "8.3", ["1 $: expected 8, actual 8.3"]),
        (
            "12345678901234567890",
            "12345678901234567891",
            ["1 $: expected 12345678901234567890, actual 12345678901234567891"],
        ),
        (
            "1",
            "true",
            ["1 $: expected the number 1, actual the boolean true: true and false are not numbers"],
        ),
        ("true", "1", ["1 $: expected the boolean true, actual the number 1"]),
        ('"1"', "1", ['1 $: expected the string "1", actual the number 1: one is text, the other a number']),
        ("1", '"1"', ['1 $: expected the number 1, actual the string "1": one is a number, the other text']),
        ('{\n"a": {"b": 1}\n}', '{"a": {"b": 2}}', ["2 $.a.b: expected 1, actual 2"]),
        ('{"a": ...}', "{}", ["1 $.a: expected, but missing in the actual output"]),
        ('{"a": 1, ...}', "{}", ["1 $.a: expected, but missing in the actual output"]),
        ('{"a": {"b": 1}, ...}', '{"a": {}}', ["1 $.a.b: expected, but missing in the actual output"]),
        ("{}", '{"a": 1}', ["1 $.a: not expected, but in the actual output: 1"]),
        ("[1,\n2]", "[2, 1]", ["2 $[0]: element 2 is at position 1 in the actual output: the order differs"]),
        ("[1]", "[1, 2]", ["1 $[1]: not expected, but in the actual output: 2"]),
        ("[1, 2]", "[1, 3]", ["1 $[1]: expected 2, actual 3"]),
        (
            "[1, ..., 2]",
            "[1]",
            [f"1 $[2]: {_NONE}; the closest is $[0]: expected 2, actual 1"],
        ),
        ("[]", "{}", ["1 $: expected a list, actual an object {}"]),
        ("{}", "[]", ["1 $: expected an object, actual a list []"]),
        (
            '{"title": 1}',
            '{"Title": 1}',
            [
                "1 $.Title: not expected, but in the actual output: 1",
                f"1 $.title: {_MISSING}, which has `Title`: did you mean that?",
            ],
        ),
        ("a\nb", "a\nc", ['2 line 2: expected "b", actual "c"']),
        ("a\n...\nb", "a\nb\nc", ['3 line 3: not expected, but in the actual output: "c"']),
        ('["ab..."]', '["a"]', ['1 $[0]: expected a string that begins with "ab", actual "a"']),
    ],
)  # fmt: skip
def test_differs(expected: str, actual: str, found: list[str]) -> None:
    """The expected text does not match this output, and the message gives the reason."""
    assert differences(expected, actual) == found
