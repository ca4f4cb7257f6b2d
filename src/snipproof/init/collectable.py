"""Which Sources a run could not collect, so that no proposed Suite contains one: it would stop the whole run."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from snipproof.model import Suite
from snipproof.site.binding import unbound_expectations
from snipproof.site.claims import UNDECIDED, read_claims
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snipproof.config import Settings
    from snipproof.model import Finding


def find_uncollectable(settings: Settings, members: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the Sources that could not be collected, each with the reason.

    :param members: the Sources of each Suite to come, by the name of its language.
    """
    site = Site.load(settings)
    site.suites.extend(Suite(f"{name}.yaml", name, name, tuple(paths)) for name, paths in members.items())
    claimed = read_claims(site)
    ambiguous: dict[str, list[Finding]] = defaultdict(list)
    for finding in claimed.findings:
        if finding.rule in UNDECIDED:
            for reference in site.references:
                if reference.page == finding.path and reference.source:
                    ambiguous[reference.source].append(finding)
    found = {}
    for path in (path for paths in members.values() for path in paths):
        source = site.sources.get(path)
        if source is None:
            found[path] = "it cannot be read"
        elif findings := (*unbound_expectations(source, claimed.bound), *ambiguous.get(path, ())):
            found[path] = str(findings[0])
        elif not source.snippets:
            found[path] = "no page shows a Snippet of it"
    return found
