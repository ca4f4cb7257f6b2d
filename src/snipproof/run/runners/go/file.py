"""Reads what a Go file declares with the tree-sitter grammar: its package, the tests that go finds, its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from snipproof.syntax.grammar import load_parser

_FUNCTIONS = ("function_declaration", "method_declaration")
_SPECS = ("type_spec", "type_alias", "const_spec", "var_spec")
_OUTPUT = re.compile(r"^(?://|/\*)\s*(?:unordered )?output:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GoFile:
    """One Go file.

    :param package: its package clause, ``""`` if it has none.
    :param tests: the functions that ``go test`` calls: tests, fuzz tests and examples with an ``// Output:``.
    :param declared: the names that other files may use.
    :param is_program: whether it has a ``main``; true also for text that is not Go, so that the compiler reports it.
    """

    package: str
    tests: tuple[str, ...]
    declared: frozenset[str]
    is_program: bool


def read_go(text: str) -> GoFile:
    """Return what ``text`` declares; for text that is not Go, what the grammar recognizes.

    :raises ToolchainMissingError: the grammars are not installed.
    """
    # The tree keeps a reference to what it was made from, and its nodes one to the tree.
    root = load_parser("go")(text.encode()).root_node
    package = ""
    tests = []
    declared: set[str] = set()
    has_main = False
    for node in root.named_children:
        if node.type == "package_clause" and node.named_children:
            package = package or _text(node.named_children[0])
        elif node.type in _FUNCTIONS:
            name = _text(node.child_by_field_name("name"))
            declared.add(name)
            if node.type == "function_declaration":
                has_main = has_main or name == "main"
                if _is_test(name, node):
                    tests.append(name)
        else:
            declared.update(_text(name) for spec in _specs(node) for name in spec.children_by_field_name("name"))
    is_program = (package == "main" and has_main) or root.has_error
    return GoFile(package, tuple(tests), frozenset(declared), is_program)


def _is_test(name: str, node: Any) -> bool:
    """Return whether go takes a function for a test: a known prefix without a lower-case letter after it."""
    word = next((word for word in ("Test", "Fuzz", "Example") if name.startswith(word)), None)
    if word is None or name[len(word) : len(word) + 1].islower():
        return False
    if word == "Example":
        return any(_OUTPUT.match(_text(comment)) for comment in _comments(node))
    parameters = _text(node.child_by_field_name("parameters")).rstrip(", \t\n)")
    return parameters.endswith((f".{word[0]}", f"*{word[0]}"))  # not TestMain(m *testing.M)


def _comments(node: Any) -> Iterator[Any]:
    for child in node.named_children:
        if child.type == "comment":
            yield child
        else:
            yield from _comments(child)


def _specs(node: Any) -> Iterator[Any]:
    """Yield the declarations in a ``type``, ``const`` or ``var`` at the top of a file."""
    for child in node.named_children:
        if child.type in _SPECS:
            yield child
        elif child.type.endswith("_spec_list"):
            yield from _specs(child)


def _text(node: Any) -> str:
    return node.text.decode() if node is not None else ""
