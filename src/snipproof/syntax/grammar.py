"""What must be known of a language to place probes with its tree-sitter grammar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from snipproof.errors import ToolchainMissingError
from snipproof.run.probe.probed import PROBE_FUNCTION


@dataclass(frozen=True, slots=True)
class Grammar:
    """Node types and texts of one language.

    :param package: the tree-sitter package, ``entry`` the function in it that gives the language.
    :param call: the statement that is a probe; ``{}`` is its number.
    :param containers: nodes whose children are statements; ``cases`` those whose children are cases of statements.
    :param declaring: nodes in which only declarations may stand.
    :param functions: declarations with a ``body`` that can be executed.
    :param enter: what follows the brace that opens a function, ``leave`` what precedes the one that closes it.
    """

    package: str
    entry: str
    call: str
    containers: frozenset[str]
    cases: frozenset[str]
    declaring: frozenset[str]
    functions: frozenset[str]
    enter: str
    leave: str

    def parser(self) -> Callable[[bytes], Any]:
        """Return a function that gives the tree of a text in UTF-8.

        :raises ToolchainMissingError: the extra with the grammars is not installed.
        """
        import importlib

        try:
            import tree_sitter

            language = getattr(importlib.import_module(self.package), self.entry)()
        except ImportError as error:
            hint = "install it: pip install 'snipproof[languages]'"
            raise ToolchainMissingError(f"no module {error.name!r}", hint) from None
        return tree_sitter.Parser(tree_sitter.Language(language)).parse


_CALL = PROBE_FUNCTION + "({});"
_JAVA_CALL = "snipproof.Probe.pass({});"
_TYPESCRIPT = {
    "package": "tree_sitter_typescript",
    "call": f";{_CALL}",  # the statement before may have no semicolon
    "containers": frozenset(("program", "statement_block", "switch_case", "switch_default")),
    "cases": frozenset(("switch_body",)),
    "declaring": frozenset(("class_body",)),
    "functions": frozenset(("method_definition",)),
    "enter": f" {_CALL} try {{",
    "leave": f"}} finally {{ {_CALL} }} ",
}

GRAMMARS = {
    "typescript": Grammar(entry="language_typescript", **_TYPESCRIPT),  # type: ignore[arg-type]
    "tsx": Grammar(entry="language_tsx", **_TYPESCRIPT),  # type: ignore[arg-type]
    "go": Grammar(
        package="tree_sitter_go",
        entry="language",
        call=_CALL,
        containers=frozenset(
            ("block", "statement_list", "expression_case", "type_case", "communication_case", "default_case")
        ),
        cases=frozenset(("expression_switch_statement", "type_switch_statement", "select_statement")),
        declaring=frozenset(("source_file",)),
        functions=frozenset(("function_declaration", "method_declaration")),
        enter=f" {_CALL}",
        leave="",
    ),
    "java": Grammar(
        package="tree_sitter_java",
        entry="language",
        call=_JAVA_CALL,
        containers=frozenset(("block", "constructor_body", "switch_block_statement_group")),
        cases=frozenset(("switch_block",)),
        declaring=frozenset(
            (
                *("program", "class_body", "interface_body", "annotation_type_body"),
                *("enum_body", "enum_body_declarations"),
            )
        ),
        functions=frozenset(("method_declaration", "constructor_declaration", "compact_constructor_declaration")),
        enter=f" {_JAVA_CALL} try {{",
        leave=f"}} finally {{ {_JAVA_CALL} }} ",
    ),
}
"""By the name that a Runner knows: ``typescript``, ``tsx``, ``go``, ``java``."""
