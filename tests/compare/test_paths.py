"""Regular expressions in paths: what they match, and a limit for what takes years."""

from __future__ import annotations

import json
import time

import pytest

from snipproof.compare import ComparisonOptions, Kind, compare_texts
from snipproof.compare.paths import SECONDS


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\p{Lu}\P{L}", "Ä1", True),
        (r"\p{L}+", "a1", False),
        (r"[\p{L}\d-]+", "a-1", True),
        ("a.b", "a\nb", False),
        ("(?=a)a", "a", True),
        ("", "", True),
        ("(", "(", False),
        ("[b-a]", "a", False),
    ],
)
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    """What RFC 9485 and ``re`` know; an invalid one matches nothing."""
    select = f"$[?match(@, {json.dumps(pattern)})]"
    assert compare_texts(json.dumps(text), json.dumps([text]), ComparisonOptions(select=select)).matched is fits


@pytest.mark.parametrize(
    "select",
    ['$[?match(@, "(a|a)*b")]', '$[?search(@, "(a+)+$")]', '$[?search(@, "(.*)*(.*)*x")]', "$[?@ =~ /(a|a)*b/]"],
)
def test_every_path_has_an_answer_within_seconds(select: str) -> None:
    """It finds nothing, or is refused with a reason."""
    text = '["' + "a" * 200 + '!", "' + "ab" * 20_000 + '"]'
    begin = time.monotonic()
    (found,) = compare_texts('["x"]', text, ComparisonOptions(select=select)).differences
    assert time.monotonic() - begin < SECONDS + 10
    assert found.kind in (Kind.MISSING, Kind.OPTION)
    assert select in found.message


def test_usual_paths() -> None:
    data = '[{"title": "A cat", "n": 1}, {"title": "A dog", "n": 2}, {"n": 3}]'
    for condition in (
        'match(@.title, ".* cat")',
        'search(@.title, "^A c")',
        r"search(@.title, '\\bcat\\b')",
        "@.title =~ /a.*T/i",
    ):
        assert compare_texts("1", data, ComparisonOptions(select=f"$[?{condition}].n")).matched, condition
    large = "[" + ",".join(f'"photo {number} of a cat in the garden"' for number in range(20_000)) + "]"
    assert compare_texts("[...]", large, ComparisonOptions(select='$[?search(@, "9+ of .*garden")]')).matched
