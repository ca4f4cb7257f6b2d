"""What Pages claim: a block of output shows what the Snippets before it give (:mod:`.page_claims`).

A Page shows one response below a group of tabs, so it holds for every client there, whichever Source contains the
block. The Expectations that a Source binds itself (:mod:`.binding`) hold as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from snipproof.model import Expectation, Finding, Origin, Region
from snipproof.site.page_claims import AMBIGUOUS, OPT_OUT, ClaimPlace, PageClaim, PageClaims

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from snipproof.model import Page, Source
    from snipproof.site.docs_site import Site
    from snipproof.site.mdx.tabs import OptOut

WRONG_OPT_OUT, UNNEEDED_OPT_OUT = "SP303", "SP304"
UNDECIDED = frozenset({AMBIGUOUS, WRONG_OPT_OUT, UNNEEDED_OPT_OUT})
"""The rules whose Findings leave open what is compared."""
_COMMENT_FOR_SNIPPROOF = "snipproof:"


@dataclass(frozen=True, slots=True)
class Claim:
    """Pages show an Expectation as the output of one Snippet, of its own Source or of another one.

    :param expectation: the Region that is shown; ``expectation.source`` is its path.
    :param snippet: the id of the Snippet's Region.
    :param origin: which output of the Snippet it must be.
    :param places: where Pages show it, in all locales.
    :param excused: why it is not compared, if all those Pages opt out; else ``""``.
    """

    expectation: Region
    snippet: str
    origin: Origin
    places: tuple[ClaimPlace, ...]
    excused: str = ""


@dataclass(slots=True)
class ClaimSet:
    """All Claims of a Site, by Expectation and Snippet, with the Findings for wrong blocks and opt-outs."""

    claims: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def bound(self) -> frozenset[str]:
        """The ids of the Regions that some Page compares with a Snippet."""
        return frozenset(claim.expectation.id for claim in self.claims if not claim.excused)


class _ClaimsOfPage(NamedTuple):
    """What one Page claims, with the Sources of its References, for as long as Page and Sources are these very values.

    ``findings`` do not depend on other Pages.
    """

    page: Page
    sources: tuple[Source | None, ...]
    claims: list[PageClaim]
    findings: list[Finding]
    opt_outs: list[OptOut]

    def is_of(self, page: Page, sources: tuple[Source | None, ...]) -> bool:
        return self.page is page and all(map(is_, self.sources, sources))


def claims(site: Site) -> list[Claim]:
    """Return the Claims of all Pages that readers can see; a site without Suites has none."""
    return read_claims(site).claims


def read_claims(site: Site) -> ClaimSet:
    """Return the Claims of all Pages that readers can see, with their Findings.

    What the Source itself binds to its own Snippet in the same way is left out.
    """
    return site.once(_read_claims) if site.suites else ClaimSet()


def _read_claims(site: Site) -> ClaimSet:
    result = ClaimSet()
    proven = {path for path, source in site.sources.items() if len(source.snippets) < len(source.regions)}
    proven.update(site.suite_of)
    by_key: dict[tuple[str, str, Origin], list[PageClaim]] = {}
    opt_outs: list[tuple[str, OptOut]] = []
    for page in site.pages:
        if not any(
            reference.source in proven for reference in page.references
        ) and _COMMENT_FOR_SNIPPROOF not in site.text_of(page.path):
            continue
        if page.references and not site.is_live(page.references[0]):
            continue
        found = _claims_of(site, page)
        result.findings.extend(found.findings)
        opt_outs.extend((page.path, opt_out) for opt_out in found.opt_outs)
        for claim in found.claims:
            if not _is_bound_by_source(site, claim):
                by_key.setdefault((claim.expectation.id, claim.snippet.id, claim.origin), []).append(claim)
    result.claims.extend(_merge(by_key[key]) for key in sorted(by_key))
    result.findings.extend(_wrong_opt_outs(opt_outs))
    result.findings.extend(_unneeded_opt_outs(opt_outs, by_key.values()))
    return result


def _claims_of(site: Site, page: Page) -> _ClaimsOfPage:
    """Return what ``page`` claims: from what the site has kept, if neither the Page nor its Sources have changed."""
    kept: dict[str, _ClaimsOfPage] = site.kept.setdefault(_ClaimsOfPage, {})
    sources = tuple([site.source_of(reference) for reference in page.references])
    known = kept.get(page.path)
    if known is None or not known.is_of(page, sources):
        findings: list[Finding] = []
        found = PageClaims(site, page, findings)
        known = kept[page.path] = _ClaimsOfPage(page, sources, list(found), findings, found.tabs.opt_outs)
    return known


def _is_bound_by_source(site: Site, claim: PageClaim) -> bool:
    bound = site.sources[claim.expectation.source].expectations
    same_source = claim.expectation.source == claim.snippet.source
    return same_source and Expectation(claim.expectation, claim.snippet.name, claim.origin) in bound


def _merge(page_claims: Sequence[PageClaim]) -> Claim:
    """Return the Claim of several Pages, which differ in their places and opt-outs only."""
    reasons = dict.fromkeys(claim.opt_out.reason for claim in page_claims if claim.opt_out)
    excused = "; ".join(reasons) if all(claim.opt_out for claim in page_claims) else ""
    places = tuple(sorted({claim.place for claim in page_claims}))
    first = page_claims[0]
    return Claim(first.expectation, first.snippet.id, first.origin, places, excused)


def _wrong_opt_outs(opt_outs: Iterable[tuple[str, OptOut]]) -> Iterable[Finding]:
    """SP303: an opt-out gives no reason or stands outside of tabs."""
    for page, opt_out in opt_outs:
        if not opt_out.reason or not opt_out.level.tab:
            what = "is not in a tab" if not opt_out.level.tab else "gives no reason"
            message = f"this comment {what}, so it is ignored and everything is compared"
            yield Finding(page, opt_out.line, opt_out.column, WRONG_OPT_OUT, message, f"write {OPT_OUT}")


def _unneeded_opt_outs(
    opt_outs: Iterable[tuple[str, OptOut]], merged: Collection[Sequence[PageClaim]]
) -> Iterable[Finding]:
    """SP304: nothing is compared with the tab anyway, or another Page shows the same output without an opt-out.

    ``merged`` are the claims of all Pages, those that make one Claim together.
    """
    needed: set[tuple[str, OptOut]] = set()
    overruled: dict[tuple[str, OptOut], ClaimPlace] = {}
    for page_claims in merged:
        compared_at = next((claim.place for claim in page_claims if not claim.opt_out), None)
        for claim in page_claims:
            if claim.opt_out and compared_at:
                overruled[claim.place.page, claim.opt_out] = compared_at
            elif claim.opt_out:
                needed.add((claim.place.page, claim.opt_out))
    for page, opt_out in opt_outs:
        if not opt_out.reason or not opt_out.level.tab or (page, opt_out) in needed:
            continue
        tab = repr(opt_out.level.tab)
        message, hint = f"no shown output is compared with the tab {tab}", "remove the comment"
        if other := overruled.get((page, opt_out)):
            place = f"{other.page}:{other.line}"
            message = f"the tab {tab} is still compared: {place} shows the same output for it without this comment"
            hint = "write the comment on both pages, or remove it"
        yield Finding(page, opt_out.line, opt_out.column, UNNEEDED_OPT_OUT, message, hint)
