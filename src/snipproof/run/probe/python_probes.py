"""Places probes in Python Sources with Python's own tokenizer. The result must parse, else it is not used."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

from snipproof.model import Marker
from snipproof.run.probe.probed import PROBE_FUNCTION, Edits, Probed

_BLOCK_WORDS = frozenset(
    (
        "if",
        "elif",
        "else",
        "for",
        "while",
        "with",
        "try",
        "except",
        "finally",
        "def",
        "class",
        "async",
        "match",
        "case",
        "@",
    )
)
_CLAUSES = frozenset(("elif", "else", "except", "finally", "case"))
_LEAVING = frozenset(("return", "raise", "break", "continue"))
_CODE = frozenset((tokenize.NAME, tokenize.OP, tokenize.NUMBER))
_LAYOUT = frozenset((tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER))


@dataclass(frozen=True, slots=True)
class _Statement:
    """One logical line: its lines, the column of its first token and the end of its last."""

    first: int
    last: int
    indent: int
    end: int
    word: str
    is_text: bool


def probe_python(text: str, markers: Iterable[Marker]) -> Probed:
    """Return ``text`` with a probe for every line that holds one of ``markers``.

    A marker inside the brackets of a simple statement belongs to that statement: the probe of a START goes before it,
    that of an END after it. Text that is not Python is returned unchanged: running it reports the wrong line.
    """
    opens: dict[int, bool] = {}  # by line: whether all of its markers are STARTs
    for marker in markers:
        opens[marker.line] = opens.get(marker.line, True) and marker.opens
    try:
        ast.parse(text)
        placer = _Placer(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return Probed(text, dict.fromkeys(opens, "the file is not valid Python"))
    silent = {}
    for line in sorted(opens):
        if reason := placer.place(line, only_starts=opens[line]):
            silent[line] = reason
    probed = placer.edits.text()
    try:
        ast.parse(probed)
    except SyntaxError as error:
        return Probed(text, dict.fromkeys(opens, f"a probe cannot stand near line {error.lineno}"))
    return Probed(probed, silent, frozenset(placer.unreachable))


class _Placer:
    """Places one probe after the other in a text, from the first line to the last."""

    def __init__(self, text: str) -> None:
        self.edits = Edits(text.split("\n"))
        self.unreachable: set[int] = set()
        self._statements, self._comments, self._code = _layout(text)
        self._header = _header_end(self._statements)
        self._ceilings: dict[int, int] = {}  # after a probe that left a block, no later one may enter it again

    def place(self, line: int, *, only_starts: bool) -> str:
        """Place the probe of a marker line; return why that is not possible, else ``""``."""
        call = f"{PROBE_FUNCTION}({line})"
        column = self._comments.get(line)
        if column is None:
            what = "code" if line in self._code else "inside a string literal"
            return f"the marker is not a comment: it is {what}"
        if self.edits.lines[line - 1][:column].strip():
            return "the marker follows code on its line: put it on a line of its own"
        if self._header and line < self._header.first:
            # No statement may come before `from __future__` imports, and a docstring must stay the first one.
            self.edits.insert(self._header.last, self._header.end, f"; {call}")
            return ""
        if around := next((s for s in self._statements if s.first < line <= s.last), None):
            return self._place_inside(around, call, only_starts=only_starts)
        return self._place_between(line, column, call, only_starts=only_starts)

    def _place_inside(self, around: _Statement, call: str, *, only_starts: bool) -> str:
        if around.word in _BLOCK_WORDS:
            return f"the marker is inside the head of the {around.word!r} statement of line {around.first}"
        if only_starts:
            self.edits.insert(around.first, around.indent, f"{call}; ")
        else:
            self.edits.insert(around.last, around.end, f"; {call}")
        return ""

    def _place_between(self, line: int, column: int, call: str, *, only_starts: bool) -> str:
        before = max((s for s in self._statements if s.last < line), key=lambda s: s.last, default=None)
        after = min((s for s in self._statements if s.first > line), key=lambda s: s.first, default=None)
        if before and before.word == "@":
            return "the marker is between a decorator and what it decorates"
        gap = before.last if before else 0
        column = min(column, self._ceilings.get(gap, column))
        self._ceilings[gap] = indent = _indent(self._statements, before, after, column)
        # Tabs stay tabs: copy the whitespace of the nearest statement of that indentation.
        model = min(
            (s for s in self._statements if s.indent == indent), key=lambda s: abs(s.first - line), default=None
        )
        blanks = self.edits.lines[model.first - 1][:indent] if model else ""
        self.edits.replace(line, blanks + call)
        if before and before.word in _LEAVING and before.indent == indent and not only_starts:
            self.unreachable.add(line)
        return ""


def _layout(text: str) -> tuple[list[_Statement], dict[int, int], set[int]]:
    """Return the statements (logical lines) of ``text``, the column of the comment of each line, and lines of code."""
    statements = []
    comments = {}
    code: set[int] = set()
    current: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.start[1]
        if token.type == tokenize.NEWLINE:
            first, last = current[0], current[-1]
            is_text = all(t.type == tokenize.STRING for t in current)
            statements.append(
                _Statement(first.start[0], last.end[0], first.start[1], last.end[1], _word(current), is_text)
            )
            current = []
        elif token.type not in _LAYOUT:
            current.append(token)
            if token.type in _CODE:
                code.add(token.start[0])
    return statements, comments, code


def _word(tokens: list[tokenize.TokenInfo]) -> str:
    """Return the first word of a statement; ``""`` for ``match`` and ``case`` if they are names there."""
    word = tokens[0].string
    if word in ("match", "case") and tokens[-1].string != ":":
        return ""
    if word == "from" and len(tokens) > 1 and tokens[1].string == "__future__":
        return "from __future__"
    return word


def _header_end(statements: list[_Statement]) -> _Statement | None:
    """Return the last statement of the module's docstring and ``from __future__`` imports."""
    last = None
    for index, statement in enumerate(statements):
        if statement.word == "from __future__" or (index == 0 and statement.is_text):
            last = statement
        else:
            break
    return last


def _indent(statements: list[_Statement], before: _Statement | None, after: _Statement | None, column: int) -> int:
    """Return the indentation nearest to ``column`` at which a statement may stand between two others."""
    if before is None:
        return after.indent if after else 0
    low = after.indent if after else 0
    if low > before.indent:  # first in a new block
        return low
    levels = {before.indent}
    for statement in reversed([s for s in statements if s.last <= before.last]):
        if statement.indent < min(levels):
            levels.add(statement.indent)
    clause = after is not None and after.word in _CLAUSES
    allowed = [level for level in levels if level > low or (level == low and not clause)]
    fitting = [level for level in allowed if level <= column]
    return max(fitting) if fitting else min(allowed)
