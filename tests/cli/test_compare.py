"""``snipproof compare``: output, exit codes and options."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.command_line import run_without

from snipproof.cli.main import main

_EXPECTED = '{\n  "title": "A cat",\n  "distance": 0.058,\n  ...\n}\n'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a broken settings file, which ``compare`` does not read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "snipproof.toml").write_text("nonsense = [", encoding="utf-8")
    (tmp_path / "expected.json").write_bytes(b"\xef\xbb\xbf" + _EXPECTED.replace("\n", "\r\n").encode())
    return tmp_path


def run(actual: str, *options: str, expected: str = "expected.json") -> int:
    Path("actual.txt").write_bytes(actual.encode())
    return main(["compare", expected, "actual.txt", *options])


def test_a_match_prints_nothing(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, in whatever notation the data is printed."""
    assert run('{"title": "A cat", "distance": 0.05797, "id": 1}') == 0
    assert run("{'title': 'A cat', 'distance': 0.05797}") == 0
    assert capsys.readouterr() == ("", "")


def test_a_difference_is_reported_with_its_place(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the aligned difference on standard output."""
    assert run('{"title": "A dog", "distance": 0.05797}') == 1
    assert capsys.readouterr().out.split("\n") == [
        "expected.json:2 1 difference from actual.txt",
        "     1 | {",
        '>    2 |   "title": "A cat",',
        '       ^ $.title: expected "A cat", actual "A dog"',
        '     3 |   "distance": 0.058,',
        "     4 |   ...",
        "     5 | }",
        "actual.txt:",
        '       | {"title": "A dog", "distance": 0.05797}',
        "",
    ]


@pytest.mark.parametrize(
    ("expected", "actual", "options"),
    [
        ('{"a": 1, "b": 0.5}', '{"a": 3, "b": 0.5}', ["--approx", "a=2"]),
        ('{"a": 1, "b": 2}', '{"a": 2, "b": 9}', ["--approx", "a=1", "--approx", "b=7"]),
        ('{"a": 1}', '{"a": 3}', ["--ignore", "a"]),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', ["--unordered"]),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', ["--unordered", "a"]),
        ("[1]", '{"a": [1]}', ["--select", "$.a"]),
        ('{"a": 1}', '{"a": 7}', ["--shape"]),
        ('{"a": "<id>", "b": "<id>"}', '{"a": "x", "b": "x"}', ["--capture", "id"]),
    ],
)
def test_each_attribute_has_an_option(files: Path, expected: str, actual: str, options: list[str]) -> None:
    """Without the option, the files differ."""
    Path("e.txt").write_text(expected, encoding="utf-8")
    assert run(actual, expected="e.txt") == 1
    assert run(actual, *options, expected="e.txt") == 0


def test_standard_input(files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``-`` reads what a program prints."""
    data = b'{"title": "A cat", "distance": 0.06}'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["compare", "expected.json", "-"]) == 1
    assert "expected.json:3 1 difference from standard input" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "expected", "message"),
    [
        (["--approx", "distance"], _EXPECTED, "--approx distance: KEY=TOLERANCE expected"),
        (["--approx", "distance=-1"], _EXPECTED, "not negative, not '-1'"),
        (["--approx", "distance=x"], _EXPECTED, "not negative, not 'x'"),
        (["--approx", "distanc=1"], _EXPECTED, "did you mean `distance`?"),
        (["--select", "a"], _EXPECTED, "a path begins with `$`"),
        (["--select", "$.["], _EXPECTED, "is not a path of RFC 9535"),
        ([], '{\n  "title": \n}', "expected.json:3:1 a value expected"),
        ([], "Just text", "expected.json:1:1 "),
    ],
)
def test_wrong_usage(
    files: Path, options: list[str], expected: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a message, no traceback."""
    Path("expected.json").write_text(expected, encoding="utf-8")
    assert run('{"title": "A cat", "distance": 0.05797}', *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_files_that_cannot_be_read(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, a folder, and a binary file."""
    Path("binary").write_bytes(b"\xff\xfe\x00")
    for name, message in (("absent", "absent: cannot be read"), (".", ".: cannot be read"), ("binary", "not UTF-8")):
        assert main(["compare", name, "expected.json"]) == 2
        assert main(["compare", "expected.json", name]) == 2
        assert message in capsys.readouterr().err


def test_a_path_that_selects_nothing_is_a_difference(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output is wrong, not the usage: exit code 1."""
    assert run("{}", "--select", "$.a") == 1
    assert "finds nothing at $.a" in capsys.readouterr().out


def test_colour_follows_the_environment(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for the other commands; escape sequences of the files never reach the terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("{}")
    assert "\x1b[1;31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run('{"title": "A cat", "distance": 0.05797}\x1b[31m')
    assert "\x1b" not in capsys.readouterr().out


def test_compare_loads_neither_pytest_nor_a_client(files: Path) -> None:
    """Nor JSONPath without ``--select``, nor YAML."""
    Path("actual.txt").write_text("{}", encoding="utf-8")
    code = (
        "import sys; from snipproof.cli.main import main; main(['compare', 'expected.json', 'actual.txt']);"
        "print(sorted({'pytest', 'weaviate', 'grpc', 'requests', 'jsonpath', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_select_requires_no_extra(files: Path) -> None:
    """JSONPath belongs to the base installation."""
    Path("expected.json").write_text("[1]", encoding="utf-8")
    Path("actual.txt").write_text('{"a": [1]}', encoding="utf-8")
    others = ["requests", "psutil", "filelock", "weaviate", "pytest"]
    done = run_without(others, "compare", "expected.json", "actual.txt", "--select", "$.a")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
