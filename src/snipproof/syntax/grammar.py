"""Loads tree-sitter parsers, and names the nodes of each grammar that matter for statements and declarations."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snipproof.errors import ToolchainMissingError
from snipproof.languages import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Grammar:
    """Node types of one language.

    :param containers: nodes whose children are statements.
    :param cases: nodes whose children are cases, which contain statements.
    :param declaring: nodes in which only declarations may stand.
    :param functions: declarations with a ``body`` that can be executed.
    """

    containers: frozenset[str]
    cases: frozenset[str]
    declaring: frozenset[str]
    functions: frozenset[str]


GRAMMARS: Mapping[str, Grammar] = {
    "typescript": Grammar(
        containers=frozenset(("program", "statement_block", "switch_case", "switch_default")),
        cases=frozenset(("switch_body",)),
        declaring=frozenset(("class_body",)),
        functions=frozenset(("method_definition",)),
    ),
    "go": Grammar(
        containers=frozenset(
            ("block", "statement_list", "expression_case", "type_case", "communication_case", "default_case")
        ),
        cases=frozenset(("expression_switch_statement", "type_switch_statement", "select_statement")),
        declaring=frozenset(("source_file",)),
        functions=frozenset(("function_declaration", "method_declaration")),
    ),
    "java": Grammar(
        containers=frozenset(("block", "constructor_body", "switch_block_statement_group")),
        cases=frozenset(("switch_block",)),
        declaring=frozenset(
            (
                *("program", "class_body", "interface_body", "annotation_type_body"),
                *("enum_body", "enum_body_declarations"),
            )
        ),
        functions=frozenset(("method_declaration", "constructor_declaration", "compact_constructor_declaration")),
    ),
}
"""By the name of the language in :mod:`snipproof.languages`."""


def load_parsers(language: str) -> dict[str, Callable[[bytes], Any]]:
    """Return, for each extension with a grammar of its own, a function that turns UTF-8 text into a tree.

    :raises ToolchainMissingError: tree-sitter or the grammar is not installed.
    """
    grammars = languages()[language].grammars
    try:
        tree_sitter = importlib.import_module("tree_sitter")
        parsers = {}
        for extension, name in grammars.items():
            module, _, function = name.partition(":")
            grammar = tree_sitter.Language(getattr(importlib.import_module(module), function)())
            parsers[extension] = tree_sitter.Parser(grammar).parse
    except ImportError as error:
        hint = "install it: pip install 'snipproof[languages]'"
        raise ToolchainMissingError(f"no module {error.name!r}", hint) from None
    return parsers


def load_parser(language: str, extension: str = "") -> Callable[[bytes], Any]:
    """Return the parser of files with this ``extension``, by default the first one of ``language``.

    :raises ToolchainMissingError: tree-sitter or the grammar is not installed.
    """
    parsers = load_parsers(language)
    return parsers[extension or next(iter(parsers))]
