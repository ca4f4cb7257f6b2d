"""Loads tree-sitter parsers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from snipproof.errors import ToolchainMissingError
from snipproof.languages import languages

if TYPE_CHECKING:
    from collections.abc import Callable


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
