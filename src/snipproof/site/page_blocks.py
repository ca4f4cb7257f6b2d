"""The blocks of one Page: which show code of a Suite, which show output, and which code stands before each output.

That code is a group of tabs or a run of code blocks, in the same section as the output and on the same level of tabs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import is_program, of_file
from snipproof.site.binding import is_named_like_output, shows_no_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.model import Page, Reference, Region, Source
    from snipproof.site.docs_site import Site
    from snipproof.site.mdx.tabs import Level

OUTPUT_LANGUAGES = frozenset({"text", "txt", "plain", "plaintext", "output", "json", "json5", "jsonc"})
"""The display languages of output. Programs, queries and commands are shown in others."""
_DATA_LANGUAGES = OUTPUT_LANGUAGES | {"yaml", "yml", "toml", "xml", "csv"}


@dataclass(frozen=True, slots=True)
class ShownRegion:
    """A block, the Region that it shows, and the tab around it."""

    reference: Reference
    region: Region
    level: Level


class OtherBlock(NamedTuple):
    """A block that shows no Expectation and no known Snippet of a Suite."""

    reference: Reference
    level: Level


@dataclass(slots=True)
class Preceding:
    """The code before a place of a section: a group of tabs (its number, 0 for none) or a run of code."""

    section: int
    group: int = 0
    code: list[ShownRegion] = field(default_factory=list)
    ended: bool = False


class PageBlocks:
    """The blocks of one Page.

    :ivar code: those that show a Snippet of a Suite.
    :ivar outputs: those that show an Expectation.
    :ivar nameless: code of a Suite without a known Region.
    :ivar unproven: text of a Source in a Suite that is shown as output, though it is not an Expectation.
    :ivar foreign: text that is shown as output, of a file that no Suite runs.
    :ivar by_tab: the code in each tab, by the number of its group and the value of the tab.
    """

    def __init__(self, site: Site, page: Page) -> None:
        self.site = site
        self.page = page
        self.structure = site.structure_of(page.path)
        self.tabs = self.structure.tabs
        self.code: list[ShownRegion] = []
        self.outputs: list[ShownRegion] = []
        self.nameless: list[OtherBlock] = []
        self.unproven: list[OtherBlock] = []
        self.foreign: list[OtherBlock] = []
        for reference in page.references:
            self._add(reference)
        self.by_tab: dict[int, dict[str, list[ShownRegion]]] = {}
        for block in self.code:
            for level in self.tabs.around(block.level):
                self.by_tab.setdefault(level.group, {}).setdefault(level.tab, []).append(block)

    def _add(self, reference: Reference) -> None:
        source, region = self.site.source_of(reference), self.site.region_of(reference)
        if source is None:
            return
        level = self.tabs.level(reference.line, reference.column)
        if region is not None and not any(snippet.name == region.name for snippet in source.snippets):
            self.outputs.append(ShownRegion(reference, region, level))
        elif source.path in self.site.suite_of:
            if self._is_output(reference, source, region):
                self.unproven.append(OtherBlock(reference, level))
            region = region or self._opened_by(reference, source, level)
            if region is not None:
                self.code.append(ShownRegion(reference, region, level))
        elif reference.language.lower() in OUTPUT_LANGUAGES:
            self.foreign.append(OtherBlock(reference, level))

    def _opened_by(self, reference: Reference, source: Source, level: Level) -> Region | None:
        """Return the only Snippet whose START line contains the marker of a block: `START x` for `START x Python`."""
        rendered = self.site.rendered(reference)
        lines = set(rendered.selection.named) if rendered else set()
        opened = [
            snippet.region
            for snippet in source.snippets
            if any(m.opens and m.name == snippet.name and m.line in lines for m in snippet.region.markers)
        ]
        if len(opened) != 1 and lines:  # other rules report a marker that is on no line
            self.nameless.append(OtherBlock(reference, level))
        return opened[0] if len(opened) == 1 else None

    def _is_output(self, reference: Reference, source: Source, region: Region | None) -> bool:
        """Whether a block shows output, by its display language or by a name and a text that are not those of code."""
        if not is_program(of_file(source.path)):
            return False
        if reference.language.lower() in _DATA_LANGUAGES:
            return True
        if region is None or (reference.language and not is_named_like_output(region.name)):
            return False
        return shows_no_code(source, region)

    def section_of(self, reference: Reference) -> int:
        """Return the line of the heading above a block, 0 if there is none."""
        return self.structure.heading_above(reference.line)

    def outputs_with_code(self) -> Iterator[tuple[ShownRegion, Preceding]]:
        """Yield every block of output with the code before it."""
        events: list[tuple[int, int, int, ShownRegion | int]] = []
        events += [(block.reference.line, block.reference.column, 0, block) for block in self.code]
        events += [(block.reference.line, block.reference.column, 1, block) for block in self.outputs]
        events += [(group.last, 0, 2, number) for number, group in enumerate(self.tabs.groups, 1)]
        levels: dict[Level, Preceding] = {}
        for line, _, kind, what in sorted(events, key=lambda event: event[:3]):
            level = self.tabs.groups[what - 1].level if isinstance(what, int) else what.level
            section = self.structure.heading_above(line)
            preceding = levels.get(level)
            if preceding is None or preceding.section != section:
                preceding = levels[level] = Preceding(section)
            if isinstance(what, int):
                preceding.group = what
            elif kind:
                yield what, preceding
                preceding.ended = True
            else:
                if preceding.ended or preceding.group:
                    preceding.code, preceding.group, preceding.ended = [], 0, False
                preceding.code.append(what)
