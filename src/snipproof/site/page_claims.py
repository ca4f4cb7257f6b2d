"""What one Page says by its order: each block of output is about what stands nearest before it.

That is a group of tabs, all of whose clients gave the output, or a run of blocks of code; both in the same section and
on the level of tabs of the block itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.model import Finding, Origin, Page, Reference, Region, Source
from snipproof.site.attributes import names
from snipproof.site.binding import Candidates, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snipproof.site.docs_site import Site
    from snipproof.site.mdx.tabs import Level, OptOut

AMBIGUOUS = "SP302"
OPT_OUT = "`{/* snipproof: not compared because … */}` inside its <TabItem>"


@dataclass(frozen=True, slots=True, order=True)
class ClaimPlace:
    """A block that shows an Expectation, and the tab whose Snippet it speaks of, ``""`` for none."""

    page: str
    line: int
    column: int
    tab: str


@dataclass(frozen=True, slots=True)
class PageClaim:
    """One block says something about one Snippet, unless ``opt_out`` keeps it from that."""

    expectation: Region
    snippet: Region
    origin: Origin
    place: ClaimPlace
    opt_out: OptOut | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A block, the Region that it shows, and the tab that it stands in."""

    reference: Reference
    region: Region
    level: Level


@dataclass(slots=True)
class _Before:
    """What stands before a place of a section: a group of tabs (its number) or a run of code."""

    section: int
    group: int = 0
    code: list[_Shown] = field(default_factory=list)
    ended: bool = False


