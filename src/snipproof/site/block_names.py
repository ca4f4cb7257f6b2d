"""Blocks and Regions by what writers call them: a page, a place on it, a marker, or the id of a Region."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from snipproof.errors import DocsError, UnreadableError
from snipproof.site.requested import region_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from snipproof.model import Page, Reference, Region
    from snipproof.site.docs_site import Site

FORMS = "PAGE, PAGE:LINE, PAGE#MARKER, SOURCE or SOURCE::REGION"
_PLACE = re.compile(r":(?P<line>[1-9]\d*)(?::(?P<column>[1-9]\d*))?")
_MAX_NEAREST = 3
# Comparing spellings takes time with the product of both lengths.
_MAX_COMPARED = 200


def find_shown(site: Site, wanted: str, folder: Path) -> list[Reference | Region]:
    """Return everything that ``wanted`` names, in one of :data:`FORMS`, in the order of its file.

    A page stands for its own blocks and those of the partials that it renders. Paths are relative to the root, or else
    to ``folder``, as a shell completes them.

    :raises DocsError: nothing is called that; the hint names what comes nearest.
    :raises UnreadableError: it is a file that cannot be read.
    """
    pages = {page.path: page for page in site.pages}
    names = [wanted, _below_root(site, wanted, folder)]
    for name in names:
        found = _regions(site, name)
        if found:
            return list(found)
        page = pages.get(_longest_before(name, pages))
        if page is not None:
            return list(_blocks(site, page, name.removeprefix(page.path)))
    for problem in site.problems:
        if problem.path in names:
            raise UnreadableError(problem)
    raise DocsError(f"{wanted}: no page, Source or Region has this name", _nearest(site, names[-1], pages))


def _below_root(site: Site, wanted: str, folder: Path) -> str:
    """Return ``wanted``, which begins with a path relative to ``folder``, with one relative to the root."""
    return os.path.relpath(folder / wanted, site.settings.root).replace(os.sep, "/")


def _longest_before(name: str, paths: Iterable[str]) -> str:
    """Return the longest of ``paths`` that ``name`` consists of, or begins with before a ``:`` or ``#``."""
    return max((path for path in paths if name == path or name.startswith((f"{path}:", f"{path}#"))), default="")


def _regions(site: Site, name: str) -> Sequence[Region]:
    if name in site.sources:
        return site.sources[name].regions
    return [region for source in site.sources.values() for region in source.regions if region.id == name]


def _blocks(site: Site, page: Page, behind: str) -> Sequence[Reference]:
    """Return the blocks of ``page`` that ``behind`` its path names: all, or those of a line or a marker."""
    if not behind:
        found = [reference for part in site.with_partials([page]) for reference in part.references]
        if not found:
            raise DocsError(f"{page.path} shows no block", f"blocks are <{site.profile.component} …/>")
        return found
    if behind.startswith("#"):
        return _with_marker(page, behind[1:])
    place = _PLACE.fullmatch(behind)
    if place is None:
        raise DocsError(f"{page.path}{behind}: unexpected {behind!r}", f"expected {FORMS}")
    return _at(site, page, int(place["line"]), int(place["column"] or 0))


def _with_marker(page: Page, marker: str) -> Sequence[Reference]:
    wanted = region_name(marker.strip())
    names = [(reference, reference.start_marker or "") for reference in page.references]
    found = [reference for reference, start in names if start in (marker, f"#{marker}") or region_name(start) == wanted]
    if not found:
        hint = _did_you_mean(wanted, [region_name(start) for _, start in names if start], f"{page.path}#")
        raise DocsError(f"no block of {page.path} has the start marker {marker!r}", hint)
    return found


def _at(site: Site, page: Page, line: int, column: int) -> Sequence[Reference]:
    """Return the blocks whose tags stand on ``line``, or the one of them at ``column`` unless it is 0."""
    tags = site.structure_of(page.path).blocks if page.references else []
    pairs = list(zip(page.references, tags, strict=True))
    found = [block for block, (first, last) in pairs if first <= line <= last and column in (0, block.column)]
    if not found:
        places = sorted((min(abs(line - first), abs(line - last)), block) for block, (first, last) in pairs)
        nearest = [f"{page.path}:{block.line}" for _, block in places[:_MAX_NEAREST]]
        hint = f"the nearest: {', '.join(dict.fromkeys(nearest))}" if nearest else "there is none on this page"
        raise DocsError(f"{page.path}:{line}{f':{column}' if column else ''}: there is no block", hint)
    return found


def _nearest(site: Site, name: str, pages: dict[str, Page]) -> str:
    path, separator, region = name.partition("::")
    if path in site.sources:
        return _did_you_mean(region, [each.name for each in site.sources[path].regions], f"{path}::")
    if separator:
        return _did_you_mean(name, [region.id for source in site.sources.values() for region in source.regions])
    return _did_you_mean(re.split(r"[:#]", name, maxsplit=1)[0], [*pages, *site.sources])


def _did_you_mean(name: str, candidates: Sequence[str], prefix: str = "") -> str:
    """Return the hint with those of ``candidates`` that are spelt most like ``name``, behind ``prefix``."""
    close = get_close_matches(name[:_MAX_COMPARED], dict.fromkeys(candidates), n=_MAX_NEAREST, cutoff=0.6)
    return f"did you mean {' or '.join(repr(prefix + each) for each in close)}?" if close else f"expected {FORMS}"
