"""What Pages show as the output of Snippets, as far as a run has to prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.model import Expectation, Finding, Origin, Source
from snipproof.site.claims import UNDECIDED, Claim, ClaimSet, read_claims
from snipproof.site.discovery import PAGES
from snipproof.site.docs_site import Site

_JSON = frozenset({"json", "json5", "jsonc"})

_RECORDED = (Origin.RESPONSE, Origin.REQUESTS)


@dataclass(frozen=True, slots=True)
class PageExpectations:
    """The Claims of all Pages, with what comparing them requires.

    :param sources: the Sources of the site by path, with the Regions that Pages request.
    :param claims: by the id of the Snippet that they are about, without those that a Page opts out of.
    :param holders: the Sources that hold the blocks, by path.
    :param as_json: the ids of Regions that a Page shows as JSON.
    :param bound: the ids of Expectations that a Page binds to a Snippet.
    :param ambiguous: Findings of Pages on which the Snippet of a block is ambiguous, by the path of each Source that
        the Page shows.
    :param unreadable: Findings of Pages that cannot be read.
    :param missing: why there are no Pages although the settings name some, else ``""``.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    claims: Mapping[str, Sequence[Claim]] = field(default_factory=dict)
    holders: Mapping[str, Source] = field(default_factory=dict)
    as_json: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    ambiguous: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    unreadable: tuple[Finding, ...] = ()
    missing: str = ""

    def sources_of(self, expectation: Expectation) -> list[str]:
        """Return the sorted paths of all Sources with a Snippet whose output ``expectation`` shows."""
        region = expectation.region
        claimed = {
            snippet for snippet, claims in self.claims.items() if any(c.expectation.id == region.id for c in claims)
        }
        return sorted({region.source, *(snippet.partition("::")[0] for snippet in claimed)})

    def needs_recorder(self, sources: Iterable[Source]) -> bool:
        """Whether an Expectation of ``sources`` shows requests or responses, which only a recorder knows."""
        return any(origin in _RECORDED for source in sources for origin in self._origins(source))

    def _origins(self, source: Source) -> Iterator[Origin]:
        yield from (expectation.origin for expectation in source.expectations)
        for snippet in source.snippets:
            yield from (claim.origin for claim in self.claims.get(snippet.id, ()))


def read_page_expectations(
    settings: Settings,
    on_read: Callable[[Site, ClaimSet], None] = lambda _site, _claimed: None,
    known: Site | None = None,
) -> PageExpectations:
    """Read the Pages of the site.

    Running Sources does not require a site: if there is none, the result is empty. ``snipproof check`` reports that.

    :param on_read: called with the site and all Claims, for what else is made of them; the site is not kept.
    :param known: the site, if it is read already.
    """
    try:
        site = known or Site.load(settings)
    except SettingsError as error:
        return PageExpectations(missing=error.message if settings.pages else "")
    claimed = read_claims(site)
    on_read(site, claimed)
    claims: dict[str, list[Claim]] = {}
    for claim in claimed.claims:
        if not claim.excused:
            claims.setdefault(claim.snippet, []).append(claim)
    shown_on: dict[str, set[str]] = {}
    for reference in site.references:
        if reference.source is not None:
            shown_on.setdefault(reference.page, set()).add(reference.source)
    ambiguous: dict[str, list[Finding]] = {}
    for finding in claimed.findings:
        if finding.rule not in UNDECIDED:
            continue  # `check` reports it, and knows what is suppressed
        for path in shown_on.get(finding.path, ()):
            ambiguous.setdefault(path, []).append(finding)
    return PageExpectations(
        sources=site.sources,
        claims=claims,
        holders={claim.expectation.source: site.sources[claim.expectation.source] for claim in claimed.claims},
        as_json=frozenset(
            region.id
            for reference in site.references
            if reference.language in _JSON and (region := site.region_of(reference)) is not None
        ),
        bound=claimed.bound,
        ambiguous=ambiguous,
        unreadable=tuple(finding for finding in site.problems if finding.path.endswith(PAGES)),
    )
