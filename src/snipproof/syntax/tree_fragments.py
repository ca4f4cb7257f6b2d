"""Whether a text is a piece of TypeScript, Go or Java, asked of tree-sitter grammars where they are installed."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# By language: the package, its functions that give a grammar, and what may stand around a piece of a program. Docs show
# statements, members of a class and members of an object without the rest.
_GRAMMARS: dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "typescript": (
        "tree_sitter_typescript",
        ("language_typescript", "language_tsx"),
        (("", ""), ("class C {\n", "\n}"), ("({\n", "\n})"), ("f(\n", "\n)"), ("x\n", "")),
    ),
    "go": (
        "tree_sitter_go",
        ("language",),
        (
            ("", ""),
            ("package p\nfunc f() {\n", "\n}"),
            ("package p\nvar v = T{\n", "\n}"),
            ("type T struct {\n", "\n}"),
        ),
    ),
    "java": (
        "tree_sitter_java",
        ("language",),
        (
            ("", ""),
            ("class C {\n", "\n}"),
            ("class C { void f() {\n", "\n} }"),
            ("class C { Object f = g(\n", "\n); }"),
        ),
    ),
}


def is_installed(language: str) -> bool:
    """Whether texts of ``language`` can be parsed here."""
    return bool(_parsers(language))


def tree_error(language: str, text: str) -> tuple[int, str] | None:
    """Return the line and the reason why ``text`` is no piece of ``language``, ``None`` when it is one.

    The line is where the grammar stumbled over the text by itself. Says nothing where no parser is installed.
    """
    parsers = _parsers(language)
    if not parsers:
        return None
    first: Any = None
    for before, after in _GRAMMARS[language][2]:
        for parse in parsers:
            root = parse(f"{before}{text}{after}".encode()).root_node
            if not root.has_error:
                return None
            first = first or root
    row, reason = _first_error(first)
    return row + 1, reason


@cache
def _parsers(language: str) -> Sequence[Callable[[bytes], Any]]:
    package, functions, _ = _GRAMMARS[language]
    try:
        tree_sitter = importlib.import_module("tree_sitter")
        grammars = importlib.import_module(package)
    except ImportError:
        return ()
    return [tree_sitter.Parser(tree_sitter.Language(getattr(grammars, function)())).parse for function in functions]


def _first_error(root: Any) -> tuple[int, str]:
    """Return the row of the first place where the tree is wrong, and what is wrong there."""
    node = root
    while True:
        child = next((child for child in node.children if child.has_error or child.is_missing), None)
        if child is None or node.is_error:
            break
        node = child
    if node.is_missing:
        return node.start_point[0], f"{node.type!r} is missing"
    return node.start_point[0], "invalid syntax"
