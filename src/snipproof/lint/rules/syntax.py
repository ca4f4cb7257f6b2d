"""SP501 to SP505: text that does not parse as what it is shown as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.languages import displayed
from snipproof.lint.rules.fit import misfit
from snipproof.lint.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snipproof.lint.rules.context import Block, Context
    from snipproof.model import Finding


def python(context: Context) -> Iterator[Finding]:
    """SP501: text shown as Python is none."""
    return _unparsable(context, "SP501", "python", "Python")


def json(context: Context) -> Iterator[Finding]:
    """SP502: text shown as JSON is none, comments and elisions apart."""
    return _unparsable(context, "SP502", "json", "JSON")


def typescript(context: Context) -> Iterator[Finding]:
    """SP503: text shown as TypeScript or JavaScript is none. Needs the extra ``languages``."""
    return _unparsable(context, "SP503", "typescript", "TypeScript")


def go(context: Context) -> Iterator[Finding]:
    """SP504: text shown as Go is none. Needs the extra ``languages``."""
    return _unparsable(context, "SP504", "go", "Go")


def java(context: Context) -> Iterator[Finding]:
    """SP505: text shown as Java is none. Needs the extra ``languages``."""
    return _unparsable(context, "SP505", "java", "Java")


class Parsing:
    """Parses each distinct text of a run once."""

    def __init__(self, context: Context) -> None:
        self._blocks: dict[str, dict[str, list[Block]]] = {}
        for block in context.blocks:
            language = displayed(block.reference.language)
            if language and _must_parse(block):
                self._blocks.setdefault(language, {}).setdefault(block.text, []).append(block)

    def failed(self, language: str) -> Iterator[tuple[Block, int, str]]:
        """Yield each block that does not parse, with the line of its text and the reason."""
        texts = self._blocks.get(language, {})
        for text, line, reason in _errors(language, list(texts)):
            for block in texts[text]:
                yield block, line, reason


def _errors(language: str, texts: list[str]) -> list[tuple[str, int, str]]:
    parse = _parser(language) if texts else None
    return [(text, *error) for text in texts if (error := parse(text))] if parse else []


def _must_parse(block: Block) -> bool:
    """Whether nothing else is told of the block that says why it does not parse."""
    return not block.runs_out and not misfit(block.reference.language, block.source.path) and bool(block.text.strip())


def _parser(language: str) -> Callable[[str], tuple[int, str] | None] | None:
    if language == "python":
        from snipproof.syntax.python_fragments import python_error

        return python_error
    if language == "json":
        from snipproof.lint.rules.json_text import json_error

        return json_error
    from snipproof.syntax.tree_fragments import is_installed, tree_error

    return (lambda text: tree_error(language, text)) if is_installed(language) else None


def _unparsable(context: Context, rule: str, language: str, name: str) -> Iterator[Finding]:
    for block, found, reason in context.parsing.failed(language):
        lines = block.text.split("\n")
        line = min(found, len(lines))  # a parser may stop behind the last one
        where = f"line {block.source_line(line)} of {block.source.path}"
        message = f"what is shown is no {name}: {reason}, {quoted(lines[line - 1].strip())} ({where})"
        hint = "readers paste what they see: correct it, or set the language that it is"
        yield at(block.reference, rule, message, hint)
