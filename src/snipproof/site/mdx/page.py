"""Reads a Page in one scan from left to right: fences, comments, headings, imports and the tags of components.

One scan for all of them, because they hide each other: a fence in an HTML comment opens nothing, and neither does a
comment in a fence or in inline code. Nothing on a Page is ever executed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

from snipproof.config import Settings
from snipproof.model import Finding, Import, Page, Reference
from snipproof.site.mdx.import_paths import import_target, is_raw
from snipproof.site.mdx.jsx import TagError, read_tag
from snipproof.site.mdx.structure import BLOCK, COMMENT, FENCE, HEADING, Note
from snipproof.site.mdx.tabs import TAB_TAGS
from snipproof.site.profile import profile_of
from snipproof.site.source import UNREADABLE
from snipproof.text import shorten

if TYPE_CHECKING:
    from snipproof.site.profile import Profile

_PARAGRAPH_END = re.compile(r"\n[ \t\r]*(?:\n|<|import\b|```|~~~|#{1,6}[ \t])")
_TICKS = re.compile("`+")
# Every alternative begins with a character of its own, so that the engine runs over all other text in one loop.
# Whether a fence begins its line is looked at when one is found.
_VISIBLE = (
    r"<!--|\{[ \t]*/\*|```+|~~~+|\n(?:import[ \t]|[ \t]*+#{1,6}[ \t]+(?=\S))"
    r"|<(?:h[1-6]\b|(?:COMPONENT|/Tab(?:Item|s)|[A-Z][\w$.]*)(?=[\s/>]))"
)
# What hides the others one by one. Most of a text is passed over without looking for these (see `_next`).
_ALL = r"\\[^\n]|`[^`\n]++`(?!`)|``?(?!`)|" + _VISIBLE
_HEADING = re.compile(r"[ \t]*+#{1,6}[ \t]+(?=\S)")
_BEFORE_FENCE = re.compile(r"[ \t]*+(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*+)*+")
_MAX_BEFORE_FENCE = 200
_IMPORT = re.compile(
    r"""import[ \t]+(?P<variable>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*
    (?P<quote>["'])(?P<path>(?:\\.|(?!(?P=quote))[^\\\n])*+)(?P=quote)""",
    re.VERBOSE,
)


class PageScan(NamedTuple):
    """A Page, a Finding for each place that cannot be read, and notes for a :class:`.structure.PageStructure`."""

    page: Page
    problems: list[Finding]
    notes: list[Note]


def parse_page(path: str, text: str, settings: Settings | None = None) -> Page:
    """Return the Page with this ``text``; tags that cannot be read are left out (:func:`scan_page` reports them)."""
    return scan_page(path, text, settings or Settings()).page


def scan_page(path: str, text: str, settings: Settings, profile: Profile | None = None) -> PageScan:
    """Scan the Page with this ``text``.

    ``profile`` is that of the settings, which is the same for all Pages.
    """
    return _Scanner(path, text, settings, profile or profile_of(settings)).scan()


@cache
def _patterns(component: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    visible, every = (re.compile(pattern.replace("COMPONENT", re.escape(component))) for pattern in (_VISIBLE, _ALL))
    return visible, every


class _Scanner:
    def __init__(self, path: str, text: str, settings: Settings, profile: Profile) -> None:
        self._path = path
        self._text = text
        self._site_root = settings.site_root
        self._profile = profile
        self._tag = f"<{profile.component}"
        self._visible, self._all = _patterns(profile.component)
        self._notes: list[Note] = []
        self._ahead: re.Match[str] | None = None
        self._unwrapped: set[int] = set()
        self._imports: list[Import] = []
        self._elements: set[str] = set()
        self._tags: list[tuple[int, dict[str, str | None]]] = []
        self._problems: list[Finding] = []
        self._ahead_line = 0
        self._last_place = (0, 1, 1)
        self._closings: dict[str, re.Match[str] | None] = {}
        self._paragraph_end = -1
        self._runs: dict[int, list[int]] = {}

    def scan(self) -> PageScan:
        position = self._after_front_matter()
        if position == 0:  # everything else that begins a line is found by the line end before it
            if first := _IMPORT.match(self._text):
                self._imports.append(self._import(first))
                position = first.end()
            elif heading := _HEADING.match(self._text):
                self._notes.append((HEADING, 0, heading.end()))
                position = heading.end()
        while match := self._next(position):
            position = self._after(match)
        targets = {imported.variable: imported.target for imported in self._imports if imported.raw}
        references = tuple([self._reference(begin, values, targets) for begin, values in self._tags])
        used = tuple(self._elements.intersection(imported.variable for imported in self._imports))
        return PageScan(Page(self._path, tuple(self._imports), references, used), self._problems, self._notes)

    def _next(self, position: int) -> re.Match[str] | None:
        """Return the next thing of interest: one that is surely not in inline code, or whatever comes first."""
        ahead = self._ahead
        if ahead is None or ahead.start() < position:
            ahead = self._ahead = self._visible.search(self._text, position)
            if ahead is None:
                return None
            begin = ahead.start()
            if self._text[begin] == "\n":
                return ahead  # every paragraph ends here
            # Worked out once: much may stand before it on a long line.
            line = self._text.rfind("\n", position, begin) + 1
            alone = line and not self._text[line:begin].strip(" \t\r")
            self._ahead_line = line if alone else 0
        begin = ahead.start()
        if self._ahead_line > position and self._text[begin] != "{":
            return ahead  # it begins its line, where every paragraph ends
        if self._text[begin - 1 : begin] != "\\" and self._text.find("`", position, begin) < 0:
            return ahead
        return self._all.search(self._text, position)

    def _after_front_matter(self) -> int:
        text = self._text
        if not text.startswith("---") or text[3 : (text.find("\n") + 1 or 4) - 1].strip(" \t\r"):
            return 0
        begin = text.find("\n---")
        while begin >= 0:
            end = text.find("\n", begin + 1)
            end = len(text) if end < 0 else end
            if not text[begin + 4 : end].strip(" \t\r"):
                return end
            begin = text.find("\n---", end)
        return 0

    def _after(self, match: re.Match[str]) -> int:
        """Read what begins at ``match`` and return the offset at which the scan continues."""
        token = match[0]
        first = token[0]
        if token == self._tag:
            return self._after_tag(match)
        if token == "<!--" or first == "{":
            return self._after_comment(match, "-->" if first == "<" else "*/")
        if first == "\n" and "#" not in token:
            return self._after_import(match)
        if token.startswith(("```", "~~~")) and self._may_be_fence(match.start()):
            return self._after_fence(match)
        if first == "`" and not token.strip("`"):
            return self._after_inline_code(match)
        begin, end = match.span()
        if first == "\n" or token.startswith("<h"):
            self._notes.append((HEADING, begin + (first == "\n"), end))
        elif first == "<":
            if token in TAB_TAGS:
                self._notes.append((token, begin, end))
            self._elements.add(token[1:])
        return end

    def _after_import(self, match: re.Match[str]) -> int:
        found = _IMPORT.match(self._text, match.start() + 1)
        if found is None:
            return match.end()
        self._imports.append(self._import(found))
        return found.end()

    def _may_be_fence(self, begin: int) -> bool:
        """Return whether nothing precedes it on its line but the tokens of quotes and lists."""
        line = self._text.rfind("\n", max(0, begin - _MAX_BEFORE_FENCE), begin) + 1
        if line == 0 and begin > _MAX_BEFORE_FENCE:
            return False
        return _BEFORE_FENCE.fullmatch(self._text, line, begin) is not None

    def _after_comment(self, match: re.Match[str], closing: str) -> int:
        end = self._text.find(closing, match.end())
        if end < 0:
            self._problem(match.start(), f"the comment {match[0]!r} is never closed")
            return len(self._text)
        end += len(closing)
        self._notes.append((COMMENT, match.start(), end))
        return end

    def _after_fence(self, match: re.Match[str]) -> int:
        fence = match[0]
        line_end = self._text.find("\n", match.end())
        line_end = len(self._text) if line_end < 0 else line_end
        if match.start() in self._unwrapped:
            return line_end
        info = self._text[match.end() : line_end]
        if fence[0] == "`" and "`" in info:
            return self._after_inline_code(match)  # it happens to begin a line
        closing = self._closing(fence, line_end)
        if closing is not None and info.strip() == "mdx-code-block":  # the site removes such a fence
            self._unwrapped.add(closing.end("blanks"))
            return line_end
        end = closing.end() if closing is not None else len(self._text)
        self._notes.append((FENCE, match.start(), end))
        # With nothing below, an open fence hides nothing.
        if closing is None and self._text[line_end:].strip():
            self._problem(match.start(), f"the fence {shorten(fence)} is never closed")
        return end

    def _closing(self, fence: str, begin: int) -> re.Match[str] | None:
        """Return the line below ``begin`` that closes ``fence``; one found for an outer fence is used again."""
        known = self._closings.get(fence)
        if known is None or known.start() < begin:
            closing = re.compile(rf"^(?P<blanks>[ \t>]*){fence[0]}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE)
            known = self._closings[fence] = closing.search(self._text, begin)
        return known

    def _after_inline_code(self, match: re.Match[str]) -> int:
        """Skip inline code, which ends in its own paragraph; a lone backtick is text."""
        begin, length = match.end(), len(match[0])
        if begin > self._paragraph_end:
            end = _PARAGRAPH_END.search(self._text, begin)
            self._paragraph_end = end.start() if end else len(self._text)
            # All runs of backticks of the paragraph at once: looking for each one's partner would be quadratic.
            self._runs = {}
            for run in _TICKS.finditer(self._text, begin, self._paragraph_end):
                self._runs.setdefault(len(run[0]), []).append(run.start())
        closings = self._runs.get(length, [])
        index = bisect_left(closings, begin)
        return closings[index] + length if index < len(closings) else begin

    def _after_tag(self, match: re.Match[str]) -> int:
        try:
            tag = read_tag(self._text, match.end(), self._profile.attributes)
        except TagError as error:
            self._problem(error.position, f"cannot read this <{self._profile.component}>: {error}")
            return len(self._text) if error.open else match.end()
        self._tags.append((match.start(), tag.values))
        self._notes.append((BLOCK, match.start(), tag.end))
        return tag.end

    def _import(self, match: re.Match[str]) -> Import:
        written = match["path"]
        if "\\" in written:
            written = re.sub(r"\\(.)", r"\1", written)
        raw = is_raw(written)
        line, column = self._place(match.start())
        target = import_target(self._path, written, self._site_root)
        return Import(line, column, intern(match["variable"]), intern(written), target, raw)

    def _reference(self, begin: int, values: dict[str, str | None], targets: dict[str, str | None]) -> Reference:
        line, column = self._place(begin)
        variable = intern(values.get("text") or "")
        return Reference(
            page=self._path,
            line=line,
            column=column,
            variable=variable,
            source=targets.get(variable),
            start_marker=values.get("start-marker"),
            end_marker=values.get("end-marker"),
            language=intern(values.get("language") or ""),
            include_start_marker=values.get("include-start-marker") == "true",
        )

    def _problem(self, position: int, message: str) -> None:
        line, column = self._place(position)
        self._problems.append(Finding(self._path, line, column, UNREADABLE, message))

    def _place(self, position: int) -> tuple[int, int]:
        """Return line and column, counted from the last place: most places lie close behind it."""
        last, line, column = self._last_place
        if position < last:
            last, line, column = 0, 1, 1
        begin = self._text.rfind("\n", last, position)
        line += self._text.count("\n", last, position)
        column = position - begin if begin >= 0 else column + position - last
        self._last_place = position, line, column
        return line, column
