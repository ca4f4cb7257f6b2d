"""What one Page claims by its order: each block of output belongs to the code nearest before it.

That code is a group of tabs, all of whose clients gave the output, or a run of code blocks. Both must be in the same
section as the output and on the same level of tabs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.model import Finding, Origin, Page, Reference, Region, Source
from snipproof.site.attributes import names
from snipproof.site.binding import Candidates
from snipproof.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snipproof.site.docs_site import Site
    from snipproof.site.mdx.tabs import Level, OptOut

AMBIGUOUS = "SP302"
OPT_OUT = "`{/* snipproof: not compared because … */}` inside its <TabItem>"


@dataclass(frozen=True, slots=True, order=True)
class ClaimPlace:
    """The block that shows an Expectation, and the tab of the Snippet, ``""`` for none."""

    page: str
    line: int
    column: int
    tab: str


@dataclass(frozen=True, slots=True)
class PageClaim:
    """One block shows the output of one Snippet; with ``opt_out``, it is not compared."""

    expectation: Region
    snippet: Region
    origin: Origin
    place: ClaimPlace
    opt_out: OptOut | None


@dataclass(frozen=True, slots=True)
class _Block:
    """A block, the Region that it shows, and the tab around it."""

    reference: Reference
    region: Region
    level: Level


@dataclass(slots=True)
class _Preceding:
    """The code before a place of a section: a group of tabs (its number, 0 for none) or a run of code."""

    section: int
    group: int = 0
    code: list[_Block] = field(default_factory=list)
    ended: bool = False


class PageClaims:
    """The claims of one Page, by iteration; a Finding for each ambiguous block is added to ``findings``."""

    def __init__(self, site: Site, page: Page, findings: list[Finding]) -> None:
        self._site = site
        self._findings = findings
        self._structure = site.structure_of(page.path)
        self.tabs = self._structure.tabs
        self._opt_outs = {opt_out.level: opt_out for opt_out in self.tabs.opt_outs if opt_out.reason}
        self._code: list[_Block] = []
        self._outputs: list[_Block] = []
        self._nameless: list[tuple[Reference, Level]] = []  # code of a Suite without a known Region
        for reference in page.references:
            self._add(reference)
        self._by_tab: dict[int, dict[str, list[_Block]]] = {}
        for block in self._code:
            for level in self.tabs.around(block.level):
                self._by_tab.setdefault(level.group, {}).setdefault(level.tab, []).append(block)

    def _add(self, reference: Reference) -> None:
        source, region = self._site.source_of(reference), self._site.region_of(reference)
        if source is None:
            return
        in_suite = source.path in self._site.suite_of
        level = self.tabs.level(reference.line, reference.column)
        if region is None and in_suite:
            region = self._opened_by(reference, source, level)
        if region is None:
            return
        if not any(snippet.name == region.name for snippet in source.snippets):
            self._outputs.append(_Block(reference, region, level))
        elif in_suite:
            self._code.append(_Block(reference, region, level))

    def _opened_by(self, reference: Reference, source: Source, level: Level) -> Region | None:
        """Return the only Snippet whose START line contains the marker of a block: `START x` for `START x Python`."""
        rendered = self._site.rendered(reference)
        lines = set(rendered.selection.named) if rendered else set()
        opened = [
            snippet.region
            for snippet in source.snippets
            if any(m.opens and m.name == snippet.name and m.line in lines for m in snippet.region.markers)
        ]
        if len(opened) != 1 and lines:  # other rules report a marker that is on no line
            self._nameless.append((reference, level))
        return opened[0] if len(opened) == 1 else None

    def __iter__(self) -> Iterator[PageClaim]:
        """Yield a claim for each block of output and each Snippet whose output it shows."""
        for block, preceding in self._outputs_with_code() if self._outputs else ():
            if preceding.group:
                yield from self._claim_group(block, preceding.group)
            else:
                yield from self._claim_code(block, preceding.code)

    def _outputs_with_code(self) -> Iterator[tuple[_Block, _Preceding]]:
        """Yield every block of output with the code before it."""
        events: list[tuple[int, int, int, _Block | int]] = []
        events += [(block.reference.line, block.reference.column, 0, block) for block in self._code]
        events += [(block.reference.line, block.reference.column, 1, block) for block in self._outputs]
        events += [(group.last, 0, 2, number) for number, group in enumerate(self.tabs.groups, 1)]
        levels: dict[Level, _Preceding] = {}
        for line, _, kind, what in sorted(events, key=lambda event: event[:3]):
            level = self.tabs.groups[what - 1].level if isinstance(what, int) else what.level
            section = self._structure.heading_above(line)
            preceding = levels.get(level)
            if preceding is None or preceding.section != section:
                preceding = levels[level] = _Preceding(section)
            if isinstance(what, int):
                preceding.group = what
            elif kind:
                yield what, preceding
                preceding.ended = True
            else:
                if preceding.ended or preceding.group:
                    preceding.code, preceding.group, preceding.ended = [], 0, False
                preceding.code.append(what)

    def _claim_code(self, output: _Block, code: Sequence[_Block]) -> Iterable[PageClaim]:
        """Claim the preceding code; outside tabs only if the Source does not bind the output itself."""
        of = names(output.region.attributes.get("of"))
        if output.level.tab:
            code = [block for block in code if not of or block.region.name in of]
        elif self._bound_to(output.region):
            return
        yield from self._claim(output, code, output.level.tab, Origin.STDOUT)

    def _claim_group(self, output: _Block, group: int) -> Iterable[PageClaim]:
        """Claim the code of every tab of a group; report tabs that show code of a Suite but no Region of it."""
        tabs = self._by_tab.get(group, {})
        for tab, code in tabs.items():
            if tab:
                yield from self._claim(output, code, tab, Origin.RESPONSE)
        reported: set[str] = set()
        for reference, level in self._nameless if any(tabs) else ():
            tab = next((around.tab for around in self.tabs.around(level) if around.group == group), "")
            if tab and tab not in tabs and tab not in reported and not self._opt_out(level):
                reported.add(tab)
                name = output.region.name
                message = f"the tab {tab!r} shows no Region of {reference.source}, so {name!r} is not compared with it"
                hint = f"name what the tab shows in a START marker, or write why it is not compared: {OPT_OUT}"
                self._report(output, message, hint)

    def _claim(self, output: _Block, code: Sequence[_Block], tab: str, default: Origin) -> Iterable[PageClaim]:
        chosen, certain = self._choose(output.region, code)
        opt_outs = [self._opt_out(block.level) for block in chosen]
        if not certain and not all(opt_outs):
            self._report_ambiguous(output, chosen, tab)
            return
        origin = Origin(output.region.attributes.get("from", default))
        place = ClaimPlace(output.reference.page, output.reference.line, output.reference.column, tab)
        for block, opt_out in zip(chosen, opt_outs, strict=True):
            yield PageClaim(output.region, block.region, origin, place, opt_out)

    def _choose(self, region: Region, code: Sequence[_Block]) -> tuple[list[_Block], bool]:
        """Choose, by ``of`` and by name, the Snippets whose output is meant; return also whether that is certain."""
        by_id = {block.region.id: block for block in code}
        if len(by_id) < 2:
            return list(by_id.values()), True
        candidates = {block.region.name for block in code}
        of = candidates.intersection(names(region.attributes.get("of")))
        meant = of or candidates & self._bound_to(region)
        meant = meant or set(Candidates(region.source, sorted(candidates)).fitting(region.name))
        chosen = [block for block in by_id.values() if block.region.name in meant] or list(by_id.values())
        return chosen, bool(of) or len(chosen) == 1

    def _bound_to(self, region: Region) -> set[str]:
        """Return the names of the Snippets to which the Source itself binds an Expectation."""
        expectations = self._site.sources[region.source].expectations
        return {expectation.of for expectation in expectations if expectation.region.name == region.name}

    def _opt_out(self, level: Level) -> OptOut | None:
        found = (self._opt_outs.get(around) for around in self.tabs.around(level))
        return next((opt_out for opt_out in found if opt_out), None)

    def _report_ambiguous(self, output: _Block, code: Sequence[_Block], tab: str) -> None:
        what = f"the tab {tab!r} shows several Snippets" if tab else "several Snippets precede this block"
        places = [f"{block.region.name!r} ({block.region.source}:{block.region.line})" for block in code]
        message = f"{what}, and {output.region.name!r} may be the output of each: {listed(places)}"
        start = f"{output.region.source}:{output.region.line}"
        hint = f"write `{{of: NAME}}` after the name on its START line, {start}"
        self._report(output, message, hint)

    def _report(self, output: _Block, message: str, hint: str) -> None:
        reference = output.reference
        self._findings.append(Finding(reference.page, reference.line, reference.column, AMBIGUOUS, message, hint))
