"""Finds Markers: ``<comment token> START name {attributes}``, ``<comment token> END name``, ``START-ANY``, ``END-ANY``.

This grammar is for finding Regions, for running and for hints. What a page shows is decided by :mod:`.render`, for
which a marker is any text that a line contains.
"""

from __future__ import annotations

import re
from sys import intern

from snipproof.model import Marker

_MARKER = re.compile(
    r"""(?P<token>\#|//|--|;|/\*|\*|<!--)[ \t]*(?P<word>START|END)
    (?:
        (?P<any>-ANY)\b
      | [ \t]+(?P<name>[^\s{](?:(?!\*/|-->|(?<=[ \t])(?:\#|//)[ \t]*(?:START|END)\b)[^\r\n{])*+)
    )
    # Attributes end where the comment ends or where the next marker of the line begins; a brace that is never closed
    # is kept as it stands, so that reading it fails with its place instead of being overlooked.
    (?P<attributes>\{[^\r\n]*?\}(?=[ \t]*(?:$|\r|\*/|-->|(?:\#|//)[ \t]*(?:START|END)\b)) | \{[^\r\n]*)?
    """,
    re.VERBOSE,
)


def find_markers(text: str) -> list[Marker]:
    """Return the Markers of ``text`` by line and column; lines end at LF only. Several may stand on one line."""
    found: list[Marker] = []
    line = 1
    counted = 0
    start, end = text.find("START"), text.find("END")
    while start >= 0 or end >= 0:
        first = min(hit for hit in (start, end) if hit >= 0)
        line_begin = text.rfind("\n", 0, first) + 1
        line_end = text.find("\n", first)
        line_end = len(text) if line_end < 0 else line_end
        line += text.count("\n", counted, line_begin)
        counted = line_begin
        for match in _MARKER.finditer(text, line_begin, line_end):
            opens = match["word"] == "START"
            name = None if match["any"] else intern(match["name"].rstrip())
            attributes = (match["attributes"] or "").rstrip() if opens else ""
            found.append(Marker(line, match.start() - line_begin + 1, opens, name, attributes))
        start = text.find("START", line_end) if 0 <= start < line_end else start
        end = text.find("END", line_end) if 0 <= end < line_end else end
    return found
