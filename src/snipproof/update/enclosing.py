"""What a block stands in: a comment or a string of its Source, which its new text may neither end nor spoil."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

_LINE_COMMENTS = ("//", "#", "--", ";")
_PYTHON = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>\"\"\"|'''|\"|')")
# Comments and strings of TypeScript, Go and Java, as far as something can stand in them over several lines.
_C_LIKE = re.compile(
    r"""//[^\n]* | /\*.*?(?:\*/|\Z) | \"\"\".*?(?:\"\"\"|\Z) | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    | `(?:[^`\\]|\\.)*(?:`|\Z)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class EnclosingLiteral:
    """A comment or a string literal: ``kind`` in words, and what its text may not hold.

    ``spoils`` maps texts that would change what the literal means to the reason why they are not written.
    """

    kind: str
    ends: tuple[str, ...] = ()
    spoils: tuple[tuple[str, str], ...] = ()

    def trouble(self, old: str, new: str) -> str:
        """Return why ``new`` cannot stand in place of ``old``, empty if it can."""
        for mark in self.ends:
            if mark in new:
                return f"the output holds `{mark}`, which would end the {self.kind} that the block stands in"
        for mark, reason in self.spoils:
            if new.count(mark) > old.count(mark):
                return f"the output holds `{mark}`, {reason}"
        return ""


_BACKSLASH = (
    "\\",
    "and the site shows the Source as it stands: put the block in a comment, or in a string that is raw",
)
_UNKNOWN = EnclosingLiteral("comment or string", ("*/", "-->", '"""', "'''", "`"), (_BACKSLASH,))


def enclosing_literal(path: str, text: str, numbers: Sequence[int]) -> EnclosingLiteral:
    """Return what the lines ``numbers`` of a Source stand in.

    :param text: the whole Source.
    """
    suffix = PurePosixPath(path).suffix
    lines = text.split("\n")
    found = _python(text, numbers[0]) if suffix == ".py" else _c_like(text, lines, numbers[0], suffix)
    if found is None:
        block = [stripped for number in numbers if (stripped := lines[number - 1].strip())]
        in_comments = block and any(all(line.startswith(token) for line in block) for token in _LINE_COMMENTS)
        found = EnclosingLiteral("comment") if in_comments else _UNKNOWN
    if suffix == ".java":
        found = replace(found, spoils=(*found.spoils, ("\\u", "which Java reads even in a comment")))
    return found


def _c_like(text: str, lines: Sequence[str], number: int, suffix: str) -> EnclosingLiteral | None:
    begin = sum(len(line) + 1 for line in lines[: number - 1])
    found = next((m[0] for m in _C_LIKE.finditer(text) if m.start() < begin < m.end()), "")
    if found.startswith("/*"):
        return EnclosingLiteral("comment", ("*/",))
    if found.startswith('"""'):
        return EnclosingLiteral("string", ('"""',), (_BACKSLASH,))
    if found.startswith("`"):
        return (
            EnclosingLiteral("string", ("`",))
            if suffix == ".go"
            else EnclosingLiteral("string", ("`", "${"), (_BACKSLASH,))
        )
    return None


def _python(text: str, line: int) -> EnclosingLiteral | None:
    for token in _tokens(text):
        if token.type == tokenize.STRING and token.start[0] < line <= token.end[0]:
            match = _PYTHON.match(token.string)
            assert match
            spoils = () if "r" in match["prefix"].lower() else (_BACKSLASH,)
            return EnclosingLiteral("string", (match["quote"],), spoils)
    return None


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):  # the Source ran, so what it holds before is well
        return
