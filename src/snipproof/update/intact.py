"""Checks that a changed Source is still the same program, with the same markers and the same other Regions.

Text may change inside of a comment or a string only. The tokens of the whole file are compared: those of Python's own
tokenizer, or of a tree-sitter grammar; without the grammar, comments and strings are found by a regular expression.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from snipproof.errors import ToolchainMissingError
from snipproof.languages import languages, of_file
from snipproof.model import Region, Source
from snipproof.site.source import parse_source
from snipproof.syntax.grammar import load_parser
from snipproof.update.enclosing import comments_and_strings
from snipproof.update.proposal import Change

_HINT = "put the START and END lines directly around the output, inside its comment or string"
_DELIMITERS = ('"""', "'''", "`", "/*", "*/", "<!--", "-->")
# What data consists of when it stands in the code of a Source, in Python and in TypeScript.
_DATA = frozenset(
    ("comment", "string", "number", "NUMBER", "NEWLINE", "property_identifier", "true", "false", "null", "undefined")
)
_DATA_WORDS = frozenset(("True", "False", "None", *"[]{}(),:;-", '"', "'"))
_LAYOUT = (tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER)


class _Token(NamedTuple):
    """One token, comment or part of a string, with its first and last line."""

    kind: str
    text: str
    first: int
    last: int


def find_damage(
    path: str, old: str, new: str, changes: Collection[Change], regions: Collection[str]
) -> tuple[int, str] | None:
    """Return the line of ``old`` at which a change does harm and the reason, ``None`` if none does.

    :param path: the path of the Source; its extension determines the language.
    :param new: ``old`` with all ``changes`` applied.
    :param regions: the names of the Regions that shall change.
    :raises UnreadableError: the markers of the new text cannot be read.
    """
    ordered = sorted(changes, key=lambda change: (change.first, len(change.old)))
    first = ordered[0].first if ordered else 1
    if reason := _other_regions(parse_source(path, old), parse_source(path, new), regions):
        return first, reason
    tokenizer = _tokenizer(path)
    if tokenizer is None:
        return _unknown(ordered)
    before, after = (
        _Version(old, tokenizer(old), _ranges(ordered, new=False)),
        _Version(new, tokenizer(new), _ranges(ordered, new=True)),
    )
    for change, gone, come in zip(ordered, before.changed, after.changed, strict=True):
        if before.is_data(gone) and after.is_data(come):
            continue
        for version, numbers in ((before, gone), (after, come)):
            if outside := version.outside(numbers):
                text = version.text.split("\n")[outside - 1].strip()
                why = f"the block is not wholly inside a comment or string: `{text}` is code or quotes; {_HINT}"
                return outside if version is before else change.first, why
    if before.skeleton() != after.skeleton():
        return first, "written into the Source, the output would change its code"
    reason = _syntax_error(path, old, new)
    return (first, f"the Source would not be valid any more: {reason}") if reason else None


def _ranges(changes: Sequence[Change], *, new: bool) -> list[range]:
    """Return the lines of each change, in the old text or in the new one; an empty range begins where lines go."""
    found = []
    moved = 0
    for change in changes:
        begin = change.first + moved if new else change.first
        found.append(range(begin, begin + len(change.new if new else change.old)))
        moved += len(change.new) - len(change.old)
    return found


class _Version(NamedTuple):
    """One of the two texts of a Source.

    :param changed: the lines of each change.
    """

    text: str
    tokens: Sequence[_Token]
    changed: Sequence[range]

    def outside(self, numbers: range) -> int:
        """Return the first of the lines ``numbers`` with text outside of comments and strings, 0 if there is none."""
        lines = self.text.split("\n")
        for number in numbers:
            on_line = [token for token in self.tokens if token.first <= number <= token.last]
            inside = all(
                token.first < number < token.last or (token.kind == "comment" and token.first == token.last)
                for token in on_line
            )
            if lines[number - 1].strip() and not (inside and len(on_line) == 1):
                return number
        return 0

    def is_data(self, numbers: range) -> bool:
        """Return whether the lines ``numbers`` show data that stands in the code by itself.

        :param numbers: if it is empty, the lines around it count.
        """
        numbers = numbers or range(numbers.start - 1, numbers.start + 1)
        inside = [token for token in self.tokens if token.first in numbers or token.last in numbers]
        return any(token.kind != "comment" for token in inside) and all(
            (token.kind in _DATA and token.first in numbers and token.last in numbers) or token.text in _DATA_WORDS
            for token in inside
        )

    def skeleton(self) -> list[tuple[str, str]]:
        """Return the tokens without comments, without the data and without the text of strings that change."""
        found = []
        data = {number for numbers in self.changed if self.is_data(numbers) for number in numbers}
        for token in self.tokens:
            if token.kind == "comment" or token.first in data:
                continue
            changes = token.kind.endswith("string") and any(
                token.first < (numbers.stop if numbers else numbers.start) and numbers.start <= token.last
                for numbers in self.changed
            )
            found.append((token.kind, "" if changes else token.text))
        return found


def _other_regions(old: Source, new: Source, changing: Collection[str]) -> str:
    """Return how the markers and the Regions that shall stay differ, ``""`` if they do not."""
    markers = [[(m.opens, m.name, m.attributes) for m in source.markers] for source in (old, new)]
    if markers[0] != markers[1]:
        return "a line of the output would be taken for a marker"
    expectations = {expectation.region.name for expectation in old.expectations}
    for one, other in zip(old.regions, new.regions, strict=True):
        # Expectations may share lines; each is compared by itself.
        if one.name not in {*changing, *expectations} and _text(old, one) != _text(new, other):
            return f"it would change `{one.name}`, which shows some of the same lines"
    return ""


def _text(source: Source, region: Region) -> list[str]:
    return [line for part in region.segments for line in source.lines[part.first - 1 : part.last]]


def _unknown(changes: Collection[Change]) -> tuple[int, str] | None:
    """Judge changes in a language without a parser: no line with quotes or with a comment token may come or go."""
    for change in changes:
        old, new = "\n".join(change.old), "\n".join(change.new)
        for mark in _DELIMITERS:
            if old.count(mark) != new.count(mark):
                return change.first, f"it would add or remove `{mark}`, which may end a comment or a string; {_HINT}"
    return None


def _tokenizer(path: str) -> Callable[[str], list[_Token]] | None:
    """Return what splits a Source into tokens, ``None`` if its language is unknown."""
    language = of_file(path)
    if language == "python":
        return lambda text: list(_python_tokens(text))
    if language not in languages() or not languages()[language].grammars:
        return None
    try:
        parse = load_parser(language, _extension(language, path))
    except ToolchainMissingError:
        return lambda text: list(_plain_tokens(text, language))
    return lambda text: list(_leaves(parse(text.encode()).root_node))


def _extension(language: str, path: str) -> str:
    return (".tsx" if path.endswith("x") else ".ts") if language == "typescript" else ""


def _python_tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens of Python; one that no version of it knows ends them."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _LAYOUT:
                continue
            name = tokenize.tok_name[token.type]
            kind = "comment" if name == "COMMENT" else name
            if "STRING" in name:  # one with a prefix may be code
                kind = "prefixed string" if token.string[:1].isalpha() else "string"
            # A DEDENT has no text, and belongs to no line.
            first, last = (0, 0) if kind == "DEDENT" else (token.start[0], token.end[0])
            yield _Token(kind, "" if kind == "NEWLINE" else token.string, first, last)
    except (tokenize.TokenError, SyntaxError) as error:
        yield _Token("error", str(error.args[0]), 0, 0)


def _leaves(root: Any) -> Iterator[_Token]:
    """Yield the leaves of a tree, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        text = node.type.endswith(("string", "fragment", "content", "string_literal"))
        if node.children and not (text and not any(child.is_named for child in node.children)):
            stack += reversed(node.children)
            continue
        kind = "comment" if "comment" in node.type else "string" if text else node.type
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if kind == "comment" and node.text.endswith(b"\n"):  # in some grammars
            last -= 1
        yield _Token(kind, node.text.decode(), first, last)


def _plain_tokens(text: str, language: str) -> Iterator[_Token]:
    """Yield comments, strings and the lines of code between them."""
    position = 0
    for match in comments_and_strings(language).finditer(text):
        yield from _code(text, position, match.start())
        comment = match[0].startswith(("//", "/*", "#"))
        first = text.count("\n", 0, match.start()) + 1
        yield _Token("comment" if comment else "string", match[0], first, first + match[0].count("\n"))
        position = match.end()
    yield from _code(text, position, len(text))


def _code(text: str, begin: int, end: int) -> Iterator[_Token]:
    number = text.count("\n", 0, begin) + 1
    for offset, line in enumerate(text[begin:end].split("\n")):
        if line.strip():
            yield _Token("code", line.strip(), number + offset, number + offset)


def _syntax_error(path: str, old: str, new: str) -> str:
    """Return why ``new`` is not a program although ``old`` is one, ``""`` if it is."""
    language = of_file(path)
    if language == "python":
        return "" if _python_error(old) else _python_error(new)
    try:
        parse = load_parser(language, _extension(language, path))
    except ToolchainMissingError:
        return ""
    broken = parse(new.encode()).root_node.has_error and not parse(old.encode()).root_node.has_error
    return "a syntax error" if broken else ""


def _python_error(text: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return ""  # NUL bytes, or nested too deeply for the parser
    return ""
