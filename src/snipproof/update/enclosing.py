"""The comment or string that encloses a block in its Source, and what the new text may therefore not contain."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from snipproof.languages import COMMENT_TOKENS, languages, of_file

_BLOCK_COMMENT = ("/*", "*/")
_BLOCK_COMMENT_TOKENS = {*_BLOCK_COMMENT, "*", "<!--"}
_PYTHON_STRING = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>\"\"\"|'''|\"|')")
_BACKSLASH = ("\\", "which begins an escape in this string: put the block in a comment or a raw string")
# Facts of single languages, by name: strings in which a backslash is an ordinary character, ...
_RAW_STRINGS = {"go"}
# ... what begins code inside a string, ...
_CODE_IN_STRINGS = {"typescript": ("${",)}
# ... and what changes the Source even in a comment, with the reason.
_NOT_EVEN_IN_COMMENTS = {"java": (("\\u", "which Java reads even in a comment"),)}


@dataclass(frozen=True, slots=True)
class EnclosingLiteral:
    """A comment or a string literal.

    :param kind: what it is, for messages.
    :param ends: texts that it must not contain because they end it, or begin code in it.
    :param escapes: texts that it must not contain more often than before, each with the reason.
    """

    kind: str
    ends: tuple[str, ...] = ()
    escapes: tuple[tuple[str, str], ...] = ()

    def rejection_reason(self, old: str, new: str) -> str:
        """Return why ``new`` cannot replace ``old`` in it, ``""`` if it can."""
        for text in self.ends:
            if text in new:
                return f"the output contains `{text}`, which would end the {self.kind} around the block, or begin code"
        for text, reason in self.escapes:
            if new.count(text) > old.count(text):
                return f"the output contains `{text}`, {reason}"
        return ""


def enclosing_literal(path: str, text: str, numbers: Sequence[int]) -> EnclosingLiteral:
    """Return what encloses the lines ``numbers`` (from 1) of a Source.

    :param path: the path of the Source; its extension determines the language.
    :param text: the whole Source.
    """
    language = of_file(path)
    lines = text.split("\n")
    found = _in_python(text, numbers[0]) if language == "python" else _in_other(text, lines, numbers[0], language)
    if found is None:
        block = [stripped for number in numbers if (stripped := lines[number - 1].strip())]
        is_comment = block and any(all(line.startswith(token) for line in block) for token in _line_comments(language))
        found = EnclosingLiteral("comment") if is_comment else _unknown_literal()
    return replace(found, escapes=(*found.escapes, *_NOT_EVEN_IN_COMMENTS.get(language, ())))


@cache
def _unknown_literal() -> EnclosingLiteral:
    """Return a literal that rejects what would end a comment or a string of any language."""
    quotes = {quote for row in languages().values() for quote in row.block_strings}
    return EnclosingLiteral("comment or string", (_BLOCK_COMMENT[1], "-->", *sorted(quotes)), (_BACKSLASH,))


def _line_comments(language: str) -> tuple[str, ...]:
    row = languages().get(language)
    tokens = row.comment_tokens if row else COMMENT_TOKENS
    return tuple(token for token in tokens if token not in _BLOCK_COMMENT_TOKENS)


def _in_other(text: str, lines: Sequence[str], number: int, language: str) -> EnclosingLiteral | None:
    """Return the block comment or block string that encloses the line ``number``, ``None`` if there is none."""
    row = languages().get(language)
    if row is None:
        return None
    begin = sum(len(line) + 1 for line in lines[: number - 1])
    found = next((m[0] for m in comments_and_strings(language).finditer(text) if m.start() < begin < m.end()), "")
    if found.startswith(_BLOCK_COMMENT[0]):
        return EnclosingLiteral("comment", _BLOCK_COMMENT[1:])
    quote = next((quote for quote in row.block_strings if found.startswith(quote)), None)
    if quote is None:
        return None
    escapes = () if language in _RAW_STRINGS else (_BACKSLASH,)
    return EnclosingLiteral("string", (quote, *_CODE_IN_STRINGS.get(language, ())), escapes)


@cache
def comments_and_strings(language: str) -> re.Pattern[str]:
    """Return a pattern of the comments and strings of ``language``; in one of them, the others do not begin."""
    row = languages()[language]
    character = "." if language in _RAW_STRINGS else r"(?:\\.|.)"
    patterns = [rf"{re.escape(token)}[^\n]*" for token in _line_comments(language)]
    if _BLOCK_COMMENT[0] in row.comment_tokens:
        patterns.append(r"/\*.*?(?:\*/|\Z)")
    patterns += [rf"{re.escape(quote)}{character}*?(?:{re.escape(quote)}|\Z)" for quote in row.block_strings]
    patterns += [r'"(?:[^"\\\n]|\\.)*"', r"'(?:[^'\\\n]|\\.)*'"]
    return re.compile("|".join(patterns), re.DOTALL)


def _in_python(text: str, number: int) -> EnclosingLiteral | None:
    for token in _python_tokens(text):
        if token.type == tokenize.STRING and token.start[0] < number <= token.end[0]:
            match = _PYTHON_STRING.match(token.string)
            assert match
            prefix = match["prefix"].lower()
            escapes: tuple[tuple[str, str], ...] = () if "r" in prefix else (_BACKSLASH,)
            if "f" in prefix or "t" in prefix:
                escapes += tuple((brace, "which is code in this string") for brace in "{}")
            return EnclosingLiteral("string", (match["quote"],), escapes)
    return None


def _python_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):  # the Source ran, so the tokens before it are right
        return
