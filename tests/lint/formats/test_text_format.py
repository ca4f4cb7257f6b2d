"""The report for people: exact text, excerpts, carets and colour."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from snipproof.lint.check_result import CheckResult
from snipproof.lint.engine import known_rules
from snipproof.lint.formats.text_format import excerpt, lines, wants_colour
from snipproof.model import Finding

if TYPE_CHECKING:
    from tests.support.lint import SmallSite

PLAIN = """\
code/a.py:2:2 SP204 no page shows the Region 'A' [warning]
  2 |     # START A
    |     ^
  hint: show it on a page, or remove its markers
docs/p.mdx:3:8 SP201 the start marker '# STRAT A' is not in code/a.py
  3 | - list <FilteredTextBlock text={Code} startMarker="# STRAT A" endMarker="# END A" language="py" />
    |        ^
  hint: did you mean '# START A'?
1 reference in 1 page, 1 source: 1 error, 1 warning
"""
COLOURED = """\
\x1b[1mcode/a.py:2:2\x1b[0m \x1b[1;33mSP204\x1b[0m no page shows the Region 'A' [warning]
  \x1b[34m2 |\x1b[0m     # START A
  \x1b[34m  |\x1b[0m     \x1b[1;33m^\x1b[0m
  \x1b[36mhint:\x1b[0m show it on a page, or remove its markers
\x1b[1mdocs/p.mdx:3:8\x1b[0m \x1b[1;31mSP201\x1b[0m the start marker '# STRAT A' is not in code/a.py
  \x1b[34m3 |\x1b[0m - list <FilteredTextBlock text={Code} startMarker="# STRAT A" endMarker="# END A" language="py" />
  \x1b[34m  |\x1b[0m        \x1b[1;31m^\x1b[0m
  \x1b[36mhint:\x1b[0m did you mean '# START A'?
1 reference in 1 page, 1 source: 1 error, 1 warning
"""


def test_findings_stand_with_their_lines(small_site: SmallSite) -> None:
    """Place, rule, message, the line, a caret under the column, the hint, a summary; nothing on standard error."""
    done = small_site.command()
    assert (done.code, done.out, done.err) == (1, PLAIN, "")


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, PLAIN),
        ({"FORCE_COLOR": "1"}, COLOURED),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, PLAIN),
        ({"FORCE_COLOR": "", "NO_COLOR": ""}, PLAIN),
    ],
)
def test_a_pipe_gets_no_colour_unless_it_is_forced(small_site: SmallSite, env: dict[str, str], expected: str) -> None:
    """``NO_COLOR`` and ``FORCE_COLOR`` count when they are not empty, and the first of them wins."""
    assert small_site.command(env=env).out == expected


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"TERM": "xterm"}, COLOURED),
        ({"TERM": "xterm", "NO_COLOR": "1"}, PLAIN),
        ({"TERM": "dumb"}, PLAIN),
    ],
)
def test_a_terminal_gets_colour(small_site: SmallSite, env: dict[str, str], expected: str) -> None:
    """On a real (pseudo) terminal there is colour, unless it cannot or must not be."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "snipproof", "check"]
    with subprocess.Popen(command, cwd=small_site.root, env={**os.environ, **env}, stdout=terminal) as process:
        os.close(terminal)
        out = b""
        while True:
            try:
                data = os.read(controller, 4096)
            except OSError:  # on Linux, when the last writer is gone
                break
            if not data:
                break
            out += data
        os.close(controller)
    assert process.returncode == 1
    assert out.decode().replace("\r\n", "\n") == expected


def test_colour_is_decided_in_one_place() -> None:
    """Each of the four things that decide does."""
    assert wants_colour({}, is_terminal=True)
    assert wants_colour({"NO_COLOR": "", "FORCE_COLOR": ""}, is_terminal=True)
    assert not wants_colour({}, is_terminal=False)
    assert not wants_colour({"TERM": "dumb"}, is_terminal=True)
    assert wants_colour({"TERM": "dumb", "FORCE_COLOR": "1"}, is_terminal=False)
    assert not wants_colour({"NO_COLOR": "1", "FORCE_COLOR": "1"}, is_terminal=True)


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("abc", 1, ("abc", 0)),
        ("abc\r", 3, ("abc", 2)),
        ("abc", 4, ("abc", 3)),
        ("abc", 5, ("", 0)),
        ("   ", 1, ("", 0)),
        ("", 1, ("", 0)),
        ("\t\tx", 3, ("        x", 8)),
        ("日本<x", 3, ("日本<x", 4)),
        ("e\u0301<x", 3, ("e\u0301<x", 1)),
        ("a\x1b[31mb", 7, ("a [31mb", 6)),
        ("a" * 100, 100, ("…" + "a" * 41, 41)),
        ("a" * 101, 60, ("a" * 100 + "…", 59)),
        ("a" * 1000 + "b" + "c" * 1000, 1001, ("…" + "a" * 40 + "b" + "c" * 59 + "…", 41)),
    ],
)
def test_the_caret_stands_under_the_column(line: str, column: int, expected: tuple[str, int]) -> None:
    """Tabs, wide letters, accents and what a terminal would obey count as what is seen; a long line is cut around."""
    assert excerpt(line, column) == expected


def test_a_line_of_100_megabytes_is_no_problem() -> None:
    """Only the part around the column is looked at, and only that is printed."""
    text, before = excerpt("x" * 100_000_000, 50_000_000)
    assert (len(text), before) == (102, 41)


def test_nothing_in_a_report_is_obeyed_by_a_terminal() -> None:
    """Control characters of a page are printed as escapes, and hints may have several lines."""
    finding = Finding("docs/\x1b[2J.md", 9, 1, "SP201", "a\nb\x07\u202e", "one\ntwo\x1b")
    assert list(lines(CheckResult([finding], known_rules()))) == [
        "docs/\\x1b[2J.md:9:1 SP201 a\\nb\\x07\\u202e",
        "  hint: one",
        "        two\\x1b",
        "0 references in 0 pages, 0 sources: 1 error, 0 warnings",
    ]


def test_many_findings_on_one_page_read_it_once() -> None:
    """A page is split into lines once, however much is wrong with it."""
    read = []

    def text_of(path: str) -> str:
        read.append(path)
        return "first\nsecond\n"

    findings = [Finding(path, line, 1, "SP201", "m") for path in ("a.md", "b.md") for line in (1, 2)]
    printed = list(lines(CheckResult(findings, known_rules(), text_of=text_of)))
    assert read == ["a.md", "b.md"]
    assert printed[:4] == ["a.md:1:1 SP201 m", "  1 | first", "    | ^", "a.md:2:1 SP201 m"]
