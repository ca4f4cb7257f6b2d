"""Finds where JavaScript on a Page ends: an expression in braces, and a block of imports and exports.

The parser of MDX tries to parse at each closing brace, or each blank line, and stops where that works. For valid code
that is the brace that matches, or the first blank line outside of everything: finding it needs the tokens only. Which
of two meanings ``/`` and ``<`` have depends on the token before them. Tags in the code are read by the caller.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    ReadTag = Callable[[int], "TagEnd"]

# A comment that never ends takes the rest of the text, so that this is not searched again and again.
_TOKEN = re.compile(
    r"""(\s*)(?:
        ([\w$]+|[^\x00-\x7f]+)
        |("(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')
        |(//[^\n]*|/\*(?:.*?\*/|.*))
        |(=>|\+\+|--|.)
    )""",
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*")
_TEMPLATE = re.compile(r"(?:[^`\\$]++|\\.|\$(?!\{))*+(`|\$\{)", re.DOTALL)
_CHILDREN = re.compile(r"[^<{]*+([<{])")
_SIMPLE = re.compile(r"\{[\w.\s$,:|&!?=+()*-]*\}|\{\s*/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/\s*\}|\{\"[^\"\\\n]*\"\}")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_TAG = re.compile(r"<[\w$>]")
# After these words comes an operand, so that `/` begins a regular expression and `<` a tag.
_OPERATORS = frozenset(
    {
        "await", "case", "default", "delete", "do", "else", "export", "extends", "in", "instanceof", "new", "of",
        "return", "throw", "typeof", "void", "yield",
    }
)  # fmt: skip
_MAX_DEPTH = 60


class CodeError(Exception):
    """Code, at the offset ``position``, that never ends or is nested too deeply."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


class TagEnd(NamedTuple):
    """The offset behind a tag, and whether it is ``<A>``, which opens, ``</A>``, which closes, or ``<A/>``."""

    end: int
    opens: bool
    closes: bool


class Code:
    """Reads the code in ``text``; ``read_tag`` reads the tag at an offset and returns where it ends.

    :ivar imports: the offsets of the import statements that :meth:`block_end` met.
    """

    def __init__(self, text: str, read_tag: ReadTag) -> None:
        self._text = text
        self._read_tag = read_tag
        self._depth = 0
        self.imports: list[int] = []

    def expression_end(self, position: int) -> int:
        """Return the offset behind the brace that closes the one at ``position``.

        :raises CodeError: it is never closed.
        """
        simple = _SIMPLE.match(self._text, position)
        if simple:
            return simple.end()
        return _Tokens(self, self._text, position, in_braces=True).end()

    def block_end(self, position: int) -> int:
        """Return the offset of the blank line, or of the end of the text, that ends the statements at ``position``.

        :raises CodeError: a bracket, a template or a comment is never closed.
        """
        return _Tokens(self, self._text, position, in_braces=False).end()

    def element_end(self, position: int) -> int:
        """Return the offset behind the element at ``position``."""
        if self._depth > _MAX_DEPTH:
            raise CodeError(position, "the code is nested too deeply to be read")
        self._depth += 1
        try:
            return self._children_end(position)
        finally:
            self._depth -= 1

    def _children_end(self, position: int) -> int:
        depth = 0
        while True:
            tag = self._read_tag(position)
            position = tag.end
            depth += tag.opens - tag.closes
            if depth <= 0:
                return position
            while True:
                found = _CHILDREN.match(self._text, position)
                if found is None:
                    raise CodeError(position, "the element is never closed")
                position = found.start(1)
                if found[1] == "<":
                    break
                position = self.expression_end(position)


class _Tokens:
    """The tokens of ``text`` from ``position`` on, up to the end of an expression in braces or of statements."""

    def __init__(self, code: Code, text: str, position: int, *, in_braces: bool) -> None:
        self._code = code
        self._text = text
        self._begin = position
        self._position = position
        self._in_braces = in_braces
        self._brackets: list[str] = []
        self._operand = False  # whether the last token ends one
        self._complete = True  # whether a statement may end behind it
        self._ended = False  # whether a statement surely ends there
        self._imports = False  # whether the statement imports

    def end(self) -> int:
        """Return the offset behind the expression or the statements."""
        while True:
            token = _TOKEN.match(self._text, self._position)
            if token is None:  # only blanks are left
                if self._in_braces or self._brackets:
                    raise CodeError(self._begin, "the brace is never closed")
                return len(self._text)
            end = self._statements_end(token)
            if end is not None:
                return end
            self._position = token.end()
            if token[2] is not None:
                self._add_word(token[2], token.end(1))
            elif token[3] is not None:
                self._operand = self._complete = True
                self._ended = self._imports and not self._brackets
            elif token[5] is not None:
                self._add_sign(token[5], token.end(1))
                if self._in_braces and not self._brackets:
                    return self._position

    def _statements_end(self, token: re.Match[str]) -> int | None:
        """Return where statements end before ``token``: at a blank line, or where no parser goes on."""
        blanks = token[1]
        if self._in_braces or self._brackets or not self._complete or "\n" not in blanks:
            return None
        blank_line = _BLANK_LINE.search(blanks)
        if blank_line:
            return token.start() + blank_line.start() + 1
        goes_on = token[2] in ("import", "export") or token[4] is not None
        return None if goes_on or not self._ended else token.end(1)

    def _add_word(self, word: str, begin: int) -> None:
        self._ended = False
        if not self._brackets and word in ("import", "export"):
            self._imports = word == "import"
            if self._imports and not self._in_braces and self._begins_statement(begin):
                self._code.imports.append(begin)
        self._operand = self._complete = word not in _OPERATORS

    def _begins_statement(self, position: int) -> bool:
        """Return whether a statement may begin at ``position``: on its line, or behind a semicolon."""
        line = self._text.rfind("\n", 0, position) + 1
        before = self._text[line:position].rstrip()
        return not before or before.endswith(";")

    def _add_sign(self, sign: str, begin: int) -> None:
        if sign in "([{":
            self._brackets.append(sign)
            self._operand = self._complete = False
        elif sign in ")]}":
            self._operand = self._complete = True
            # Without an open one, the code is not valid, which is not for us to report.
            if self._brackets and self._brackets.pop() == "`":
                self._skip_template()
        elif sign == "`":
            self._skip_template()
        elif not self._operand and sign == "/" and (regex := _REGEX.match(self._text, begin)):
            self._position = regex.end()
            self._operand = self._complete = True
        elif not self._operand and sign == "<" and _TAG.match(self._text, begin):
            self._position = self._code.element_end(begin)
            self._operand = self._complete = True
        else:
            self._operand = sign in ("++", "--") and self._operand
            self._ended = sign == ";" and not self._brackets
            self._complete = sign == ";" or self._operand

    def _skip_template(self) -> None:
        """Move behind the text of a template, or behind the next ``${`` in it."""
        found = _TEMPLATE.match(self._text, self._position)
        if found is None:
            raise CodeError(self._position, "the template is never closed")
        self._position = found.end()
        in_expression = found[1] != "`"
        if in_expression:
            self._brackets.append("`")
        self._operand = self._complete = not in_expression
