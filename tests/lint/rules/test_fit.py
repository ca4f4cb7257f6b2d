"""SP209, SP210: language and comment token."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region


@pytest.mark.parametrize(
    ("file", "language", "found"),
    [
        ("a.go", "py", 1),
        ("a.go", "java", 1),
        ("a.ts", "csharp", 1),
        ("a.py", "PYTHON", 0),
        ("a.py", "pyindent", 0),
        ("a.mts", "tsv2", 0),
        ("a.js", "ts", 0),
        ("a.go", "goraw", 0),
        ("a.py", "json", 0),
        ("a.py", "graphql", 0),
        ("a.py", "text", 0),
        ("a.txt", "java", 0),
    ],
)
def test_a_program_is_shown_as_what_it_is(check: Check, file: str, language: str, found: int) -> None:
    files = {
        "docs/p.mdx": page(block("START A", "END A", language), source=f"/{file}"),
        file: region("x", comment="//"),
    }
    findings = check(files, "SP209")
    assert [finding.message for finding in findings] == [f"language={language!r} does not fit {file}"][:found]


@pytest.mark.parametrize(
    ("file", "start", "end", "token"),
    [
        ("a.py", "// START A", "// END A", "//"),
        ("a.ts", "# START A", "# END A", "#"),
        ("a.ts", "// START A", "# END A", "#"),
        ("a.go", "-- START A", "-- END A", "--"),
        ("a.ts", "/* START A", "// END A", ""),
        ("a.py", "START A", "END A", ""),
        ("a.ts", "#!/usr/bin/env node", "// END A", ""),
        ("a.sql", "-- START A", "-- END A", ""),
    ],
)
def test_a_marker_begins_as_comments_do(check: Check, file: str, start: str, end: str, token: str) -> None:
    files = {"docs/p.mdx": page(block(start, end, "text"), source=f"/{file}"), file: f"{start}\nx\n{end}\n"}
    found = check(files, "SP210")
    assert [finding.message.split()[0] for finding in found] == [repr(token)][: bool(token)]


def test_an_expectation_may_stand_in_a_block_comment(check: Check) -> None:
    source = region("x", "cats", "//") + "/*\n# START Expected cats results\n{}\n# END Expected cats results\n*/\n"
    tag = block("# START Expected cats results", "# END Expected cats results", "json")
    assert check({"docs/p.mdx": page(tag, source="/a.ts"), "a.ts": source}, "SP210") == []
