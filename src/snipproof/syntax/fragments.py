"""Decides whether a text is a fragment of a language: what docs show without the rest of the program.

The interpreter that runs snipproof parses Python. The tree-sitter grammars parse TypeScript, Go and Java, if they are
installed.
"""

from __future__ import annotations

import symtable
import textwrap
import warnings
from _ast import PyCF_ONLY_AST  # `ast` has it too, but takes a while to load
from functools import cache
from typing import TYPE_CHECKING, Any

from snipproof.errors import ToolchainMissingError
from snipproof.syntax.grammar import load_parsers
from snipproof.syntax.python_code import parsing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PROMPT, _MAGIC = ">>> ", ("%", "!")
# What may surround a fragment of a program, by language. Docs show statements, members of a class and members of an
# object without the rest.
_CONTEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "typescript": (("", ""), ("class C {\n", "\n}"), ("({\n", "\n})"), ("f(\n", "\n)"), ("x\n", "")),
    "go": (
        ("", ""),
        ("package p\nfunc f() {\n", "\n}"),
        ("package p\nvar v = T{\n", "\n}"),
        ("type T struct {\n", "\n}"),
    ),
    "java": (
        ("", ""),
        ("class C {\n", "\n}"),
        ("class C { void f() {\n", "\n} }"),
        ("class C { Object f = g(\n", "\n); }"),
    ),
}


def python_error(text: str) -> tuple[int, str] | None:
    """Return the line, from 1, and the reason why ``text`` is not Python, ``None`` if it is.

    Accepted are common indentation, ``await`` and ``return`` outside functions, the ``%`` and ``!`` lines of notebooks,
    and sessions with ``>>>`` prompts.
    """
    error = _python_error(text)
    if error is None or text.lstrip().startswith(_PROMPT):
        return None
    dedented = textwrap.dedent(text)
    variants = [dedented] if dedented != text else []
    if any(line.lstrip().startswith(_MAGIC) for line in text.split("\n")):
        plain = ("" if line.lstrip().startswith(_MAGIC) else line for line in dedented.split("\n"))
        variants.append("\n".join(plain))
    for variant in variants:
        error = _python_error(variant)
        if error is None:
            return None
    return error


def _python_error(text: str) -> tuple[int, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are not errors
            try:
                # The quickest way to parse: it makes neither Python objects nor code. It also analyses scopes, so what
                # it refuses is parsed again without that.
                symtable.symtable(text, "<shown>", "exec")
            except SyntaxError:
                with parsing:
                    compile(text, "<shown>", "exec", PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None  # no verdict: NUL bytes, or nested too deeply for the parser
    return None


def is_installed(language: str) -> bool:
    """Return whether texts of ``language`` can be parsed here."""
    return bool(_parsers(language))


def tree_error(language: str, text: str) -> tuple[int, str] | None:
    """Return the line, from 1, and the reason why ``text`` is not a fragment of ``language``.

    The line is where the grammar fails on the text alone. Return ``None`` if the text is a fragment, or no parser is
    installed.
    """
    parsers = _parsers(language)
    if not parsers:
        return None
    first: Any = None
    for before, after in _CONTEXTS[language]:
        for parse in parsers:
            root = parse(f"{before}{text}{after}".encode()).root_node
            if not root.has_error:
                return None
            first = first or root
    row, reason = _first_error(first)
    return row + 1, reason


@cache
def _parsers(language: str) -> Sequence[Callable[[bytes], Any]]:
    try:
        return list(load_parsers(language).values())
    except ToolchainMissingError:
        return ()


def _first_error(root: Any) -> tuple[int, str]:
    """Return the row, from 0, and the reason of the first error in the tree."""
    node = root
    while True:
        child = next((child for child in node.children if child.has_error or child.is_missing), None)
        if child is None or node.is_error:
            break
        node = child
    if node.is_missing:
        return node.start_point[0], f"{node.type!r} is missing"
    return node.start_point[0], "invalid syntax"
