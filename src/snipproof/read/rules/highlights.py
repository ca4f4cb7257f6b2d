"""SP213, SP214: comments that direct the highlights of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.read.render import shown
from snipproof.read.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Finding
    from snipproof.read.rules.context import Block, Context

_WORD = "highlight-"
_START, _END, _NEXT = "start", "end", "next-line"


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
    known: dict[tuple[str, str], bool] = {}  # the same few lines stand in most blocks
    for block in context.highlighted:
        for position, _ in _directives(block.text):
            line = _line_at(block.text, position)
            if not _is_known(line, block, known):
                number = block.source_line(block.text.count("\n", 0, position) + 1)
                message = f"readers see {quoted(line.strip())} (line {number} of {block.source.path})"
                hint = f"it must stand alone on its line, in the comments of {block.rendered.highlighter!r}"
                yield at(block.reference, "SP214", message, hint)
                break


def _is_known(line: str, block: Block, known: dict[tuple[str, str], bool]) -> bool:
    key = (line.strip(), block.rendered.highlighter)
    if key not in known:
        known[key] = shown(key[0] + "\n.", key[1]) == "."
    return known[key]


def _directives(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each highlight comment stands, and which it is."""
    position = text.find(_WORD)
    while position >= 0:
        after = position + len(_WORD)
        for word in (_START, _END, _NEXT):
            if text.startswith(word, after) and not text[after + len(word) : after + len(word) + 1].isalnum():
                yield position, word
        position = text.find(_WORD, after)


def _unbalanced(text: str) -> tuple[int, str] | None:
    opened: tuple[int, str] | None = None
    for position, word in _directives(text):
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
