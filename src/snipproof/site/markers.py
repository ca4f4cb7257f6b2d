"""Finds Markers: ``<comment token> START name {attributes}``, ``<comment token> END name``, ``START-ANY``, ``END-ANY``.

This grammar finds Regions, for runs and for hints. What a Page shows is decided by :mod:`.component`, for which a
marker is any text that a line contains.
"""

from __future__ import annotations

import re
from sys import intern

from snipproof.languages import COMMENT_TOKENS
from snipproof.model import Marker
from snipproof.text import Lines

COMMENT_TOKEN = "|".join(map(re.escape, COMMENT_TOKENS))
"""A regular expression for what may precede a marker."""
_MARKER = re.compile(
    rf"""(?P<token>{COMMENT_TOKEN})[ \t]*(?P<word>START|END)
    (?:
        (?P<any>-ANY)\b
      | [ \t]+(?P<name>[^\s{{](?:(?!\*/|-->|(?<=[ \t])(?:\#|//)[ \t]*(?:START|END)\b)[^\r\n{{])*+)
    )
    # Attributes end where the comment ends or where the next marker of the line begins. An open brace is kept as it
    # stands, so that reading it fails with its place instead of being overlooked.
    (?P<attributes>\{{[^\r\n]*?\}}(?=[ \t]*(?:$|\r|\*/|-->|(?:\#|//)[ \t]*(?:START|END)\b)) | \{{[^\r\n]*)?
    """,
    re.VERBOSE,
)


# Nearly all lines are like this: one marker and nothing else. The grammar reads what does not match.
_PLAIN = re.compile(r"[ \t]*(#|//)[ \t]*(?:(START)|END)(?:-ANY|[ \t]+([^\s{#/*>][^\r\n{#/*>]*+))\s*+")


def find_markers(text: str | Lines) -> list[Marker]:
    """Return the Markers of ``text`` by line and column; lines end at LF only. One line may hold several."""
    found: list[Marker] = []
    for number, line in (Lines(text) if isinstance(text, str) else text).worded:
        plain = _PLAIN.fullmatch(line)
        if plain:
            _, opens, name = plain.groups()
            named = intern(name.rstrip()) if name else None
            found.append(Marker(number, plain.start(1) + 1, opens is not None, named))
            continue
        for match in _MARKER.finditer(line):
            opens = match["word"] == "START"
            name = None if match["any"] else intern(match["name"].rstrip())
            attributes = (match["attributes"] or "").rstrip() if opens else ""
            found.append(Marker(number, match.start() + 1, opens, name, attributes))
    return found
