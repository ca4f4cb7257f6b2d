"""Reads a Page in one scan from left to right: fences, comments, headings, imports and the tags of components.

One scan for all of them, because they hide each other: a fence in an HTML comment opens nothing, and neither does a
comment in a fence or in inline code. Nothing on a Page is ever executed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

from snipproof.config import Settings
from snipproof.model import Finding, Import, Page, Reference
from snipproof.site.mdx.blocks import IMPORT, Blocks
from snipproof.site.mdx.import_paths import find_target, import_target, is_raw
from snipproof.site.mdx.markup import Found
from snipproof.site.profile import profile_of
from snipproof.site.source import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from snipproof.site.mdx.structure import Note
    from snipproof.site.profile import Profile

_UNWRAPPED = re.compile(
    r"^ *(?P<fence>```|````) *mdx-code-block\r?\n(?P<children>.*?)\r?\n *(?P=fence)(?=\r?\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


class PageScan(NamedTuple):
    """A Page, a Finding for each place that cannot be read, and notes for a :class:`.structure.PageStructure`."""

    page: Page
    problems: list[Finding]
    notes: list[Note]


def parse_page(path: str, text: str, settings: Settings | None = None) -> Page:
    """Return the Page with this ``text``; tags that cannot be read are left out (:func:`scan_page` reports them)."""
    return scan_page(path, text, settings or Settings()).page


def scan_page(
    path: str,
    text: str,
    settings: Settings,
    profile: Profile | None = None,
    exists: Callable[[str], bool] | None = None,
) -> PageScan:
    """Scan the Page with this ``text``.

    ``profile`` is that of the settings, which is the same for all Pages. ``exists`` returns whether there is a file at
    a path below the root; without it, the path of an import is taken as it is written.
    """
    return _Scanner(path, text, settings, profile or profile_of(settings), exists).scan()


class _Scanner:
    def __init__(
        self, path: str, text: str, settings: Settings, profile: Profile, exists: Callable[[str], bool] | None
    ) -> None:
        self._path = path
        self._text = text
        self._site_root = settings.site_root
        self._profile = profile
        self._exists = exists
        self._last_place = (0, 1, 1)

    def scan(self) -> PageScan:
        text, found = self._text, Found()
        without_fences, removed = _without_unwrapped(text) if "mdx-code-block" in text else (text, [])
        Blocks(without_fences, found, self._profile).read(self._after_front_matter())
        if removed:
            found.move(_offsets(removed))
        found.tags.sort(key=itemgetter(0))
        found.notes.sort(key=itemgetter(1))
        imports = tuple([self._import(match) for offset in found.imports if (match := IMPORT.match(text, offset))])
        targets = {imported.variable: imported.target for imported in imports if imported.raw}
        references = tuple([self._reference(begin, values, targets) for begin, values in found.tags])
        used = tuple(found.elements.intersection(imported.variable for imported in imports))
        first = dict(reversed(found.problems))  # the first one at each place
        problems = [self._problem(position, first[position]) for position in sorted(first)]
        return PageScan(Page(self._path, imports, references, used), problems, found.notes)

    def _after_front_matter(self) -> int:
        text = self._text
        if not text.startswith("---") or text[3 : (text.find("\n") + 1 or 4) - 1].strip(" \t\r"):
            return 0
        begin = text.find("\n---")
        while begin >= 0:
            end = text.find("\n", begin + 1)
            end = len(text) if end < 0 else end
            if not text[begin + 4 : end].strip(" \t\r"):
                return end + 1
            begin = text.find("\n---", end)
        return 0

    def _import(self, match: re.Match[str]) -> Import:
        written = match["path"]
        if "\\" in written:
            written = re.sub(r"\\(.)", r"\1", written)
        raw = is_raw(written)
        line, column = self._place(match.start())
        target = import_target(self._path, written, self._site_root)
        if raw and target is not None and self._exists is not None:
            target = find_target(target, self._exists)
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

    def _problem(self, position: int, message: str) -> Finding:
        line, column = self._place(position)
        return Finding(self._path, line, column, UNREADABLE, message)

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


def _without_unwrapped(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return ``text`` without the lines of the fences that the site removes, those of ``mdx-code-block``.

    Return also from which offset of the result on how many characters are missing.
    """
    parts: list[str] = []
    removed: list[tuple[int, int]] = []
    last = length = 0
    for fence in _UNWRAPPED.finditer(text):
        begin, end = fence.span("children")
        for part_end, next_begin in ((fence.start(), begin), (end, fence.end())):
            parts.append(text[last:part_end])
            length += part_end - last
            removed.append((length, next_begin - length))
            last = next_begin
    return "".join([*parts, text[last:]]), removed


def _offsets(removed: list[tuple[int, int]]) -> Callable[[int], int]:
    """Return a function that returns the offset on the Page of an offset in its text without what was ``removed``."""
    begins = [begin for begin, _ in removed]

    def at(offset: int) -> int:
        index = bisect_right(begins, offset)
        return offset + removed[index - 1][1] if index else offset

    return at
