"""Careless and hostile Expectations: what must pass, what must not, and how much work it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from snipproof.cli.main import main
from snipproof.compare import ComparisonOptions, Kind, compare, compare_texts, parse_expected
from snipproof.compare.comparison import parse_and_compare
from snipproof.errors import InfrastructureError


def messages(expected: str, actual: str, options: ComparisonOptions | None = None) -> list[str]:
    """Compare on both paths, which must agree, and return the messages."""
    found = compare_texts(expected, actual, options or ComparisonOptions()).differences
    assert bool(found) == bool(parse_and_compare(expected, actual, options or ComparisonOptions()).differences)
    return [f"{difference.path}: {difference.message}" for difference in found]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ('["abc"]', "UUID('abc')"),
        ('{"id": ["abc"]}', "{'id': UUID('abc')}"),
        ("[5]", "Decimal('5')"),
        ("[2024, 1, 2]", "datetime.date(2024, 1, 2)"),
        ("[1]", "Photo(1, x=2)"),
    ],
)
def test_a_list_does_not_match_a_typed_value(expected: str, actual: str) -> None:
    """``UUID('abc')`` contains a string, not a list."""
    assert messages(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("[]", "set()"),
        ('["a"]', "{'a'}"),
        ("[1, 2]", "deque([1, 2])"),
        ("[1]", "frozenset({1})"),
        ("[1]", "Set(1) { 1 }"),
    ],
)
def test_a_list_matches_a_collection(expected: str, actual: str) -> None:
    """Whatever the type of the collection is."""
    assert messages(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("{'t': {'a', 'b'}}", "{'t': {'b', 'a'}}", True),
        ("frozenset({'a', 'b'})", "frozenset({'b', 'a'})", True),
        ("{'a', ...}", "{'b', 'a'}", True),
        ("{'a', 'b'}", "{'b', 'c'}", False),
        ("{'a', 'b'}", "{'b'}", False),
        ("{'<id>', 'c'}\n'<id>'", "{'c', 'a'}\n'a'", True),
        ("{'<id>', 'c'}\n'<id>'", "{'c', 'a'}\n'c'", False),
        ("deque(['a', 'b'])", "deque(['b', 'a'])", False),
    ],
)
def test_a_set_has_no_order(expected: str, actual: str, fits: bool) -> None:
    """Python prints strings in sets in another order with every run."""
    assert (messages(expected, actual, ComparisonOptions(captures=("id",))) == []) == fits


def test_the_shape_of_text_is_refused() -> None:
    """Every text would match."""
    (found,) = compare_texts("Found 3 results", "Traceback", ComparisonOptions(shape=True)).differences
    assert found.kind is Kind.OPTION
    assert found.message == "`shape` compares the types and names of data, but the expected text is plain text"


@pytest.mark.parametrize("text", ["...", "...\n..."])
def test_dots_alone_stand_for_data_too(text: str) -> None:
    """For a response on the wire, or what a path selects; but not next to other lines."""
    assert compare(parse_expected(text), {"a": 1}) == []
    assert messages(text, '{"a": {"b": 1}}', ComparisonOptions(select="$.a")) == []
    assert compare(parse_expected(f"{text}\nmore"), {"a": 1}) != []
    assert compare(parse_expected(""), {"a": 1}) != []


@pytest.mark.parametrize("printed", ["[1e99999999999]", "{a=1e-999999999}", "map[a:1E+1234567]"])
def test_a_huge_number_is_not_text(printed: str) -> None:
    """Java and Go print strings without quotes; a number is not one of them."""
    data = '{"a": "%s"}' if "a" in printed else '["%s"]'
    for quoted in ("1e99999999999", "1e-999999999", "1E+1234567"):
        assert messages(data % quoted, printed)


def test_a_value_in_a_row_is_not_called_an_element() -> None:
    """Messages distinguish values, elements and lines."""
    assert messages('{"a": 1}\n{"b": 1}', '{"a": 1}') == [
        "value 2: $: expected, but there is no such value in the actual output"
    ]


@pytest.mark.slow
def test_any_number_of_lines_matches_itself() -> None:
    """Searching has a limit, but equal text needs no search."""
    text = "<id>\n" * 160_000
    for options in (ComparisonOptions(), ComparisonOptions(captures=("id",))):
        assert compare_texts(text, text, options).differences == []
    some = text[: 40_000 * 5]
    assert compare_texts(some, some.replace("id", "x", 1), options).differences
    assert messages("\\...\n", "\\...\n") == messages("\\...\n", "...\n") == []
    assert messages("\\...\n", "....\n")


def test_colours_are_named() -> None:
    """They are invisible, and no parser accepts them."""
    (message,) = messages('{"a": 1}', '\x1b[1m{"a": 1}\x1b[0m')
    assert message.endswith("; it contains colours: print without them (NO_COLOR=1)")


def test_the_work_for_captures_in_a_very_long_text_is_limited() -> None:
    """Copied characters count, not only the number of tries."""
    options = ComparisonOptions(captures=("a", "b", "c"))
    counted: list[int] = []

    class Text(str):
        def __getitem__(self, key: object) -> str:
            part = super().__getitem__(key)  # type: ignore[index]
            counted.append(len(part))
            return part

    text = Text("x" * 1_000_000)
    found = compare(parse_expected('"<a><b><c>z"', captures=options.captures), text, options)
    assert found[-1].kind is Kind.LIMIT
    assert sum(counted) < 1_000 * 1_000_000
    assert messages('"<a> <b> end"', json.dumps("ab " * 300_000 + "end"), options) == []


def snipproof(folder: Path, redirect: str) -> subprocess.CompletedProcess[str]:
    """Run ``snipproof compare`` with redirected streams."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m snipproof compare expected.json {redirect}"],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("redirect", "code", "error"),
    [
        ("other.json | head -n 1 >/dev/null", 1, ""),
        ("other.json >&-", 1, ""),
        ("expected.json >&-", 0, ""),
        ("- <&-", 2, "snipproof: standard input is closed\n"),
    ],
)
def test_closed_streams_change_no_exit_code(tmp_path: Path, redirect: str, code: int, error: str) -> None:
    """And they cause no traceback."""
    (tmp_path / "expected.json").write_text(json.dumps(list(range(9_000)), indent=1), encoding="utf-8")
    (tmp_path / "other.json").write_text(json.dumps(list(range(1, 18_000, 2)), indent=1), encoding="utf-8")
    done = snipproof(tmp_path, redirect)
    assert (done.returncode, done.stderr.split("  hint")[0]) == (code, error)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full, which is always full")
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    """It is an infrastructure failure: neither a match nor a difference."""
    (tmp_path / "expected.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "other.json").write_text("[2]", encoding="utf-8")
    done = snipproof(tmp_path, "other.json >/dev/full")
    assert done.stderr == "snipproof: the output cannot be written: No space left on device\n"
    assert done.returncode == InfrastructureError.exit_code


@pytest.mark.parametrize("option", ["--ignore", "--capture", "--approx"])
def test_an_empty_name_is_refused(tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It would match nothing."""
    (tmp_path / "a.json").write_text("[1]", encoding="utf-8")
    given = " =1" if option == "--approx" else " "
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "a.json"), option, given]) == 2
    assert f"snipproof: {option}" in capsys.readouterr().err