class PageClaims:
    """One Page with its blocks: code of Suites, and output. What cannot be told goes to ``findings``."""

    def __init__(self, site: Site, page: Page, findings: list[Finding]) -> None:
        self._site = site
        self._findings = findings
        self._structure = site.structure_of(page.path)
        self.tabs = self._structure.tabs
        self._excuses = {opt_out.level: opt_out for opt_out in self.tabs.opt_outs if opt_out.reason}
        self._code: list[_Shown] = []
        self._outputs: list[_Shown] = []
        self._nameless: list[tuple[Reference, Level]] = []  # code of a Suite, of which no Region is known
        for reference in page.references:
            self._sort(reference)
        self._by_tab: dict[int, dict[str, list[_Shown]]] = {}
        for shown in self._code:
            for level in self.tabs.around(shown.level):
                self._by_tab.setdefault(level.group, {}).setdefault(level.tab, []).append(shown)

    def _sort(self, reference: Reference) -> None:
        source, region = self._site.source_of(reference), self._site.region_of(reference)
        if source is None:
            return
        runs = source.path in self._site.suite_of
        level = self.tabs.level(reference.line, reference.column)
        if region is None and runs:
            region = self._opened_by(reference, source, level)
        if region is None:
            return
        if not any(snippet.name == region.name for snippet in source.snippets):
            self._outputs.append(_Shown(reference, region, level))
        elif runs:
            self._code.append(_Shown(reference, region, level))

    def _opened_by(self, reference: Reference, source: Source, level: Level) -> Region | None:
        """Return the one Snippet with a START line that holds the marker of a block: `START x` for `START x Python`."""
        rendered = self._site.rendered(reference)
        lines = set(rendered.selection.named) if rendered else set()
        opened = [
            snippet.region
            for snippet in source.snippets
            if any(m.opens and m.name == snippet.name and m.line in lines for m in snippet.region.markers)
        ]
        if len(opened) != 1 and lines:  # a marker that is on no line at all is told by other rules
            self._nameless.append((reference, level))
        return opened[0] if len(opened) == 1 else None

    def __iter__(self) -> Iterator[PageClaim]:
        """Yield what each block of output says about each Snippet."""
        for block, before in self._blocks() if self._outputs else ():
            if before.group:
                yield from self._of_group(block, before.group)
            else:
                yield from self._of_code(block, before.code)

    def _blocks(self) -> Iterator[tuple[_Shown, _Before]]:
        """Yield every block of output with what stands before it."""
        events: list[tuple[int, int, int, _Shown | int]] = []
        events += [(shown.reference.line, shown.reference.column, 0, shown) for shown in self._code]
        events += [(shown.reference.line, shown.reference.column, 1, shown) for shown in self._outputs]
        events += [(group.last, 0, 2, number) for number, group in enumerate(self.tabs.groups, 1)]
        levels: dict[Level, _Before] = {}
        for line, _, kind, what in sorted(events, key=lambda event: event[:3]):
            level = self.tabs.groups[what - 1].level if isinstance(what, int) else what.level
            section = self._structure.heading_above(line)
            before = levels.get(level)
            if before is None or before.section != section:
                before = levels[level] = _Before(section)
            if isinstance(what, int):
                before.group = what
            elif kind:
                yield what, before
                before.ended = True
            else:
                if before.ended or before.group:
                    before.code, before.group, before.ended = [], 0, False
                before.code.append(what)

    def _of_code(self, block: _Shown, before: Sequence[_Shown]) -> Iterable[PageClaim]:
        """Speak of the code before a block: in a tab always, elsewhere where the Source says nothing of the block."""
        of = names(block.region.attributes.get("of"))
        if block.level.tab:
            before = [shown for shown in before if not of or shown.region.name in of]
        elif self._bound_to(block.region):
            return
        yield from self._say(block, before, block.level.tab, Origin.STDOUT)

    def _of_group(self, block: _Shown, group: int) -> Iterable[PageClaim]:
        """Speak of every tab of a group."""
        tabs = self._by_tab.get(group, {})
        for tab, code in tabs.items():
            if tab:
                yield from self._say(block, code, tab, Origin.RESPONSE)
        told: set[str] = set()
        for reference, level in self._nameless if any(tabs) else ():
            tab = next((around.tab for around in self.tabs.around(level) if around.group == group), "")
            if tab and tab not in tabs and tab not in told and not self._excuse(level):
                told.add(tab)
                name = block.region.name
                message = f"the tab {tab!r} shows no Region of {reference.source}, so that {name!r} says nothing of it"
                hint = f"let a START marker name what the tab shows, or say why it is not compared: {OPT_OUT}"
                self._found(block, message, hint)

    def _say(self, block: _Shown, code: Sequence[_Shown], tab: str, default: Origin) -> Iterable[PageClaim]:
        chosen, sure = self._choose(block.region, code)
        excuses = [self._excuse(shown.level) for shown in chosen]
        if not sure and not all(excuses):
            self._ambiguous(block, chosen, tab)
            return
        origin = Origin(block.region.attributes.get("from", default))
        place = ClaimPlace(block.reference.page, block.reference.line, block.reference.column, tab)
        for shown, opt_out in zip(chosen, excuses, strict=True):
            yield PageClaim(block.region, shown.region, origin, place, opt_out)

    def _choose(self, region: Region, code: Sequence[_Shown]) -> tuple[list[_Shown], bool]:
        """Return which of the Snippets are meant, by ``of`` and by name, and whether that is sure."""
        by_id = {shown.region.id: shown for shown in code}
        if len(by_id) < 2:
            return list(by_id.values()), True
        several = {shown.region.name for shown in code}
        of = several.intersection(names(region.attributes.get("of")))
        meant = of or several & self._bound_to(region) or set(self._fitting(region, several))
        chosen = [shown for shown in by_id.values() if shown.region.name in meant] or list(by_id.values())
        return chosen, bool(of) or len(chosen) == 1

    @staticmethod
    def _fitting(region: Region, several: set[str]) -> list[str]:
        return Candidates(region.source, sorted(several)).fitting(region.name)

    def _bound_to(self, region: Region) -> set[str]:
        """Return the names of the Snippets that the Source itself gives to an Expectation."""
        expectations = self._site.sources[region.source].expectations
        return {expectation.of for expectation in expectations if expectation.region.name == region.name}

    def _excuse(self, level: Level) -> OptOut | None:
        found = (self._excuses.get(around) for around in self.tabs.around(level))
        return next((opt_out for opt_out in found if opt_out), None)

    def _ambiguous(self, block: _Shown, code: Sequence[_Shown], tab: str) -> None:
        what = f"the tab {tab!r} shows several Snippets" if tab else "several Snippets stand before this block"
        places = [f"{shown.region.name!r} ({shown.region.source}:{shown.region.line})" for shown in code]
        message = f"{what}, and {block.region.name!r} may be the output of each: {listed(places)}"
        hint = f"write `{{of: NAME}}` behind its START marker, {block.region.source}:{block.region.line}"
        self._found(block, message, hint)

    def _found(self, block: _Shown, message: str, hint: str) -> None:
        reference = block.reference
        self._findings.append(Finding(reference.page, reference.line, reference.column, AMBIGUOUS, message, hint))
