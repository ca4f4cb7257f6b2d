"""Finds Markers: ``<comment token> START name {attributes}``, ``<comment token> END name``, ``START-ANY``, ``END-ANY``.

This grammar is for finding Regions, for running and for hints. What a page shows is decided by :mod:`.render`, for
which a marker is any text that a line contains.
"""

from __future__ import annotations

import re

from snipproof.model import Marker

_MARKER = re.compile(
    r"(?P<token>\#|//|--|;|/\*|\*|<!--)[ \t]*(?P<word>START|END)"
    r"(?:(?P<any>-ANY)\b|[ \t]+(?P<name>[^\s{](?:(?!\*/|-->|[ \t]+(?:\#|//)[ \t]*(?:START|END)\b)[^\r\n{])*))"
    r"(?P<attributes>\{[^\r\n]*\})?"
)


def find_markers(text: str) -> list[Marker]:
    """Return the Markers of ``text`` by line and column; lines end at LF only. Several may stand on one line."""
    found = []
    position = 0
    line = 1
    counted = 0
    while True:
        hits = [hit for word in ("START", "END") if (hit := text.find(word, position)) >= 0]
        if not hits:
            return found
        begin = text.rfind("\n", 0, min(hits)) + 1
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        line += text.count("\n", counted, begin)
        counted = begin
        for match in _MARKER.finditer(text, begin, end):
            name = None if match["any"] else match["name"].rstrip()
            attributes = match["attributes"] or ""
            found.append(Marker(line, match.start() - begin + 1, match["word"] == "START", name, attributes))
        position = end
