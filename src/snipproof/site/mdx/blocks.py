"""Reads the blocks of a Page as MDX with the plugins of Docusaurus does: each line in the containers that it continues.

The rules are those of micromark and its extensions: mdxjs, gfm, directive, comment, math. ``tests/site/mdx`` holds this
against them. What differs, on purpose: a Page that is not valid is read as far as possible, and a finding is reported
where blocks may be lost; formulas (``$``) are known by their form, whether or not the site has the plugin for them.
A fence that hides what its writer can't have meant is valid, and a finding too: one that is never closed, and one that
was meant to close a fence that ended with its container. Not followed, because no site does so: front matter without an
end, which keeps all containers from being seen, and what follows an admonition that a line outside of its list ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from snipproof.site.mdx.containers import (
    ADMONITION,
    BREAK,
    MAX_DEPTH,
    Container,
    Containers,
    Place,
    after_blanks,
    closing,
)
from snipproof.site.mdx.fences import Fences
from snipproof.site.mdx.filled_lines import FilledLines
from snipproof.site.mdx.javascript import CodeError
from snipproof.site.mdx.jsx import TagError
from snipproof.site.mdx.markup import Markup, read_inline
from snipproof.site.mdx.paragraph import Paragraph
from snipproof.site.mdx.structure import HEADING
from snipproof.site.mdx.usual import ADMONITIONS, LISTS, UsualLines, last_paragraph

if TYPE_CHECKING:
    from snipproof.site.mdx.markup import Found
    from snipproof.site.profile import Profile

IMPORT = re.compile(
    r"""import[ \t]+(?P<variable>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*
    (?P<quote>["'])(?P<path>(?:\\.|(?!(?P=quote))[^\\\n])*+)(?P=quote)""",
    re.VERBOSE,
)
# The titles that Docusaurus makes labels: `:::note Title` becomes `:::note[Title]`.
_TITLED = re.compile(rf"(?P<colons>:{{3,}})(?:{ADMONITIONS}) +(?P<label>[^\n]*)")
_BEFORE_TITLED = re.compile(r"(?:> ?)*(?: +|\t+)?")
_LABEL = r"\[(?:[^\[\]\\\n]|\\.|\[(?:[^\[\]\\\n]|\\.)*+\])*+\]"
_LABEL_ONLY = re.compile(_LABEL)
_DIRECTIVE = re.compile(
    rf"(?P<colons>:{{2,}})[A-Za-z][\w-]*(?P<label>{_LABEL})?(?:\{{[^{{}}\n]*\}})?[ \t]*\r?$", re.MULTILINE
)
_ATX = re.compile(r"#{1,6}(?=[ \t\r\n]|\Z)")
_MATH = re.compile(r"(\${2,})[^$\n]*\r?(?=\n|\Z)")
_STATEMENT = re.compile(r"(?:import|export) ")
# What surely ends a paragraph: a blank line, or an item that is not empty.
_AFTER_TEXT = re.compile(r"[ \t]*(?:\r?\n|[*+-][ \t]+(?![*_-][ \t]*[*_-])[^\s=-])")
# The beginning of a line that is outside of all lists, quotes and footnotes if a blank line precedes it.
_TOP_LEVEL = re.compile(r"[^\s>*+\-0-9\[]")


class _Line(NamedTuple):
    """A line that begins at the offset ``begin`` and whose content, behind that many blanks, begins at ``position``."""

    begin: int
    position: int
    indentation: int
    end: int


class Blocks:
    """Reads the blocks of ``text`` and adds what they contain to ``found``."""

    def __init__(self, text: str, found: Found, profile: Profile) -> None:
        self._text = text
        self._found = found
        self._profile = profile
        self._containers = Containers(text)
        self._paragraph = Paragraph(text, self._containers, found, profile)
        self._markup = Markup(text, 0, found, profile)
        self._fences = Fences(text, self._containers, found, profile.component)
        self._filled_lines = FilledLines(text, self._containers, found, profile)
        self._usual = UsualLines(text, found, profile)
        self._endless: set[str] = set()  # the beginnings of formulas that nothing ends
        self._readers = {
            "`": self._read_fence, "~": self._read_fence, "<": self._read_markup, "{": self._read_markup,
            "#": self._read_heading, ":": self._read_directive, "*": self._read_break, "-": self._read_break,
            "_": self._read_break, "i": self._read_statements, "e": self._read_statements, "$": self._read_formulas,
        }  # fmt: skip

    def read(self, position: int) -> None:
        """Read everything from ``position``, where a line begins."""
        text = self._text
        while position < len(text):
            if self._paragraph and _AFTER_TEXT.match(text, position):
                self._paragraph.end()
            if position >= self._usual.singly_until and not self._paragraph:
                begin = position
                if not self._containers.open:
                    position = self._usual.read(position, fences=self._fences.left_open is None)
                if position >= self._usual.singly_until:
                    position = self._skip_plain(position)
                if position > begin:
                    continue
            position = self._read_line(position)
        self._paragraph.end()

    def _skip_plain(self, position: int) -> int:
        """Return the offset behind the lines at ``position`` that need no look, where it is known what is open.

        Lines before the place from which that is known are skipped; those behind it are read one by one.
        """
        text = self._text
        containers = self._containers.open
        if not containers:
            if position == len(text) or text[position] not in " \t*+-0123456789":
                return position
        elif text[position] in "<`:":
            return position
        admonitions = 0
        while admonitions < len(containers) and containers[admonitions].kind == ADMONITION:
            admonitions += 1
        end = LISTS.match(text, position).end()  # type: ignore[union-attr]
        if end == position:
            return position
        # A line at the left behind a blank line ends all other containers, unless it begins one.
        begin = last_paragraph(text, position, end)
        while begin > position and begin < len(text) and not _TOP_LEVEL.match(text, begin):
            begin = last_paragraph(text, position, text.rfind("\n", position, begin - 1) + 1)
        self._usual.singly_until = end
        if begin > position:
            del containers[admonitions:]
        return begin

    def _read_line(self, begin: int) -> int:
        """Read the line at ``begin``, and those of the block that begins on it; return where the next one begins."""
        end = self._containers.line_end(begin)
        containers = self._containers.open
        position, column, continued, closes = self._containers.descend(begin, end) if containers else Place(begin, 0, 0)
        if closes:
            self._paragraph.end()
            del containers[continued:]
            return end + 1
        if continued < len(containers) and any(each.kind == ADMONITION for each in containers[continued:]):
            self._paragraph.end()
            del containers[continued:]
        interrupts = bool(self._paragraph) and not self._paragraph.in_table and continued == len(containers)
        while continued < MAX_DEPTH and (
            entered := self._containers.enter(position, column, end, interrupts=interrupts)
        ):
            self._paragraph.end()
            container, position, column = entered
            containers[continued:] = [container]
            continued += 1
        outside = containers[continued:]
        del containers[continued:]
        indentation = column
        position, column = self._containers.skip_blanks(position, column, end)
        if position >= end or self._text[position] == "\r":
            self._paragraph.end()
            return end + 1
        if outside and self._paragraph.in_table:
            self._paragraph.end()
        if not outside and self._paragraph.is_underlined(position):
            self._paragraph.end(heading=True)
            return end + 1
        after = self._read_block(_Line(begin, position, column - indentation, end))
        if after is not None:
            return after
        if self._paragraph:
            containers += outside  # text continues a paragraph of them
        self._paragraph.add(position, end, lazy=bool(outside))
        return end + 1

    def _read_block(self, line: _Line) -> int | None:
        """Read the block on ``line`` if it is not text, and return where the next line begins."""
        read = self._readers.get(self._text[line.position])
        return read(line) if read else None

    def _read_heading(self, line: _Line) -> int | None:
        heading = _ATX.match(self._text, line.position)
        if heading is None:
            return None
        self._paragraph.end()
        self._found.notes.append((HEADING, line.position, line.end))
        read_inline(self._text[heading.end() : line.end], heading.end(), self._found, self._profile)
        return line.end + 1

    def _read_break(self, line: _Line) -> int | None:
        if BREAK.match(self._text, line.position) is None:
            return None
        self._paragraph.end()
        return line.end + 1

    def _read_statements(self, line: _Line) -> int | None:
        """Read imports and exports, which begin at the left and interrupt no paragraph."""
        begin, position, _, end = line
        open_text = bool(self._paragraph) and not self._paragraph.in_table
        if begin != position or open_text or self._found.failed or _STATEMENT.match(self._text, position) is None:
            return None
        self._paragraph.end()
        markup, base = self._markup, 0
        if self._containers.open:  # admonitions
            part = self._containers.without_prefixes(self._containers.lines_below(position, end))
            markup, base = Markup(part, position, self._found, self._profile), position
        code = markup.code
        code.imports.clear()
        mark = self._found.mark()
        try:
            after = base + code.block_end(position - base)
        except (CodeError, TagError) as error:
            self._found.forget(mark)
            self._found.fail(base + error.position, f"cannot read these imports and exports: {error}")
            after = end + 1
        self._found.imports += [base + begin for begin in code.imports]
        return after

    def _read_directive(self, line: _Line) -> int | None:
        """Read the first line of an admonition, or of another directive, whose content is read line by line."""
        text = self._text
        begin, position, indentation, end = line
        titled = _TITLED.match(text, position)
        if titled and _BEFORE_TITLED.fullmatch(text, begin, position):
            label = f"[{titled['label'].rstrip(chr(13))}]"
            if _LABEL_ONLY.fullmatch(label) is None:
                return None
            opening = titled
        else:
            directive = _DIRECTIVE.match(text, position)
            if directive is None:
                return None
            opening = directive
        self._paragraph.end()
        if opening["label"]:
            read_inline(opening["label"], opening.start("label"), self._found, self._profile)
        colons = len(opening["colons"])
        if colons > 2 and len(self._containers.open) < MAX_DEPTH:
            self._containers.open.append(Container(ADMONITION, colons, indentation))
        return end + 1

    def _read_formulas(self, line: _Line) -> int | None:
        """Read a block of formulas, which need not be code; without an end it is text."""
        _, position, _, end = line
        opening = _MATH.match(self._text, position)
        if opening is None or opening[1] in self._endless:
            return None
        last = closing(r"\$", len(opening[1])).search(self._text, end)
        if last is None:
            self._endless.add(opening[1])  # not searched again and again
        if last is None or self._containers.outside(end + 1, last.end()) is not None:
            return None
        self._paragraph.end()
        return self._containers.line_end(last.end()) + 1

    def _read_fence(self, line: _Line) -> int | None:
        if not self._fences.opens(line.position, line.end):
            return None
        self._paragraph.end()
        return self._fences.read(line.begin, line.position, line.end)

    def _read_markup(self, line: _Line) -> int | None:
        """Read tags and expressions if they fill their lines; else they are a part of a paragraph."""
        text, containers = self._text, self._containers
        after = self._filled_lines.end(line.position, line.end)
        if after is None:
            return None
        self._paragraph.end()
        outside = containers.outside(line.end + 1, after)
        if outside is not None and not text.startswith("<!--", line.position):
            kind = containers.open[containers.descend(outside, containers.line_end(outside)).continued].kind
            message = f"a tag or an expression in a {kind} goes on outside of it: indent this line"
            self._found.problems.append((outside, message))
        end = containers.line_end(after)
        if self._is_blank(after, end) or self._is_blank(after + 1, end):
            return end + 1
        # The extension for comments drops the character behind one.
        rest = after_blanks(text, after + 1)
        again = self._read_block(_Line(-1, rest, 0, end))
        if again is None:
            self._paragraph.add(rest, end, lazy=False)
        return end + 1 if again is None else again

    def _is_blank(self, position: int, end: int) -> bool:
        return not self._text[position:end].strip(" \t\r")
