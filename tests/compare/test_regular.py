"""Regular expressions in paths: the same results as ``re``, in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.compare import ComparisonOptions, Kind, compare_texts
from snipproof.compare.regular import Budget, Pattern, PatternError

_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\S", r"\.", "^", "$", r"\b", "é"])
PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0}", "{1,}", "*?"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        )
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text(alphabet="abc1.é _", max_size=7), st.booleans())
def test_the_results_are_those_of_re(pattern: str, text: str, ignores_case: bool) -> None:
    """For all and for a part of the text."""
    pattern = "(?i)" * ignores_case + pattern
    ours, theirs = Pattern(pattern), re.compile(pattern)
    assert ours.fullmatch(text, Budget()) == bool(theirs.fullmatch(text)), (pattern, text)
    assert ours.search(text, Budget()) == bool(theirs.search(text)), (pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\p{Lu}\P{L}", "Ä1", True),
        (r"\p{L}+", "a1", False),
        (r"[\p{L}\d-]+", "a-1", True),
        (r"[]a]+", "]a", True),
        (r"\x41\u00e9", "Aé", True),
        ("(?i)É", "é", True),
        ("(?is)a.b", "A\nB", True),
        ("a.b", "a\nb", False),
        ("(?P<year>[0-9]{4})", "2024", True),
        ("", "", True),
        ("(", "(", False),
        ("a**", "a", False),
        ("[b-a]", "a", False),
        ("a{2,1}", "a", False),
        ("*", "*", False),
        ("\\", "\\", False),
    ],
)
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    """What RFC 9485 adds, and what is not valid: that matches nothing."""
    assert Pattern(pattern).fullmatch(text, Budget()) is fits


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<!a)b", r"(a)\1", "a*+", "(?m)^a", "(a{1000}){1000}", "(" * 200])
def test_what_is_refused(pattern: str) -> None:
    """It cannot be done in linear time, or would take much memory."""
    with pytest.raises(PatternError):
        Pattern(pattern)


@pytest.mark.parametrize(
    "select",
    [
        '$[?match(@, "(a|a)*b")]',
        '$[?search(@, "(a+)+$")]',
        '$[?match(@, "(a?){30}a{30}!")]',
        '$[?search(@, "(.*)*(.*)*x")]',
        "$[?@ =~ /(a|a)*b/]",
        '$[?match(@, "(a|b)*a(a|b){9000}")]',
        '$[?match(@, "(?=a)a")]',
    ],
)
def test_every_path_has_an_answer_within_seconds(select: str) -> None:
    """It finds nothing, or is refused with a reason."""
    text = '["' + "a" * 200 + '!", "' + "ab" * 20_000 + '"]'
    begin = time.monotonic()
    (found,) = compare_texts('["x"]', text, ComparisonOptions(select=select)).differences
    assert time.monotonic() - begin < 15
    assert found.kind in (Kind.MISSING, Kind.OPTION)
    assert select in found.message


def test_usual_paths() -> None:
    """They find what they found."""
    data = '[{"title": "A cat", "n": 1}, {"title": "A dog", "n": 2}, {"n": 3}]'
    for condition in (
        'match(@.title, ".* cat")',
        'search(@.title, "^A c")',
        r"search(@.title, '\\bcat\\b')",
        "@.title =~ /a.*T/i",
    ):
        assert compare_texts("1", data, ComparisonOptions(select=f"$[?{condition}].n")).matched, condition
    large = "[" + ",".join(f'"photo {number} of a cat in the garden"' for number in range(20_000)) + "]"
    begin = time.monotonic()
    assert compare_texts("[...]", large, ComparisonOptions(select='$[?search(@, "9+ of .*garden")]')).matched
    assert time.monotonic() - begin < 15
