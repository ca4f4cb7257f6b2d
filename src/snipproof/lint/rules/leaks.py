"""SP207, SP208: text of another Region in a block, and another Region's marker lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.lint.rules.rule import at, count, quoted
from snipproof.site.component import END_ANY, START_ANY
from snipproof.site.markers import find_markers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.lint.rules.context import Block, Context
    from snipproof.model import Finding, Marker

# What may follow a marker that is whole: nothing, attributes, the end of a comment or the next marker of the line.
_ENDS = re.compile(r"\s*(?:$|\{|\*/|-->|\s(?:#|//|--|;|/\*|<!--))")


def longer_marker(context: Context) -> Iterator[Finding]:
    """SP207: beside its own Region, a block shows one whose longer marker begins with the same text.

    Where *only* longer lines hold the marker nothing is wrong: sites write ``START X`` for ``# START X Python``.
    """
    for block in context.blocks:
        named, start = block.rendered.selection.named, block.reference.start_marker
        if len(named) < 2 or not start:
            continue
        lines = context.lines(block.source)
        whole = {number for number in named if _is_whole(lines[number - 1], start)}
        if not whole or len(whole) == len(named):
            continue
        own = set(_kept(lines, block, whole))
        leaked = [number for number in block.rendered.selection.kept if number not in own]
        leaked = [number for number in leaked if lines[number - 1].strip()]
        if leaked:
            opener = max(number for number in named if number < leaked[0] and number not in whole)
            longer = quoted(lines[opener - 1].strip())
            message = (
                f"{quoted(start)} also opens line {opener} of {block.source.path}, {longer}: "
                f"{count(len(leaked), 'line')} of that Region {'is' if len(leaked) == 1 else 'are'} shown too"
            )
            yield at(block.reference, "SP207", message, "rename one of them: a marker matches every line that holds it")


def foreign_marker(context: Context) -> Iterator[Finding]:
    """SP208: readers see a line that opens or closes another Region."""
    for block in context.blocks:
        if "START" not in block.text and "END" not in block.text:
            continue
        reference = block.reference
        lines = block.text.split("\n")
        for marker in find_markers(block.text):
            line = lines[marker.line - 1]
            meant = reference.include_start_marker and (reference.start_marker or "undefined") in line
            if meant or not _is_marker(context, block, marker):
                continue
            number = block.source_line(marker.line)
            message = f"readers see the marker {quoted(line.strip())} (line {number} of {block.source.path})"
            hint = "close this Region before it, or move it behind the end marker"
            yield at(reference, "SP208", message, hint)
            break


def _is_whole(line: str, marker: str) -> bool:
    """Whether ``line`` holds ``marker`` as a whole, not as the beginning of a longer one."""
    position = line.find(marker)
    while position >= 0:
        if _ENDS.match(line, position + len(marker)):
            return True
        position = line.find(marker, position + 1)
    return False


def _kept(lines: Sequence[str], block: Block, openers: set[int]) -> Iterator[int]:
    """Yield the lines that the block would show if only ``openers`` and START-ANY opened it."""
    end = block.reference.end_marker or "undefined"
    opened = False
    for number, line in enumerate(lines, 1):
        if number in openers or START_ANY in line:
            opened = True
        elif end in line or END_ANY in line:
            opened = False
        elif opened:
            yield number


def _is_marker(context: Context, block: Block, marker: Marker) -> bool:
    """Whether ``marker`` is one, and not a comment that happens to begin with the word.

    A name of one word is a marker. One of several words, as in ``# START of the loop``, must be closed (or opened)
    somewhere in its Source.
    """
    if marker.name is None or not re.search(r"\s", marker.name):
        return True
    return context.has_marker(block.source, marker.name, opens=not marker.opens)
