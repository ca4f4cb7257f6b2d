"""SP211, SP212: nothing but comments, and keys."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region


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
def test_a_block_of_comments_is_told(check: Check, text: str, language: str, found: int) -> None:
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


@pytest.mark.parametrize("begins", KEYS)
def test_a_key_is_told_without_its_text(check: Check, begins: str) -> None:
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
    ],
)
def test_what_stands_for_a_key_is_not_told(check: Check, text: str) -> None:
    assert check({"docs/p.mdx": page(), "a.py": region(f"key = {text!r}")}, "SP212") == []


def test_a_key_outside_the_block_is_not_told(check: Check) -> None:
    """Nobody reads it here; other tools look through whole files."""
    assert check({"docs/p.mdx": page(), "a.py": f"key = {KEYS['sk-']!r}\n" + region("x = 1")}, "SP212") == []
