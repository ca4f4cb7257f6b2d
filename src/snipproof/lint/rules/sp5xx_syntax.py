"""SP5xx: text that does not parse as the language it is shown as, or that uses names it does not define."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from snipproof.languages import displayed
from snipproof.lint.rules.base import at, rule
from snipproof.model import Severity
from snipproof.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from snipproof.lint.rules.base import Block, Context
    from snipproof.model import Finding

_DEFINED = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}
_MAX_NAMES = 5


@rule("SP501", "python-syntax", Severity.ERROR, "what is shown as Python does not parse")
def python_syntax(context: Context) -> Iterator[Finding]:
    """A block shown as Python does not parse."""
    return _invalid_blocks(context, "python", "Python")


@rule("SP502", "json-syntax", Severity.ERROR, "what is shown as JSON does not parse")
def json_syntax(context: Context) -> Iterator[Finding]:
    """A block shown as JSON does not parse, apart from comments and elisions."""
    return _invalid_blocks(context, "json", "JSON")


@rule("SP503", "typescript-syntax", Severity.WARNING, "what is shown as TypeScript does not parse")
def typescript_syntax(context: Context) -> Iterator[Finding]:
    """A block shown as TypeScript or JavaScript does not parse. Requires the extra ``languages``."""
    return _invalid_blocks(context, "typescript", "TypeScript")


@rule("SP504", "go-syntax", Severity.WARNING, "what is shown as Go does not parse")
def go_syntax(context: Context) -> Iterator[Finding]:
    """A block shown as Go does not parse. Requires the extra ``languages``."""
    return _invalid_blocks(context, "go", "Go")


@rule("SP505", "java-syntax", Severity.WARNING, "what is shown as Java does not parse")
def java_syntax(context: Context) -> Iterator[Finding]:
    """A block shown as Java does not parse. Requires the extra ``languages``."""
    return _invalid_blocks(context, "java", "Java")


@rule("SP506", "undefined-name", Severity.OFF, "a name is used and never defined in what is shown")
def undefined_name(context: Context) -> Iterator[Finding]:
    """Readers who paste the text get a NameError. Looks at Python only.

    Off by default: most blocks build on earlier ones.
    """
    for block in context.blocks:
        if displayed(block.reference.language) != "python":
            continue
        names = undefined_names(block.text)
        if names:
            some = ", ".join(names[:_MAX_NAMES]) + (", …" if len(names) > _MAX_NAMES else "")
            yield at(block.reference, f"used but never defined in the block: {some}", "show where it comes from")


class Parsing:
    """Parses each distinct text of ``blocks`` once."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks: dict[str, dict[str, list[Block]]] = {}
        for block in blocks:
            language = displayed(block.reference.language)
            # Other rules report why such a block does not parse.
            is_explained = block.runs_out or block.is_misfit or not block.text.strip()
            if language and not is_explained:
                self._blocks.setdefault(language, {}).setdefault(block.text, []).append(block)

    def errors(self, language: str) -> Iterator[tuple[Block, int, str]]:
        """Yield each block that does not parse, with the line of its text, from 1, and the reason."""
        blocks_of = self._blocks.get(language, {})
        parse = _parser(language) if blocks_of else None
        for text, blocks in blocks_of.items() if parse else ():
            if parse and (error := parse(text)):
                for block in blocks:
                    yield block, *error


def _parsing(context: Context) -> Parsing:
    return Parsing(context.blocks)


def _parser(language: str) -> Callable[[str], tuple[int, str] | None] | None:
    """Return a function that returns the line and the reason why a text does not parse; ``None`` if there is none."""
    if language == "python":
        from snipproof.syntax.fragments import python_error

        return python_error
    if language == "json":
        return json_error
    from snipproof.syntax.fragments import is_installed, tree_error

    return (lambda text: tree_error(language, text)) if is_installed(language) else None


def json_error(text: str) -> tuple[int, str] | None:
    """Return the line and the reason why ``text`` is not JSON, ``None`` if it is.

    It may have comments, and ``...`` for an element, a member or a value, with or without commas around it.
    """
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        # Late: few texts need it.
        from snipproof.lint.rules.shown_json import shown_json_error

        return shown_json_error(text)
    return None


def _invalid_blocks(context: Context, language: str, title: str) -> Iterator[Finding]:
    for block, found, reason in context.shared(_parsing).errors(language):
        lines = block.text.split("\n")
        line = min(found, len(lines))  # a parser may stop behind the last one
        where = f"line {block.source_line(line)} of {block.source.path}"
        message = f"the block is not valid {title}: {reason}, {quoted(lines[line - 1].strip())} ({where})"
        yield at(block.reference, message, "readers paste what they see: correct it, or set the language that it is")


def undefined_names(text: str) -> list[str]:
    """Return the names that ``text`` reads and gives no value anywhere, in order; an empty list if it is not Python."""
    import ast  # late, since it takes a while and the rule is off by default
    import textwrap
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    defined: set[str] = set()
    used: dict[str, tuple[int, int]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load(), lineno=line, col_offset=column):
                used[name] = min((line, column), used.get(name, (line, column)))
            case ast.Name(id=name):
                defined.add(name)
            case (
                ast.arg(arg=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                defined.add(name)
            case ast.alias(name="*"):
                return []  # anything may come from there
            case ast.alias(name=name, asname=renamed):
                defined.add(renamed or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                defined.add(name)
            case ast.MatchMapping(rest=str(name)):
                defined.add(name)
            case _:
                pass
    return [name for name in sorted(used, key=used.__getitem__) if name not in defined and name not in _DEFINED]
