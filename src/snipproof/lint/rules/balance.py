"""SP402, SP403: markers of a Source that open or close nothing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.lint.rules.hints import near
from snipproof.lint.rules.rule import quoted
from snipproof.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.lint.rules.context import Context
    from snipproof.model import Marker

_REMARK = re.compile(r"\s(?:#|//)")
_TOKENS = ("#", "//", "--", ";", "/*", "<!--")
_TOKEN = re.compile(rf"(?:^|[ \t])[ \t]*(?:{'|'.join(map(re.escape, _TOKENS))})[ \t]*")
_CLOSING = re.compile(r"\*/|-->")
_LONGEST_MARKER = 200


def unbalanced(context: Context) -> Iterator[Finding]:
    """SP402: a marker opens a Region that nothing closes, or closes one that is not open.

    A marker line that some block names as its start or end is in use, whatever it is paired with: pages may open a
    Region at one name and close it at another. A comment that is nothing but the name opens a Region too.
    """
    for path, source in sorted(context.site.sources.items()):
        unpaired = list(_unpaired(source.markers))
        named: dict[int, bool] = {}
        bare: dict[str, int] | None = None
        for marker in unpaired:
            line = context.lines(source)[marker.line - 1]
            if marker.line not in named:
                named[marker.line] = _is_named(context, path, line)
            if named[marker.line]:
                continue
            if not marker.opens:
                bare = _bare_names(context.lines(source)) if bare is None else bare
                if bare.get(_name(marker), marker.line) < marker.line:
                    continue
            what = "nothing closes" if marker.opens else "nothing opens"
            message = f"{what} the Region {quoted(_name(marker))} of the marker {quoted(line.strip())}"
            yield Finding(path, marker.line, marker.column, "SP402", message, _hint(context, marker, unpaired))


def duplicate(context: Context) -> Iterator[Finding]:
    """SP403: a Region is opened once more while it is open, so that the second marker does nothing.

    A name that is opened again after it was closed is no mistake: its Segments are joined.
    """
    for path, source in sorted(context.site.sources.items()):
        opened: dict[str, int] = {}
        for marker in source.markers:
            name = _name(marker)
            if not name:
                continue
            if not marker.opens:
                opened.pop(name, None)
            elif name in opened:
                message = f"the Region {quoted(name)} is open since line {opened[name]} and is opened again"
                hint = "close it before, or give one of them another name"
                yield Finding(path, marker.line, marker.column, "SP403", message, hint)
            else:
                opened[name] = marker.line


def _name(marker: Marker) -> str:
    """Return the name without a comment that follows it, ``""`` for ``ANY``."""
    return _without_remark(marker.name or "")


@cache
def _without_remark(name: str) -> str:
    return _REMARK.split(name, maxsplit=1)[0].rstrip() if "#" in name or "//" in name else name


def _unpaired(markers: Sequence[Marker]) -> Iterator[Marker]:
    """Yield the Markers that have no partner; ``END-ANY`` closes every Region, ``START-ANY`` opens them."""
    opened: dict[str, Marker] = {}
    open_any = False
    for marker in markers:
        name = _name(marker)
        if not name:
            open_any = marker.opens
            if not marker.opens:
                opened.clear()
        elif marker.opens:
            opened.setdefault(name, marker)
        elif opened.pop(name, None) is None and not open_any:
            yield marker
    yield from opened.values()


def _bare_names(lines: Sequence[str]) -> dict[str, int]:
    """Return what stands alone in a comment, as in ``# Setup``, by the first line where it does."""
    names: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.lstrip(" \t").startswith(_TOKENS) and len(line) <= _LONGEST_MARKER:
            for name in _TOKEN.split(line):
                names.setdefault(_CLOSING.sub("", name).strip(), number)
    return names


def _is_named(context: Context, path: str, line: str) -> bool:
    """Whether a block of the Source ``path`` has a marker of its own in ``line``."""
    return any(
        (block.reference.start_marker or "undefined") in line or (block.reference.end_marker or "undefined") in line
        for block in context.blocks_of.get(path, ())
    )


def _hint(context: Context, marker: Marker, unpaired: Sequence[Marker]) -> str:
    others = {_name(other) for other in unpaired if other.opens is not marker.opens}
    close = near(context, _name(marker), sorted(others))
    word = "END" if marker.opens else "START"
    return f"did you mean `{word} {close}`?" if close else "write its partner, or take the marker away"
