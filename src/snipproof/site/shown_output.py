"""Output on a Page that is compared with nothing, or not with the code beside it.

Every block of output must be bound to code that its section shows. Nothing compares what
is shown as output without being an Expectation, or a fence of output right behind code.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import is_program
from snipproof.model import Finding
from snipproof.site.binding import is_named_like_output
from snipproof.site.page_blocks import OUTPUT_LANGUAGES
from snipproof.site.tab_labels import named_by
from snipproof.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.model import Reference, Region
    from snipproof.site.mdx.tabs import Item, Level
    from snipproof.site.page_blocks import PageBlocks, Preceding, ShownRegion

UNCOMPARED, OTHER_CODE, PARTLY_COMPARED, FENCED, APART = "SP305", "SP306", "SP307", "SP308", "SP310"
_OUTPUT_WORDS = re.compile(
    r"\b(?:outputs?|results?|responses?|prints?|printed|returns?|returned)\b|出力|結果|レスポンス|応答|表示",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\btitle=(?:\"([^\"]*)\"|'([^']*)')")
_FENCE = re.compile(
    r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)*(?P<token>```+|~~~+)[ \t]*(?P<language>[^\s{`]*)(?P<rest>.*)"
)
_NOT_PROSE = re.compile(r"<!--.*?-->|\{/\*.*?\*/\}|</?[A-Za-z][^<>]*>|^[ \t]*:::.*$", re.DOTALL | re.MULTILINE)
_COMMANDS = frozenset({"shell", "bash", "sh", "zsh", "console"})
_MAX_PROSE = 300
_BIND = "name its Region `Expected … results`, or write `{of: NAME}` after the name on its START line"


class _Fence(NamedTuple):
    """A fence of the Page: its lines, its language, its title, ``None`` for none, and its level."""

    line: int
    column: int
    last: int
    language: str
    title: str | None
    level: Level


def uncompared(blocks: PageBlocks) -> Iterator[Finding]:
    """Yield a Finding for each block (SP305) and fence (SP308) that shows output and is compared with nothing."""
    first = min((block.reference.line for block in blocks.code), default=None)
    for block in blocks.unproven:
        region = blocks.site.region_of(block.reference)
        named = region is not None and is_named_like_output(region.name)
        if named or (first is not None and first < block.reference.line):
            yield _uncompared(block.reference)
    for block in blocks.foreign:
        before = [code for code in blocks.code if code.reference.line < block.reference.line]
        if any(blocks.section_of(code.reference) == blocks.section_of(block.reference) for code in before):
            yield _uncompared(block.reference)
    if blocks.code or blocks.nameless:
        yield from _Fences(blocks).findings()


def misplaced(
    blocks: PageBlocks, output: ShownRegion, preceding: Preceding, bound: Sequence[Region]
) -> Iterator[Finding]:
    """Yield a Finding if ``output`` is ``bound`` to none of the code beside it (SP306) or not to all (SP307)."""
    if preceding.group:
        yield from _empty_tabs(blocks, output, preceding.group)
        return
    if not bound:
        if preceding.code:
            yield _uncompared(output.reference)
        return
    partly = [*_alone_in_tab(blocks, output, preceding), *_before_group(blocks, output, preceding, bound)]
    if partly:
        yield from partly
        return
    code = preceding.code or _code_around(blocks, output)
    shown = [block.reference for block in code]
    if code and not _shows_any(blocks, shown, bound):
        section = blocks.section_of(output.reference)
        others = [other.reference for other in blocks.nameless if blocks.section_of(other.reference) == section]
        # One mistake is one Finding: a block that shows nothing has its own.
        empty = any(blocks.section_of(r) == section and _is_empty(blocks, r) for r in blocks.page.references)
        if not empty and not _shows_any(blocks, others, bound):
            yield _of_other_code(output, shown, bound)
    elif not preceding.code and not _shows_any(blocks, _nearest_before(blocks, output, shown), bound):
        place = "stands above the code that gives it" if shown else "is shown without the code that gives it"
        hint = "show it below its code; if readers see the code on another page, suppress this with that reason"
        yield _finding(output.reference, APART, f"the output {output.region.name!r} {place}", hint)


def _is_empty(blocks: PageBlocks, reference: Reference) -> bool:
    rendered = blocks.site.rendered(reference)
    return rendered is None or not rendered.selection.kept


def _of_other_code(output: ShownRegion, shown: Sequence[Reference], bound: Sequence[Region]) -> Finding:
    of = listed([f"{region.name!r} ({region.source}:{region.line})" for region in bound])
    markers = listed(list(dict.fromkeys(quoted(reference.start_marker or "") for reference in shown)))
    message = f"{output.region.name!r} is the output of {of}, but the code shown with it is {markers}"
    return _finding(
        output.reference, OTHER_CODE, message, "show it below its own code, or name the Snippet in `{of: NAME}`"
    )


def _nearest_before(blocks: PageBlocks, output: ShownRegion, around: Sequence[Reference]) -> list[Reference]:
    """Return the code of ``around`` above ``output``; without any around it, the nearest code or tabs of the Page."""
    place = (output.reference.line, output.reference.column)
    if around:
        return [reference for reference in around if (reference.line, reference.column) < place]
    before = [block for block in blocks.code if (block.reference.line, block.reference.column) < place]
    if not before:
        return []
    groups = [level.group for level in blocks.tabs.around(before[-1].level)]
    in_group = (
        {block.reference for code in blocks.by_tab.get(groups[-1], {}).values() for block in code} if groups else ()
    )
    return [block.reference for block in before if block is before[-1] or block.reference in in_group]


def _code_around(blocks: PageBlocks, output: ShownRegion) -> list[ShownRegion]:
    """Return the code of the same tab, else that of the same section."""
    section = blocks.section_of(output.reference)
    code = [block for block in blocks.code if blocks.section_of(block.reference) == section]
    in_tab = [block for block in code if output.level.tab and output.level in blocks.tabs.around(block.level)]
    return in_tab or code


def _shows_any(blocks: PageBlocks, references: Sequence[Reference], regions: Sequence[Region]) -> bool:
    """Whether a block shows all lines of a Region, or nothing but lines of it."""
    return any(_shows(blocks, reference, region) for region in regions for reference in references)


def _shows(blocks: PageBlocks, reference: Reference, region: Region) -> bool:
    rendered = blocks.site.rendered(reference)
    if reference.source != region.source or rendered is None:
        return False
    if blocks.site.region_of(reference) == region:
        return True
    source = blocks.site.sources[region.source]
    lines = source.lines
    own = {n for segment in region.segments for n in range(segment.first, segment.last + 1)}
    own -= {marker.line for marker in source.markers}
    own = {number for number in own if lines[number - 1].strip()}
    shown = {number for number in rendered.selection.kept if lines[number - 1].strip()}
    return bool(shown) and bool(own) and (own <= shown or shown <= own)


def _empty_tabs(blocks: PageBlocks, output: ShownRegion, group: int) -> Iterator[Finding]:
    """Report tabs of the group before ``output`` that show nothing, so that nothing is compared with them."""
    if not any(blocks.by_tab.get(group, {})):
        return
    items = [item for item in blocks.tabs.items if item.level.group == group]
    text = blocks.site.text_of(blocks.page.path).split("\n")
    for imported in blocks.page.imports:
        text[imported.line - 1] = ""  # readers do not see it
    for item, after in zip(items, [*items[1:], None], strict=True):
        last = after.line if after else blocks.tabs.groups[group - 1].last
        if last > item.line and not _prose("\n".join(text[item.line - 1 : last])) and not _has_block(blocks, item):
            message = f"the tab {item.level.tab!r} is empty, so {output.region.name!r} is not compared with it"
            yield _finding(output.reference, PARTLY_COMPARED, message, "show code in the tab, or remove it")


def _has_block(blocks: PageBlocks, item: Item) -> bool:
    levels = (blocks.tabs.level(reference.line, reference.column) for reference in blocks.page.references)
    return any(item.level in blocks.tabs.around(level) for level in levels)


def _alone_in_tab(blocks: PageBlocks, output: ShownRegion, preceding: Preceding) -> Iterator[Finding]:
    """Report output in the tab of a language that shows no code, while other tabs of the group do."""
    tab = output.level
    code_of = blocks.by_tab.get(tab.group, {})
    if not tab.tab or preceding.code or tab.tab in code_of or not any(code_of):
        return
    item = next((item for item in blocks.tabs.items if item.level == tab), None)
    if item and any(map(is_program, named_by(item.label or item.value).languages)):
        message = f"the tab {tab.tab!r} shows the output {output.region.name!r}, but no code"
        yield _finding(output.reference, PARTLY_COMPARED, message, "show the code in the tab, or move the output")


def _before_group(
    blocks: PageBlocks, output: ShownRegion, preceding: Preceding, bound: Sequence[Region]
) -> Iterator[Finding]:
    """Report output right before a group of tabs, which would be compared with all of them behind it."""
    if preceding.code:
        return
    place = (output.reference.line, output.reference.column)
    section = blocks.section_of(output.reference)
    following = [
        (group.first, 0, number) for number, group in enumerate(blocks.tabs.groups, 1) if group.level == output.level
    ]
    following += [(b.reference.line, b.reference.column, 0) for b in blocks.code if b.level == output.level]
    first = min((each for each in following if each[:2] > place), default=None)
    if first is None or not first[2] or blocks.structure.heading_above(first[0]) != section:
        return
    known = {region.id for region in bound}
    code_of = blocks.by_tab.get(first[2], {})
    others = [tab for tab, code in code_of.items() if known.isdisjoint(block.region.id for block in code)]
    if others and len(others) < len(code_of):
        tabs = listed([repr(tab) for tab in others])
        message = f"{output.region.name!r} stands before a group of tabs, so it is not compared with {tabs}"
        yield _finding(output.reference, PARTLY_COMPARED, message, "show it below the tabs")


class _Fences:
    """Finds fences of output that stand right behind code of a Suite."""

    def __init__(self, blocks: PageBlocks) -> None:
        self._blocks = blocks
        self._lines = blocks.site.text_of(blocks.page.path).split("\n")
        self._fences = list(self._read())

    def _read(self) -> Iterator[_Fence]:
        for first, last in self._blocks.structure.fences:
            match = _FENCE.match(self._lines[first - 1])
            if match is None:
                continue
            column = match.start("token") + 1
            title = _TITLE.search(match["rest"])
            written = (title[1] or title[2] or "") if title else None
            level = self._blocks.tabs.level(first, column)
            yield _Fence(first, column, last, match["language"].lower(), written, level)

    def findings(self) -> Iterator[Finding]:
        """Yield a Finding for each such fence."""
        self._note_code()
        for fence in self._fences:
            if fence.language and fence.language not in OUTPUT_LANGUAGES:
                continue
            before = self._before(fence)
            if before is None:
                continue
            prose = _prose("\n".join(self._lines[before : fence.line - 1]))
            announced = len(prose) <= _MAX_PROSE and _OUTPUT_WORDS.search(prose.rpartition("\n\n")[2])
            if fence.title is not None:
                announced = _OUTPUT_WORDS.search(fence.title)
            if announced or (not prose and fence.title is None and fence.language):
                path = self._blocks.page.path
                message = "this fence shows output of the code before it, and nothing compares it"
                hint = "put it between markers in the Source, as an Expectation, and show that with a block"
                yield Finding(path, fence.line, fence.column, FENCED, message, hint)

    def _note_code(self) -> None:
        """Note what stands on each level, sorted: the line, from 0, and whether it is code of a Suite."""
        blocks = self._blocks
        code = {block.reference for block in blocks.code} | {block.reference for block in blocks.nameless}
        noted: list[tuple[Level, int, bool]] = []
        for reference in blocks.page.references:
            level = blocks.tabs.level(reference.line, reference.column)
            noted.append((level, reference.line - 1, reference in code))
        for number, group in enumerate(blocks.tabs.groups, 1):
            noted.append((group.level, group.last - 1, bool(blocks.by_tab.get(number))))
        others = (fence for fence in self._fences if fence.language not in _COMMANDS)
        noted += [(fence.level, fence.last - 1, False) for fence in others]
        self._noted: dict[Level, list[tuple[int, bool]]] = {}
        for level, line, is_code in sorted(noted, key=lambda each: each[1:]):
            self._noted.setdefault(level, []).append((line, is_code))

    def _before(self, fence: _Fence) -> int | None:
        """Return the line, from 0, at which what follows the code before ``fence`` begins; ``None`` without code."""
        noted = self._noted.get(fence.level, [])
        index = bisect_left(noted, fence.line - 1, key=lambda each: each[0])
        line, is_code = noted[index - 1] if index else (0, False)
        heading_above = self._blocks.structure.heading_above
        return line if is_code and heading_above(line + 1) == heading_above(fence.line) else None


def _prose(text: str) -> str:
    """Return what readers see of ``text``, without blocks, fences of commands and tags."""
    kept: list[str] = []
    token = ""
    for line in _NOT_PROSE.sub("", text).split("\n"):
        fence = _FENCE.match(line)
        if token:
            token = "" if line.strip().startswith(token) else token
        elif fence:
            token = fence["token"]
        else:
            kept.append(line.strip())
    return "\n".join(kept).strip()


def _uncompared(reference: Reference) -> Finding:
    shown = quoted(reference.start_marker or "")
    message = f"the block {shown} is shown as output ({reference.language or 'no language'}), and nothing compares it"
    return _finding(reference, UNCOMPARED, message, f"{_BIND}; if it is not output, set the language that it is")


def _finding(reference: Reference, rule: str, message: str, hint: str) -> Finding:
    return Finding(reference.page, reference.line, reference.column, rule, message, hint)
