"""SP213, SP214: comments that direct the highlights of a block."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.lint.rules.rule import at, quoted
from snipproof.site.magic_comments import remove_magic_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding

_START, _END = "start", "end"
_DIRECTIVE = re.compile(r"highlight-(start|end|next-line)(?![^\W_])")


def unbalanced(context: Context) -> Iterator[Finding]:
    """SP213: a highlight is opened and not closed, or closed and not opened."""
    for block in context.highlighted:
        wrong = _unbalanced(block.text)
        if wrong:
            position, word = wrong
            number = block.source_line(block.text.count("\n", 0, position) + 1)
            other = "closes" if word == _START else "opens"
            line = quoted(_line_at(block.text, position).strip())
            message = f"nothing in this block {other} the highlight of line {number} of {block.source.path}, {line}"
            yield at(
                block.reference, "SP213", message, "put highlight-start and highlight-end between the same markers"
            )


def shown_to_readers(context: Context) -> Iterator[Finding]:
    """SP214: the site's code block does not know a highlight comment in that form, so readers see it."""
    for block in context.highlighted:
        for number, line in enumerate(block.text.split("\n"), 1):
            if "highlight-" in line and _is_shown(line.strip(), block.rendered.highlighter):
                place = f"line {block.source_line(number)} of {block.source.path}"
                hint = f"it must stand alone on its line, in the comments of {block.rendered.highlighter!r}"
                yield at(block.reference, "SP214", f"readers see {quoted(line.strip())} ({place})", hint)
                break


@cache
def _is_shown(line: str, highlighter: str) -> bool:
    """Whether ``line`` is to direct highlights and does not; the same few lines stand in most blocks."""
    return _DIRECTIVE.search(line) is not None and remove_magic_comments(line + "\n.", highlighter) != "."


def _unbalanced(text: str) -> tuple[int, str] | None:
    opened: tuple[int, str] | None = None
    for directive in _DIRECTIVE.finditer(text):
        position, word = directive.start(), directive[1]
        if word == _START:
            if opened:
                return opened
            opened = position, word
        elif word == _END:
            if not opened:
                return position, word
            opened = None
    return opened


def _line_at(text: str, position: int) -> str:
    end = text.find("\n", position)
    return text[text.rfind("\n", 0, position) + 1 : len(text) if end < 0 else end]
