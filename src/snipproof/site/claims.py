"""What pages claim: shown output says something about the Snippets that are shown before it (:mod:`.said`).

A page shows one response under a group of tabs, so it speaks for every client there, whichever Source holds the block.
What a Source itself says of its Expectations (:mod:`.bind`) holds beside these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snipproof.model import Expectation, Finding, Origin, Region
from snipproof.site.page_claims import OPT_OUT, ClaimPlace, PageClaim, PageClaims

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from snipproof.site.docs_site import Site
    from snipproof.site.mdx.tabs import OptOut

WRONG_OPT_OUT, UNNEEDED_OPT_OUT = "SP303", "SP304"
_OPTS_OUT = "snipproof:"


@dataclass(frozen=True, slots=True)
class Claim:
    """A shown Expectation says something about one Snippet, of its own Source or of another one.

    :param expectation: the Region that is shown; ``expectation.source`` is its path.
    :param snippet: the id of the Snippet's Region.
    :param origin: which output of the Snippet it must be.
    :param places: where pages say so, in all locales.
    :param excused: why it is not compared all the same, if all those pages say so; else ``""``.
    """

    expectation: Region
    snippet: str
    origin: Origin
    places: tuple[ClaimPlace, ...]
    excused: str = ""


@dataclass(slots=True)
class ClaimSet:
    """All Claims of a Site, by Expectation and Snippet, and a Finding for each that cannot be made or kept from."""

    claims: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def bound(self) -> frozenset[str]:
        """The ids of the Regions that some page has compared with a Snippet."""
        return frozenset(claim.expectation.id for claim in self.claims if not claim.excused)


def claims(site: Site) -> list[Claim]:
    """Return the Claims of all Pages that readers can see; there are none on a site without Suites."""
    return read_claims(site).claims


def read_claims(site: Site) -> ClaimSet:
    """Return the Claims of all Pages that readers can see, with what is wrong with them.

    What a Source says of its own Snippet in the same way is left out.
    """
    claimed = ClaimSet()
    if not site.suites:
        return claimed
    holders = {path for path, source in site.sources.items() if len(source.snippets) < len(source.regions)}
    made: dict[tuple[str, str, Origin], list[PageClaim]] = {}
    opt_outs: list[tuple[str, OptOut]] = []
    for page in site.pages:
        shows = any(reference.source in holders for reference in page.references)
        if not shows and _OPTS_OUT not in site.text_of(page.path):
            continue
        if page.references and not site.is_live(page.references[0]):
            continue
        says = PageClaims(site, page, claimed.findings)
        opt_outs.extend((page.path, opt_out) for opt_out in says.tabs.opt_outs)
        for said in says:
            if not _is_known(site, said):
                made.setdefault((said.expectation.id, said.snippet.id, said.origin), []).append(said)
    claimed.claims.extend(_claim(made[key]) for key in sorted(made))
    claimed.findings.extend(_wrong_opt_outs(opt_outs))
    claimed.findings.extend(_vain_opt_outs(opt_outs, made.values()))
    return claimed


def _is_known(site: Site, said: PageClaim) -> bool:
    own = said.expectation.source == said.snippet.source
    known = site.sources[said.expectation.source].expectations
    return own and Expectation(said.expectation, said.snippet.name, said.origin) in known


def _claim(said: Sequence[PageClaim]) -> Claim:
    reasons = dict.fromkeys(one.opt_out.reason for one in said if one.opt_out)
    excused = "; ".join(reasons) if all(one.opt_out for one in said) else ""
    places = tuple(sorted({one.place for one in said}))
    return Claim(said[0].expectation, said[0].snippet.id, said[0].origin, places, excused)


def _wrong_opt_outs(opt_outs: Iterable[tuple[str, OptOut]]) -> Iterable[Finding]:
    """SP303: a comment that would keep a tab from being compared does not say which or why."""
    for page, opt_out in opt_outs:
        if not opt_out.reason or not opt_out.level.tab:
            what = "stands in no tab" if not opt_out.level.tab else "gives no reason"
            message = f"this comment {what}, so that everything is compared all the same"
            yield Finding(page, opt_out.line, opt_out.column, WRONG_OPT_OUT, message, f"write {OPT_OUT}")


def _vain_opt_outs(opt_outs: Iterable[tuple[str, OptOut]], made: Collection[Sequence[PageClaim]]) -> Iterable[Finding]:
    """SP304: nothing is compared with the tab, or another page shows the same output without keeping it from that."""
    used: set[tuple[str, OptOut]] = set()
    vain: dict[tuple[str, OptOut], ClaimPlace] = {}
    for said in made:
        without = next((one.place for one in said if not one.opt_out), None)
        for one in said:
            if one.opt_out and without:
                vain[one.place.page, one.opt_out] = without
            elif one.opt_out:
                used.add((one.place.page, one.opt_out))
    for page, opt_out in opt_outs:
        if not opt_out.reason or not opt_out.level.tab or (page, opt_out) in used:
            continue
        tab = repr(opt_out.level.tab)
        message, hint = f"no shown output is compared with the tab {tab}", "take the comment away"
        if other := vain.get((page, opt_out)):
            place = f"{other.page}:{other.line}"
            message = f"the tab {tab} is compared all the same: {place} shows the same output for it too"
            hint = "write the comment on both pages, or take it away"
        yield Finding(page, opt_out.line, opt_out.column, UNNEEDED_OPT_OUT, message, hint)
