"""Reads the blocks of a Page as MDX with Docusaurus' plugins does: line by line, each in the containers that it continues.

A container is a quote, an item of a list, a footnote or an admonition. A fence, a tag and a comment end with the container
in which they began; a paragraph goes on, and ends, by the rules of CommonMark. Code is never indented text in MDX, so that
any block may be indented by any number of blanks. The rules are those of micromark and its extensions (mdxjs, gfm,
directive, comment, math), which a differential test holds this against.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from snipproof.site.mdx.javascript import CodeError
from snipproof.site.mdx.jsx import USUAL, TagError, usual_tag
from snipproof.site.mdx.markup import DEFINITION, Markup, read_inline
from snipproof.site.mdx.structure import BLOCK, FENCE, HEADING

if TYPE_CHECKING:
    from snipproof.site.mdx.markup import Found
    from snipproof.site.profile import Profile

IMPORT = re.compile(
    r"""import[ \t]+(?P<variable>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*
    (?P<quote>["'])(?P<path>(?:\\.|(?!(?P=quote))[^\\\n])*+)(?P=quote)""",
    re.VERBOSE,
)
_QUOTE, _ITEM, _FOOTNOTE, _ADMONITION = "quote", "item", "footnote", "admonition"
_NAMES = {_QUOTE: "quote", _ITEM: "list item", _FOOTNOTE: "footnote", _ADMONITION: "admonition"}
_FOOTNOTE_BLANKS = 4
# The titles that Docusaurus makes labels: `:::note Title` becomes `:::note[Title]`.
_ADMONITIONS = "secondary|info|success|danger|note|tip|warning|important|caution"
_TITLED = re.compile(
    rf"(?P<colons>:{{3,}})(?:{_ADMONITIONS}) +(?P<label>[^\n]*)"
)
_BEFORE_TITLED = re.compile(r"(?:> ?)*[ \t]*")
_LABEL = r"\[(?:[^\[\]\\\n]|\\.|\[(?:[^\[\]\\\n]|\\.)*+\])*+\]"
_LABEL_ONLY = re.compile(_LABEL)
_DIRECTIVE = re.compile(rf"(?P<colons>:{{2,}})[A-Za-z][\w-]*(?P<label>{_LABEL})?(?:\{{[^{{}}\n]*\}})?[ \t]*\r?$", re.MULTILINE)
_FENCE = re.compile(r"(`{3,})(?!`)([^`\n]*)|(~{3,})(?!~)([^\n]*)")
_FENCE_WITH_INFO = r"^[ \t]*{fence}{{3,}}[ \t]*[^\s`~]"
_ATX = re.compile(r"#{1,6}(?=[ \t\r\n]|\Z)")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*\r?(?=\n|\Z)")
_BREAK = re.compile(r"([*_-])[ \t]*(?:\1[ \t]*){2,}\r?(?=\n|\Z)")
_ITEM_MARK = re.compile(r"(?:[*+-]|(\d{1,9})[.)])(?=[ \t\r\n]|\Z)")
_FOOTNOTE_MARK = re.compile(r"\[\^(?:[^\[\]\\\s]|\\[\[\]\\])++\]:")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*\r?(?=\n|\Z)")
_CELL = re.compile(r"(?:[^|\\\n]++|\\[^\n]?)++")
_MATH = re.compile(r"(\${2,})[^$\n]*\r?(?=\n|\Z)")
_ESM = re.compile(r"(?:import|export) ")
_SPECIAL = re.compile(r"[`<{]|\]\(")
# What surely ends a paragraph: a blank line, or an item that is not empty.
_AFTER_TEXT = re.compile(r"[ \t]*(?:\r?\n|[*+-][ \t]+(?![*_-][ \t]*[*_-])[^\s=-])")
_BLANKS = re.compile(r"[ \t]*")
# Most lines of a Page are text without markup. They are skipped by one expression, without looking at each of them.
_TAG = r"</?(?!h[1-6])[a-z][a-z0-9]*+[ ]?/?>"  # one without attributes, which is neither a component nor a heading
_REST = rf"(?:[^\n`<{{\\]++|\\(?:[^\n`]|(?=\n))|`[^`\n|]+`(?!`)|{_TAG})*+\n"
_WORDS = (
    rf"(?:{_TAG}|`[^`\n|]+`(?!`)"
    r"|[^\s`~<{#:*+\-_>0-9=$\[\\ie]|\*\*?(?=[^\s*`<{\\])|_(?=[^\s_`<{\\])|\[(?!\^)|[0-9]+(?![0-9.)])|(?!(?:import|export) )[ie])"
    + _REST
)
_LIST = re.compile(rf"(?:[ \t]*+(?:\r?\n|(?:(?:[*+-]|[0-9]{{1,9}}[.)])[ \t]++)*+{_WORDS}))*+")
# So are the usual headings, tags, fences and imports between them, each on lines of its own.
_USUAL = rf"""(?:[ \t]*+(?:\r?\n|{_WORDS}))*+(?:
    [ \t]*+(?:
        (\#{{1,6}}[ \t]++{_REST})
        |(COMPONENT)[ \t]*\r?(?:\n|\Z)
        |</([A-Za-z]\w*)>[ \t]*\r?\n
        |<(?!NAME\b)([A-Za-z]\w*)(?:\s+[\w-]+=(?:"[^"]*+"|'[^']*+'|\{{[\w.]*\}})|[ ]+[\w-]+)*+\s*/?>[ \t]*\r?\n
        |(:::)(?:{_ADMONITIONS})(?:[ ]{_REST}|\r?\n)(?:[ \t]*+(?:\r?\n|(?:(?:[*+-]|[0-9]{{1,9}}[.)])[ \t]++)*+{_WORDS}))*+[ \t]*+:::[ \t]*\r?(?:\n|\Z)
        |(```(?!`)[^`\n]*\n(?:(?![ \t]*+```)[^\n]*\n)*+[ \t]*+```+[ \t]*)\r?(?:\n|\Z)
    )
    |((?:import[ ][A-Za-z_$][\w$]*[ ]from[ ](?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+');?[ \t]*\r?\n)++)(?=[ \t]*\r?\n|\Z)
)?"""
_HEADING_GROUP, _COMPONENT_GROUP, _CLOSING_GROUP, _OPENING_GROUP, _ADMONITION_GROUP, _FENCE_GROUP = 1, 2, 7, 8, 9, 10
_NOTED = {"Tabs": "<Tabs", "TabItem": "<TabItem", **{f"h{level}": HEADING for level in range(1, 7)}}
_NOTED_CLOSING = {"Tabs": "</Tabs", "TabItem": "</TabItem"}
_TOP_LEVEL = re.compile(r"[^\s>*+\-0-9\[]")


class _Container:
    """An open container: its kind, and the blanks that an item, or the colons that an admonition, needs."""

    __slots__ = ("blank", "ended", "indentation", "kind", "size")

    def __init__(self, kind: str, size: int = 0, indentation: int = 0, *, blank: bool = False) -> None:
        self.kind = kind
        self.size = size
        self.indentation = indentation  # of an admonition
        self.blank = blank  # an item that begins with a blank line
        self.ended = False  # such an item, when another blank line follows


class _Place(NamedTuple):
    """Where the content of a line begins: its offset and column, and how many containers it continues.

    ``closes`` is true for the line that closes the next container, an admonition.
    """

    position: int
    column: int
    continued: int
    closes: bool = False


class Blocks:
    """Reads the blocks of ``text`` and adds what they contain to ``found``."""

    def __init__(self, text: str, found: Found, profile: Profile) -> None:
        self._text = text
        self._found = found
        self._profile = profile
        self._containers: list[_Container] = []
        self._paragraph: list[tuple[int, int]] = []  # the offsets of each line's text
        self._in_table = False
        self._markup = Markup(text, 0, found, profile)
        self._usual = _usual(profile.component, tuple(profile.attributes.items()))
        self._plain_until = 0  # up to here, lines are read one by one
        self._left_open: tuple[str, int] | None = None  # the last fence that nothing closed, and where it ended

    def read(self, position: int) -> None:
        """Read everything from ``position``, where a line begins."""
        text = self._text
        while position < len(text):
            if self._paragraph and _AFTER_TEXT.match(text, position):
                self._end_paragraph()
            if position >= self._plain_until and not self._paragraph:
                begin = position
                if not self._containers:
                    position = self._read_usual(position)
                if position >= self._plain_until:
                    position = self._skip_plain(position)
                if position > begin:
                    continue
            position = self._read_line(position)
        self._end_paragraph()

    def _read_usual(self, position: int) -> int:
        """Read the usual blocks at ``position``, outside of all containers, and return the offset behind them."""
        text, found, match = self._text, self._found, self._usual.match
        notes = found.notes
        while usual := match(text, position):
            kind = usual.lastindex
            if kind is None:
                end = usual.end()
                begin = self._last_paragraph(position, end)
                if begin < end:
                    self._plain_until = end
                return begin
            begin, end = usual.span(kind)
            if kind == _OPENING_GROUP:
                name = text[begin:end]
                if name in _NOTED:
                    notes.append((_NOTED[name], begin - 1, end))
                found.elements.add(name)
            elif kind == _CLOSING_GROUP:
                name = text[begin:end]
                if name in _NOTED_CLOSING:
                    notes.append((_NOTED_CLOSING[name], begin - 2, end))
            elif kind == _HEADING_GROUP:
                notes.append((HEADING, begin, end))
            elif kind == _COMPONENT_GROUP:
                values = usual.group(*range(kind + 1, _CLOSING_GROUP))
                found.tags.append((begin, dict(zip(USUAL, values, strict=True))))
                notes.append((BLOCK, begin, end))
            elif kind == _FENCE_GROUP:
                if self._left_open is not None:
                    return position
                notes.append((FENCE, begin, end))
            elif kind != _ADMONITION_GROUP:
                if begin > position and text[position:begin].rpartition("\n")[0].rpartition("\n")[2].strip():
                    return position  # a part of a paragraph
                while begin < end:
                    found.imports.append(begin)
                    begin = text.find("\n", begin, end) + 1 or end
            position = usual.end()
        return position

    def _skip_plain(self, position: int) -> int:
        """Return the offset behind the lines at ``position`` that need no look, where it is known what is open.

        Lines of which a part has to be read again are read one by one.
        """
        text = self._text
        containers = self._containers
        if not containers:
            if position == len(text) or text[position] not in " \t*+-0123456789":
                return position
        elif text[position] in "<`:":
            return position
        admonitions = 0
        while admonitions < len(containers) and containers[admonitions].kind == _ADMONITION:
            admonitions += 1
        end = _LIST.match(text, position).end()  # type: ignore[union-attr]
        if end == position:
            return position
        # A line at the left behind a blank line ends all other containers, unless it begins one.
        begin = self._last_paragraph(position, end)
        while begin > position and begin < len(text) and not _TOP_LEVEL.match(text, begin):
            begin = self._last_paragraph(position, text.rfind("\n", position, begin - 1) + 1)
        self._plain_until = end
        if begin > position:
            del containers[admonitions:]
        return begin

    def _last_paragraph(self, begin: int, end: int) -> int:
        """Return where the last paragraph between two offsets begins: ``end`` if there is a blank line before it."""
        text = self._text
        while begin < end:
            line = text.rfind("\n", begin, end - 1) + 1 or begin
            if not text[line:end].strip():
                return end
            end = line
        return begin

    def _read_line(self, begin: int) -> int:
        """Read the line at ``begin``, and those of the block that begins on it; return where the next one begins."""
        end = self._line_end(begin)
        containers = self._containers
        position, column, continued, closes = self._descend(begin, end) if containers else _Place(begin, 0, 0)
        if closes:
            self._end_paragraph()
            del containers[continued:]
            return end + 1
        if continued < len(containers) and any(each.kind == _ADMONITION for each in containers[continued:]):
            self._end_paragraph()
            del containers[continued:]
        interrupts = bool(self._paragraph) and not self._in_table and continued == len(containers)
        while entered := self._enter(position, column, end, interrupts=interrupts):
            self._end_paragraph()
            container, position, column = entered
            containers[continued:] = [container]
            continued += 1
        outside = containers[continued:]
        del containers[continued:]
        indentation = column
        position, column = self._skip_blanks(position, column, end)
        if position >= end or self._text[position] == "\r":
            self._end_paragraph()
            return end + 1
        if outside and self._in_table:
            self._end_paragraph()
        if self._paragraph and not outside and not self._in_table and self._is_underline(position):
            self._end_paragraph(heading=True)
            return end + 1
        after = self._read_block(begin, position, column - indentation, end)
        if after is not None:
            return after
        if self._paragraph:
            containers += outside  # text continues a paragraph of them
        self._add_text(position, end, lazy=bool(outside))
        return end + 1

    def _line_end(self, position: int) -> int:
        end = self._text.find("\n", position)
        return len(self._text) if end < 0 else end

    def _descend(self, begin: int, end: int) -> _Place:
        """Return where the content of the line at ``begin`` begins behind what continues the open containers."""
        position, column = begin, 0
        in_footnote = False
        for number, container in enumerate(self._containers):
            after, column_after = self._skip_blanks(position, column, end)
            blank = after >= end or self._text[after] == "\r"
            kind = container.kind
            if kind == _QUOTE:
                if blank or self._text[after] != ">":
                    return _Place(position, column, number)
                position, column = self._skip_blanks(after + 1, column_after + 1, end, 1)
            elif kind == _ADMONITION:
                if not blank and _closing(":", container.size).match(self._text[after:end]):
                    return _Place(position, column, number, closes=True)
                position, column = self._skip_blanks(position, column, end, container.indentation)
            elif blank:
                container.ended = container.ended or container.blank
                position, column = self._skip_blanks(position, column, end, container.size)
            elif container.ended or column_after - column < container.size:
                if kind != _FOOTNOTE or column_after > column or not in_footnote:
                    return _Place(position, column, number)
            else:
                container.blank = False
                position, column = self._skip_blanks(position, column, end, container.size)
            in_footnote = kind == _FOOTNOTE  # the blanks of one are enough for one that begins in it
        return _Place(position, column, len(self._containers))

    def _skip_blanks(self, position: int, column: int, end: int, most: int | None = None) -> tuple[int, int]:
        """Return offset and column behind at most so many blanks; a tab extends to the next multiple of four."""
        text = self._text
        blanks = _BLANKS.match(text, position, end)
        after = blanks.end() if blanks else position
        if after == position:
            return position, column
        if text.find("\t", position, after) < 0:
            if most is not None:
                after = min(after, position + most)
            return after, column + after - position
        last = None if most is None else column + most
        while position < after and (last is None or column < last):
            width = 4 - column % 4 if text[position] == "\t" else 1
            if last is not None and column + width > last:
                return position, last  # a part of a tab
            position += 1
            column += width
        return position, column

    def _enter(
        self, position: int, column: int, end: int, *, interrupts: bool
    ) -> tuple[_Container, int, int] | None:
        """Return the container that begins here, with the offset and column of its content."""
        text = self._text
        begin, begin_column = self._skip_blanks(position, column, end)
        first = text[begin : begin + 1]
        if first == ">":
            return _Container(_QUOTE), *self._skip_blanks(begin + 1, begin_column + 1, end, 1)
        if first == "[":
            mark = _FOOTNOTE_MARK.match(text, begin, end)
            if mark is None:
                return None
            after = self._skip_blanks(mark.end(), begin_column + mark.end() - begin, end)
            return _Container(_FOOTNOTE, _FOOTNOTE_BLANKS), *after
        mark = _ITEM_MARK.match(text, begin) if first and first in "*+-0123456789" else None
        if mark is None or (first in "*-" and _BREAK.match(text, begin)):
            return None
        mark_column = begin_column + mark.end() - begin
        content, content_column = self._skip_blanks(mark.end(), mark_column, end)
        if content >= end or text[content] == "\r":
            if interrupts:
                return None
            return _Container(_ITEM, mark_column + 1 - column, blank=True), mark.end(), mark_column
        if interrupts and mark[1] not in (None, "1"):
            return None
        return _Container(_ITEM, content_column - column), content, content_column

    def _add_text(self, position: int, end: int, *, lazy: bool) -> None:
        """Add a line of text, or the row of a table."""
        text = self._text
        if self._in_table:
            self._read_row(position, end)
        elif self._paragraph and not lazy and text[position] in "|:-" and self._begins_table(position, end):
            head = self._paragraph.pop()
            self._end_paragraph()
            self._paragraph.append(head)
            self._in_table = True
            self._read_row(*head)
        else:
            self._paragraph.append((position, end))

    def _begins_table(self, position: int, end: int) -> bool:
        """Return whether the line at ``position`` is the second one of a table with as many columns as the first."""
        if _DELIMITERS.match(self._text, position) is None:
            return False
        delimiters = self._text[position:end]
        has_columns = "|" in delimiters or ":" in delimiters
        return has_columns and len(self._cells(position, end)) == len(self._cells(*self._paragraph[-1]))

    def _cells(self, position: int, end: int) -> list[tuple[int, int]]:
        return [cell.span() for cell in _CELL.finditer(self._text, position, end) if cell[0].strip()]

    def _read_row(self, position: int, end: int) -> None:
        if _SPECIAL.search(self._text, position, end):
            for begin, cell_end in self._cells(position, end):
                read_inline(self._text[begin:cell_end], begin, self._found, self._profile)

    def _is_underline(self, position: int) -> bool:
        """Return whether the line at ``position`` makes the open paragraph a heading."""
        text = self._text
        if text[position] not in "=-" or _SETEXT.match(text, position) is None:
            return False
        begin, end = self._paragraph[0][0], self._paragraph[-1][1]
        while text.startswith("[", begin) and begin < end and (definition := DEFINITION.match(text, begin)):
            begin = _after_blanks(text, definition.end())
        return begin < end

    def _end_paragraph(self, *, heading: bool = False) -> None:
        """End the open paragraph, or table, and read its text."""
        lines = self._paragraph
        if not lines:
            return
        self._paragraph = []
        if self._in_table:
            self._in_table = False
            return
        begin, end = lines[0][0], lines[-1][1]
        if heading:
            self._found.notes.append((HEADING, begin, end))
        if _SPECIAL.search(self._text, begin, end):
            read_inline(self._without_prefixes(lines), begin, self._found, self._profile)

    def _without_prefixes(self, lines: list[tuple[int, int]]) -> str:
        """Return the text of ``lines`` with blanks for the prefixes between them, so that every offset stays."""
        text = self._text
        whole = text[lines[0][0] : lines[-1][1]]
        if len(lines) == 1 or ">" not in whole:
            return whole
        parts = [text[slice(*lines[0])]]
        for (_, before), (begin, end) in zip(lines, lines[1:], strict=False):
            parts += ["\n", " " * (begin - before - 1), text[begin:end]]
        return "".join(parts)

    def _read_block(self, line: int, position: int, indentation: int, end: int) -> int | None:
        """Read the block other than text that begins at ``position`` and return where the next line begins."""
        text = self._text
        first = text[position]
        if first in "`~":
            return self._read_fence(line, position, end)
        if first in "<{":
            return self._read_markup(line, position, end)
        if first == "#":
            heading = _ATX.match(text, position)
            if heading is None:
                return None
            self._end_paragraph()
            self._found.notes.append((HEADING, position, end))
            read_inline(text[heading.end() : end], heading.end(), self._found, self._profile)
            return end + 1
        if first == ":":
            return self._read_directive(line, position, indentation, end)
        if first in "*-_" and _BREAK.match(text, position):
            self._end_paragraph()
            return end + 1
        if first in "ie" and position == line and (not self._paragraph or self._in_table) and _ESM.match(text, position):
            self._end_paragraph()
            return self._read_statements(position, end)
        if first == "$":
            return self._read_math(position, end)
        return None

    def _read_statements(self, position: int, end: int) -> int:
        """Read the imports and exports at ``position``."""
        markup, base = self._markup, 0
        if self._containers:  # admonitions
            part = self._without_prefixes(self._lines_below(position, end))
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

    def _read_directive(self, line: int, position: int, indentation: int, end: int) -> int | None:
        text = self._text
        titled = _TITLED.match(text, position)
        if titled and _BEFORE_TITLED.fullmatch(text, line, position):
            label = f"[{titled['label'].rstrip(chr(13))}]"
            if _LABEL_ONLY.fullmatch(label) is None:
                return None
            opening = titled
        else:
            directive = _DIRECTIVE.match(text, position)
            if directive is None:
                return None
            opening = directive
        self._end_paragraph()
        if opening["label"]:
            read_inline(opening["label"], opening.start("label"), self._found, self._profile)
        colons = len(opening["colons"])
        if colons > 2:
            self._containers.append(_Container(_ADMONITION, colons, indentation))
        return end + 1

    def _read_math(self, position: int, end: int) -> int | None:
        """Read a block of formulas, which need not be code; without an end it is text."""
        opening = _MATH.match(self._text, position)
        closing = _closing(r"\$", len(opening[1])).search(self._text, end) if opening else None
        if closing is None or not self._continues(end + 1, closing.end()):
            return None
        self._end_paragraph()
        return self._line_end(closing.end()) + 1

    def _continues(self, begin: int, end: int) -> bool:
        """Return whether all lines from ``begin`` to ``end`` continue all open containers."""
        return self._outside(begin, end) is None

    def _outside(self, begin: int, end: int) -> int | None:
        """Return the first line from ``begin`` to ``end`` that does not continue all open containers."""
        while self._containers and begin < end:
            line_end = self._line_end(begin)
            place = self._descend(begin, line_end)
            if place.closes or place.continued < len(self._containers):
                return begin
            begin = line_end + 1
        return None

    def _read_fence(self, line: int, position: int, end: int) -> int | None:
        text = self._text
        opening = _FENCE.match(text, position, end)
        if opening is None or opening.end() < end:
            return None
        self._end_paragraph()
        fence, info = (opening[1], opening[2]) if opening[1] else (opening[3], opening[4])
        closing = _closing(fence[0], len(fence))
        last, after, closed = len(text), len(text), False
        if not self._containers:
            if found := closing.search(text, end):
                last, closed = found.end(), True
                after = self._line_end(last) + 1
        else:
            last, after, closed = self._fence_end(end, closing)
        self._found.notes.append((FENCE, position, last))
        if not info.strip() and self._left_open is not None and self._closes_nothing(line, fence, end, last):
            kind, _ = self._left_open
            message = f"the fence {fence} opens one: the fence above it, which it seems to close, ended with its {kind}"
            self._found.problems.append((position, message))
        elif not closed and after >= len(text) and text[end:].strip():
            self._found.problems.append((position, f"the fence {fence[:20]} is never closed"))
        self._left_open = None
        if not closed and after < len(text):
            ended = self._descend(after, self._line_end(after)).continued
            self._left_open = _NAMES[self._containers[min(ended, len(self._containers) - 1)].kind], after
        return after

    def _fence_end(self, end: int, closing: re.Pattern[str]) -> tuple[int, int, bool]:
        """Return where the fence in the open containers ends, where the next line begins, and whether it is closed."""
        begin = end + 1
        while begin < len(self._text):
            line_end = self._line_end(begin)
            place = self._descend(begin, line_end)
            if place.closes or place.continued < len(self._containers):
                return end, begin, False
            end = line_end
            begin = end + 1
            if closing.match(self._text[place.position : line_end]):
                return end, begin, True
        return end, begin, False

    def _closes_nothing(self, line: int, fence: str, begin: int, end: int) -> bool:
        """Return whether the fence on ``line`` is meant to close the one above, which ended with its container.

        It is where it stands on the line that ended the container, or where it hides a block or the beginning of another fence.
        """
        assert self._left_open is not None
        if self._left_open[1] == line:
            return True
        content = self._text[begin:end]
        if re.search(_FENCE_WITH_INFO.format(fence=fence[0]), content, re.MULTILINE):
            return True
        return f"<{self._profile.component}" in content

    def _read_markup(self, line: int, position: int, end: int) -> int | None:
        """Read tags and expressions if they fill their lines; else they are a part of a paragraph."""
        text, found = self._text, self._found
        if found.failed:
            return None
        mark = found.mark()
        in_quote = any(container.kind == _QUOTE for container in self._containers)
        after = self._filled_until(position, text[position:end] if in_quote else None)
        if after is None and in_quote:
            found.forget(mark)
            lazy = text.startswith("<!--", position)
            after = self._filled_until(position, self._without_prefixes(self._lines_below(position, end, lazy=lazy)))
        if after is None:
            found.forget(mark)
            return None
        self._end_paragraph()
        outside = self._outside(end + 1, after)
        if outside is not None and text.find("\n", position, after) >= 0 and not text.startswith("<!--", position):
            kind = _NAMES[self._containers[self._descend(outside, self._line_end(outside)).continued].kind]
            found.problems.append((outside, f"a tag or an expression in a {kind} goes on outside of it: indent this line"))
        end = self._line_end(after)
        rest, _ = self._skip_blanks(after, 0, end)
        if rest >= end or text[rest] == "\r":
            return end + 1
        # The extension for comments drops the character behind one.
        rest, _ = self._skip_blanks(after + 1, 0, end)
        again = self._read_block(-1, rest, 0, end) if rest < end and text[rest] != "\r" else end + 1
        if again is None:
            self._paragraph.append((rest, end))
        return end + 1 if again is None else again

    def _lines_below(self, position: int, end: int, *, lazy: bool = False) -> list[tuple[int, int]]:
        """Return the text from ``position`` to the end of its line and of each line that continues the containers.

        With ``lazy``, also lines that continue fewer of them, up to one that begins or ends another one: those of a comment.
        """
        lines = [(position, end)]
        while (begin := end + 1) < len(self._text):
            end = self._line_end(begin)
            place = self._descend(begin, end)
            outside = self._containers[place.continued :]
            if place.closes or (outside and not lazy):
                break
            if outside and (
                any(container.kind == _ADMONITION for container in outside)
                or self._enter(place.position, place.column, end, interrupts=False)
            ):
                break
            lines.append((place.position, end))
        return lines

    def _comments_end(self, markup: Markup, position: int, base: int) -> int | None:
        """Return the offset behind the comments at ``position`` that follow one another on a line."""
        text = markup.text
        after = None
        while text.startswith("<!--", position) and (comment := markup.comment(position)) is not None:
            after = base + comment
            if text[comment : comment + 1] not in (" ", "\t"):
                break
            position = _after_blanks(text, comment + 1)
        return after

    def _filled_until(self, begin: int, part: str | None) -> int | None:
        """Return the offset behind the markup at ``begin`` if nothing but markup stands on its lines, else ``None``.

        It is read in ``part``, which begins there, or in the whole text. Text may follow a comment.
        """
        markup, base = self._markup, 0
        if part is not None:
            markup, base = Markup(part, begin, self._found, self._profile), begin
        text, position = markup.text, begin - base
        if text.startswith("<!--", position):
            return self._comments_end(markup, position, base)
        try:
            while True:
                first = text[position]
                position = markup.expression(position) if first == "{" else markup.tag(position).end
                position = _after_blanks(text, position)
                if position >= len(text) or text[position] in "\r\n":
                    return base + position
                if text[position] != "<" and (text[position] != "{" or first == "{"):
                    return None
        except (TagError, CodeError):
            return None


@cache
def _usual(component: str, attributes: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    tag = usual_tag(component, dict(attributes))
    return re.compile(_USUAL.replace("COMPONENT", tag).replace("NAME", re.escape(component)), re.VERBOSE)


def _after_blanks(text: str, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


@cache
def _closing(character: str, length: int) -> re.Pattern[str]:
    """Return the pattern of a line, from behind its prefix, that closes what so many characters opened."""
    return re.compile(rf"^[ \t]*{character}{{{length},}}[ \t]*\r?$", re.MULTILINE)
