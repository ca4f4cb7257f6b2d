"""What one Page claims by its order: each block of output belongs to the code nearest before it.

That code is a group of tabs, all of whose clients gave the output, or a run of code blocks. Both must be in the same
section as the output and on the same level of tabs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from snipproof.model import Finding, Origin, Page, Region
from snipproof.site.attributes import names
from snipproof.site.binding import Candidates
from snipproof.site.page_blocks import PageBlocks, ShownRegion
from snipproof.site.shown_output import misplaced, uncompared
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


class PageClaims:
    """The claims of one Page, by iteration; a Finding for each block that is wrong is added to ``findings``."""

    def __init__(self, site: Site, page: Page, findings: list[Finding]) -> None:
        self._site = site
        self._findings = findings
        self._blocks = PageBlocks(site, page)
        self.tabs = self._blocks.tabs
        self._opt_outs = {opt_out.level: opt_out for opt_out in self.tabs.opt_outs if opt_out.reason}

    def __iter__(self) -> Iterator[PageClaim]:
        """Yield a claim for each block of output and each Snippet whose output it shows."""
        for block, preceding in self._blocks.outputs_with_code() if self._blocks.outputs else ():
            found = len(self._findings)
            if preceding.group:
                claims = list(self._claim_group(block, preceding.group))
            else:
                claims = list(self._claim_code(block, preceding.code))
            yield from claims
            if len(self._findings) == found:  # what is ambiguous is reported as that
                bound = [*self._bound_here(block.region), *(claim.snippet for claim in claims)]
                self._findings.extend(misplaced(self._blocks, block, preceding, bound))
        self._findings.extend(uncompared(self._blocks))

    def _claim_code(self, output: ShownRegion, code: Sequence[ShownRegion]) -> Iterable[PageClaim]:
        """Claim the preceding code; outside tabs only if the Source does not bind the output itself."""
        of = names(output.region.attributes.get("of"))
        if output.level.tab:
            code = [block for block in code if not of or block.region.name in of]
        elif self._bound_to(output.region):
            return
        yield from self._claim(output, code, output.level.tab, Origin.STDOUT)

    def _claim_group(self, output: ShownRegion, group: int) -> Iterable[PageClaim]:
        """Claim the code of every tab of a group; report tabs that show code of a Suite but no Region of it.

        Code in the group that has no tab around it, which is in the tab ``""``, counts as well.
        """
        tabs = self._blocks.by_tab.get(group, {})
        for tab, code in tabs.items():
            yield from self._claim(output, code, tab, Origin.RESPONSE)
        reported: set[str] = set()
        for reference, level in self._blocks.nameless if any(tabs) else ():
            tab = next((around.tab for around in self.tabs.around(level) if around.group == group), "")
            if tab and tab not in tabs and tab not in reported and not self._opt_out(level):
                reported.add(tab)
                name = output.region.name
                message = f"the tab {tab!r} shows no Region of {reference.source}, so {name!r} is not compared with it"
                hint = f"name what the tab shows in a START marker, or write why it is not compared: {OPT_OUT}"
                self._report(output, message, hint)

    def _claim(
        self, output: ShownRegion, code: Sequence[ShownRegion], tab: str, default: Origin
    ) -> Iterable[PageClaim]:
        chosen, certain = self._choose(output.region, code)
        opt_outs = [self._opt_out(block.level) for block in chosen]
        if not certain and not all(opt_outs):
            self._report_ambiguous(output, chosen, tab)
            return
        origin = Origin(output.region.attributes.get("from", default))
        place = ClaimPlace(output.reference.page, output.reference.line, output.reference.column, tab)
        for block, opt_out in zip(chosen, opt_outs, strict=True):
            yield PageClaim(output.region, block.region, origin, place, opt_out)

    def _choose(self, region: Region, code: Sequence[ShownRegion]) -> tuple[list[ShownRegion], bool]:
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

    def _bound_here(self, region: Region) -> list[Region]:
        """Return the Regions of the Snippets to which the Source binds an Expectation, if a Suite runs it."""
        source = self._site.sources[region.source]
        known = self._bound_to(region) if region.source in self._site.suite_of else set()
        return [snippet.region for snippet in source.snippets if snippet.name in known]

    def _opt_out(self, level: Level) -> OptOut | None:
        found = (self._opt_outs.get(around) for around in self.tabs.around(level))
        return next((opt_out for opt_out in found if opt_out), None)

    def _report_ambiguous(self, output: ShownRegion, code: Sequence[ShownRegion], tab: str) -> None:
        what = f"the tab {tab!r} shows several Snippets" if tab else "several Snippets precede this block"
        places = [f"{block.region.name!r} ({block.region.source}:{block.region.line})" for block in code]
        message = f"{what}, and {output.region.name!r} may be the output of each: {listed(places)}"
        start = f"{output.region.source}:{output.region.line}"
        hint = f"write `{{of: NAME}}` after the name on its START line, {start}"
        self._report(output, message, hint)

    def _report(self, output: ShownRegion, message: str, hint: str) -> None:
        reference = output.reference
        self._findings.append(Finding(reference.page, reference.line, reference.column, AMBIGUOUS, message, hint))
