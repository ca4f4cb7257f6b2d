"""Grammars: which parser reads which file."""

from __future__ import annotations

import subprocess
import sys

import pytest

from snipproof.errors import ToolchainMissingError
from snipproof.syntax.grammar import load_parser, load_parsers


@pytest.mark.parametrize(
    ("language", "extension", "text"),
    [
        ("typescript", "", "let x = <number>y"),
        ("typescript", ".ts", "let x = <number>y"),
        ("typescript", ".tsx", "let x = <b>{y}</b>"),
        ("go", "", "package p"),
        ("java", ".java", "class C {}"),
    ],
)
def test_a_parser_reads_its_language(language: str, extension: str, text: str) -> None:
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    assert not load_parser(language, extension)(text.encode()).root_node.has_error


def test_a_grammar_of_one_extension_does_not_read_another() -> None:
    """JSX is an error in a `.ts` file, and a cast in angle brackets in a `.tsx` file."""
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    parsers = load_parsers("typescript")
    assert parsers[".ts"](b"let x = <b>{y}</b>").root_node.has_error
    assert parsers[".tsx"](b"let x = <number>y").root_node.has_error


@pytest.mark.parametrize("module", ["tree_sitter", "tree_sitter_go"])
def test_a_missing_package_is_a_missing_toolchain(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ToolchainMissingError) as error:
        load_parser("go")
    assert module in error.value.message
    assert "snipproof[languages]" in error.value.hint


def test_grammars_load_nothing_that_runs_code() -> None:
    code = "import sys, snipproof.syntax.grammar; print([m for m in sys.modules if m.startswith('snipproof.run')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
