"""SP1xx: what a page imports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.lint import Check, block, page, region

A = region("a = 1")


@pytest.mark.parametrize(
    ("source", "hint"),
    [("/s/bb.py", "did you mean 's/b.py'?"), ("/t/a.py", "did you mean 's/a.py'?"), ("/zzz/q.ts", "")],
)
def test_an_import_without_a_file_is_reported(check: Check, source: str, hint: str) -> None:
    files = {"docs/p.mdx": page(source=source), "docs/q.mdx": page(source="/s/a.py"), "s/a.py": A, "s/b.py": ""}
    (finding,) = check(files, "SP101")
    assert f"{source[1:]} does not exist" in finding.message
    assert finding.hint == hint


def test_an_import_may_lack_its_extension(check: Check) -> None:
    """As for the bundler, unless the file has an extension that the bundler does not try."""
    files = {"docs/p.mdx": page(source="./code/list"), "docs/code/list.ts": A, "docs/code/list.js": "x"}
    assert check(files, "SP101") == []
    (finding,) = check({"docs/q.mdx": page(source="./code/other"), "docs/code/other.py": A}, "SP101")
    assert "docs/code/other does not exist" in finding.message


def test_an_import_of_a_pipe_is_reported(check: Check, tmp_path: Path) -> None:
    """Nothing waits for somebody to write to it."""
    (tmp_path / "docs").mkdir()
    os.mkfifo(tmp_path / "docs" / "a.py")
    (finding,) = check({"docs/p.mdx": page(source="./a.py")}, "SP101")
    assert finding.message.endswith("cannot be read: docs/a.py is not a regular file")
    assert finding.hint == ""


def test_a_variable_that_is_not_imported_is_reported(check: Check) -> None:
    tags = block(name="AA") + block(name="Zebra") + block()
    first, second = check({"docs/p.mdx": page(tags), "a.py": A}, "SP102")
    assert (first.line, first.hint) == (3, "did you mean 'A'?")
    assert "add `import Zebra" in second.hint


def test_a_variable_that_is_not_text_is_reported(check: Check) -> None:
    (finding,) = check({"docs/p.mdx": page().replace("!!raw-loader!", ""), "a.py": A}, "SP102")
    assert finding.message == "text={A} is imported, but not as raw text"
