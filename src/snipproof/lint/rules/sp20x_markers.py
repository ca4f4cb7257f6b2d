"""SP201 to SP209: what the markers and the language of a Reference find in its Source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.languages import language_of_file
from snipproof.lint.rules.base import at, finding, rule
from snipproof.lint.rules.hints import Hints
from snipproof.lint.rules.suppressions import COMMENT_OPENERS
from snipproof.model import Severity
from snipproof.site.component import END_ANY, START_ANY
from snipproof.site.line_ranges import UnmarkedLines
from snipproof.site.markers import find_markers
from snipproof.text import plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.lint.rules.base import Block, Context
    from snipproof.model import Finding, Marker, Region, Source

# What may follow a whole marker: nothing, attributes, the end of a comment or the next marker of the line.
_END_OF_MARKER = re.compile(rf"\s*(?:$|\{{|\*/|-->|\s(?:{'|'.join(map(re.escape, COMMENT_OPENERS))}))")


@rule("SP201", "start-absent", Severity.ERROR, "the start marker is not in the file")
def start_absent(context: Context) -> Iterator[Finding]:
    """No line contains the start marker, so the block is empty."""
    for block in context.blocks:
        selection = block.rendered.selection
        if not selection.named and not selection.any:
            marker = block.reference.start_marker
            message = f"the start marker {_shown(marker, 'startMarker')} is not in {block.source.path}"
            yield at(block.reference, message, _hint(context, block.source, marker, "startMarker"))


@rule("SP202", "end-absent", Severity.ERROR, "nothing closes the block: it runs to the end of the file")
def end_absent(context: Context) -> Iterator[Finding]:
    """Nothing closes the block, so it runs to the end of the file."""
    for block in context.blocks:
        if not block.runs_out:
            continue
        opened, end = block.rendered.selection.opened_last, block.reference.end_marker
        message = (
            f"no {_shown(end, 'endMarker')} closes the block that line {opened} of {block.source.path} opens: "
            "it runs to the end of the file"
        )
        yield at(block.reference, message, _hint(context, block.source, end, "endMarker", after=opened))


@rule("SP203", "empty-block", Severity.ERROR, "there is no text between the markers")
def empty_block(context: Context) -> Iterator[Finding]:
    """The markers exist, and there is no text between them."""
    for block in context.blocks:
        selection = block.rendered.selection
        opened = selection.named or selection.any
        if opened and not block.text.strip():
            message = f"the block is empty: nothing but blanks after line {opened[0]} of {block.source.path}"
            yield at(block.reference, message, "put text between the markers, or remove the block from the page")


@rule("SP204", "orphan-region", Severity.WARNING, "no page shows a Snippet")
def orphan_region(context: Context) -> Iterator[Finding]:
    """No Reference that readers can see shows a Snippet, by naming it or by showing all its lines."""
    for source in context.sources:
        path = source.path
        live = [block for block in context.blocks_of.get(path, ()) if block.reference.page not in context.dead]
        # A Region that exists because a Page requests it counts as shown, even if readers do not see that Page.
        hidden = {each.name: each.region for each in source.snippets if each.region.pair is None}
        for block in {block.reference.start_marker: block for block in live}.values() if hidden else ():
            _remove_named(context, block, hidden)
        if not hidden:
            continue
        unmarked = UnmarkedLines(marker.line for marker in source.markers)
        seen = list(dict.fromkeys(block.rendered.segments for block in live))
        for name, region in hidden.items():
            is_code = unmarked.first_of(region.segments) > 0
            if not is_code or not any(unmarked.are_within(region.segments, kept) for kept in seen):
                marker = region.markers[0]
                message = f"no page shows the Region {quoted(name)}"
                yield finding(path, marker.line, marker.column, message, "show it on a page, or remove its markers")


@rule("SP205", "only-any", Severity.WARNING, "the start marker is missing: only START-ANY text is shown")
def only_any(context: Context) -> Iterator[Finding]:
    """No line contains the start marker, and readers see only the text of START-ANY."""
    for block in context.blocks:
        selection = block.rendered.selection
        if selection.any and not selection.named:
            marker = block.reference.start_marker
            shown = _shown(marker, "startMarker")
            message = f"the start marker {shown} is not in {block.source.path}: only {START_ANY} text is shown"
            yield at(block.reference, message, _hint(context, block.source, marker, "startMarker"))


@rule("SP206", "no-markers", Severity.WARNING, "a block gives no start or no end marker")
def no_markers(context: Context) -> Iterator[Finding]:
    """The tag gives no start or no end marker, so the component looks for the word ``undefined``."""
    for reference in context.references:
        given = {"startMarker": reference.start_marker, "endMarker": reference.end_marker}
        missing = [name for name, marker in given.items() if marker is None]
        if missing:
            message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
            hint = "give both markers: without one, the component looks for the word 'undefined'"
            yield at(reference, message, hint)


@rule("SP207", "longer-marker", Severity.ERROR, "a Region with a longer marker is shown too")
def longer_marker(context: Context) -> Iterator[Finding]:
    """Beside its own Region, a block shows one whose longer marker begins with the same text.

    Nothing is wrong if *only* longer lines contain the marker: sites write ``START X`` for ``# START X Python``.
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
            opener = max(number for number in named if number <= leaked[0] and number not in whole)
            longer = quoted(lines[opener - 1].strip())
            message = (
                f"{quoted(start)} also opens line {opener} of {block.source.path}, {longer}: "
                f"{plural(len(leaked), 'line')} of that Region {'is' if len(leaked) == 1 else 'are'} shown too"
            )
            yield at(block.reference, message, "rename one of them: a marker matches every line that contains it")


