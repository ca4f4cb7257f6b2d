"""The features on this repository's own docs: every Reference is found, and no rename changes what readers see."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.editor_site import apply
from tests.support.site import load_site

from snipproof.language_server.completion import TO_THE_END, completions
from snipproof.language_server.navigation import definition
from snipproof.language_server.positions import Positions
from snipproof.language_server.rename import Renaming, rename_region
from snipproof.language_server.rename_check import RenameError
from snipproof.language_server.tags import tag_at
from snipproof.site.component import render
from snipproof.site.mdx.page import scan_page
from snipproof.site.source import parse_source

if TYPE_CHECKING:
    from snipproof.model import Reference, Region
    from snipproof.site.docs_site import Site

ROOT = Path(__file__).parents[2]


@cache
def own_site() -> Site:
    return load_site(ROOT)


def blocks(site: Site, renaming: Renaming) -> list[tuple[str, str | None]]:
    """Return what every block of the site shows, with its place, after the edits of ``renaming``."""
    texts = {path: apply(site.text_of(path), edits) for path, edits in renaming.edits.items()}
    shown = []
    for page in site.pages:
        if page.path in texts:
            page = scan_page(page.path, texts[page.path], site.settings, site.profile, site.exists).page  # noqa: PLW2901
        for reference in page.references:
            source = site.source_of(reference)
            text = texts.get(source.path, source.text) if source else ""
            place = f"{page.path}:{reference.line}"
            shown.append((place, render(text, reference, site.profile).text if source else None))
    return shown


def regions() -> list[Region]:
    return [region for source in own_site().sources.values() for region in source.regions]


def names(region: Region) -> st.SearchStrategy[str]:
    """Return new names for ``region``: any text, and those that collide with the names beside it."""
    others = [other.name for other in own_site().sources[region.source].regions if other != region] or ["other"]
    like_others = st.sampled_from(others).flatmap(
        lambda other: st.sampled_from([other, other[:-1], f"{other} 2", f"x {other}", other.partition(" ")[0]])
    )
    return (
        st.sampled_from(["new name", f"{region.name} 2", region.name[:-1], "新しい 😀"])
        | like_others
        | st.text(min_size=1)
    )


@settings(max_examples=40)
@given(st.data())
def test_a_rename_is_refused_or_changes_no_block(data: st.DataObject) -> None:
    """And where it is not refused, the Region has the new name and all others keep theirs."""
    site = own_site()
    region = data.draw(st.sampled_from(regions()))
    name = data.draw(names(region))
    try:
        renaming = rename_region(site, region, name)
    except RenameError as error:
        assert error.message  # noqa: PT017 (a reason is all that a refusal gives)
        return
    assert blocks(site, renaming) == blocks(site, Renaming({}, {}, {}))
    source = site.sources[region.source]
    text = apply(source.text, renaming.edits.get(source.path, ()))
    pairs = [pair for reference in _references(site, renaming, source.path) if (pair := reference.pair)]
    after = [each.name for each in parse_source(source.path, text, pairs).regions]
    before = [each.name for each in source.regions]
    assert sorted(after) == sorted([name if each == region.name else each for each in before])


def _references(site: Site, renaming: Renaming, source: str) -> list[Reference]:
    found: list[Reference] = []
    for page in site.pages:
        text = renaming.after.get(page.path)
        scanned = scan_page(page.path, text, site.settings, site.profile, site.exists).page if text else page
        found += [each for each in scanned.references if each.source == source]
    return found


def test_most_regions_can_be_renamed() -> None:
    """A refusal is the exception: here, one of each Source that runs, to a name that nothing has."""
    site = own_site()
    refused = []
    for source in map(site.sources.__getitem__, site.suite_of):
        for region in source.regions[:1]:
            try:
                rename_region(site, region, "a name that nothing has")
            except RenameError as error:
                refused.append(str(error))
    assert refused == []


@pytest.mark.parametrize("part", range(2))
def test_every_reference_is_completed_and_found(part: int) -> None:
    """Its markers are among what is offered there, and its definition is the line that opens it."""
    site = own_site()
    for reference in site.references[part::2]:
        text = site.text_of(reference.page)
        positions = Positions(text)
        tag = tag_at(text, positions.offset_of(reference.line, reference.column), site.profile)
        for key, marker in (("start-marker", reference.start_marker), ("end-marker", reference.end_marker)):
            attribute = tag.attribute(key)
            assert attribute is not None
            assert text[attribute.begin : attribute.end] == marker
            here = positions.position(attribute.begin + 1)
            offered = [item.label for item in completions(site, reference.page, text, here)]
            # Where readers see the start marker, it is usually code: the beginning of a whole file. And a page may add
            # the end of the comment, as in `{/* START opt-out */}`.
            assert reference.include_start_marker or any(marker in each or each in marker for each in offered)
            places = definition(site, reference.page, text, here)
            assert len(places) == (0 if marker == TO_THE_END else 1)
            for place in places:
                assert place.path == reference.source
                assert marker in site.line(place.path, place.range.start.line + 1)
