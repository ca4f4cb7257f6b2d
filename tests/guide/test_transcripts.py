"""Transcripts: what belongs to the output of a command, what may differ, and how new output is written."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.transcripts import VERSION, commands, normalised, rewritten, run

TEXT = """\
# START first
$ echo a; echo b; echo c

a
b
# END first
c

$ true
# START last
$ echo d
d
# END last
"""


def test_markers_and_empty_lines_around_are_no_output() -> None:
    assert [(command.line, command.output) for command in commands(TEXT)] == [
        ("echo a; echo b; echo c", ["a", "b", "c"]),
        ("true", []),
        ("echo d", ["d"]),
    ]


def test_a_command_prints_on_both_streams(tmp_path: Path) -> None:
    assert run("echo a; echo b >&2; pwd; exit 3", tmp_path, os.environ) == ["a", "b", str(tmp_path)]


def test_only_what_pytest_prints_first_and_last_and_the_server_may_differ() -> None:
    lines = [
        "===== test session starts =====",
        "platform linux -- Python 3.11.7",
        "rootdir: /tmp/x",
        "collecting ... collected 1 item",
        "snipproof: weaviate: http://127.0.0.1:1 (given by its address)",
        f"snipproof: second: embedded {VERSION} (selected)",
        "platforms  ",
        f"snipproof: 1 snippet proven, Weaviate {VERSION} (url)",
        "===== short test summary info =====",
        "FAILED a::b",
        "===== 1 failed in 2.34s =====",
        "next",
    ]
    assert list(normalised(lines)) == [
        "collected 1 item",
        f"snipproof: second: embedded {VERSION} (no container engine answers)",
        f"snipproof: weaviate: embedded {VERSION} (no container engine answers)",
        "platforms",
        f"snipproof: 1 snippet proven, Weaviate {VERSION} (embedded)",
        "next",
    ]


def test_new_output_keeps_the_markers_between_lines_that_stay() -> None:
    assert rewritten(TEXT, [["a", "b", "c"], [], ["d"]]) == TEXT
    new = rewritten(TEXT, [["x", "a", "y", "b", "c", "z"], [], ["e", "f"]])
    first = "# START first\n$ echo a; echo b; echo c\nx\na\ny\nb\n# END first\nc\nz\n\n"
    assert new == first + "$ true\n# START last\n$ echo d\ne\nf\n# END last\n"
