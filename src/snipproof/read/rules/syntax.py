"""SP501 to SP505: text that does not parse as what it is shown as."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from snipproof.read.rules.fit import misfit
from snipproof.read.rules.languages import displayed
from snipproof.read.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snipproof.model import Finding
    from snipproof.read.rules.context import Block, Context
# About half of the work that is left when this is asked. The rules about them are applied last.
_FOR_THE_SECOND = ("python", "json", "go", "java")


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
    """Parses each distinct text of a run once, those of some languages in the second process where there is one."""

    def __init__(self, context: Context) -> None:
        self._blocks: dict[str, dict[str, list[Block]]] = {}
        for block in context.blocks:
            language = displayed(block.reference.language)
            if language and _must_parse(block):
                self._blocks.setdefault(language, {}).setdefault(block.text, []).append(block)
        self._second = context.site.second
        if self._second is not None:
            asked = {language: list(self._blocks.get(language, ())) for language in _FOR_THE_SECOND}
            self._second.ask(all_errors, asked)

    def failed(self, language: str) -> Iterator[tuple[Block, int, str]]:
        """Yield each block that does not parse, with the line of its text and the reason."""
        texts = self._blocks.get(language, {})
        found = self._answer.get(language) if language in _FOR_THE_SECOND else None
        for text, line, reason in _errors(language, list(texts)) if found is None else found:
            for block in texts[text]:
                yield block, line, reason

    @cached_property
    def _answer(self) -> dict[str, list[tuple[str, int, str]]]:
        answer: dict[str, list[tuple[str, int, str]]] = self._second.answer() if self._second is not None else {}
        return answer


def all_errors(_: object, asked: dict[str, list[str]]) -> dict[str, list[tuple[str, int, str]]]:
    """Return, for each language, the texts that do not parse, with the line and the reason."""
    return {language: _errors(language, texts) for language, texts in asked.items()}


def _errors(language: str, texts: list[str]) -> list[tuple[str, int, str]]:
    parse = _parser(language) if texts else None
    return [(text, *error) for text in texts if (error := parse(text))] if parse else []


def _must_parse(block: Block) -> bool:
    """Whether nothing else is told of the block that says why it does not parse."""
    return not block.runs_out and not misfit(block.reference.language, block.source.path) and bool(block.text.strip())


def _parser(language: str) -> Callable[[str], tuple[int, str] | None] | None:
    if language == "python":
        from snipproof.read.rules.python_text import python_error

        return python_error
    if language == "json":
        from snipproof.read.rules.json_text import json_error

        return json_error
    from snipproof.read.rules.tree_text import is_installed, tree_error

    return (lambda text: tree_error(language, text)) if is_installed(language) else None


def _unparsable(context: Context, rule: str, language: str, name: str) -> Iterator[Finding]:
    for block, found, reason in context.parsing.failed(language):
        lines = block.text.split("\n")
        line = min(found, len(lines))  # a parser may stop behind the last one
        where = f"line {block.source_line(line)} of {block.source.path}"
        message = f"what is shown is no {name}: {reason}, {quoted(lines[line - 1].strip())} ({where})"
        hint = "readers paste what they see: correct it, or set the language that it is"
        yield at(block.reference, rule, message, hint)
