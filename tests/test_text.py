"""Words for messages, and the lines of a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.text import Lines, as_file_name, close_match, did_you_mean, plural, quoted, shorten


@given(st.text(max_size=400), st.integers(1, 100))
def test_a_shortened_text_is_one_line_of_limited_length(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert len(short.splitlines()) <= 1
    assert len(short) <= longest + 1
    if len(text.splitlines()) <= 1 and len(text) <= longest:
        assert short == "".join(part.strip() for part in text.splitlines())


def test_a_quoted_text_keeps_its_blanks_and_is_cut() -> None:
    assert quoted(" a\t") == r"' a\t'"
    assert quoted("x" * 100) == repr("x" * 79 + "…")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1234, "1,234 entries")]
)
def test_a_count_has_its_noun(number: int, text: str) -> None:
    assert plural(number, "entry", "entries") == text
    assert plural(2, "page") == "2 pages"


def test_a_guess_is_close_or_there_is_none() -> None:
    assert did_you_mean("page", ["pages", "suites"]) == "did you mean 'pages'?"
    assert did_you_mean("zebra", ["pages", "suites"]) == ""
    assert close_match("pag", iter(["pages"]), cutoff=0.9) == ""
    assert close_match("x" * 100_000, ["x" * 100_000]) == ""


@given(st.text("START END\nab", max_size=60), st.text("STARENDb ", min_size=1, max_size=4))
def test_the_lines_that_hold_a_marker_are_found(text: str, marker: str) -> None:
    lines = Lines(text)
    expected = tuple(number for number, line in enumerate(text.split("\n"), 1) if marker in line)
    assert lines.holding(marker) == expected
    assert lines.holding(marker) == expected
    assert len(lines) == text.count("\n") + 1


@given(st.text(max_size=400))
def test_any_name_becomes_the_name_of_a_file(name: str) -> None:
    """One part of a path, short, and another one for another name."""
    made = as_file_name(name)
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}", made)
    assert as_file_name(f"{name} ") != made


@pytest.mark.parametrize("name", ["python-v4", "java_v6", "v1.2"])
def test_a_plain_name_stays(name: str) -> None:
    assert as_file_name(name) == name


@pytest.mark.parametrize("name", ["..", ".", "", "../../out", "/etc", "a/b", "a\0b", "写真", "x" * 300, "a:b", "-"])
def test_a_path_is_not_a_name(name: str) -> None:
    assert as_file_name(name) not in ("", ".", "..", name)
