"""SP201, SP202, SP203, SP205, SP206: what a Reference's markers find in its Source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.lint.rules.hints import did_you_mean
from snipproof.lint.rules.rule import at, quoted
from snipproof.site.component import START_ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding, Source


def start_absent(context: Context) -> Iterator[Finding]:
    """SP201: no line holds the start marker, so that the block is empty."""
    for block in context.blocks:
        selection = block.rendered.selection
        if not selection.named and not selection.any:
            marker = block.reference.start_marker
            message = f"the start marker {_written(marker, 'startMarker')} is not in {block.source.path}"
            yield at(block.reference, "SP201", message, _hint(context, block.source, marker, "startMarker"))


def only_any(context: Context) -> Iterator[Finding]:
    """SP205: no line holds the start marker, and what readers see is the text of START-ANY alone."""
    for block in context.blocks:
        selection = block.rendered.selection
        if selection.any and not selection.named:
            marker = block.reference.start_marker
            written = _written(marker, "startMarker")
            message = f"the start marker {written} is not in {block.source.path}: only {START_ANY} text is shown"
            yield at(block.reference, "SP205", message, _hint(context, block.source, marker, "startMarker"))


def end_absent(context: Context) -> Iterator[Finding]:
    """SP202: nothing closes the block, so that it runs to the end of the file."""
    for block in context.blocks:
        if not block.runs_out:
            continue
        opened, end = block.rendered.selection.opened_last, block.reference.end_marker
        written = _written(end, "endMarker")
        path = block.source.path
        message = f"no {written} closes what line {opened} of {path} opens: the block runs to the end of the file"
        hint = _hint(context, block.source, end, "endMarker", after=opened)
        yield at(block.reference, "SP202", message, hint)


def empty(context: Context) -> Iterator[Finding]:
    """SP203: the markers are there, and no text is between them."""
    for block in context.blocks:
        selection = block.rendered.selection
        opened = selection.named or selection.any
        if opened and not block.text.strip():
            message = f"the block is empty: nothing but blanks after line {opened[0]} of {block.source.path}"
            yield at(
                block.reference, "SP203", message, "put text between the markers, or remove the block from the page"
            )


def no_markers(context: Context) -> Iterator[Finding]:
    """SP206: the tag gives no start or no end marker, so that the component looks for the word ``undefined``."""
    for reference in context.site.references:
        given = {"startMarker": reference.start_marker, "endMarker": reference.end_marker}
        missing = [name for name, marker in given.items() if marker is None]
        if missing:
            message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not given"
            hint = "give both markers: without one the component looks for the word 'undefined'"
            yield at(reference, "SP206", message, hint)


def _written(marker: str | None, attribute: str) -> str:
    return quoted(marker) if marker is not None else f"'undefined' ({attribute} is not given)"


def _hint(context: Context, source: Source, marker: str | None, attribute: str, after: int = 0) -> str:
    if marker is None:
        return f"add {attribute}=\"…\": without it the component looks for the word 'undefined'"
    if after:
        here = [number for number, line in enumerate(context.lines(source), 1) if marker in line]
        if here:
            return f"{quoted(marker)} stands only before it, last on line {here[-1]}: is the Region opened twice?"
    return did_you_mean(context, source, marker, opens=attribute == "startMarker")
