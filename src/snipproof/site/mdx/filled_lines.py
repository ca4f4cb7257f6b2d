"""Finds out whether nothing but tags, expressions and comments fills some lines, which then are blocks of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.site.mdx.containers import QUOTE, after_blanks
from snipproof.site.mdx.javascript import CodeError
from snipproof.site.mdx.jsx import TagError
from snipproof.site.mdx.markup import Markup

if TYPE_CHECKING:
    from snipproof.site.mdx.containers import Containers
    from snipproof.site.mdx.markup import Found
    from snipproof.site.profile import Profile

# Each failure on a valid Page is an error of the parser. A Page with many is something else, and takes long to read.
_MAX_FAILURES = 8


class FilledLines:
    """Reads the markup that fills lines of ``text`` in the open ``containers``, and adds what it has to ``found``."""

    def __init__(self, text: str, containers: Containers, found: Found, profile: Profile) -> None:
        self._text = text
        self._containers = containers
        self._found = found
        self._profile = profile
        self._markup = Markup(text, 0, found, profile)
        self._failures = 0

    def end(self, position: int, line_end: int) -> int | None:
        """Return the offset behind the markup at ``position``, ``None`` if it does not fill its lines.

        Text may follow a comment.
        """
        comment = self._text.startswith("<!--", position)
        in_quote = self._containers.has(QUOTE)
        if self._found.failed or (self._failures > _MAX_FAILURES and (in_quote or not comment)):
            return None
        mark = self._found.mark()
        after = None
        try:
            after = self._read(position, self._text[position:line_end] if in_quote else None)
            retry = after is None and comment and in_quote
        except (TagError, CodeError):
            retry = in_quote
            is_text = self._text[position] == "<" and self._text[position + 1 : position + 2].isspace()
            self._failures += not in_quote and not is_text
        if retry:
            self._found.forget(mark)
            lines = self._containers.lines_below(position, line_end, lazy=comment)
            try:
                after = self._read(position, self._containers.without_prefixes(lines))
            except (TagError, CodeError):
                after = None
            self._failures += after is None
        if after is None:
            self._found.forget(mark)
        return after

    def _read(self, begin: int, part: str | None) -> int | None:
        """Read the markup at ``begin``, in ``part``, which begins there, or in the whole text."""
        markup, base = self._markup, 0
        if part is not None:
            markup, base = Markup(part, begin, self._found, self._profile), begin
        text, position = markup.text, begin - base
        if text.startswith("<!--", position):
            after = _comments_end(markup, position)
            return None if after is None else base + after
        while True:
            first = text[position]
            position = markup.expression(position) if first == "{" else markup.tag(position).end
            position = after_blanks(text, position)
            if position >= len(text) or text[position] in "\r\n":
                return base + position
            if text[position] != "<" and (text[position] != "{" or first == "{"):
                return None


def _comments_end(markup: Markup, position: int) -> int | None:
    """Return the offset behind the comments at ``position`` that follow one another on a line."""
    text = markup.text
    after = None
    while text.startswith("<!--", position) and (comment := markup.comment(position)) is not None:
        after = comment
        if text[comment : comment + 1] not in (" ", "\t"):
            break
        position = after_blanks(text, comment + 1)
    return after
