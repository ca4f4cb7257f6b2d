"""Code lenses on the Regions of a Source: which pages show them, what the last run found, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import CodeLens, Command

from snipproof.language_server.commands import RUN, UPDATE
from snipproof.language_server.cursor import source_of
from snipproof.language_server.last_outcomes import LastOutcomes
from snipproof.language_server.positions import Positions
from snipproof.language_server.symbols import name_range
from snipproof.site.discovery import PAGES
from snipproof.text import plural

if TYPE_CHECKING:
    from snipproof.model import Region, Source
    from snipproof.site.docs_site import Site


def code_lenses(site: Site, path: str, text: str, outcomes: LastOutcomes | None = None) -> list[CodeLens]:
    """Return the lenses of the Source ``path`` with this ``text``: one with facts, and one with a command.

    A Snippet can be run and an Expectation updated if a Suite runs its Source. The one argument of a command is the
    list of the ids of the Snippets to run.

    :param outcomes: those of the last run.
    """
    source = None if path.endswith(PAGES) else source_of(site, path, text)
    if source is None:
        return []
    outcomes = outcomes or LastOutcomes(None)
    positions = Positions(text)
    code = {snippet.name for snippet in source.snippets}
    lenses = []
    for region in source.regions:
        place = name_range(source, region, positions)
        pages = len({reference.page for reference in site.shown_by.get(region.id, ())})
        facts = [f"shown by {plural(pages, 'page')}" if pages else "on no page", outcomes.brief(source, region)]
        lenses.append(CodeLens(place, Command(" · ".join(filter(None, facts)), "")))
        if path not in site.suite_of:
            continue
        if region.name in code:
            lenses.append(CodeLens(place, Command("run", RUN, arguments=[[region.id]])))
        elif snippets := _snippets_of(source, region, outcomes):
            lenses.append(CodeLens(place, Command("update", UPDATE, arguments=[snippets])))
    return lenses


def _snippets_of(source: Source, region: Region, outcomes: LastOutcomes) -> list[str]:
    """Return the ids of the Snippets whose output an Expectation shows, those that only a Page binds after a run."""
    own = [f"{source.path}::{each.of}" for each in source.expectations if each.region == region]
    return list(dict.fromkeys([*own, *outcomes.snippets_of(region)]))
