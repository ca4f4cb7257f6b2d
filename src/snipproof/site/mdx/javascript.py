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

_TOKEN = re.compile(
    r"""(\s*)(?:
        ([\w$]+|[^\x00-\x7f]+)
        |("(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')
        |(//[^\n]*|/\*.*?\*/)
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
        return self._end(position, in_braces=True)

    def block_end(self, position: int) -> int:
        """Return the offset of the blank line, or of the end of the text, that ends the statements at ``position``.

        :raises CodeError: a bracket, a template or a comment is never closed.
        """
        return self._end(position, in_braces=False)

    def _end(self, position: int, *, in_braces: bool) -> int:
        text = self._text
        first = position
        brackets: list[str] = []
        operand = False  # whether the last token ends one
        complete = True  # whether a statement may end here
        imports = ended = False  # whether it imports, and whether it surely ends here
        while True:
            token = _TOKEN.match(text, position)
            if token is None:  # only blanks are left
                if in_braces or brackets:
                    raise CodeError(first, "the brace is never closed")
                return len(text)
            blanks, word, string, comment, sign = token.groups()
            if not in_braces and not brackets and complete and blanks:
                blank = _BLANK_LINE.match(text, token.start() + blanks.index("\n")) if "\n" in blanks else None
                if blank:
                    return blank.start() + 1
                if ended and "\n" in blanks and comment is None and word not in ("import", "export"):
                    return token.end(1)  # a parser fails here, and readers miss nothing
            begin, position = token.end(1), token.end()
            if word is not None:
                ended = False
                if not brackets and word in ("import", "export"):
                    imports = word == "import"
                if word == "import" and not brackets and not in_braces and self._begins(begin):
                    self.imports.append(begin)
                operand = word not in _OPERATORS
                complete = operand
            elif string is not None:
                operand = complete = True
                ended = imports and not brackets
            elif comment is not None:
                pass
            elif sign in "([{":
                brackets.append(sign)
                operand = complete = False
            elif sign in ")]}":
                if not brackets:
                    complete = operand = True  # not valid, which is not for us to report
                    continue
                opened = brackets.pop()
                if sign == "}" and opened == "`":
                    position = self._template(position, brackets)
                if in_braces and not brackets:
                    return position
                operand = complete = True
            elif sign == "`":
                position = self._template(position, brackets)
                operand = complete = not brackets or brackets[-1] != "`"
            elif sign == "/" and not operand and (regex := _REGEX.match(text, begin)):
                position = regex.end()
                operand = complete = True
            elif sign == "<" and not operand and _TAG.match(text, begin):
                position = self._element(begin)
                operand = complete = True
            else:
                operand = sign in ("++", "--") and operand
                complete = sign == ";" or operand
                ended = sign == ";" and not brackets

    def _begins(self, position: int) -> bool:
        """Return whether a statement may begin at ``position``: on its line, or behind a semicolon."""
        line = self._text.rfind("\n", 0, position) + 1
        before = self._text[line:position].rstrip()
        return not before or before.endswith(";")

    def _template(self, position: int, brackets: list[str]) -> int:
        """Return the offset behind the template whose text goes on at ``position``, or behind ``${``."""
        found = _TEMPLATE.match(self._text, position)
        if found is None:
            raise CodeError(position, "the template is never closed")
        if found[1] != "`":
            brackets.append("`")
        return found.end()

    def _element(self, position: int) -> int:
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
