"""What PageExpectations say about Snippets, as far as a run has to prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.model import Expectation, Finding, Origin, Source
from snipproof.site.claims import Claim, read_claims
from snipproof.site.discovery import PAGES
from snipproof.site.docs_site import Site

_JSON = frozenset({"json", "json5", "jsonc"})


@dataclass(frozen=True, slots=True)
class PageExpectations:
    """The Claims of all PageExpectations and what they need.

    :param claims: by the id of the Snippet that they say something about; those that a Page opts out of are left out.
    :param holders: the Sources that hold the blocks, by path.
    :param as_json: the ids of Regions that some Page shows as JSON.
    :param bound: the ids of Expectations that some Page binds to a Snippet.
    :param wrong: Findings of PageExpectations that say something that cannot be told, by the path of each Source
        that they show.
    :param unread: Findings of PageExpectations that cannot be read, so that nobody knows what they say.
    :param missing: why there are no PageExpectations although the settings name some, else ``""``.
    """

    claims: Mapping[str, Sequence[Claim]] = field(default_factory=dict)
    holders: Mapping[str, Source] = field(default_factory=dict)
    as_json: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    wrong: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    unread: tuple[Finding, ...] = ()
    missing: str = ""

    def sources_of(self, expectation: Expectation) -> list[str]:
        """Return the paths of all Sources whose Snippets give ``expectation``, sorted."""
        region = expectation.region
        claimed = {
            snippet for snippet, claims in self.claims.items() if any(c.expectation.id == region.id for c in claims)
        }
        return sorted({region.source, *(snippet.partition("::")[0] for snippet in claimed)})

    def needs_recorder(self, sources: Iterable[Source]) -> bool:
        """Whether anything that went over the wire is compared for any of ``sources``."""
        return any(origin is not Origin.STDOUT for source in sources for origin in self._origins(source))

    def _origins(self, source: Source) -> Iterator[Origin]:
        yield from (expectation.origin for expectation in source.expectations)
        for snippet in source.snippets:
            yield from (claim.origin for claim in self.claims.get(snippet.id, ()))


def read_pages(settings: Settings) -> PageExpectations:
    """Return what the PageExpectations of the site say; nothing where there are none.

    Running Sources does not need a site, so only ``snipproof check`` takes it for an error that there is none.
    """
    try:
        site = Site.load(settings)
    except SettingsError as error:
        return PageExpectations(missing=error.message if settings.pages else "")
    claimed = read_claims(site)
    claims: dict[str, list[Claim]] = {}
    for claim in claimed.claims:
        if not claim.excused:
            claims.setdefault(claim.snippet, []).append(claim)
    shown_on: dict[str, set[str]] = {}
    for reference in site.references:
        if reference.source is not None:
            shown_on.setdefault(reference.page, set()).add(reference.source)
    wrong: dict[str, list[Finding]] = {}
    for finding in claimed.findings:
        for path in shown_on.get(finding.path, ()):
            wrong.setdefault(path, []).append(finding)
    return PageExpectations(
        claims=claims,
        holders={claim.expectation.source: site.sources[claim.expectation.source] for claim in claimed.claims},
        as_json=frozenset(
            region.id
            for reference in site.references
            if reference.language in _JSON and (region := site.region_of(reference)) is not None
        ),
        bound=claimed.bound,
        wrong=wrong,
        unread=tuple(finding for finding in site.problems if finding.path.endswith(PAGES)),
    )