@rule("SP208", "foreign-marker", Severity.ERROR, "readers see a marker of another Region")
def foreign_marker(context: Context) -> Iterator[Finding]:
    """Readers see a line that opens or closes another Region."""
    names: dict[str, set[tuple[str | None, bool]]] = {}
    for block in context.blocks:
        if "START" not in block.text and "END" not in block.text:
            continue
        reference, path = block.reference, block.source.path
        lines = block.text.split("\n")
        for marker in find_markers(block.text, path):
            line = lines[marker.line - 1]
            if reference.include_start_marker and (reference.start_marker or "undefined") in line:
                continue
            if path not in names:
                names[path] = {(other.name, other.opens) for other in block.source.markers}
            if not _is_marker(marker, names[path]):
                continue
            number = block.source_line(marker.line)
            message = f"readers see the marker {quoted(line.strip())} (line {number} of {path})"
            yield at(reference, message, "close this Region before it, or move it below the end marker")
            break


@rule("SP209", "language-misfit", Severity.ERROR, "a program is shown as one of another language")
def language_misfit(context: Context) -> Iterator[Finding]:
    """A program is shown as one of another language. Output, queries and data in a program may be shown as anything."""
    for block in context.blocks:
        language = language_of_file(block.source.path)
        if language is not None and block.is_misfit:
            message = f"language={block.reference.language!r} does not fit {block.source.path}"
            yield at(
                block.reference, message, f"the file is {language.title}: set the language, or import another file"
            )


def _shown(marker: str | None, attribute: str) -> str:
    return quoted(marker) if marker is not None else f"'undefined' ({attribute} is missing)"


def _hint(context: Context, source: Source, marker: str | None, attribute: str, after: int = 0) -> str:
    if marker is None:
        return f"add {attribute}=\"…\": without it, the component looks for the word 'undefined'"
    if after:
        here = [number for number, line in enumerate(context.lines(source), 1) if marker in line]
        if here:
            return f"{quoted(marker)} occurs only before it, last on line {here[-1]}: is the Region opened twice?"
    return context.shared(Hints).for_marker(source, marker, opens=attribute == "startMarker")


def _remove_named(context: Context, block: Block, hidden: dict[str, Region]) -> None:
    """Remove the Region that the start marker of ``block`` names from ``hidden``."""
    marker = block.reference.start_marker or ""
    name = marker.partition("START ")[2]  # nearly always, and much quicker than to read the marker
    if hidden.pop(name, None) is None:
        region = context.site.region_of(block.reference)
        if region is not None:
            hidden.pop(region.name, None)


def _is_whole(line: str, marker: str) -> bool:
    """Whether ``line`` contains ``marker`` as a whole, not as the beginning of a longer one."""
    position = line.find(marker)
    while position >= 0:
        if _END_OF_MARKER.match(line, position + len(marker)):
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
            if block.reference.include_start_marker:
                yield number
        elif end in line or END_ANY in line:
            opened = False
        elif opened:
            yield number


def _is_marker(marker: Marker, markers: set[tuple[str | None, bool]]) -> bool:
    """Whether ``marker`` is one, and not a comment that happens to begin with START or END.

    A name of one word is a marker. One of several words, as in ``# START of the loop``, must be closed (or opened)
    by one of ``markers``, those of its Source: their names, and whether they open.
    """
    if marker.name is None or not re.search(r"\s", marker.name):
        return True
    return (marker.name, not marker.opens) in markers
