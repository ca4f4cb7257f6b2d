"""SP501 to SP505: text that does not parse as what it is shown as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.read.rules.background import begin
from snipproof.read.rules.fit import misfit
from snipproof.read.rules.languages import displayed
from snipproof.read.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from snipproof.model import Finding
    from snipproof.read.rules.context import Block, Context

    # By the number of a text: the line and the reason why it does not parse.
    Errors = Sequence[tuple[int, int, str]]

# What is parsed in a process each, by rule; the grammars are loaded only there.
_GROUPS = (
    {"SP501": "python", "SP502": "json"},
    {"SP503": "typescript", "SP504": "go", "SP505": "java"},
)
_FEW = 100  # texts that are parsed sooner than a process is begun


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
        self._begun: dict[str, Callable[[], dict[str, Errors]]] = {}

    def begin(self, rules: set[str]) -> None:
        """Begin to parse for ``rules``, while other rules are applied."""
        for group in _GROUPS:
            languages = [language for rule, language in group.items() if rule in rules and language in self._blocks]
            if sum(len(self._blocks[language]) for language in languages) > _FEW:
                self._begun.update(dict.fromkeys(languages, self._begin(languages)))

    def _begin(self, languages: list[str]) -> Callable[[], dict[str, Errors]]:
        result = begin(lambda: {language: self._errors(language) for language in languages})
        done: list[dict[str, Errors]] = []

        def once() -> dict[str, Errors]:
            if not done:
                done.append(result())
            return done[0]

        return once

    def failed(self, language: str) -> Iterator[tuple[Block, int, str]]:
        """Yield each block that does not parse, with the line of its text and the reason."""
        begun = self._begun.get(language)
        groups = list(self._blocks.get(language, {}).values())
        for number, line, reason in begun()[language] if begun else self._errors(language):
            for block in groups[number]:
                yield block, line, reason

    def _errors(self, language: str) -> Errors:
        texts = self._blocks.get(language)
        parse = _parser(language) if texts else None
        if not texts or parse is None:
            return []
        verdicts = enumerate(map(parse, texts))
        return [(number, *verdict) for number, verdict in verdicts if verdict]


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
