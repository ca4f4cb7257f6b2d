"""SP210 to SP214: comments, keys and highlights in what readers see."""

from __future__ import annotations

import pytest
from tests.support.lint import Check, block, page, region

START, END, NEXT = "# highlight-start", "# highlight-end", "# highlight-next-line"


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


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("# Coming soon", "py", 1),
        ("\n    # one\n\n    # two", "py", 1),
        ("# one\nprint(1)", "py", 0),
        ("print(1)  # one", "py", 0),
        ("// Coming soon", "ts", 1),
        ("/*\n * one\n */", "java", 1),
        ("# A heading", "text", 0),
        ("# Comments of another language", "go", 0),
        ("#!/bin/sh\n# one\necho 1", "bash", 0),
    ],
)
def test_a_block_of_comments_is_reported(check: Check, text: str, language: str, found: int) -> None:
    files = {"docs/p.mdx": page(block(language=language), source="/a.txt"), "a.txt": region(text)}
    assert len(check(files, "SP211")) == found


# Made up here, and put together at run time so that no scanner takes them for real ones.
KEYS = {
    "sk-": "sk-" + "proj-" + "Qm4xT9zL2vB7nK1cR8wY",
    "AKIA": "AKIA" + "J7Q2M9X4B1N8C5V3",
    "ghp_": "ghp_" + "a8Kq2Lm9Xz4Bn7Vc1Rt6Yw3Pe5Ui0So",
    "hf_": "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQaWs",
    "eyJ": "eyJhbGciOiJIUzI1" + ".eyJzdWIiOiIxMjM0" + ".dozjgNryP4J3jVmNHl0w",
    "-----BEGIN": "-----BEGIN RSA " + "PRIVATE KEY-----",
}
WHOLE_KEY = f"{KEYS['-----BEGIN']}\n{'MIIEvQ9zKq3' * 6}\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("begins", KEYS)
def test_a_key_is_reported_without_its_text(check: Check, begins: str) -> None:
    files = {"docs/p.mdx": page(), "a.py": region(f"first = 1\nkey = {KEYS[begins]!r}")}
    (finding,) = check(files, "SP212")
    assert "line 3 of a.py" in finding.message
    assert KEYS[begins] not in f"{finding}{finding.hint}" or begins == "-----BEGIN"
    assert finding.severity == "error"


@pytest.mark.parametrize(
    "text",
    [
        "sk-" + "x" * 30,
        "sk-your-api-key-goes-here-please",
        "sk-short",
        "task-" + "Qm4xT9zL2vB7nK1cR8wY",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "hf_hub_download_everything_there_is()",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN " + "PRIVATE KEY-----\n<paste it here>\n-----END " + "PRIVATE KEY-----",
        "sk-" + "REPLACE_ME_0aB1cD2eF3gH4",
        "hf_" + "abcdefghijklmnopqrstuvwxyzabcdefgh",
        "ghp_" + "0123456789abcdef0123456789abcdef",
        "sk-" + "ant-my-secret-key-goes-right-in",
    ],
)
def test_what_stands_for_a_key_is_not_reported(check: Check, text: str) -> None:
    assert check({"docs/p.mdx": page(), "a.py": region(f"key = {text!r}")}, "SP212") == []


def test_a_whole_private_key_is_reported(check: Check) -> None:
    files = {"docs/p.mdx": page(), "a.py": region(f'key = """{WHOLE_KEY}"""')}
    assert [finding.rule for finding in check(files)] == ["SP212"]


def test_a_key_outside_the_block_is_not_reported(check: Check) -> None:
    """Nobody reads it here; other tools look through whole files."""
    assert check({"docs/p.mdx": page(), "a.py": f"key = {KEYS['sk-']!r}\n" + region("x = 1")}, "SP212") == []


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ([START, "a", END, START, "b", END], 0, ""),
        ([NEXT, "a", START, "b", NEXT, "c", END], 0, ""),
        ([START, "a"], 2, "closes"),
        (["a", END], 3, "opens"),
        ([START, "a", START, "b", END], 2, "closes"),
        ([START, "a", END, "b", END], 6, "opens"),
        (["# highlight-starting now", "a"], 0, ""),
    ],
)
def test_highlights_are_opened_and_closed(check: Check, lines: list[str], line: int, what: str) -> None:
    found = check({"docs/p.mdx": page(), "a.py": region("\n".join(lines))}, "SP213")
    if not line:
        assert found == []
    else:
        (finding,) = found
        assert f"nothing in this block {what} the highlight on line {line} of a.py" in finding.message


def test_a_highlight_may_end_in_another_segment(check: Check) -> None:
    """What lies between the Segments is not shown, so the pair is whole."""
    assert (
        check({"docs/p.mdx": page(), "a.py": region(START + "\na") + "hidden\n" + region("b\n" + END)}, "SP213") == []
    )


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        (START, "py", 0),
        ("    # highlight-next-line", "py", 0),
        ("// highlight-start", "ts", 0),
        ("/* highlight-start */", "ts", 0),
        ("# // highlight-start", "py", 1),
        ("x = 1  # highlight-next-line", "py", 1),
        ("// highlight-start", "py", 1),
        ("# highlight-start", "ts", 1),
        ("# highlight-start", "graphql", 0),
    ],
)
def test_a_highlight_comment_that_readers_see_is_reported(check: Check, line: str, language: str, found: int) -> None:
    files = {"docs/p.mdx": page(block(language=language), source="/a.txt"), "a.txt": region(f"a\n{line}\nb")}
    findings = check(files, "SP214")
    assert [finding.message for finding in findings] == [f"readers see {line.strip()!r} (line 3 of a.txt)"][:found]
