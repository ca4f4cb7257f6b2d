"""Finds Markers: ``<comment token> START name {attributes}``, ``<comment token> END name``, ``START-ANY``, ``END-ANY``.

This grammar finds Regions, for runs and for hints. What a Page shows is decided by :mod:`.component`, for which a
marker is any text that a line contains; :mod:`.source` makes Regions of those too.

A marker stands at the beginning of its line or behind code in a comment. The words START and END in code, in a string
behind code, in a line of dashes or before the braces of a template are no markers.
"""

from __future__ import annotations

import re
from functools import cache
from sys import intern

from snipproof.languages import COMMENT_TOKENS, language_of_file
from snipproof.model import Marker
from snipproof.site.attributes import KNOWN
from snipproof.text import Lines

COMMENT_TOKEN = "|".join(map(re.escape, COMMENT_TOKENS))
"""A regular expression for what may precede a marker."""
_MARKER = re.compile(
    rf"""(?P<token>{COMMENT_TOKEN.replace(re.escape("--"), "(?<!-)--(?!-)")})[ \t]*(?P<word>START|END)
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
_WORD = re.compile(r"\w")
# `${name}`, `{{name}}` and `{name}`: text that a program fills in. Attributes have a colon, or a word that is known.
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{\s*(?P<first>\w*)[^:{}]*\}")
_COMMENT_LINE = re.compile(rf"[ \t]*(?:{COMMENT_TOKEN})")
_STRING = r"""\"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|`(?:\\.|[^`\\])*(?:`|$)"""
_LINE_START_ONLY = frozenset(("*", ";"))
_REMARK = re.compile(r"\s(?:#|//)")


def find_markers(text: str | Lines, path: str = "") -> list[Marker]:
    """Return the Markers of ``text`` by line and column; lines end at LF only. One line may hold several.

    ``path`` is that of the file: its language decides where a comment begins behind code.
    """
    found: list[Marker] = []
    for number, line in (Lines(text) if isinstance(text, str) else text).worded:
        plain = _PLAIN.fullmatch(line)
        if plain:
            _, opens, name = plain.groups()
            if name is None or _WORD.search(name):
                named = intern(name.rstrip()) if name else None
                found.append(Marker(number, plain.start(1) + 1, opens is not None, named))
            continue
        for match in _MARKER.finditer(line):
            if _is_template(match) or not (match["any"] or _WORD.search(match["name"])):
                continue
            if not _is_in_comment(line, match, path):
                continue
            opens = match["word"] == "START"
            name = None if match["any"] else intern(match["name"].rstrip())
            attributes = (match["attributes"] or "").rstrip() if opens else ""
            found.append(Marker(number, match.start() + 1, opens, name, attributes))
    return found


@cache
def without_remark(name: str) -> str:
    """Return the ``name`` of a marker without a comment that follows it, as in ``# START search  # since 4.2``."""
    return _REMARK.split(name, maxsplit=1)[0].rstrip() if "#" in name or "//" in name else name


def _is_template(match: re.Match[str]) -> bool:
    if not match["attributes"]:
        return False
    template = _TEMPLATE.match(match["attributes"])
    return match["name"].endswith(("$", "#", "%")) or (template is not None and template["first"] not in KNOWN)


def _is_in_comment(line: str, match: re.Match[str], path: str) -> bool:
    """Whether a marker begins its line, or stands in a comment behind code: not in a string there, not in code."""
    before, token = line[: match.start()], match["token"]
    language = language_of_file(path)
    tokens = language.comment_tokens if language else ()
    if not before.strip():
        # Bullets of a docstring are not the middle of a block comment.
        return token != "*" or not tokens or token in tokens
    if token in _LINE_START_ONLY:
        return False
    if _COMMENT_LINE.match(before):
        return True
    return any(each["comment"] for each in _code(tokens).finditer(line, 0, match.end("token")))


@cache
def _code(comment_tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the strings of a line and, from its token to the end, its comment."""
    tokens = [token for token in comment_tokens or COMMENT_TOKENS if token not in _LINE_START_ONLY]
    return re.compile(rf"{_STRING}|(?P<comment>(?:{'|'.join(map(re.escape, tokens))}).*)", re.DOTALL)
